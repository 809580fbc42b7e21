package policies

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"fundwatch/detectors"
)

// Subject kinds of a referral beside those of findings.
const (
	Agency   = "agency"   // 经办机构
	Official = "official" // 公职人员
)

// Intent is what the inquiry says of the aim to deceive (骗取目的).
type Intent string

// The three answers about intent.
const (
	IntentUnknown Intent = "unknown"
	IntentNone    Intent = "none"
	IntentShown   Intent = "shown"
)

// Sign is what an investigator noted that concerns others than the fund.
type Sign string

// The signs.
const (
	Organised      Sign = "organised"       // 有组织
	Practice       Sign = "practice"        // 诊疗行为、执业资格
	Price          Sign = "price"           // 价格、广告
	DrugChannel    Sign = "drug-channel"    // 药品来源、流通
	PublicOfficial Sign = "public-official" // 涉及公职人员
	Uncooperative  Sign = "uncooperative"   // 拒不配合
	CrossRegion    Sign = "cross-region"    // 跨统筹区
	GraveHead      Sign = "grave-head"      // 医疗机构负责人情节严重
)

var (
	grades    = []detectors.Grade{detectors.Violation, detectors.Suspicious, detectors.Indicator}
	ofFinding = []string{detectors.Institution, detectors.PersonKind, detectors.Practitioner}
	ofLead    = []string{detectors.Institution, detectors.PersonKind, detectors.Practitioner, Agency, Official}
	intents   = []Intent{IntentUnknown, IntentNone, IntentShown}
	signs     = []Sign{Organised, Practice, Price, DrugChannel, PublicOfficial, Uncooperative, CrossRegion, GraveHead}
)

// TriageInput is what the question of triage may know of a new finding and its
// lead. It holds no code of a person or an institution.
type TriageInput struct {
	Detector  string          `json:"detector"` // full id
	Grade     detectors.Grade `json:"grade"`
	Subject   string          `json:"subject"` // kind
	AmountFen int64           `json:"amount_fen"`
	Basis     []string        `json:"basis"`   // clauses of the finding
	Schemes   []string        `json:"schemes"` // F…
	From      string          `json:"from"`    // first day of the conduct, empty when not known
	To        string          `json:"to"`      // last day
	Lead      Lead            `json:"lead"`
	Today     string          `json:"today"`
}

// Lead is what is known of the lead that the finding joins.
type Lead struct {
	Earlier  int64 `json:"earlier"`   // findings in force before this one
	TotalFen int64 `json:"total_fen"` // over the union of lines, this one included; 0 when not known
}

// TriageOf fills the input from a finding and its detector.
func TriageOf(f *detectors.Finding, d *detectors.Detector, lead Lead, today string) TriageInput {
	amount, fits := f.Amount.Int64()
	if !fits {
		amount = math.MaxInt64
		if f.Amount.Sign() < 0 {
			amount = math.MinInt64
		}
	}
	schemes := slices.DeleteFunc(slices.Clone(d.Classes), func(c string) bool { return !strings.HasPrefix(c, "F") })
	return TriageInput{
		Detector: f.Detector, Grade: f.Grade, Subject: f.Subject.Kind, AmountFen: amount,
		Basis: f.Basis, Schemes: schemes, From: f.From, To: f.To, Lead: lead, Today: today,
	}
}

// ReferralInput is what the question of referral may know of a lead or case.
type ReferralInput struct {
	Grade     detectors.Grade `json:"grade"`      // the highest of its findings
	Subject   string          `json:"subject"`    // kind, also agency or official
	Basis     []string        `json:"basis"`      // clauses, after verification those that hold
	AmountFen int64           `json:"amount_fen"` // loss, after verification the one found
	Verified  bool            `json:"verified"`   // a person has checked the facts
	Intent    Intent          `json:"intent"`
	Signs     []Sign          `json:"signs"`
	Today     string          `json:"today"`
}

// Question is one of the inputs.
type Question interface {
	name() string
	check() error
	// canonical gives an equal question with its sets sorted, so that equal
	// questions have equal bytes.
	canonical() Question
	// see gives what the policy is shown: amounts and times only as far as the
	// region's numbers tell them apart.
	see(e edges) visible
}

func (TriageInput) name() string   { return "triage" }
func (ReferralInput) name() string { return "referral" }

func (in TriageInput) canonical() Question {
	in.Basis, in.Schemes = sortedSet(in.Basis), sortedSet(in.Schemes)
	return in
}

func (in ReferralInput) canonical() Question {
	in.Basis, in.Signs = sortedSet(in.Basis), sortedSet(in.Signs)
	return in
}

// sortedSet never gives nil: an absent list and an empty one are equal.
func sortedSet[T ~string](list []T) []T {
	out := append([]T{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}

// ErrInput says that a question itself is wrong. The message names fields and
// no values.
var ErrInput = errors.New("提问的内容不对 the question is malformed")

func (in TriageInput) check() error {
	return faulty(map[string]bool{
		"grade":          slices.Contains(grades, in.Grade),
		"subject":        slices.Contains(ofFinding, in.Subject),
		"lead.earlier":   in.Lead.Earlier >= 0,
		"lead.total_fen": in.Lead.TotalFen >= 0,
		"from":           in.From == "" || isDay(in.From),
		"to":             in.To == "" || isDay(in.To),
		"today":          isDay(in.Today),
	})
}

func (in ReferralInput) check() error {
	return faulty(map[string]bool{
		"grade":   slices.Contains(grades, in.Grade),
		"subject": slices.Contains(ofLead, in.Subject),
		"intent":  slices.Contains(intents, in.Intent) && (in.Verified || in.Intent == IntentUnknown),
		"signs":   !slices.ContainsFunc(in.Signs, func(s Sign) bool { return !slices.Contains(signs, s) }),
		"today":   isDay(in.Today),
	})
}

func faulty(holds map[string]bool) error {
	var wrong []string
	for field, ok := range holds {
		if !ok {
			wrong = append(wrong, field)
		}
	}
	if wrong == nil {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("%w: %s", ErrInput, strings.Join(wrong, ", "))
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
