package regions

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBuiltinPoliciesAreSound(t *testing.T) {
	for _, code := range []string{"152900", "360900", "410900", "511725"} {
		p, err := LoadPolicy(Builtin(), code)
		if err != nil {
			t.Fatal(err)
		}
		if p.Region != code || len(p.Triage.Ways) == 0 || len(p.Referral.Ways) == 0 {
			t.Errorf("%s: %+v", code, p)
		}
	}
}

// TestNoRegionBorrows: what Alxa's texts leave open is open, and no other
// region has Alxa's departments.
func TestNoRegionBorrows(t *testing.T) {
	alxa, _ := LoadPolicy(Builtin(), "152900")
	for _, open := range []string{"case_amount_fen", "criminal_large_fen"} {
		if _, ok := alxa.Values[open]; ok {
			t.Errorf("no text read sets %s", open)
		}
	}
	if _, ok := alxa.Departments["drug"]; ok {
		t.Error("阿署办发〔2020〕30号29 does not name a department of drug regulation")
	}
	yichun, _ := LoadPolicy(Builtin(), "360900")
	if len(yichun.Departments) != 0 {
		t.Errorf("%+v", yichun.Departments)
	}
}

// TestEveryNumberHasItsClause looks at the files themselves: an object with a
// number or a list in it names its clause.
func TestEveryNumberHasItsClause(t *testing.T) {
	files, err := fs.Glob(Builtin(), "*/*.json")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := fs.ReadFile(Builtin(), file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(file, err)
		}
		for _, at := range clauseless(v, "") {
			t.Errorf("%s: %s has a number without its clause", file, at)
		}
	}
	if got := clauseless(map[string]any{"a": map[string]any{"b": 1.0}, "c": map[string]any{"d": []any{2.0}}, "e": map[string]any{"f": 3.0, "clause": "第一条"}}, ""); !slices.Equal(got, []string{"/a", "/c/d"}) {
		t.Errorf("the check itself does not see: %v", got)
	}
}

func clauseless(v any, at string) (out []string) {
	switch x := v.(type) {
	case map[string]any:
		for name, member := range x {
			if _, number := member.(float64); number && x["clause"] == nil {
				out = append(out, at)
			}
			out = append(out, clauseless(member, at+"/"+name)...)
		}
	case []any:
		if slices.ContainsFunc(x, func(v any) bool { _, number := v.(float64); return number }) {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// invented is a national policy of one circumstance each, 虚构.
const invented = `{"region":"national","values":{"limitation_months":{"number":24,"unit":"months","clause":"a"}},"departments":{},
 "clocks":{"check":{"unit":"days","clause":"a"}},
 "triage":{"order":{"list":["x"],"clause":"a"},"ways":{"x":{"path":"lead","priority":1,"clocks":["check"],"clause":"a"}}},
 "referral":{"order":{"list":["y"],"clause":"a"},"ways":{"y":{"path":"agency","priority":1,"clause":"a"}}}}`

func TestRegionGoesBeforeTheCountry(t *testing.T) {
	own := `{"region":"999900","values":{"limitation_months":{"number":60,"unit":"months","clause":"b"},"case_amount_fen":{"number":7,"unit":"fen","clause":"b"}},
	 "departments":{"agency":{"zh":"虚构中心","en":"Invented","clause":"b"}},
	 "triage":{"order":{"list":["z","x"],"clause":"b"},"ways":{"z":{"path":"case","priority":1,"clause":"b"}}}}`
	p, err := LoadPolicy(fstest.MapFS{"national/policy.json": {Data: []byte(invented)}, "999900/policy.json": {Data: []byte(own)}}, "999900")
	if err != nil {
		t.Fatal(err)
	}
	if *p.Values["limitation_months"].Number != 60 || len(p.Triage.Ways) != 2 || !slices.Equal(p.Triage.Order.List, []string{"z", "x"}) ||
		!slices.Equal(p.Referral.Order.List, []string{"y"}) || p.Departments["agency"].ZH != "虚构中心" {
		t.Errorf("%+v", p)
	}
	if got := p.Numbers(Fen); !slices.Equal(got, []int64{7}) {
		t.Errorf("numbers of fen: %v", got)
	}
}

func TestAllFaultsOfAPolicyAreTold(t *testing.T) {
	own := `{"region":"999900","values":{"case_amount_fen":{"number":5,"unit":"months"},"case_amount":{"number":5,"unit":"fen","clause":"b"},
	  "regulation_from":{"day":"2021-5-1","clause":"b"},"focus_schemes":{"list":["F1"],"day":"2021-05-01","clause":"b"}},
	 "departments":{"court":{"zh":"a","en":"b","clause":"c"},"police":{"zh":"a","en":"","clause":"c"}},
	 "clocks":{"check":{"unit":"weeks","clause":"b"}},
	 "triage":{"order":{"list":["x","x","w"],"clause":"b"},"ways":{"v":{"path":"police","clocks":["none"],"clause":"b"}}}}`
	_, err := LoadPolicy(fstest.MapFS{"national/policy.json": {Data: []byte(invented)}, "999900/policy.json": {Data: []byte(own)}}, "999900")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, says := range []string{
		"values.case_amount_fen: a value needs the clause", "values.case_amount_fen: it is given in fen", "values.case_amount: no such value",
		"values.regulation_from: the day", "values.focus_schemes: exactly one", "departments.court: no such path", "departments.police: a department needs its name",
		"clocks.check: the unit", "triage.order: w has no way", "triage.order: a code stands in it twice", "triage.ways.v: no such path",
		"triage.ways.v: priority", "triage.ways.v: the order does not name it", "triage.ways.v: no clock none",
	} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("does not say %q", says)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestMalformedPoliciesAreRefused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"no national policy": {},
		"no JSON":            {"national/policy.json": {Data: []byte("{")}},
		"unknown member":     {"national/policy.json": {Data: []byte(`{"region":"national","value":{}}`)}},
		"another region":     {"national/policy.json": {Data: []byte(invented)}, "999900/policy.json": {Data: []byte(`{"region":"999901"}`)}},
		"fault of one's own": {"national/policy.json": {Data: []byte(invented)}, "999900/policy.json": {Data: []byte(`[]`)}},
	} {
		if _, err := LoadPolicy(files, "999900"); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := LoadPolicy(fstest.MapFS{"national/policy.json": {Data: []byte(invented)}}, "999900"); err != nil {
		t.Errorf("a region without a policy of its own: %v", err)
	}
}
