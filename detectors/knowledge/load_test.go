package knowledge

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"fundwatch/claim"
)

// folder is a knowledge folder in memory: file name → content.
func folder(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// problemsOf loads and gives the problems without their sentences.
func problemsOf(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	k, problems, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if (k == nil) != (len(problems) > 0) {
		t.Fatalf("knowledge %v with %d problems", k, len(problems))
	}
	var out []string
	for _, p := range problems {
		if p.Sentence == "" {
			t.Errorf("no sentence: %+v", p)
		}
		out = append(out, strings.TrimSuffix(strings.Join([]string{p.File, strconv.Itoa(p.Line), p.Column}, ":"), ":"))
	}
	return out
}

// valid holds, for each file, the columns and a full valid row.
var valid = map[string][2]string{
	"items.csv": {"med_list_codg,name,kind,valid_from,valid_to,scope,price_cap,price_cap_lv1,price_cap_lv2,price_cap_lv3,gend,age_min_days,age_max_days,med_types,insutypes,hosp_lv_min,depts,diag_prefixes,diag_forbidden,max_per_day,max_per_stay,max_days,window_days,max_per_window,per_day,minutes,once_in_life,action_group",
		"X1,药,drug,2025-01-01,2025-12-31,in,1.5,1,2,3,1,0,100,21,310,1,A03,J18,K35,1,2,3,30,4,1,5,0,g"},
	"exclusive_pairs.csv": {"item_a,item_b,span,not_payable", "X1,X2,day,b"},
	"required_with.csv":   {"item,one_of,span", "X1,X2,day"},
	"interactions.csv":    {"item_a,item_b,kind", "X1,X2,interaction"},
	"diagnoses.csv":       {"diag_prefix,gend,age_min_days,age_max_days", "O80,2,0,100"},
	"institutions.csv": {"fixmedins_code,uscc,name,kind,hosp_lv,beds,admdvs,lon,lat,legal_rep",
		"H1,91350100M000100Y43,院,hospital,3,100,152921,105.5,38.8,张"},
	"practitioners.csv": {"code,name,kind,fixmedins_code", "D1,李,doctor,H1"},
	"persons.csv":       {"psn_no,gend,brdy,death_date", "P1,1,1970-01-31,2020-02-29"},
	"suspensions.csv":   {"subject_kind,code,from,to,measure", "institution,H1,2025-01-01,2025-12-31,暂停"},
	"inventory.csv":     {"fixmedins_code,med_list_codg,month,opening,purchased,returned,closing", "H1,X1,2026-03,1,2,3,4"},
}

// with is a file with one row, the valid one with one cell replaced.
func with(file, column, cell string) fstest.MapFS {
	v := valid[file]
	cells := strings.Split(v[1], ",")
	cells[slices.Index(strings.Split(v[0], ","), column)] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	return folder(map[string]string{file: v[0] + "\n" + strings.Join(cells, ",") + "\n"})
}

func TestValidRowsLoad(t *testing.T) {
	all := map[string]string{}
	for file, v := range valid {
		all[file] = v[0] + "\n" + v[1] + "\n"
	}
	if got := problemsOf(t, folder(all)); got != nil {
		t.Error(got)
	}
	if len(valid) != len(tables()) {
		t.Error("a table is not tested")
	}
	if !slices.IsSortedFunc(tables(), func(a, b table) int { return strings.Compare(a.file, b.file) }) {
		t.Error("the tables do not stand in the order of their names")
	}
	for _, tab := range tables() {
		if valid[tab.file][0] != strings.Join(tab.columns, ",") {
			t.Errorf("%s: columns differ", tab.file)
		}
	}
}

// valueCase is a kind of value with cells that are and are not of it.
type valueCase struct {
	name      string
	good, bad []string
	columns   string // file:column,column …
}

var valueCases = []valueCase{
	{"price", []string{"", " ", "0", "-0", "007", "1.123456", "1.1000000", "9999999999.999999"},
		[]string{"-1", "+1", "1e3", " 1", "1.", ".5", "1,0", "1.1234567", "10000000000", "x", "１"},
		"items.csv:price_cap,price_cap_lv1,price_cap_lv2,price_cap_lv3"},
	{"quantity", []string{"", "0", "1.5", "1.12340", "999999999999.9999"},
		[]string{"-0.5", "1.12345", "1000000000000", "1/2", "NaN"},
		"items.csv:max_per_day,max_per_stay,max_days,max_per_window,minutes inventory.csv:opening,purchased,returned,closing"},
	{"whole", []string{"", "0", "30", "030", "2.00", "999999999"},
		[]string{"-1", "1.5", "1000000000", "一"},
		"items.csv:age_min_days,age_max_days,window_days diagnoses.csv:age_min_days,age_max_days institutions.csv:beds"},
	{"level", []string{"", "1", "2", "3", "03", "2.0"}, []string{"0", "4", "-1", "1.5", "三"},
		"items.csv:hosp_lv_min institutions.csv:hosp_lv"},
	{"sex", []string{"", "1", "2", " 1\u3000"}, []string{"0", "9", "01", "男"},
		"items.csv:gend diagnoses.csv:gend persons.csv:gend"},
	{"flag", []string{"", "0", "1", " 1 "}, []string{"2", "true", "01"}, "items.csv:per_day,once_in_life"},
	{"item kind", []string{"", "drug", "service", "material", "herb", " drug "}, []string{"Drug", "药"}, "items.csv:kind"},
	{"scope", []string{"", "in", "out"}, []string{"yes"}, "items.csv:scope"},
	{"institution kind", []string{"", "hospital", "clinic", "pharmacy"}, []string{"drug"}, "institutions.csv:kind"},
	{"interaction kind", []string{"", "interaction", "incompatible"}, []string{"x"}, "interactions.csv:kind"},
	{"needed span", []string{"day", "visit", " day"}, []string{"", " ", "stay"}, "exclusive_pairs.csv:span"},
	{"span", []string{"", "day", "visit"}, []string{"stay"}, "required_with.csv:span"},
	{"not_payable", []string{"a", "b"}, []string{"", "A", "item_a"}, "exclusive_pairs.csv:not_payable"},
	{"subject", []string{"institution", "practitioner", "person"}, []string{"", "hospital"}, "suspensions.csv:subject_kind"},
	{"day", []string{"", "2025-06-30", "2025-12-31"},
		[]string{"2025-02-29", "2025-6-1", "2025/06/01", " 2025-06-01", "0000-01-01", "20250601"},
		"items.csv:valid_from,valid_to suspensions.csv:from,to persons.csv:brdy,death_date"},
	{"month", []string{"2026-03", " 2026-12"}, []string{"", "2026-13", "2026-3", "202603", "2026-03-01"}, "inventory.csv:month"},
	{"lon", []string{"", "-180", "180", "105.123456789012345", "180.000", "-0", "090"},
		[]string{"180.1", "-180.00000000000000000000001", "181", "1e2", " 1", "inf", "--1", "1.2.3", strings.Repeat("9", 400)},
		"institutions.csv:lon"},
	{"lat", []string{"", "-90", "90", "90.0"}, []string{"90.0000000000000000001", "105"}, "institutions.csv:lat"},
	{"text", []string{"", "a|b", "a\nb", "a/b", "\x01"}, nil, "items.csv:name institutions.csv:name practitioners.csv:name"},
	{"code", []string{"", "a/b", "甲", " x "}, []string{"a|b", "a\nb", "a\tb", "a\x7fb", "\x00"},
		"items.csv:action_group institutions.csv:legal_rep practitioners.csv:kind suspensions.csv:measure"},
	{"needed code", []string{"a/b", "甲", " x\u3000"}, []string{"", " ", "\u3000", "a|b", "a\x1fb"},
		"items.csv:med_list_codg exclusive_pairs.csv:item_a,item_b required_with.csv:item interactions.csv:item_a,item_b " +
			"diagnoses.csv:diag_prefix practitioners.csv:code suspensions.csv:code inventory.csv:med_list_codg"},
	{"needed id", []string{"甲", " x "}, []string{"", "a/b", "a|b", "\x02"},
		"institutions.csv:fixmedins_code persons.csv:psn_no inventory.csv:fixmedins_code"},
	{"id", []string{"", "H2"}, []string{"a/b", "a|b"}, "practitioners.csv:fixmedins_code"},
	{"list", []string{"", "|", " | ", "a|b", " a | |b|", "a/b"}, []string{"a\tb", "a|\x7f"},
		"items.csv:med_types,insutypes,depts,diag_prefixes,diag_forbidden"},
	{"needed list", []string{"a", "a|b", "|a"}, []string{"", "|", " | | "}, "required_with.csv:one_of"},
	{"uscc", []string{"", "91350100M000100Y43", " 91350100M000100Y43 "},
		[]string{"91350100M000100Y44", "91350100m000100y43", "91350100M000100Y4", "91350100M000100Y430", "9135010OM000100Y43", "9135|100M000100Y43"},
		"institutions.csv:uscc"},
	{"division", []string{"", "152900", "820000", "511725"},
		[]string{"162900", "000000", "15290", "1529000", "15290x", "１５２９００"}, "institutions.csv:admdvs"},
}

// Each cell of each kind of value, told under its column or not at all.
func TestValues(t *testing.T) {
	for _, kind := range valueCases {
		for group := range strings.FieldsSeq(kind.columns) {
			file, columns, _ := strings.Cut(group, ":")
			for column := range strings.SplitSeq(columns, ",") {
				for _, cell := range kind.good {
					if got := problemsOf(t, with(file, column, cell)); got != nil {
						t.Errorf("%s: %s %q: %v", kind.name, column, cell, got)
					}
				}
				for _, cell := range kind.bad {
					want := file + ":2:" + column
					if got := problemsOf(t, with(file, column, cell)); len(got) != 1 || got[0] != want {
						t.Errorf("%s: %s %q: %v, want %s", kind.name, column, cell, got, want)
					}
				}
			}
		}
	}
}

func TestRelationsBetweenValuesAndRows(t *testing.T) {
	cases := []struct{ name, file, header, rows, want string }{
		{"from after to", "items.csv", "med_list_codg,valid_from,valid_to", "A,2025-01-02,2025-01-01", "2:valid_from"},
		{"from on to", "items.csv", "med_list_codg,valid_from,valid_to", "A,2025-01-01,2025-01-01", ""},
		{"open ends", "items.csv", "med_list_codg,valid_from,valid_to", "A,,0001-01-01\nA,9999-12-31,", ""},
		{"suspension from after to", "suspensions.csv", "subject_kind,code,from,to", "person,P,2025-01-02,2025-01-01", "2:from"},
		{"unreadable to is not compared", "suspensions.csv", "subject_kind,code,from,to", "person,P,2025-01-02,x", "2:to"},
		{"age turned round is accepted", "items.csv", "med_list_codg,age_min_days,age_max_days", "A,9,1", ""},
		{"pair of one item", "exclusive_pairs.csv", "item_a,item_b,span,not_payable", "A, A,day,a", "2:item_b"},
		{"interaction of one item", "interactions.csv", "item_a,item_b", "A,A", "2:item_b"},
		{"pair twice", "exclusive_pairs.csv", "item_a,item_b,span,not_payable", "A,B,day,a\nA,B,day,b", "3:item_a"},
		{"pair twice in the other order", "exclusive_pairs.csv", "item_a,item_b,span,not_payable", "A,B,visit,a\nB,A,visit,a\nA,B,visit,a", "3:item_a 4:item_a"},
		{"pair in both spans", "exclusive_pairs.csv", "item_a,item_b,span,not_payable", "A,B,day,a\nB,A,visit,a", ""},
		{"pair with unknown span", "exclusive_pairs.csv", "item_a,item_b,span,not_payable", "A,B,day,a\nB,A,x,a", "3:span"},
		{"interaction twice is accepted", "interactions.csv", "item_a,item_b", "A,B\nB,A", ""},
		{"institution twice", "institutions.csv", "fixmedins_code,name", "H1,a\nH2,b\n H1 ,c\nH1,d", "4:fixmedins_code 5:fixmedins_code"},
		{"a bad row is a row too", "institutions.csv", "fixmedins_code,beds", "H1,-1\nH1,1", "2:beds 3:fixmedins_code"},
		{"case counts", "institutions.csv", "fixmedins_code", "H1\nh1", ""},
		{"practitioner twice", "practitioners.csv", "code,fixmedins_code", "D1,H1\nD1,H2", "3:code"},
		{"person twice", "persons.csv", "psn_no", "P1\nP2\nP1", "4:psn_no"},
		{"stock twice", "inventory.csv", "fixmedins_code,med_list_codg,month", "H,X,2026-03\nH,X,2026-03\nH,X,2026-04\nH,Y,2026-03\nG,X,2026-03", "3:fixmedins_code"},
		{"stock without month is not compared", "inventory.csv", "fixmedins_code,med_list_codg,month", "H,X,\nH,X,", "2:month 3:month"},
		{"versions", "items.csv", "med_list_codg", "A\nA", ""},
		{"diagnosis twice", "diagnoses.csv", "diag_prefix", "A\nA", ""},
		{"every problem of a row", "items.csv", "scope,med_list_codg,kind,gend", "x,,y,9", "2:gend 2:kind 2:med_list_codg 2:scope"},
	}
	for _, c := range cases {
		var want []string
		for w := range strings.FieldsSeq(c.want) {
			want = append(want, c.file+":"+w)
		}
		got := problemsOf(t, folder(map[string]string{c.file: c.header + "\n" + c.rows + "\n"}))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

func TestCSV(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"byte order mark", "\ufeffpsn_no\nP1\n", ""},
		{"byte order mark before a quote", "\ufeff\"psn_no\"\nP1\n", ""},
		{"CRLF", "psn_no,gend\r\nP1,1\r\nP2,x\r\n", "3:gend"},
		{"no last line feed", "psn_no\nP1", ""},
		{"header alone", "psn_no\n", ""},
		{"unknown and absent columns", "note,psn_no\n|/,P1\n", ""},
		{"columns in any order", "gend,psn_no\n1,P1\n", ""},
		{"white space around a name", " psn_no ,gend\u3000\nP1,x\n", "2:gend"},
		{"quotes, line feeds and lines", "psn_no,note,gend\nP1,\"a\"\"\n\n,b\",x\nP2,,y\n", "2:gend 5:gend"},
		{"blank lines count", "psn_no,gend\n\nP1,x\n\n\nP2,y\n", "3:gend 6:gend"},
		{"empty file", "", "1"},
		{"byte order mark alone", "\ufeff", "1"},
		{"blank lines alone", "\n\n", "1"},
		{"no code column", "gend\nx\n", "1:psn_no 2:gend"},
		{"column twice", "psn_no,gend,gend\nP1,1,x\n", "1:gend"},
		{"unknown column twice", "psn_no,,\nP1,,\n", ""},
		{"bad header", "psn_no,\"a\nP1\n", "1"},
		{"ragged", "psn_no,gend\nP1\nP1,1,2\nP1,x\n", "2 3 4:gend"},
		{"a ragged row is no row", "psn_no,gend\nP1\nP1,1\n", "2"},
		{"bare quote", "psn_no,gend\nP1,a\"b\nP2,x\n", "2 3:gend"},
		{"quote inside", "psn_no,gend\n\"P1\"x,1\nP2,x\n", "2 3:gend"},
		{"open quote", "psn_no,gend\nP1,x\nP2,\"1\nP3,x\n", "2:gend 3"},
		{"invalid UTF-8", "psn_no,gend,x\nP\xff,x,\nP2,\xc0\x80,\nP3,1,\xff\n", "2:gend 2:psn_no 3:gend 4"},
		{"invalid UTF-8 in the header", "psn_no,\xff\nP1,\n", "1"},
		{"UTF-16", "\xff\xfep\x00s\x00", "1 1:psn_no"},
	}
	for _, c := range cases {
		var want []string
		for w := range strings.FieldsSeq(c.want) {
			want = append(want, "persons.csv:"+w)
		}
		if got := problemsOf(t, folder(map[string]string{"persons.csv": c.text})); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

// A missing code column is told once, in the header, whichever it is.
func TestNeededColumns(t *testing.T) {
	for _, tab := range tables() {
		for _, name := range tab.needed {
			var header, cells []string
			row := strings.Split(valid[tab.file][1], ",")
			for i, column := range tab.columns {
				if column != name {
					header, cells = append(header, column), append(cells, row[i])
				}
			}
			text := strings.Join(header, ",") + "\n" + strings.Join(cells, ",") + "\n"
			if got := problemsOf(t, folder(map[string]string{tab.file: text})); !slices.Equal(got, []string{tab.file + ":1:" + name}) {
				t.Errorf("%s without %s: %v", tab.file, name, got)
			}
		}
	}
}

// Problems hold no value of the file: persons.csv is personal data.
func TestProblemsHoldNoValues(t *testing.T) {
	secret := "Q7Q7Q7"
	text := valid["persons.csv"][0] + "\n" + strings.Repeat(strings.Repeat(secret+",", 3)+secret+"\n", 2) +
		"\"" + secret + "\"x,,,\n" + secret + "\n" + secret + "/,,,\n" + secret + "\xff,,,\n"
	_, problems, _ := Load(folder(map[string]string{"persons.csv": text}))
	if len(problems) != 11 {
		t.Errorf("%d problems", len(problems))
	}
	var out bytes.Buffer
	WriteProblems(&out, problems)
	if strings.Contains(out.String(), secret) {
		t.Error(out.String())
	}
}

// Rows of all files are told, in one order, whatever the order of reading.
func TestProblemOrder(t *testing.T) {
	files := map[string]string{}
	for file, v := range valid {
		files[file] = v[0] + "\n" + strings.Repeat(strings.Repeat("\xff,", strings.Count(v[0], ","))+"\n", 3)
	}
	_, first, _ := Load(folder(files))
	if !slices.IsSortedFunc(first, compareProblems) {
		t.Error("not sorted")
	}
	for range 5 {
		if _, again, _ := Load(folder(files)); !slices.Equal(first, again) {
			t.Error("problems differ between two readings")
		}
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	if _, _, err := Load(os.DirFS("testdata/no such folder")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	if _, _, err := Load(os.DirFS("load_test.go")); err == nil {
		t.Error("a file in place of a folder")
	}
	k, problems, err := Load(fstest.MapFS{"items.csv/x": &fstest.MapFile{}})
	if k != nil || problems != nil || err == nil {
		t.Errorf("a folder in place of a file: %v %v %v", k, problems, err)
	}
}

func TestEmpty(t *testing.T) {
	const nothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	k, _, err := Load(folder(map[string]string{"readme.txt": "x"}))
	if err != nil || k.Hash != nothing || Empty().Hash != nothing {
		t.Errorf("%v %v", k, err)
	}
	if Empty().Versions("A") != nil || len(slices.Collect(Empty().Items())) != 0 {
		t.Error("the empty knowledge has items")
	}
	Empty().Persons["P"] = &Person{} // each is its own
	if len(Empty().Persons) != 0 {
		t.Error("shared state")
	}
}

func TestHash(t *testing.T) {
	hash := func(files map[string]string) string {
		k, problems, err := Load(folder(files))
		if err != nil || problems != nil {
			t.Fatal(problems, err)
		}
		return k.Hash
	}
	base := map[string]string{"persons.csv": "psn_no\nP1\n", "items.csv": "med_list_codg\nA\n"}
	// sha256sum of: items.csv LF 16 LF content persons.csv LF 10 LF content
	const want = "sha256:656687399200c2236e419f4612258bcdb5e342f6e5b0befeeb711809afb5d45f"
	if got := hash(base); got != want {
		t.Errorf("hash %s", got)
	}
	seen := map[string]bool{hash(base): true}
	for _, other := range []map[string]string{
		{"persons.csv": "psn_no\nP1\n"},
		{"persons.csv": "psn_no\nP1", "items.csv": "med_list_codg\nA\n"},
		{"persons.csv": "\ufeffpsn_no\nP1\n", "items.csv": "med_list_codg\nA\n"},
		{"practitioners.csv": "code\n"},
		{"suspensions.csv": "subject_kind,code\n", "items.csv": "med_list_codg\nA\n"},
	} {
		h := hash(other)
		if seen[h] {
			t.Errorf("same hash for %v", other)
		}
		seen[h] = true
	}
	base["notes.csv"] = "x"
	if !seen[hash(base)] {
		t.Error("a file that is not read changed the hash")
	}
}

func TestItems(t *testing.T) {
	k, problems, err := Load(folder(map[string]string{"items.csv": "med_list_codg,valid_from\nB,\nA,2025-01-01\nC,\nA,\nA,2024-01-01\nA,2024-01-01\n"}))
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if got := slices.Collect(k.Items()); !slices.Equal(got, []string{"A", "B", "C"}) {
		t.Error(got)
	}
	for range k.Items() {
		break
	}
	var rows []int
	for _, v := range k.Versions("A") {
		rows = append(rows, v.Row)
	}
	if !slices.Equal(rows, []int{5, 6, 7, 3}) {
		t.Error(rows)
	}
	if v := k.Versions("B"); len(v) != 1 || cap(v) != 1 || v[0].From != math.MinInt64 || v[0].To != math.MaxInt64 {
		t.Errorf("%+v", v)
	}
}

func TestInForce(t *testing.T) {
	versions := func(spans ...[3]int64) (out []Item) {
		for _, s := range spans {
			out = append(out, Item{From: s[0], To: s[1], Row: int(s[2])})
		}
		return out
	}
	const lo, hi = math.MinInt64, math.MaxInt64
	cases := []struct {
		name     string
		versions []Item
		day      int64
		row      int // 0: none
	}{
		{"no version", nil, 5, 0},
		{"open", versions([3]int64{lo, hi, 2}), 5, 2},
		{"first day", versions([3]int64{5, 7, 2}), 5, 2},
		{"last day", versions([3]int64{5, 7, 2}), 7, 2},
		{"before", versions([3]int64{5, 7, 2}), 4, 0},
		{"after", versions([3]int64{5, 7, 2}), 8, 0},
		{"later valid_from", versions([3]int64{1, hi, 3}, [3]int64{4, hi, 2}), 5, 2},
		{"later valid_from not yet", versions([3]int64{1, hi, 3}, [3]int64{6, hi, 2}), 5, 3},
		{"later valid_from no longer", versions([3]int64{1, hi, 3}, [3]int64{2, 4, 2}), 5, 3},
		{"given beats open", versions([3]int64{1, hi, 2}, [3]int64{lo, hi, 3}), 5, 2},
		{"equal valid_from, later row", versions([3]int64{1, hi, 2}, [3]int64{1, 9, 3}), 5, 3},
		{"equal valid_from, later row first", versions([3]int64{1, hi, 3}, [3]int64{1, 9, 2}), 5, 3},
		{"equal valid_from, later row over", versions([3]int64{1, hi, 2}, [3]int64{1, 4, 3}), 5, 2},
		{"both open", versions([3]int64{lo, hi, 2}, [3]int64{lo, hi, 3}), 5, 3},
		{"gap", versions([3]int64{1, 3, 2}, [3]int64{7, 9, 3}), 5, 0},
	}
	for _, c := range cases {
		row := 0
		if it := InForce(c.versions, c.day); it != nil {
			row = it.Row
		}
		if row != c.row {
			t.Errorf("%s: row %d, want %d", c.name, row, c.row)
		}
	}
}

func TestCapAt(t *testing.T) {
	it := Item{Cap: [4]int64{100, claim.None64, 80, 0}}
	for level, want := range map[int]int64{-1: 100, 0: 100, 1: 100, 2: 80, 3: 0, 4: 100} {
		if got := it.CapAt(level); got != want {
			t.Errorf("level %d: %d, want %d", level, got, want)
		}
	}
}

func TestDegrees(t *testing.T) {
	k, problems, err := Load(folder(map[string]string{"institutions.csv": "fixmedins_code,lon,lat\nA,-0,-0.0\nB,1.5,\nC,,2\nD,-105.25,38\n"}))
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if a := k.Institutions["A"]; !a.HasPlace || math.Signbit(a.Lon) || math.Signbit(a.Lat) {
		t.Errorf("-0 is 0: %+v", a)
	}
	if k.Institutions["B"].HasPlace || k.Institutions["C"].HasPlace {
		t.Error("half a place is none")
	}
	if d := k.Institutions["D"]; !d.HasPlace || d.Lon != -105.25 || d.Lat != 38 {
		t.Errorf("%+v", d)
	}
}

func TestIdentifiers(t *testing.T) {
	// The first is the example of GB 32100-2015; the others are public.
	for _, code := range []string{"91350100M000100Y43", "91110108551385082Q", "91440300708461136T"} {
		if !ValidUSCC(code) {
			t.Errorf("%s is valid", code)
		}
		// Every single wrong character and every swap of neighbours is found.
		for i := range code {
			for _, c := range []byte(usccAlphabet + "IOSVZa ") {
				if wrong := code[:i] + string(rune(c)) + code[i+1:]; c != code[i] && ValidUSCC(wrong) {
					t.Errorf("%s is not valid", wrong)
				}
			}
			if i > 0 && code[i] != code[i-1] {
				wrong := code[:i-1] + string(rune(code[i])) + string(rune(code[i-1])) + code[i+1:]
				if ValidUSCC(wrong) {
					t.Errorf("%s is not valid", wrong)
				}
			}
		}
	}
	provinces := 0
	for p := range 100 {
		if ValidDivision(strconv.Itoa(100 + p)[1:] + "0000") {
			provinces++
		}
	}
	if provinces != 34 {
		t.Errorf("%d provinces, want 34", provinces)
	}
}

// The starter tables are written elsewhere; where they are, they must load.
func TestStarter(t *testing.T) {
	if _, err := os.Stat("starter/items.csv"); err != nil {
		t.Skip("no starter tables here")
	}
	if got := problemsOf(t, os.DirFS("starter")); got != nil {
		t.Error(got)
	}
}
