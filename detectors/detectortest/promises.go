package detectortest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// promise is something that holds for every detector and scenario; base is
// what the plain run found, as bytes.
type promise struct {
	name string
	keep func(d *detectors.Detector, s *Scenario, base []byte) error
}

func promises() []promise {
	return []promise{
		{"same input, same bytes", sameBytes},
		{"arrival order does not matter", anyOrder},
		{"where batches are cut does not matter", anyBatch},
		{"repeated messages do not matter", anyRepeat},
		{"the number of workers does not matter", anyWorkers},
		{"how persons are spread over runs does not matter", anyPartition},
		{"claims that come one after the other leave the same", anyArrival},
		{"only declared columns are needed", onlyDeclared},
		{"evidence is complete", soundEvidence},
		{"parameters at the ends of their range", anyParameter},
		{"optional fields may be empty", anyEmpty},
	}
}

// sameBytes runs again, with other hashes and so another order of codes.
func sameBytes(d *detectors.Detector, s *Scenario, base []byte) error {
	r := s.of()
	again := same(d, base, r)
	r.seed = 7
	return errors.Join(again, same(d, base, r))
}

func anyOrder(d *detectors.Detector, s *Scenario, base []byte) error {
	r := s.of()
	r.messages = slices.Clone(s.messages)
	slices.Reverse(r.messages)
	if err := same(d, base, r); err != nil {
		return fmt.Errorf("backwards: %w", err)
	}
	for n := range uint64(3) {
		shuffle(r.messages, n)
		if err := same(d, base, r); err != nil {
			return err
		}
	}
	return nil
}

func shuffle(messages [][]byte, seed uint64) {
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
}

func anyBatch(d *detectors.Detector, s *Scenario, base []byte) error {
	for size := range 3 {
		r := s.of()
		r.batch = size + 1
		if err := same(d, base, r); err != nil {
			return fmt.Errorf("batches of %d: %w", r.batch, err)
		}
	}
	return nil
}

func anyRepeat(d *detectors.Detector, s *Scenario, base []byte) error {
	r := s.of()
	r.messages = slices.Concat(s.messages, s.messages, s.messages[:1])
	shuffle(r.messages, 5)
	r.batch = 2
	return same(d, base, r)
}

// anyWorkers puts so many claims of another person between those of the
// scenario that several workers get to work.
func anyWorkers(d *detectors.Detector, s *Scenario, base []byte) error {
	const several = 4097 // more than one worker takes at a time
	half := len(s.messages) / 2
	r := s.of()
	r.messages = slices.Clone(s.messages[:half])
	for n := range several {
		r.messages = append(r.messages, fmt.Appendf(nil, `{"setlinfo":{"setl_id":"%d","mdtrt_id":"other%d","psn_no":"other","fixmedins_code":"other","insutype":"310",`+
			`"med_type":"11","setl_time":"2026-03-10 10:00:00","gend":"9","brdy":"1970-01-01","insuplc_admdvs":"152921","mdtrtarea_admvs":"152921",`+
			`"medfee_sumamt":0,"fund_pay_sumamt":0,"acct_pay":0,"psn_cash_pay":0}}`, n, n))
	}
	r.messages = append(r.messages, s.messages[half:]...)
	r.workers = 3
	return same(d, base, r)
}

// anyPartition runs each person's messages alone. Detectors that look beyond
// one person are left out.
func anyPartition(d *detectors.Detector, s *Scenario, base []byte) error {
	switch d.Kind() {
	case "lines", "claims", "person":
	default:
		return nil
	}
	parts := map[string][][]byte{}
	for _, msg := range s.messages {
		var m struct {
			Setlinfo struct {
				PsnNo string `json:"psn_no"`
			}
		}
		if err := json.Unmarshal(msg, &m); err != nil {
			return err
		}
		parts[m.Setlinfo.PsnNo] = append(parts[m.Setlinfo.PsnNo], msg)
	}
	var union []detectors.Finding
	for _, part := range parts {
		r := s.of()
		r.messages = part
		found, err := r.do(d)
		if err != nil {
			return err
		}
		union = append(union, found...)
	}
	detectors.Sort(union)
	return equal(base, union)
}

// anyArrival lets the messages come one by one, and looks each time at as little
// as a watch does. Detectors that look beyond one person are left out.
func anyArrival(d *detectors.Detector, s *Scenario, base []byte) error {
	if d.Kind() == "trace" {
		return nil
	}
	r := s.of()
	r.messages = slices.Concat(s.messages, s.messages[:1])
	for n := range uint64(4) {
		for _, ds := range [][]*detectors.Detector{{d}, {d, other}} {
			found, err := r.arriving(ds...)
			if err == nil {
				err = equal(base, found)
			}
			if err != nil {
				return err
			}
		}
		shuffle(r.messages, n)
		r.batch = int(n) / 2
	}
	return nil
}

// onlyDeclared keeps nothing but what the detector declared.
func onlyDeclared(d *detectors.Detector, s *Scenario, base []byte) error {
	r := s.of()
	r.keep = detectors.Fields([]*detectors.Detector{d})
	return same(d, base, r)
}

func soundEvidence(d *detectors.Detector, s *Scenario, _ []byte) error { return sound(d, s.of()) }

// sound runs and looks at the evidence only.
func sound(d *detectors.Detector, r run) error {
	found, err := r.do(d)
	if err != nil {
		return err
	}
	return evidence(d, found)
}

func anyParameter(d *detectors.Detector, s *Scenario, _ []byte) error {
	ends := []*detectors.Settings{
		{Numbers: map[*detectors.Param]int64{}, Lists: map[*detectors.Param][]string{}},
		{Numbers: map[*detectors.Param]int64{}, Lists: map[*detectors.Param][]string{}},
	}
	for _, p := range d.Params {
		if p.List != nil {
			ends[0].Lists[p], ends[1].Lists[p] = []string{}, []string{"A"}
			continue
		}
		ends[0].Numbers[p], ends[1].Numbers[p] = p.Min, p.Max
		for _, v := range []int64{p.Min, p.Max} {
			r := s.of()
			r.settings = &detectors.Settings{Numbers: map[*detectors.Param]int64{p: v}}
			if err := sound(d, r); err != nil {
				return fmt.Errorf("%s = %d: %w", p.Name, v, err)
			}
		}
	}
	for _, set := range ends {
		r := s.of()
		r.settings = set
		if err := sound(d, r); err != nil {
			return err
		}
	}
	return nil
}

// anyEmpty leaves each optional field out of all messages, one field at a
// time, and then all of them at once.
func anyEmpty(d *detectors.Detector, s *Scenario, _ []byte) error {
	var optional []claim.Field
	for _, t := range []claim.Table{claim.Settlements, claim.Lines, claim.Diagnoses} {
		for _, f := range t.Fields() {
			if !f.Spec().Required {
				optional = append(optional, f)
			}
		}
	}
	optional = append(optional, claim.DrugTracCodg)
	try := func(what string, fields ...claim.Field) error {
		r := s.of()
		r.lenient = true // a stay without begntime is none
		var err error
		if r.messages, err = without(s.messages, fields...); err != nil {
			return err
		}
		if err := sound(d, r); err != nil {
			return fmt.Errorf("without %s: %w", what, err)
		}
		return nil
	}
	for _, f := range optional {
		if err := try(f.String(), f); err != nil {
			return err
		}
	}
	return try("any optional field", optional...)
}

// without takes fields out of messages.
func without(messages [][]byte, fields ...claim.Field) ([][]byte, error) {
	out := make([][]byte, 0, len(messages))
	for _, msg := range messages {
		var m struct {
			Setlinfo  map[string]any   `json:"setlinfo"`
			Diseinfo  []map[string]any `json:"diseinfo"`
			Feedetail []map[string]any `json:"feedetail"`
		}
		if err := json.Unmarshal(msg, &m); err != nil {
			return nil, err
		}
		for _, f := range fields {
			switch {
			case f == claim.DrugTracCodg:
				drop(m.Feedetail, "drugtracinfo")
			case f.Spec().Table == claim.Settlements:
				delete(m.Setlinfo, f.String())
			case f.Spec().Table == claim.Lines:
				drop(m.Feedetail, f.String())
			default:
				drop(m.Diseinfo, f.String())
			}
		}
		data, err := json.Marshal(m)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func drop(objects []map[string]any, name string) {
	for _, o := range objects {
		delete(o, name)
	}
}
