package report

import (
	"fmt"

	"fundwatch/detectors"
)

// words finds a text of the catalogue. A missing key is an error that stops
// the report: it can only be a mistake of the program, and the tests find it.
func words(key string) (detectors.Words, error) {
	w, ok := catalogue[key]
	if !ok {
		return w, fmt.Errorf("report: no words for %q", key)
	}
	return w, nil
}

// term finds the words for a name that detectors choose freely (facts,
// parameters, parts of keys); a name without words stands for itself.
func term(kind, name string) detectors.Words {
	if w, ok := terms[kind+name]; ok {
		return w
	}
	name = short(name)
	return detectors.Words{ZH: name, EN: name}
}

// catalogue holds every text of the report but those of the detectors. Verbs
// like %s are filled in order and are the same in both languages.
var catalogue = map[string]detectors.Words{
	"title":    {ZH: "扫描报告", EN: "Scan report"},
	"product":  {ZH: "医保基金监管", EN: "fundwatch"},
	"skip":     {ZH: "跳到正文", EN: "Skip to content"},
	"contents": {ZH: "目录", EN: "Contents"},
	"neutral": {ZH: "每一条都是需要核实的线索，不是结论。",
		EN: "Each finding is an indicator to be checked, not a conclusion."},
	"neutral.more": {ZH: "规则只比对数据之间是否相符；病历、票据、库存等实物凭证可能给出合理解释，每条规则都列出了可以排除疑点的情形。",
		EN: "Detectors only compare data. Records, bills and stock may explain what they show; every detector lists what would clear its findings."},
	"none": {ZH: "--", EN: "--"},

	"meta.region":    {ZH: "统筹区", EN: "Region"},
	"meta.generated": {ZH: "生成时间", EN: "Generated"},
	"meta.inputs":    {ZH: "输入文件", EN: "Input files"},
	"meta.knowledge": {ZH: "知识库版本", EN: "Knowledge"},
	"meta.seconds":   {ZH: "用时", EN: "Time taken"},
	"meta.nohash":    {ZH: "未使用知识库", EN: "no knowledge"},
	"meta.more":      {ZH: "另有 %s 个文件", EN: "and %s more files"},
	"seconds":        {ZH: "%s 秒", EN: "%s s"},

	"summary":          {ZH: "概要", EN: "Summary"},
	"tile.messages":    {ZH: "读取消息", EN: "Messages read"},
	"tile.claims":      {ZH: "结算", EN: "Claims"},
	"tile.lines":       {ZH: "费用明细", EN: "Fee lines"},
	"tile.findings":    {ZH: "疑点", EN: "Findings"},
	"tile.touched":     {ZH: "涉及结算", EN: "Claims concerned"},
	"tile.detectors":   {ZH: "运行规则", EN: "Detectors run"},
	"tile.messages.is": {ZH: "＝ 结算 ＋ 重复 %s ＋ 冲突 %s ＋ 未接收 %s", EN: "= claims + %s duplicates + %s conflicts + %s rejected"},
	"tile.claims.is":   {ZH: "其中被退费冲销 %s", EN: "of them %s cancelled by refunds"},
	"tile.lines.is":    {ZH: "按上传原样计数", EN: "as sent"},
	"tile.findings.is": {ZH: "被查对象 %s 个", EN: "about %s subjects"},
	"tile.touched.is":  {ZH: "不重复计数", EN: "each counted once"},
	"tile.detectors.is": {ZH: "有疑点 %s，无疑点 %s",
		EN: "%s with findings, %s without"},

	"grade.violation":       {ZH: "违规", EN: "violation"},
	"grade.suspicious":      {ZH: "可疑", EN: "suspicious"},
	"grade.indicator":       {ZH: "提示", EN: "indicator"},
	"grade.violation.is":    {ZH: "数据与明文规定不符，核实凭证后才能认定。", EN: "The data contradict an explicit rule; to be established from the records."},
	"grade.suspicious.is":   {ZH: "数据不合常理或涉及合理性，须结合病历判断。", EN: "Unlikely, or a matter of judgement; to be read with the medical record."},
	"grade.indicator.is":    {ZH: "提示关注，本身不说明问题。", EN: "Worth a look; says nothing by itself."},
	"grade.caption":         {ZH: "按性质分", EN: "By grade"},
	"grade.counts":          {ZH: "疑点 %s 条，规则 %s 条", EN: "%s findings, %s detectors"},
	"grade.amount":          {ZH: "涉及金额", EN: "amount at risk"},
	"amount.warning.strong": {ZH: "金额不能相加作为损失。", EN: "Amounts must not be added up as a loss."},
	"amount.warning": {ZH: "不同规则可能指向同一笔费用，同一规则的多条疑点也可能重叠；这里的合计只是各条疑点金额之和，用来安排核实的先后。",
		EN: "Detectors may point at the same fees, and findings of one detector may overlap. Sums here are plain sums over findings, for deciding what to check first."},

	"unit.yuan": {ZH: "元", EN: "yuan"},
	"unit.wan":  {ZH: "万元", EN: "10,000 yuan"},
	"unit.yi":   {ZH: "亿元", EN: "100 million yuan"},

	"rejects":         {ZH: "未接收的消息", EN: "Messages not accepted"},
	"rejects.intro":   {ZH: "以下消息没有参加检查，原文在 rejected.jsonl 中，修正后可重新扫描。一条消息可能有多个问题。", EN: "These messages took no part. Their bytes are in rejected.jsonl, to be repaired and scanned again. One message may have several problems."},
	"rejects.none":    {ZH: "所有消息均可读取。", EN: "All messages could be read."},
	"rejects.caption": {ZH: "按字段和问题统计", EN: "By field and problem"},
	"rejects.conflicts": {ZH: "另有 %s 条与已有结算编号相同而内容不同（冲突），以先到者为准。",
		EN: "Another %s have the identity of an earlier claim and other content (conflict); the first one counts."},
	"rejects.field":   {ZH: "字段", EN: "Field"},
	"rejects.problem": {ZH: "问题", EN: "Problem"},
	"rejects.count":   {ZH: "次数", EN: "Count"},
	"rejects.whole":   {ZH: "（整条消息）", EN: "(the whole message)"},

	"charts":             {ZH: "分布", EN: "Where the findings are"},
	"charts.detectors":   {ZH: "按规则", EN: "By detector"},
	"charts.months":      {ZH: "按月份", EN: "By month"},
	"charts.months.is":   {ZH: "按疑点期间的起始日归月。", EN: "By the first day of each finding."},
	"charts.earlier":     {ZH: "更早", EN: "earlier"},
	"charts.undated":     {ZH: "无日期", EN: "no date"},
	"charts.subjects":    {ZH: "涉及金额最高的对象", EN: "Subjects by amount"},
	"charts.subjects.is": {ZH: "共 %s 个对象，列出前 %s 个。名次只表示核实的先后。", EN: "%s subjects, the first %s of them. The order only says what to check first."},
	"charts.sum":         {ZH: "合计", EN: "Sum"},
	"charts.max":         {ZH: "最高 %s", EN: "highest %s"},

	"col.rank":     {ZH: "序号", EN: "No."},
	"col.detector": {ZH: "规则", EN: "Detector"},
	"col.title":    {ZH: "名称", EN: "Title"},
	"col.grade":    {ZH: "性质", EN: "Grade"},
	"col.findings": {ZH: "疑点", EN: "Findings"},
	"col.amount":   {ZH: "涉及金额（元）", EN: "Amount, yuan"},
	"col.month":    {ZH: "月份", EN: "Month"},
	"col.subject":  {ZH: "对象", EN: "Subject"},
	"col.kind":     {ZH: "类别", EN: "Kind"},
	"col.period":   {ZH: "期间", EN: "Period"},
	"col.facts":    {ZH: "事实", EN: "Facts"},
	"col.evidence": {ZH: "证据（结算与明细）", EN: "Evidence: claims and lines"},
	"col.what":     {ZH: "查什么", EN: "What it looks for"},

	"kind.institution":  {ZH: "机构", EN: "institution"},
	"kind.person":       {ZH: "参保人", EN: "person"},
	"kind.practitioner": {ZH: "医师", EN: "practitioner"},

	"details":          {ZH: "疑点明细", EN: "Findings"},
	"details.none":     {ZH: "没有发现疑点。", EN: "Nothing was found."},
	"details.doc":      {ZH: "定义", EN: "Definition"},
	"details.clears":   {ZH: "可以排除的情形", EN: "What would clear it"},
	"details.basis":    {ZH: "依据", EN: "Law"},
	"details.classes":  {ZH: "规则分类", EN: "Rule classes"},
	"details.uses":     {ZH: "所用知识", EN: "Knowledge used"},
	"details.params":   {ZH: "参数", EN: "Parameters"},
	"details.legend":   {ZH: "事实栏用语", EN: "Words in Facts"},
	"details.all":      {ZH: "共 %s 条，涉及金额 %s 元，按金额从高到低。", EN: "%s findings, %s yuan, highest amounts first."},
	"details.some":     {ZH: "共 %s 条，涉及金额 %s 元；这里列出金额最高的 %s 条，其余 %s 条见 findings.jsonl。", EN: "%s findings, %s yuan; the %s highest are listed, the other %s are in findings.jsonl."},
	"details.onpaper":  {ZH: "打印只含前 %s 条。", EN: "Print has the first %s."},
	"details.lines":    {ZH: "明细", EN: "lines"},
	"details.evidence": {ZH: "结算 %s 笔，明细 %s 行", EN: "%s claims, %s lines"},
	"details.scroll":   {ZH: "证据清单，可滚动", EN: "Evidence, scrolls"},
	"details.rest":     {ZH: "其余 %s 笔结算、%s 行明细见 findings.jsonl", EN: "the other %s claims and %s lines are in findings.jsonl"},
	"details.day.to":   {ZH: "至", EN: "to"},
	"details.age":      {ZH: "%s 天（约 %s 岁）", EN: "%s days (about %s years)"},
	"details.top":      {ZH: "返回目录", EN: "Contents"},

	"quiet":         {ZH: "未发现疑点的规则", EN: "Detectors that found nothing"},
	"quiet.intro":   {ZH: "没有疑点不等于没有问题：规则所需的知识或字段缺失时，它不作判断。", EN: "Nothing found does not mean nothing is wrong: without the knowledge or fields it needs a detector stays silent."},
	"quiet.none":    {ZH: "所有规则都有疑点。", EN: "Every detector found something."},
	"quiet.caption": {ZH: "规则清单", EN: "Detectors"},

	"notes":        {ZH: "说明", EN: "Notes"},
	"notes.masks":  {ZH: "参保人编号", EN: "Person codes"},
	"notes.masked": {ZH: "只显示前两位和后两位，# 后的数字是本报告内的编号，同号即同一人。结算编号保持完整，以便调取凭证；请按个人信息管理本报告。", EN: "Shown with their first two and last two characters; the number behind # is valid in this report only, the same number is the same person. Claim ids stay whole so that records can be pulled. Treat this report as personal data."},
	"notes.money":  {ZH: "金额", EN: "Amounts"},
	"notes.moneys": {ZH: "指可能涉及的基金支付，算法见各规则的定义；金额为 0 的疑点仍是疑点。", EN: "Fund money possibly at risk, as each definition says; a finding of 0 is still a finding."},
	"notes.law":    {ZH: "依据简称", EN: "Law"},
	"notes.laws":   {ZH: "“条例”指《医疗保障基金使用监督管理条例》（国务院令第735号），“实施细则”指其实施细则；“两库”指医保基金智能监管规则库、知识库，F 编号为常见手法。", EN: "条例: Regulations on the Supervision of the Use of Medical Security Funds (State Council Decree 735); 实施细则: its implementing rules; 两库: the official rule and knowledge base; F numbers: known schemes."},
	"notes.files":  {ZH: "完整结果", EN: "Full results"},
	"notes.fileis": {ZH: "findings.jsonl 含全部疑点和证据，rejected.jsonl 含未接收的消息，summary.json 含统计。疑点编号由证据算出，同样的事实编号不变。", EN: "findings.jsonl has all findings with their evidence, rejected.jsonl the messages not accepted, summary.json the counts. An id follows from the evidence: the same facts give the same id."},

	"term.read":     {ZH: "读取消息 %s 条：结算 %s 笔（费用明细 %s 行，被退费冲销 %s 笔），重复 %s，冲突 %s，未接收 %s。", EN: "Read %s messages: %s claims (%s fee lines, %s claims cancelled by refunds), %s duplicates, %s conflicts, %s rejected."},
	"term.found":    {ZH: "运行规则 %s 条，发现疑点 %s 条，用时 %s 秒。", EN: "Ran %s detectors, %s findings, %s s."},
	"term.quiet":    {ZH: "其余 %s 条规则", EN: "%s others"},
	"term.nothing":  {ZH: "未发现疑点", EN: "nothing found"},
	"term.total":    {ZH: "合计", EN: "total"},
	"term.overlap":  {ZH: "金额合计是各条疑点之和，可能重叠，不是损失。", EN: "The sum of amounts may count fees twice; it is not a loss."},
	"term.rejected": {ZH: "未接收的消息：", EN: "Messages not accepted:"},
	"term.files":    {ZH: "结果：", EN: "Results:"},
}
