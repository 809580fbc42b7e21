package cases

import (
	"bytes"
	"encoding/json"
	"fmt"

	"fundwatch/detectors"
)

// File is what the file of a case holds, in the order in which it comes to be.
// A part that is not there yet is nil or empty.
type File struct {
	Party      *Party
	Officers   []Officer
	Recused    []Recusal
	Money      Money
	Notices    []Notice // the last is in force
	Defence    *Defence
	Review     *Review
	Decision   *Penalty
	Service    *Service
	Receipts   []Receipt
	Transfer   *Transfer
	Clocks     []Clock
	Extensions []Extension
	Proposal   *Proposal
	Joined     []Joining // leads that came after the case was opened

	Lines    []Line     // sorted by id
	Evidence []Evidence // sorted by hash
}

// Party is whom the case is about, and for what.
type Party struct {
	Subject detectors.Subject `json:"subject"`
	Cause   string            `json:"cause"`   // 案由
	Article string            `json:"article"` // of the law that may have been broken
	Day     string            `json:"day"`     // of filing
}

// Officer is a law-enforcement officer of the case.
type Officer struct {
	Login   string `json:"login"`
	Licence string `json:"licence"` // number of the enforcement certificate
	Until   string `json:"until"`   // last day on which it is valid
}

// Recusal is who stands aside, and why.
type Recusal struct {
	Login  string `json:"login"`
	Reason string `json:"reason"`
	Day    string `json:"day"`
}

// Money is the chain of money in fen: at risk and verified over distinct fee
// lines, ordered by the decision, received. What is returned to the fund and
// what is a fine go separate ways (条例45) and are never added up.
type Money struct {
	AtRisk   int64 `json:"at_risk,string"`
	Verified int64 `json:"verified,string"`
	Refund   int64 `json:"refund,string"` // ordered to be returned to the fund
	Fine     int64 `json:"fine,string"`   // ordered as a fine
	RefundIn int64 `json:"refund_in,string"`
	FineIn   int64 `json:"fine_in,string"`
}

// Notice is a notice before a decision (行政处罚事先告知书) that was served.
type Notice struct {
	Number  int    `json:"number"` // of the region in its year
	Year    int    `json:"year"`
	Facts   string `json:"facts"`
	Article string `json:"article"`
	Refund  int64  `json:"refund,string"`
	Fine    int64  `json:"fine,string"`
	Ground  string `json:"ground,omitempty"` // of a fine below the range of the article; see [GroundWords]
	Day     string `json:"day"`              // served
	Way     string `json:"way"`              // how
	Until   string `json:"until"`            // last day on which the party may speak
}

// Defence is what the party said to the notice, and what was found of it.
type Defence struct {
	Stance  string `json:"stance"` // none, statement or waived
	Said    string `json:"said"`
	Found   string `json:"found"`
	Written string `json:"written"` // hash of the evidence that the waiver is
	Notice  int    `json:"notice"`  // which of the notices, from 1
	Day     string `json:"day"`
}

// Review is a legal review (法制审核).
type Review struct {
	By      string `json:"by"`
	Passed  bool   `json:"passed"`
	Opinion string `json:"opinion"`
	Notice  int    `json:"notice"` // which of the notices it has seen, from 1
	Day     string `json:"day"`
}

// Penalty is the decision.
type Penalty struct {
	Kind    string `json:"kind"` // penalty, no-penalty or unfounded
	Number  int    `json:"number"`
	Year    int    `json:"year"`
	Text    string `json:"text"`
	Article string `json:"article"`
	Refund  int64  `json:"refund,string"`
	Fine    int64  `json:"fine,string"`
	Ground  string `json:"ground,omitempty"` // of a fine below the range of the article
	Day     string `json:"day"`
}

// Service is how the decision reached the party; it has effect from that day.
type Service struct {
	Day string `json:"day"`
	Way string `json:"way"`
}

// Receipt is money that came in.
type Receipt struct {
	What    string `json:"what"` // refund or fine
	Fen     int64  `json:"fen,string"`
	Day     string `json:"day"`
	Voucher string `json:"voucher"`
}

// Transfer is to whom the case went.
type Transfer struct {
	To        string `json:"to"`
	Documents string `json:"documents"`
	Day       string `json:"day"`
	From      Status `json:"from"`
}

// Extension is more time for the case.
type Extension struct {
	Days   int64  `json:"days,string"`
	Ground string `json:"ground"` // head or council
	Day    string `json:"day"`
}

// Proposal is a move that one person proposes and another may approve.
type Proposal struct {
	Move   string            `json:"move"`
	Fields map[string]string `json:"fields"`
	By     string            `json:"by"`
	Reason string            `json:"reason"`
	Day    string            `json:"day"`
	Digest string            `json:"digest"` // of the file it was made on
	Parts  map[string]string `json:"parts"`  // the same, part by part
	// Decision is that of policy on which it was made, as it is kept; may be empty.
	Decision string `json:"decision,omitempty"`
}

// section is a part of the file as Redis and the journal hold it.
type section struct {
	name string
	part any // pointer
}

// sections lists the parts; their names are fields of case:<id>.
func (f *File) sections() []section {
	return []section{
		{"party", &f.Party}, {"officers", &f.Officers}, {"recused", &f.Recused}, {"money", &f.Money}, {"notices", &f.Notices},
		{"defence", &f.Defence}, {"review", &f.Review}, {"decision", &f.Decision}, {"service", &f.Service}, {"receipts", &f.Receipts},
		{"transfer", &f.Transfer}, {"clocks", &f.Clocks}, {"extensions", &f.Extensions}, {"proposal", &f.Proposal}, {"joined", &f.Joined},
	}
}

// texts writes the parts as JSON; one that is empty is the empty text.
func (f *File) texts() (map[string]string, error) {
	out := map[string]string{}
	for _, s := range f.sections() {
		text, err := text(s.part)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", s.name, err)
		}
		if text == "null" || text == "[]" || text == emptyMoney {
			text = ""
		}
		out[s.name] = text
	}
	return out, nil
}

const emptyMoney = `{"at_risk":"0","verified":"0","refund":"0","fine":"0","refund_in":"0","fine_in":"0"}`

// text writes JSON as people read it, without escaping what HTML would need.
func text(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// readFile reads the parts back.
func readFile(h map[string]string) (File, error) {
	var f File
	for _, s := range f.sections() {
		if h[s.name] == "" {
			continue
		}
		if err := json.Unmarshal([]byte(h[s.name]), s.part); err != nil {
			return f, fmt.Errorf("part %s of the file cannot be read", s.name)
		}
	}
	return f, nil
}

// clone copies the file so deeply that a move tried on it leaves no trace.
func (f *File) clone() (File, error) {
	texts, err := f.texts()
	if err != nil {
		return File{}, err
	}
	out, err := readFile(texts)
	out.Lines = append(out.Lines, f.Lines...)
	out.Evidence = append(out.Evidence, f.Evidence...)
	return out, err
}

// notice gives the notice in force; nil before the first.
func (f *File) notice() *Notice {
	if len(f.Notices) == 0 {
		return nil
	}
	return &f.Notices[len(f.Notices)-1]
}
