package simulate

import (
	"strconv"
	"time"
)

// The values of a claim are plain integers in the contract's units, so that a
// year of settlements can be made and written without a float or a parser.
type (
	// Fen is money in 1/100 yuan.
	Fen int64
	// Quantity counts in 1/10 000.
	Quantity int64
	// Price is a unit price in 1/1 000 000 yuan.
	Price int64
	// Second is wall-clock time in Asia/Shanghai, in seconds since 1970-01-01
	// 00:00:00 of that clock. 0 is absent.
	Second int64
	// Day is a calendar day, counted from 1970-01-01.
	Day int32
)

// AbsentFen stands in an optional money field that was not sent.
const AbsentFen Fen = -1 << 63

const (
	secondsPerDay  = 86400
	quantityUnit   = 10_000
	priceUnit      = 1_000_000
	fenPerProduct  = 100_000_000 // quantity × price, in fen
	fractionsMoney = 2
	fractionsCount = 4
	fractionsPrice = 6
)

// Claim is one settlement with its fee details, in the shape of the interface
// standard; AppendJSON and encoding/json write it under the standard's names.
type Claim struct {
	Setlinfo  Settlement
	Diseinfo  []Diagnosis
	Feedetail []Line
}

// Settlement is the head of a claim (setlinfo).
type Settlement struct {
	SetlID           string
	MdtrtID          string
	PsnNo            string
	FixmedinsCode    string
	Insutype         string
	MedType          string
	SetlTime         Second
	Begntime         Second
	Endtime          Second
	Gend             string
	Brdy             Day
	InsuplcAdmdvs    string
	MdtrtareaAdmvs   string
	DscgMaindiagCode string
	MedfeeSumamt     Fen
	InscpScpAmt      Fen
	FundPaySumamt    Fen
	HifpPay          Fen
	AcctPay          Fen
	PsnCashPay       Fen
	BillNo           string
	DrgCode          string
	RefdSetlFlag     string
	InitSetlID       string
}

// Diagnosis is one member of diseinfo.
type Diagnosis struct {
	DiagType     string
	MaindiagFlag string
	DiagSrtNo    int
	DiagCode     string
	DiagName     string
}

// Line is one fee detail (feedetail).
type Line struct {
	FeedetlSn        string
	InitFeedetlSn    string
	Rxno             string
	FeeOcurTime      Second
	MedListCodg      string
	MedinsListCodg   string
	MedChrgitmType   string
	ChrgitmLv        string
	Cnt              Quantity
	Pric             Price
	DetItemFeeSumamt Fen
	InscpScpAmt      Fen
	BilgDrCodg       string
	BilgDeptCodg     string
	PrdDays          Quantity
	TrdnFlag         string
	EtipFlag         string
	DscgTkdrugFlag   string
	Drugtracinfo     []TraceCode
}

// TraceCode is the code of one package of a drug.
type TraceCode struct {
	DrugTracCodg string
}

// ID is the identity of the claim: institution and settlement.
func (c *Claim) ID() string { return c.Setlinfo.FixmedinsCode + "/" + c.Setlinfo.SetlID }

// lineFee multiplies as the contract says: once, rounded half away from zero.
func lineFee(cnt Quantity, pric Price) Fen {
	product := int64(cnt) * int64(pric)
	if product < 0 {
		return Fen(-((-product + fenPerProduct/2) / fenPerProduct))
	}
	return Fen((product + fenPerProduct/2) / fenPerProduct)
}

// share is amount × num / den, rounded half away from zero; amount ≥ 0.
func share(amount Fen, num, den int64) Fen {
	return Fen((int64(amount)*num + den/2) / den)
}

func dayOf(s Second) Day {
	d := int64(s) / secondsPerDay
	if int64(s)%secondsPerDay < 0 {
		d--
	}
	return Day(d)
}

func (d Day) at(hour, minute, second int) Second {
	return Second(int64(d)*secondsPerDay + int64(hour*3600+minute*60+second))
}

func dayFromTime(t time.Time) Day {
	y, m, d := t.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// String writes the day as 2026-03-05.
func (d Day) String() string { return string(appendDay(nil, d)) }

// String writes the time as 2026-03-05 08:30:00.
func (s Second) String() string { return string(appendSecond(nil, s)) }

// String writes the amount in yuan.
func (f Fen) String() string { return string(appendDecimal(nil, int64(f), fractionsMoney)) }

// String writes the quantity without trailing zeros.
func (q Quantity) String() string { return string(appendShort(nil, int64(q), fractionsCount)) }

// String writes the price without trailing zeros.
func (p Price) String() string { return string(appendShort(nil, int64(p), fractionsPrice)) }

// appendDay writes the civil date by Howard Hinnant's days algorithm: the
// standard library's time formatting was a third of the whole run.
func appendDay(dst []byte, d Day) []byte {
	z := int64(d) + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day := doy - (153*mp+2)/5 + 1
	month := mp + 3
	year := yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return append(dst, byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10),
		'-', byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}

func appendSecond(dst []byte, s Second) []byte {
	day := dayOf(s)
	rest := int64(s) - int64(day)*secondsPerDay
	dst = append(appendDay(dst, day), ' ')
	h, m, sec := rest/3600, rest/60%60, rest%60
	return append(dst, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10),
		':', byte('0'+sec/10), byte('0'+sec%10))
}

// appendDecimal writes v with exactly n digits after the point.
func appendDecimal(dst []byte, v int64, n int) []byte {
	if v < 0 {
		dst, v = append(dst, '-'), -v
	}
	unit := int64(1)
	for range n {
		unit *= 10
	}
	dst = append(strconv.AppendInt(dst, v/unit, 10), '.')
	for rest := v % unit; n > 0; n-- {
		unit /= 10
		dst = append(dst, byte('0'+rest/unit))
		rest %= unit
	}
	return dst
}

// appendShort writes v with n digits after the point, then drops the zeros.
func appendShort(dst []byte, v int64, n int) []byte {
	dst = appendDecimal(dst, v, n)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	return dst
}
