package policies

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"fundwatch/detectors"
)

// Measure is what a decision about somebody imposes, the gravest of it.
type Measure string

// The measures.
const (
	MeasureMoney       Measure = "money"       // 罚款、没收
	MeasureReprimand   Measure = "reprimand"   // 警告、通报批评
	MeasureRestriction Measure = "restriction" // 吊销、关闭、限制从业
	MeasureSuspension  Measure = "suspension"  // 暂停医药服务、暂停联网结算
	MeasureAgreement   Measure = "agreement"   // 协议处理、责令退回
)

// Class is how grave what is published is (轻微、一般、严重).
type Class string

// The classes.
const (
	Minor    Class = "minor"
	Ordinary Class = "ordinary"
	Serious  Class = "serious"
)

// Objection is what became of what the subject said against a listing.
type Objection string

// The states of an objection.
const (
	ObjectionNone     Objection = "none"
	ObjectionOpen     Objection = "open"
	ObjectionAnswered Objection = "answered"
	ObjectionReview   Objection = "review" // raised after it was listed: it stays, so marked
)

var (
	measures   = []Measure{MeasureMoney, MeasureReprimand, MeasureRestriction, MeasureSuspension, MeasureAgreement}
	classesOf  = []Class{Minor, Ordinary, Serious}
	objections = []Objection{ObjectionNone, ObjectionOpen, ObjectionAnswered, ObjectionReview}
)

// ListingInput is what the question of listing may know of a decision: where
// it belongs in the published list and the credit ledger.
type ListingInput struct {
	Subject   string  `json:"subject"` // kind, also agency or official
	Measure   Measure `json:"measure"`
	Summary   bool    `json:"summary"`    // decided on the spot (简易程序)
	AmountFen int64   `json:"amount_fen"` // fined and confiscated
	Effective bool    `json:"effective"`
	Revoked   bool    `json:"revoked"`  // also changed, or found unlawful
	Social    bool    `json:"social"`   // of some influence in society (具有一定社会影响)
	Juvenile  bool    `json:"juvenile"` // the subject is a minor
	Named     bool    `json:"named"`    // meant for the list of seriously dishonest subjects
	Founded   bool    `json:"founded"`  // a law or national text founds that list
}

// PublicationInput is what the question of publication may know of a record.
type PublicationInput struct {
	Subject     string    `json:"subject"` // kind, also agency or official
	Class       Class     `json:"class"`
	Told        bool      `json:"told"`      // the subject was told (告知)
	Over        bool      `json:"over"`      // the time for objection is over, or was waived in writing
	Objection   Objection `json:"objection"` // and whether it was answered
	Revoked     bool      `json:"revoked"`   // the decision it rests on fell
	Repaired    bool      `json:"repaired"`  // repair of credit was granted
	Secret      bool      `json:"secret"`    // secrets, privacy or safety are concerned
	Juvenile    bool      `json:"juvenile"`  // the subject is a minor
	Months      int64     `json:"months"`    // whole ones since it was first published, 0 before
	CleanMonths int64     `json:"clean_months"`
}

func (ListingInput) name() string     { return "listing" }
func (PublicationInput) name() string { return "publication" }

func (in ListingInput) canonical() Question     { return in }
func (in PublicationInput) canonical() Question { return in }

func (in ListingInput) check() error {
	return faulty(map[string]bool{
		"subject":    slices.Contains(ofLead, in.Subject),
		"measure":    slices.Contains(measures, in.Measure),
		"amount_fen": in.AmountFen >= 0 && (in.Measure == MeasureMoney) == (in.AmountFen > 0),
		"juvenile":   !in.Juvenile || in.Subject == detectors.PersonKind,
	})
}

func (in PublicationInput) check() error {
	return faulty(map[string]bool{
		"subject":      slices.Contains(ofLead, in.Subject),
		"class":        slices.Contains(classesOf, in.Class),
		"objection":    slices.Contains(objections, in.Objection),
		"over":         in.Told || !in.Over,
		"juvenile":     !in.Juvenile || in.Subject == detectors.PersonKind,
		"months":       in.Months >= 0,
		"clean_months": in.CleanMonths >= 0,
	})
}

type seenListing struct {
	subject, measure                                              string
	summary, effective, revoked, social, juvenile, named, founded bool
	amount                                                        int64
}

func (in ListingInput) see(e edges) visible {
	return seenListing{
		subject: in.Subject, measure: string(in.Measure), amount: place(e.fen, in.AmountFen),
		summary: in.Summary, effective: in.Effective, revoked: in.Revoked, social: in.Social,
		juvenile: in.Juvenile, named: in.Named, founded: in.Founded,
	}
}

func (s seenListing) value() ast.Value {
	return ast.NewObject(
		text("subject", s.subject), text("measure", s.measure), number("amount_fen", s.amount),
		yesNo("summary", s.summary), yesNo("effective", s.effective), yesNo("revoked", s.revoked), yesNo("social", s.social),
		yesNo("juvenile", s.juvenile), yesNo("named", s.named), yesNo("founded", s.founded),
	)
}

type seenPublication struct {
	subject, class, objection                       string
	told, over, revoked, repaired, secret, juvenile bool
	months, clean                                   int64
}

func (in PublicationInput) see(e edges) visible {
	return seenPublication{
		subject: in.Subject, class: string(in.Class), objection: string(in.Objection),
		told: in.Told, over: in.Over, revoked: in.Revoked, repaired: in.Repaired, secret: in.Secret, juvenile: in.Juvenile,
		months: place(e.months, in.Months), clean: place(e.months, in.CleanMonths),
	}
}

func (s seenPublication) value() ast.Value {
	return ast.NewObject(
		text("subject", s.subject), text("class", s.class), text("objection", s.objection),
		yesNo("told", s.told), yesNo("over", s.over), yesNo("revoked", s.revoked), yesNo("repaired", s.repaired),
		yesNo("secret", s.secret), yesNo("juvenile", s.juvenile),
		number("months", s.months), number("clean_months", s.clean),
	)
}

func yesNo(name string, v bool) [2]*ast.Term {
	return [2]*ast.Term{ast.StringTerm(name), ast.BooleanTerm(v)}
}
