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

// TestNoRegionBorrows: what no text of a place or of the country sets is open
// in every place, and no place has what the text of another sets.
func TestNoRegionBorrows(t *testing.T) {
	open := []string{"case_amount_fen", "criminal_large_fen", "hearing_person_fen", "large_fine_fen", "reward_percent", "list_interval_months"}
	for _, code := range []string{"152900", "360900", "410900", "511725"} {
		p, err := LoadPolicy(Builtin(), code)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range open {
			if _, ok := p.Values[name]; ok {
				t.Errorf("%s: no text read sets %s", code, name)
			}
		}
		for _, name := range []string{"defence", "listing-objection", "draw-publication"} {
			if _, ok := p.Clocks[name]; ok {
				t.Errorf("%s: no text read sets %s", code, name)
			}
		}
		if _, ok := p.Departments["drug"]; ok {
			t.Errorf("%s: no text read names a department of drug regulation", code)
		}
		for _, own := range []struct{ code, prefix string }{{"152900", "阿署办发"}, {"360900", "宜府办字"}, {"410900", "濮政办"}, {"511725", "渠府发"}} {
			raw, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			if has := strings.Contains(string(raw), own.prefix); has != (own.code == code) {
				t.Errorf("%s: names %s: %v", code, own.prefix, has)
			}
		}
	}
}

// TestDepartmentsAreThoseOfTheTexts of Alxa 29, Yichun six (two), Quxian four
// (one); Puyang's text names none to transfer to, so the law of the country does.
func TestDepartmentsAreThoseOfTheTexts(t *testing.T) {
	for code, want := range map[string]map[string]string{
		"152900": {"police": "阿署办发〔2020〕30号29", "health": "阿署办发〔2020〕30号29", "market": "阿署办发〔2020〕30号29", "discipline": "阿署办发〔2020〕30号29"},
		"360900": {"police": "宜府办字〔2020〕90号六(二)", "health": "宜府办字〔2020〕90号六(二)", "market": "宜府办字〔2020〕90号六(二)", "discipline": "行政执法机关移送涉嫌犯罪案件的规定19"},
		"410900": {"police": "行政执法机关移送涉嫌犯罪案件的规定5；条例22", "health": "条例22", "market": "条例22", "discipline": "行政执法机关移送涉嫌犯罪案件的规定19"},
		"511725": {"police": "渠府发〔2021〕7号四(一)", "health": "渠府发〔2021〕7号四(一)、四(三)", "market": "渠府发〔2021〕7号四(一)", "discipline": "渠府发〔2021〕7号四(一)"},
	} {
		p, err := LoadPolicy(Builtin(), code)
		if err != nil {
			t.Fatal(err)
		}
		for path, clause := range want {
			if got := p.Departments[path].Clause; got != clause {
				t.Errorf("%s: %s by %s, not %s", code, path, got, clause)
			}
		}
	}
}

func TestEveryNumberHasItsClause(t *testing.T) {
	faults, err := Check(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Errorf("%+v", f)
	}
}

// TestCheckSees: the linter finds what it is there for, and says where.
func TestCheckSees(t *testing.T) {
	files := fstest.MapFS{
		"national/texts.json": {Data: []byte(`{"条例":"虚构条例","甲规〔2020〕1号":"虚构办法"}`)},
		"999900/policy.json": {Data: []byte(`{"a":{"b":1},"c":{"d":[2]},"e":{"f":3,"clause":"条例1；甲规〔2020〕1号二(三)"},
			"g":{"h":4,"clause":""},"i":{"j":5,"clause":"条例1；按惯例"},"k":{"l":{"m":6},"clause":"条例2"},"n":{"o":"p","clause":"甲规"}}`)},
		"999901/policy.json": {Data: []byte(`{`)},
	}
	faults, err := Check(files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range faults {
		got = append(got, f.File[:6]+f.At)
	}
	want := []string{"999900/a", "999900/c/d", "999900/g", "999900/i", "999900/k/l", "999900/n", "999901"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if _, err := Check(fstest.MapFS{"999900/policy.json": {Data: []byte(`{}`)}}); err == nil {
		t.Error("without a list of texts")
	}
	if got := TextOf(map[string]string{"条例": "a", "条例实施细则": "b"}, "条例实施细则3"); got != "条例实施细则" {
		t.Errorf("the longest name fits: %s", got)
	}
}

// TestEveryTextIsNamed: no text stands in the list that no clause names.
func TestEveryTextIsNamed(t *testing.T) {
	texts, err := Texts(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(Builtin(), "*/policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		raw, err := fs.ReadFile(Builtin(), file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	for short := range texts {
		if !strings.Contains(all.String(), short) && !slices.Contains(inRegoOnly, short) {
			t.Errorf("%s is named by no clause", short)
		}
	}
}

// inRegoOnly are texts that only the METADATA of policies name.
var inRegoOnly = []string{"法发〔2024〕6号", "医保发〔2021〕49号", "条例"}

// invented is a national policy of one circumstance each, 虚构.
const invented = `{"region":"national","values":{"limitation_months":{"number":24,"unit":"months","clause":"a"}},"departments":{},
 "clocks":{"handling":{"number":1,"unit":"days","clause":"a"}},
 "triage":{"order":{"list":["x"],"clause":"a"},"ways":{"x":{"path":"lead","priority":1,"clocks":["handling"],"clause":"a"}}},
 "referral":{"order":{"list":["y"],"clause":"a"},"ways":{"y":{"path":"agency","priority":1,"clause":"a"}}},
 "listing":{"order":{"list":["y"],"clause":"a"},"ways":{"y":{"path":"none","priority":1,"clause":"a"}}},
 "publication":{"order":{"list":["y"],"clause":"a"},"ways":{"y":{"path":"hold","priority":1,"clause":"a"}}},
 "authz":{"order":{"list":["y"],"clause":"a"},"ways":{"y":{"path":"deny","priority":1,"clause":"a"}}}}`

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
	 "clocks":{"handling":{"number":1,"unit":"weeks","clause":"b"},"handing":{"unit":"days","clause":"b"}},
	 "triage":{"order":{"list":["x","x","w"],"clause":"b"},"ways":{"v":{"path":"police","clocks":["none"],"clause":"b"}}}}`
	_, err := LoadPolicy(fstest.MapFS{"national/policy.json": {Data: []byte(invented)}, "999900/policy.json": {Data: []byte(own)}}, "999900")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, says := range []string{
		"values.case_amount_fen: a value needs the clause", "values.case_amount_fen: it is given in fen", "values.case_amount: no such value",
		"values.regulation_from: the day", "values.focus_schemes: exactly one", "departments.court: no such path", "departments.police: a department needs its name",
		"clocks.handling: the unit", "clocks.handing: no such clock", "clocks.handing: a period is at least 1", "triage.order: w has no way", "triage.order: a code stands in it twice", "triage.ways.v: no such path",
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
