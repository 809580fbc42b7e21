package detectortest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

const hit = `价高。
Dear.
-- knowledge/items.csv --
med_list_codg,price_cap,gend
X,10,1
-- claims.csv --
setl_id,psn_no,bill_no,note
S1,P1,B1,甲
S2,P2,,乙
-- lines.csv --
setl_id,pric,bilg_dept_codg
S1,11,A01
S2,12
-- want --
institution H1: 0 fen, 2026-03-10
  settlements H1/S1
  lines H1/S1/1
institution H1: 0 fen, 2026-03-10
  settlements H1/S2
  lines H1/S2/1
`

const items = `两样。
Two of them.
-- claims.csv --
setl_id,psn_no
S1,P1
S2,P1
-- lines.csv --
setl_id,med_list_codg
S1,X
S2,Y
-- want --
nothing
`

const clean = `不贵。
Not dear.
-- knowledge/items.csv --
med_list_codg,price_cap
X,10
-- claims.csv --
setl_id
S1
-- lines.csv --
setl_id,pric
S1,10
-- want --
nothing
`

// sample finds lines above 10 yuan while the knowledge has the item's cap.
func sample() *detectors.Detector {
	words := detectors.Words{ZH: "试", EN: "test"}
	return &detectors.Detector{
		ID: "X01-sample", Version: "1", Grade: detectors.Indicator, Title: words, Doc: words, Clears: words,
		Basis: []string{"条例1"}, Uses: []string{"items.price_cap"}, Subject: "institution",
		Reads: []claim.Field{claim.MedListCodg, claim.FeeOcurTime, claim.Pric},
		Items: func(row *knowledge.Item) bool { return row.Cap[0] != claim.None64 },
		Lines: func(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
			return dear(v, func(l int32, emit *detectors.Emitter) { emit.HitLine(l, claim.Wide{}, nil) })
		},
	}
}

// dear calls tell for each line above its cap.
func dear(v *detectors.View, tell func(l int32, emit *detectors.Emitter)) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
	pric := v.Numbers(claim.Pric)
	return func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
		if pric[l] > row.Cap[0] {
			tell(l, emit)
		}
	}
}

// check runs a detector over scenarios in a folder of its own and gives what
// the harness has to say.
func check(t *testing.T, d *detectors.Detector, files map[string]string, update bool) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "testdata"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, "testdata", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	scenarios, err := Load(d, folder)
	if err != nil {
		return err.Error()
	}
	var said strings.Builder
	for _, s := range scenarios {
		if err := s.check(d, update); err != nil {
			said.WriteString(err.Error() + "\n")
		}
	}
	if err := together(d, scenarios); err != nil {
		said.WriteString(err.Error() + "\n")
	}
	return said.String()
}

var both = map[string]string{"dear.txtar": hit, "cheap.txtar": clean}

func TestGoodDetectorPasses(t *testing.T) {
	if said := check(t, sample(), both, false); said != "" {
		t.Error(said)
	}
}

// with gives the sample with other lines: tell is called for each hit.
func with(tell func(v *detectors.View) func(l int32, emit *detectors.Emitter)) func(*detectors.Detector) {
	return func(d *detectors.Detector) {
		d.Lines = func(v *detectors.View) func(l int32, row *knowledge.Item, emit *detectors.Emitter) {
			return dear(v, tell(v))
		}
	}
}

// TestBrokenDetectorsAreCaught breaks one promise at a time; what the detector
// finds is taken as wanted.
func TestBrokenDetectorsAreCaught(t *testing.T) {
	size := &detectors.Param{Name: "size", Default: 1, Min: 0, Max: 1 << 62, Unit: detectors.Words{ZH: "个", EN: "pieces"}}
	for name, c := range map[string]struct {
		spoil func(d *detectors.Detector)
		says  string
	}{
		"undeclared column": {with(func(v *detectors.View) func(int32, *detectors.Emitter) {
			v.Codes(claim.Gend)
			return func(int32, *detectors.Emitter) {}
		}), "reads gend without declaring it"},
		"column behind the View's back": {with(func(v *detectors.View) func(int32, *detectors.Emitter) {
			return func(l int32, emit *detectors.Emitter) {
				_ = v.History.Codes(claim.Gend)[v.History.LineClaim[l]]
				emit.HitLine(l, claim.Wide{}, nil)
			}
		}), "only declared columns are needed"},
		"column in vain":           {func(d *detectors.Detector) { d.Reads = append(d.Reads, claim.BillNo) }, "declares bill_no in Reads and never reads it"},
		"undeclared knowledge":     {func(d *detectors.Detector) { d.Uses = []string{"items.gend"} }, "looks at knowledge that Uses does not name"},
		"knowledge in vain":        {func(d *detectors.Detector) { d.Uses = append(d.Uses, "items.gend") }, "no scenario changes without it"},
		"speaks without knowledge": {func(d *detectors.Detector) { d.Uses = []string{"persons.gend"} }, "speaks although none"},
		"order of codes": {with(func(v *detectors.View) func(int32, *detectors.Emitter) {
			return func(l int32, emit *detectors.Emitter) {
				code := emit.PersonOf(v.History.LineClaim[l])
				emit.HitLine(l, claim.Wide{}, detectors.Facts{{Name: "code", Value: code}})
			}
		}), "arrival order does not matter: backwards"},
		"memory of other persons": {with(func(*detectors.View) func(int32, *detectors.Emitter) {
			n := 0
			return func(l int32, emit *detectors.Emitter) {
				n++
				emit.HitLine(l, claim.WideOf(int64(n)), nil)
			}
		}), "how persons are spread over runs does not matter"},
		"no evidence": {with(func(*detectors.View) func(int32, *detectors.Emitter) {
			return func(_ int32, emit *detectors.Emitter) { emit.Hit(detectors.Hit{Subject: detectors.Institution}) }
		}), "detectors: runtime error"},
		"one id twice": {with(func(*detectors.View) func(int32, *detectors.Emitter) {
			return func(l int32, emit *detectors.Emitter) {
				emit.HitLine(l, claim.Wide{}, nil)
				emit.HitLine(l, claim.WideOf(1), nil)
			}
		}), "two findings with the id"},
		"empty field": {func(d *detectors.Detector) {
			d.Reads = append(d.Reads, claim.BillNo)
			with(func(v *detectors.View) func(int32, *detectors.Emitter) {
				bill, seen := v.Codes(claim.BillNo), []bool{true, true}
				return func(l int32, emit *detectors.Emitter) {
					if c := bill[v.History.LineClaim[l]]; emit.PersonOf(v.History.LineClaim[l]) == 0 && !seen[c] {
						return
					}
					emit.HitLine(l, claim.Wide{}, nil)
				}
			})(d)
		}, "without bill_no"},
		"rests on more than it says": {func(d *detectors.Detector) {
			d.Items, d.Lines, d.Rests, d.Uses, d.Reads = nil, nil, detectors.OnItems, nil, nil
			d.Person = func(*detectors.View) func(*detectors.Person, *detectors.Emitter) {
				return func(p *detectors.Person, emit *detectors.Emitter) {
					if len(p.Groups) > 1 {
						emit.Hit(detectors.Hit{Subject: detectors.PersonKind, Code: emit.PersonOf(p.From), Lines: p.ByItem})
					}
				}
			}
		}, "claims that come one after the other leave the same"},
		"parameter at its end": {func(d *detectors.Detector) {
			d.Params = []*detectors.Param{size}
			with(func(v *detectors.View) func(int32, *detectors.Emitter) {
				_ = make([]byte, v.Number(size))
				return func(l int32, emit *detectors.Emitter) { emit.HitLine(l, claim.Wide{}, nil) }
			})(d)
		}, "size = 4611686018427387904"},
	} {
		t.Run(name, func(t *testing.T) {
			d := sample()
			c.spoil(d)
			files := both
			if d.Person != nil {
				files = map[string]string{"items.txtar": items}
			}
			if said := check(t, d, files, true); !strings.Contains(said, c.says) {
				t.Errorf("wanted the harness to say %q, it said:\n%s", c.says, said)
			}
		})
	}
}

// TestBadScenariosAreRefused writes stories that test nothing or not what they
// seem to.
func TestBadScenariosAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"none":              {nil, "there are 0 and 0"},
		"no clean one":      {map[string]string{"a.txtar": hit}, "there are 1 and 0"},
		"no hit":            {map[string]string{"a.txtar": clean}, "there are 0 and 1"},
		"no story":          {map[string]string{"a.txtar": clean[strings.Index(clean, "--"):]}, "tell the story"},
		"no claims":         {map[string]string{"a.txtar": "一\nOne\n"}, "no claims"},
		"other findings":    {map[string]string{"a.txtar": strings.Replace(hit, "S1,11", "S1,9", 1)}, "wanted"},
		"misspelt column":   {map[string]string{"a.txtar": strings.Replace(clean, ",pric\n", ",price\n", 1)}, `has no field "price"`},
		"misspelt section":  {map[string]string{"a.txtar": strings.Replace(clean, "lines.csv", "line.csv", 1)}, "none of a scenario's sections"},
		"bad knowledge":     {map[string]string{"a.txtar": strings.Replace(clean, "X,10", "X,-10", 1)}, "knowledge/items.csv line 2 price_cap"},
		"unknown parameter": {map[string]string{"a.txtar": clean + "-- params --\nsize 1\n"}, `no parameter "size"`},
		"line without claim": {map[string]string{"a.txtar": strings.Replace(clean, "S1,10", "S2,10", 1)},
			`no claim has setl_id "S2"`},
		"not a claim": {map[string]string{"a.txtar": strings.Replace(clean, "setl_id\nS1", "setl_id,brdy\nS1,1970", 1)}, "a message is no claim: setlinfo.brdy"},
		"conflict":    {map[string]string{"a.txtar": strings.Replace(clean, "setl_id\nS1", "setl_id,bill_no,fixmedins_code\nS1,B1,H1\nS1,B2,H1\nS1,,H2", 1)}, "belongs to two claims"},
	} {
		t.Run(name, func(t *testing.T) {
			if said := check(t, sample(), c.files, false); !strings.Contains(said, c.says) {
				t.Errorf("wanted the harness to say %q, it said:\n%s", c.says, said)
			}
		})
	}
}

// TestUpdate rewrites a want section and nothing else.
func TestUpdate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txtar")
	s, err := parse(sample(), "a", []byte(strings.Replace(hit, "S1/1\n", "S1/9\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	s.file = file
	if err := s.check(sample(), true); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != hit {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestValidateTellsEverything gives a value in which all is wrong.
func TestValidateTellsEverything(t *testing.T) {
	bad := &detectors.Detector{
		ID: "S1_bad", Version: "v1", Grade: "guilty", Title: detectors.Words{ZH: "骗保", EN: "骗"}, Doc: detectors.Words{ZH: "only English"},
		Classes: []string{"两库89", "F70", "F70"}, Uses: []string{"Items"},
		Params: []*detectors.Param{{Name: "Max", Default: 5, Max: 4}, {Name: "list", List: []string{}, Max: 1}},
		Reads:  []claim.Field{claim.Cnt, claim.Cnt}, Rests: detectors.OnNear,
		May: func(*detectors.View) func([]claim.Glance) bool { return nil },
	}
	same := sample()
	same.ID = "X01-other"
	medical := sample()
	medical.ID, medical.Grade, medical.Classes = "X02-medical", detectors.Violation, []string{"两库67", "F32"}
	err := Validate([]*detectors.Detector{bad, sample(), sample(), same, medical})
	if err == nil {
		t.Fatal("nothing to say")
	}
	for _, says := range []string{
		"S1_bad: an id is a letter", `Version "v1"`, "exactly one of Lines", `unknown grade "guilty"`, "Basis is empty", "两库89", "F70", "Classes names F70 twice",
		"Subject is empty", "Title judges", "Title has no English text", "Doc has no Chinese text", "Doc has no English text", "Clears has no Chinese text",
		`parameter name "Max"`, "Max has no unit", "Max: the default 5 lies outside 0 to 4", "list is a list and a number", `Uses "Items"`,
		"Reads names cnt twice", "X01-sample: two detectors have this id", "X01-other: X01-sample has the same letter and number",
		"Near and OnNear go together", "May is for Person that rests on items",
		"X02-medical: covers classes of medical reasonableness only",
	} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("Validate does not say %q", says)
		}
	}
	if err := Validate([]*detectors.Detector{sample()}); err != nil {
		t.Error(err)
	}
}
