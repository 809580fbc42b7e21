package claim

import "fmt"

// Kind says how the values of a field are written and kept.
type Kind uint8

// The kinds of values of the contract. Inside, None64 (numbers, times), None32
// (days) and NoCode (codes, texts) stand for an absent value.
const (
	KindCode     Kind = iota // text without control characters or '|', compared bytewise; kept as int32 code
	KindText                 // any characters, trimmed; kept as int32 code
	KindMoney                // yuan with 2 decimals; kept as int64 fen
	KindQuantity             // 4 decimals; kept as int64 of 1/10 000
	KindPrice                // 6 decimals; kept as int64 of 1/1 000 000 yuan
	KindWhole                // whole number of at most 9 digits, not negative; kept as int64
	KindTime                 // 2026-03-05 08:30:00; kept as int64 seconds of the wall clock since 1970-01-01
	KindDay                  // 2026-03-05; kept as int64 days since 1970-01-01
)

// Table names one of the three tables a claim consists of.
type Table uint8

// The tables of a claim.
const (
	Settlements Table = iota
	Lines
	Diagnoses
	numTables
)

// String gives the name of the table as files carry it.
func (t Table) String() string { return [...]string{"settlements", "lines", "diagnoses"}[t] }

// Field names one field of the contract. Names are those of the national
// interface standard in Go's spelling.
type Field uint8

// Fields of a settlement (setlinfo).
const (
	SetlID Field = iota
	MdtrtID
	PsnNo
	FixmedinsCode
	Insutype
	MedType
	SetlTime
	Begntime
	Endtime
	Gend
	Brdy
	InsuplcAdmdvs
	MdtrtareaAdmvs
	DscgMaindiagCode
	MedfeeSumamt
	ClaimInscpScpAmt
	FundPaySumamt
	HifpPay
	AcctPay
	PsnCashPay
	BillNo
	DrgCode
	RefdSetlFlag
	InitSetlID
)

// Fields of a fee line (feedetail).
const (
	FeedetlSn Field = iota + 24
	InitFeedetlSn
	Rxno
	FeeOcurTime
	MedListCodg
	MedinsListCodg
	MedChrgitmType
	ChrgitmLv
	Cnt
	Pric
	DetItemFeeSumamt
	InscpScpAmt
	BilgDrCodg
	BilgDeptCodg
	PrdDays
	TrdnFlag
	EtipFlag
	DscgTkdrugFlag
)

// Fields of a diagnosis (diseinfo).
const (
	DiagType Field = iota + 42
	MaindiagFlag
	DiagSrtNo
	DiagCode
	DiagName
	NumFields
)

// DrugTracCodg is not a column of one value: a line has any number of trace
// codes. It is named here so that a detector can declare that it reads them.
const DrugTracCodg Field = NumFields

// Domain is a set of codes that share one dictionary, so that equal codes are
// equal texts also between fields.
type Domain uint8

// The domains. Each field of kind code or text belongs to one.
const (
	DomainNone Domain = iota
	DomainInstitution
	DomainSettlement
	DomainVisit
	DomainPerson
	DomainLine
	DomainItem
	DomainPractitioner
	DomainDepartment
	DomainDiagnosis
	DomainMedType
	DomainInsutype
	DomainAdmdvs
	DomainBill
	DomainRx
	DomainLocalItem
	DomainDrg
	DomainDiagName
	DomainFlag // short open code lists: sexes, flags, charge types and levels
	NumDomains
)

// Spec is what the contract says of a field.
type Spec struct {
	Name     string // as in JSON and in the columns of tables
	Table    Table
	Kind     Kind
	Domain   Domain
	Required bool // may not be absent
	Slash    bool // '/' is a problem too, since the field is part of evidence paths
	Check    Check
}

// Check is a closed rule on one value beyond its kind.
type Check uint8

// The checks on single values.
const (
	CheckNone        Check = iota
	CheckSex               // 0, 1, 2 or 9
	CheckRefund            // 0 or 1
	CheckDivision          // six digits
	CheckNotZero           // cnt
	CheckNotNegative       // pric, prd_days
)

// String gives the field's name in the standard.
func (f Field) String() string {
	if f == DrugTracCodg {
		return "drug_trac_codg"
	}
	return specs[f].Name
}

// Spec gives what the contract says of the field.
func (f Field) Spec() *Spec { return &specs[f] }

// Fields lists the fields of a table in the contract's order.
func (t Table) Fields() []Field {
	lo, hi := SetlID, FeedetlSn
	switch t {
	case Lines:
		lo, hi = FeedetlSn, DiagType
	case Diagnoses:
		lo, hi = DiagType, NumFields
	}
	out := make([]Field, 0, hi-lo)
	for f := lo; f < hi; f++ {
		out = append(out, f)
	}
	return out
}

var specs = [NumFields]Spec{
	SetlID:           {Name: "setl_id", Domain: DomainSettlement, Required: true, Slash: true},
	MdtrtID:          {Name: "mdtrt_id", Domain: DomainVisit, Required: true, Slash: true},
	PsnNo:            {Name: "psn_no", Domain: DomainPerson, Required: true, Slash: true},
	FixmedinsCode:    {Name: "fixmedins_code", Domain: DomainInstitution, Required: true, Slash: true},
	Insutype:         {Name: "insutype", Domain: DomainInsutype, Required: true},
	MedType:          {Name: "med_type", Domain: DomainMedType, Required: true},
	SetlTime:         {Name: "setl_time", Kind: KindTime, Required: true},
	Begntime:         {Name: "begntime", Kind: KindTime},
	Endtime:          {Name: "endtime", Kind: KindTime},
	Gend:             {Name: "gend", Domain: DomainFlag, Required: true, Check: CheckSex},
	Brdy:             {Name: "brdy", Kind: KindDay, Required: true},
	InsuplcAdmdvs:    {Name: "insuplc_admdvs", Domain: DomainAdmdvs, Required: true, Check: CheckDivision},
	MdtrtareaAdmvs:   {Name: "mdtrtarea_admvs", Domain: DomainAdmdvs, Required: true, Check: CheckDivision},
	DscgMaindiagCode: {Name: "dscg_maindiag_code", Domain: DomainDiagnosis},
	MedfeeSumamt:     {Name: "medfee_sumamt", Kind: KindMoney, Required: true},
	ClaimInscpScpAmt: {Name: "inscp_scp_amt", Kind: KindMoney},
	FundPaySumamt:    {Name: "fund_pay_sumamt", Kind: KindMoney, Required: true},
	HifpPay:          {Name: "hifp_pay", Kind: KindMoney},
	AcctPay:          {Name: "acct_pay", Kind: KindMoney, Required: true},
	PsnCashPay:       {Name: "psn_cash_pay", Kind: KindMoney, Required: true},
	BillNo:           {Name: "bill_no", Domain: DomainBill},
	DrgCode:          {Name: "drg_code", Domain: DomainDrg},
	RefdSetlFlag:     {Name: "refd_setl_flag", Domain: DomainFlag, Check: CheckRefund},
	InitSetlID:       {Name: "init_setl_id", Domain: DomainSettlement, Slash: true},

	FeedetlSn:        {Name: "feedetl_sn", Table: Lines, Domain: DomainLine, Required: true, Slash: true},
	InitFeedetlSn:    {Name: "init_feedetl_sn", Table: Lines, Domain: DomainLine, Slash: true},
	Rxno:             {Name: "rxno", Table: Lines, Domain: DomainRx},
	FeeOcurTime:      {Name: "fee_ocur_time", Table: Lines, Kind: KindTime, Required: true},
	MedListCodg:      {Name: "med_list_codg", Table: Lines, Domain: DomainItem, Required: true},
	MedinsListCodg:   {Name: "medins_list_codg", Table: Lines, Domain: DomainLocalItem},
	MedChrgitmType:   {Name: "med_chrgitm_type", Table: Lines, Domain: DomainFlag, Required: true},
	ChrgitmLv:        {Name: "chrgitm_lv", Table: Lines, Domain: DomainFlag},
	Cnt:              {Name: "cnt", Table: Lines, Kind: KindQuantity, Required: true, Check: CheckNotZero},
	Pric:             {Name: "pric", Table: Lines, Kind: KindPrice, Required: true, Check: CheckNotNegative},
	DetItemFeeSumamt: {Name: "det_item_fee_sumamt", Table: Lines, Kind: KindMoney, Required: true},
	InscpScpAmt:      {Name: "inscp_scp_amt", Table: Lines, Kind: KindMoney},
	BilgDrCodg:       {Name: "bilg_dr_codg", Table: Lines, Domain: DomainPractitioner},
	BilgDeptCodg:     {Name: "bilg_dept_codg", Table: Lines, Domain: DomainDepartment},
	PrdDays:          {Name: "prd_days", Table: Lines, Kind: KindQuantity, Check: CheckNotNegative},
	TrdnFlag:         {Name: "trdn_flag", Table: Lines, Domain: DomainFlag},
	EtipFlag:         {Name: "etip_flag", Table: Lines, Domain: DomainFlag},
	DscgTkdrugFlag:   {Name: "dscg_tkdrug_flag", Table: Lines, Domain: DomainFlag},

	DiagType:     {Name: "diag_type", Table: Diagnoses, Domain: DomainFlag},
	MaindiagFlag: {Name: "maindiag_flag", Table: Diagnoses, Domain: DomainFlag},
	DiagSrtNo:    {Name: "diag_srt_no", Table: Diagnoses, Kind: KindWhole},
	DiagCode:     {Name: "diag_code", Table: Diagnoses, Domain: DomainDiagnosis},
	DiagName:     {Name: "diag_name", Table: Diagnoses, Kind: KindText, Domain: DomainDiagName},
}

// Coded reports whether values of the field are kept as int32 codes.
func (f Field) Coded() bool { return coded.Has(f) }

// coded are the fields of kind code and text.
var coded = func() (s FieldSet) {
	for f := range NumFields {
		if specs[f].Kind == KindCode || specs[f].Kind == KindText {
			s = s.With(f)
		}
	}
	return s
}()

// FieldSet is a set of fields.
type FieldSet uint64

// With adds fields to the set.
func (s FieldSet) With(fields ...Field) FieldSet {
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

// Has reports whether the set holds the field.
func (s FieldSet) Has(f Field) bool { return s>>f&1 == 1 }

// AllFields holds every field and the trace codes.
const AllFields FieldSet = 1<<(NumFields+1) - 1

// FieldByName finds a field of a table by its name in the standard.
func FieldByName(t Table, name string) (Field, error) {
	for _, f := range t.Fields() {
		if specs[f].Name == name {
			return f, nil
		}
	}
	return 0, fmt.Errorf("claim: table %s has no field %q", t, name)
}
