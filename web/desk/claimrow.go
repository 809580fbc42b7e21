package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
	"fundwatch/internal/recall"
)

// Claim is a settlement: its head, and its fee lines, where it is in evidence
// those alone that the finding rests on. The person is told beside it, masked.
type Claim struct {
	ID         string      `json:"id"` // institution/settlement
	Subject    Subject     `json:"institution"`
	MedType    string      `json:"med_type"`
	Care       string      `json:"care"` // inpatient, outpatient, emergency, pharmacy
	Insurance  string      `json:"insutype"`
	SettledAt  string      `json:"setl_time"`
	From       string      `json:"begntime"`
	To         string      `json:"endtime"`
	Diagnosis  string      `json:"dscg_maindiag_code"`
	Diagnoses  []string    `json:"diagnoses"`
	Total      string      `json:"medfee_sumamt"`
	Fund       string      `json:"fund_pay_sumamt"`
	Lines      []ClaimLine `json:"lines"`
	Others     int         `json:"other_lines"`
	Unreadable bool        `json:"unreadable,omitempty"` // not in Kafka, or not read yet
	Here       bool        `json:"-"`                    // it has a page that the user may open
}

// Page is the address of the claim.
func (c Claim) Page() string { return claimURL(c.ID) }

// ClaimLine is a fee line.
type ClaimLine struct {
	ID      string `json:"feedetl_sn"`
	At      string `json:"fee_ocur_time"`
	Item    string `json:"med_list_codg"`
	Name    string `json:"item_name,omitempty"` // as the knowledge base has it
	Count   string `json:"cnt"`
	Price   string `json:"pric"`
	Amount  string `json:"det_item_fee_sumamt"`
	InScope string `json:"inscp_scp_amt"`
	Doctor  string `json:"bilg_dr_codg"`
	Dept    string `json:"bilg_dept_codg"`
	Of      string `json:"init_feedetl_sn,omitempty"` // the line that it takes back
	Traces  int    `json:"trace_codes,omitempty"`
	Cited   bool   `json:"cited,omitempty"` // a finding that is shown rests on it
	// DoctorRef stands for the practitioner in addresses.
	DoctorRef string `json:"practitioner_ref,omitempty"`
}

// loose is a text, or a number as it was written.
type loose string

// UnmarshalJSON takes either.
func (l *loose) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*l = loose(strings.TrimSpace(text))
	} else if string(b) != "null" {
		*l = loose(b)
	}
	return nil
}

// sent is a claim as it was sent.
type sent struct {
	Setlinfo map[string]loose   `json:"setlinfo"`
	Diseinfo []map[string]loose `json:"diseinfo"`
	Lines    []struct {
		ID      loose `json:"feedetl_sn"`
		At      loose `json:"fee_ocur_time"`
		Item    loose `json:"med_list_codg"`
		Count   loose `json:"cnt"`
		Price   loose `json:"pric"`
		Amount  loose `json:"det_item_fee_sumamt"`
		InScope loose `json:"inscp_scp_amt"`
		Doctor  loose `json:"bilg_dr_codg"`
		Dept    loose `json:"bilg_dept_codg"`
		Of      loose `json:"init_feedetl_sn"`
		Traces  []any `json:"drugtracinfo"`
	} `json:"feedetail"`
}

// head gives a value of the settlement.
func (s *sent) head(name string) string { return string(s.Setlinfo[name]) }

// claim reads a settlement with the lines that are in evidence.
func (d *Desk) claim(r *http.Request, id string, lines []string) (Claim, error) {
	institution, _, _ := strings.Cut(id, "/")
	c := Claim{ID: id, Subject: d.institution(institution)}
	if d.o.Claims == nil {
		c.Unreadable = true
		return c, nil
	}
	l, err := d.o.Claims.Get(r.Context(), id)
	if errors.Is(err, recall.ErrUnknown) || errors.Is(err, recall.ErrUnkept) {
		c.Unreadable = true
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Here = d.sees(r, detectors.Subject{Kind: detectors.Institution, Code: institution})
	_, err = d.readClaim(l.Message, &c, func(line string) bool { return slices.Contains(lines, id+"/"+line) })
	return c, err
}

// readClaim takes over what a claim says, of its lines those that are wanted.
func (d *Desk) readClaim(message []byte, c *Claim, wanted func(line string) bool) (*sent, error) {
	var s sent
	if json.Unmarshal(message, &s) != nil {
		return nil, errors.New("a claim cannot be read") // the cause may quote it
	}
	c.MedType, c.Insurance, c.SettledAt, c.From, c.To = s.head("med_type"), s.head("insutype"), s.head("setl_time"), s.head("begntime"), s.head("endtime")
	c.Care = care(c.MedType)
	c.Diagnosis, c.Total, c.Fund = s.head("dscg_maindiag_code"), s.head("medfee_sumamt"), s.head("fund_pay_sumamt")
	for _, x := range s.Diseinfo {
		c.Diagnoses = append(c.Diagnoses, strings.TrimSpace(string(x["diag_code"])+" "+string(x["diag_name"])))
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		if !wanted(string(l.ID)) {
			c.Others++
			continue
		}
		line := ClaimLine{ID: string(l.ID), At: string(l.At), Item: string(l.Item), Name: d.itemName(string(l.Item)), Count: string(l.Count), Price: string(l.Price), Amount: string(l.Amount),
			InScope: string(l.InScope), Doctor: string(l.Doctor), Dept: string(l.Dept), Of: string(l.Of), Traces: len(l.Traces)}
		if line.Doctor != "" {
			line.DoctorRef = d.practitionerRef(line.Doctor)
		}
		c.Lines = append(c.Lines, line)
	}
	return &s, nil
}

// age gives whole years from a birth to a settlement; -1 where one of them is
// not known.
func age(birth, settled string) int {
	from, err := time.Parse(time.DateOnly, birth[:min(len(birth), len(time.DateOnly))])
	to, err2 := time.Parse(time.DateOnly, settled[:min(len(settled), len(time.DateOnly))])
	if err != nil || err2 != nil || to.Before(from) {
		return -1
	}
	years := to.Year() - from.Year()
	if to.YearDay() < from.AddDate(years, 0, 0).YearDay() {
		years--
	}
	return years
}

// care gives the kind of care by the first two characters of a med_type, as
// docs/formats.md has it.
func care(medType string) string {
	switch medType[:min(len(medType), 2)] {
	case "21", "22", "23", "24", "52":
		return "inpatient"
	case "41":
		return "pharmacy"
	case "13":
		return "emergency"
	}
	return "outpatient"
}

// itemName gives the name of an item as the knowledge base has it last.
func (d *Desk) itemName(code string) string {
	versions := d.o.Knowledge.Versions(code)
	if len(versions) == 0 {
		return ""
	}
	latest := slices.MaxFunc(versions, func(a, b knowledge.Item) int { return int(min(max(a.From-b.From, -1), 1)) })
	return latest.Name
}
