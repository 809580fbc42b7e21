package report

import "fundwatch/detectors"

// Kinds of terms: names that detectors choose.
const (
	factTerm  = "fact."
	paramTerm = "param."
	keyTerm   = "key."
	valueTerm = "value."
)

// terms names facts, parameters, parts of keys and codes in words. A name that
// is missing here is shown as it is, so a new detector needs nothing here.
var terms = map[string]detectors.Words{
	"fact.admission":       {ZH: "入院", EN: "admission"},
	"fact.age_days":        {ZH: "年龄", EN: "age"},
	"fact.allowed":         {ZH: "限定为", EN: "limited to"},
	"fact.cap":             {ZH: "限价（元）", EN: "cap, yuan"},
	"fact.days":            {ZH: "住院天数", EN: "days of stay"},
	"fact.death_date":      {ZH: "死亡日期", EN: "date of death"},
	"fact.department":      {ZH: "开单科室", EN: "department"},
	"fact.diagnosis":       {ZH: "诊断", EN: "diagnosis"},
	"fact.discharge":       {ZH: "出院", EN: "discharge"},
	"fact.fund_fen":        {ZH: "基金支付", EN: "fund paid"},
	"fact.gap_days":        {ZH: "两次住院间隔（天）", EN: "days between the stays"},
	"fact.hosp_lv":         {ZH: "机构等级", EN: "level of the institution"},
	"fact.hosp_lv_min":     {ZH: "最低等级", EN: "least level"},
	"fact.indications":     {ZH: "限定诊断", EN: "diagnoses it is limited to"},
	"fact.insutype":        {ZH: "险种", EN: "insurance"},
	"fact.item_gend":       {ZH: "项目限定性别", EN: "sex the item is for"},
	"fact.km":              {ZH: "距离（公里）", EN: "distance, km"},
	"fact.left_days":       {ZH: "余药（天）", EN: "days of supply left"},
	"fact.lines":           {ZH: "明细（行）", EN: "lines"},
	"fact.lines_sum_fen":   {ZH: "明细合计", EN: "sum of lines"},
	"fact.max_days":        {ZH: "最大天数", EN: "most days"},
	"fact.max_per_day":     {ZH: "每日上限", EN: "most a day"},
	"fact.max_per_stay":    {ZH: "每次住院上限", EN: "most a stay"},
	"fact.med_type":        {ZH: "医疗类别", EN: "kind of care"},
	"fact.medfee_fen":      {ZH: "医疗费总额", EN: "total fee"},
	"fact.not_payable":     {ZH: "不予支付的项目", EN: "item not payable"},
	"fact.overlap_hours":   {ZH: "重叠（小时）", EN: "overlap, hours"},
	"fact.overlap_seconds": {ZH: "重叠（秒）", EN: "overlap, seconds"},
	"fact.prd_days":        {ZH: "开药天数", EN: "days of supply"},
	"fact.price":           {ZH: "单价（元）", EN: "price, yuan"},
	"fact.quantity":        {ZH: "数量", EN: "quantity"},
	"fact.seconds":         {ZH: "相隔（秒）", EN: "seconds apart"},
	"fact.settlements":     {ZH: "结算（笔）", EN: "claims"},
	"fact.stays":           {ZH: "住院（次）", EN: "stays"},
	"fact.windows":         {ZH: "周期数", EN: "periods"},
	"fact.wrong_lines":     {ZH: "算不平的明细（行）", EN: "lines that do not compute"},

	"param.excluded_diagnoses": {ZH: "除外诊断", EN: "diagnoses left out"},
	"param.grace_days":         {ZH: "宽限", EN: "grace"},
	"param.max_gap_days":       {ZH: "最长间隔", EN: "longest gap"},
	"param.max_kmh":            {ZH: "最高速度", EN: "greatest speed"},
	"param.max_left_days":      {ZH: "余药上限", EN: "most supply left"},
	"param.max_units":          {ZH: "数量上限", EN: "most units"},
	"param.min_institutions":   {ZH: "至少", EN: "at least"},
	"param.min_km":             {ZH: "最短距离", EN: "least distance"},
	"param.min_stays":          {ZH: "至少", EN: "at least"},
	"param.tolerance_days":     {ZH: "容差", EN: "tolerance"},
	"param.tolerance_fen":      {ZH: "容差", EN: "tolerance"},
	"param.tolerance_hours":    {ZH: "容差", EN: "tolerance"},
	"param.window_days":        {ZH: "观察期", EN: "window"},

	"key.bill_no":          {ZH: "票据号", EN: "bill number"},
	"key.day":              {ZH: "日期", EN: "day"},
	"key.day or mdtrt_id":  {ZH: "日期或就诊编号", EN: "day or visit"},
	"key.fee time":         {ZH: "费用时间", EN: "fee time"},
	"key.item":             {ZH: "项目", EN: "item"},
	"key.item_a":           {ZH: "项目甲", EN: "item a"},
	"key.item_b":           {ZH: "项目乙", EN: "item b"},
	"key.net quantity":     {ZH: "净数量", EN: "net quantity"},
	"key.price":            {ZH: "单价（元）", EN: "price, yuan"},
	"key.smallest psn_no":  {ZH: "参保人", EN: "person"},
	"key.span":             {ZH: "范围", EN: "span"},
	"key.trace code":       {ZH: "追溯码", EN: "trace code"},
	"key.month":            {ZH: "月份", EN: "month"},
	"key.year":             {ZH: "年份", EN: "year"},
	"key.first day":        {ZH: "首日", EN: "first day"},
	"key.first settlement": {ZH: "首笔结算", EN: "first settlement"},

	"value.hosp_lv.1":     {ZH: "一级", EN: "level 1"},
	"value.hosp_lv.2":     {ZH: "二级", EN: "level 2"},
	"value.hosp_lv.3":     {ZH: "三级", EN: "level 3"},
	"value.hosp_lv_min.1": {ZH: "一级", EN: "level 1"},
	"value.hosp_lv_min.2": {ZH: "二级", EN: "level 2"},
	"value.hosp_lv_min.3": {ZH: "三级", EN: "level 3"},
	"value.insutype.310":  {ZH: "310 职工", EN: "employees"},
	"value.insutype.390":  {ZH: "390 城乡居民", EN: "residents"},
	"value.item_gend.1":   {ZH: "男", EN: "male"},
	"value.item_gend.2":   {ZH: "女", EN: "female"},
	"value.span.day":      {ZH: "同日", EN: "same day"},
	"value.span.visit":    {ZH: "同次就诊", EN: "same visit"},
}
