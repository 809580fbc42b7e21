package desk

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"fundwatch/detectors/knowledge"
	"fundwatch/internal/recall"
)

// Claim is a settlement in evidence: its head, and of its fee lines those that
// a finding rests on. The person is told by the finding, masked.
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
}

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
	} `json:"feedetail"`
}

// claim reads a settlement with the lines that are in evidence.
func (d *Desk) claim(r *http.Request, id string, lines []string) (Claim, error) {
	institution, _, _ := strings.Cut(id, "/")
	c := Claim{ID: id, Subject: d.institution(institution)}
	if d.o.Claims == nil {
		c.Unreadable = true
		return c, nil
	}
	m, err := d.o.Claims.Get(r.Context(), id)
	if errors.Is(err, recall.ErrUnknown) {
		c.Unreadable = true
		return c, nil
	}
	if err != nil {
		return c, err
	}
	var s sent
	if json.Unmarshal(m.Value, &s) != nil {
		return c, errors.New("a claim cannot be read") // the cause may quote it
	}
	head := func(name string) string { return string(s.Setlinfo[name]) }
	c.MedType, c.Insurance, c.SettledAt, c.From, c.To = head("med_type"), head("insutype"), head("setl_time"), head("begntime"), head("endtime")
	c.Care = care(c.MedType)
	c.Diagnosis, c.Total, c.Fund = head("dscg_maindiag_code"), head("medfee_sumamt"), head("fund_pay_sumamt")
	for _, x := range s.Diseinfo {
		c.Diagnoses = append(c.Diagnoses, strings.TrimSpace(string(x["diag_code"])+" "+string(x["diag_name"])))
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		if !slices.Contains(lines, id+"/"+string(l.ID)) {
			c.Others++
			continue
		}
		c.Lines = append(c.Lines, ClaimLine{string(l.ID), string(l.At), string(l.Item), d.itemName(string(l.Item)), string(l.Count), string(l.Price), string(l.Amount), string(l.InScope), string(l.Doctor), string(l.Dept)})
	}
	return c, nil
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
