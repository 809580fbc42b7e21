package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// testKey gives the same key for the same name.
func testKey(t testing.TB, name string) *Key {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	secret, verifier, err := NewKey(bytes.NewReader(seed[:]), name)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadKey(secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if key.Verifier() != verifier {
		t.Fatalf("the key says %s, its maker said %s", key.Verifier(), verifier)
	}
	return key
}

// wanted reads an edition as the command does.
func wanted(day, records, removals string) Wanted {
	w := Wanted{Day: day}
	w.Records, w.Problems = ReadRecords([]byte(records))
	var more []Problem
	w.Removals, more = ReadRemovals([]byte(removals))
	w.Problems = append(w.Problems, more...)
	return w
}

func publish(t testing.TB, m *memory, key *Key, w Wanted) *Published {
	t.Helper()
	p, problems, err := Publish(m, key, w)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return p
}

// three is a folder of three editions; the people and places are invented.
func three(t testing.TB) (*memory, *Key) {
	m, key := newMemory(), testKey(t, "fund.example")
	publish(t, m, key, wanted("2026-01-05", `{"id":"b","name":"虚构药店","amount_fen":1200}`+"\n"+`{"id":"a","name":"虚构医院"}`, ""))
	publish(t, m, key, wanted("2026-02-04", `{"id":"a","name":"虚构医院","note":"更正"}`+"\n"+`{"id":"c","name":"虚构诊所"}`, "id,reason,day\nb,已修复,2026-02-01\n"))
	publish(t, m, key, wanted("2026-02-04", `{"id":"a","name":"虚构医院","note":"更正"}`, "day,id,reason\n2026-02-03,c,依据撤销\n"))
	return m, key
}

func holds(t testing.TB, m *memory, key string) *Report {
	t.Helper()
	r, fail, err := Verify(m, key)
	if err != nil || fail != nil {
		t.Fatal(err, fail)
	}
	return r
}

func TestEditionsAreAsContracted(t *testing.T) {
	m, key := three(t)
	for name, want := range map[string]string{
		"list-1.json": `{"day":"2026-01-05","edition":1,"prev":"","records":[{"id":"a","name":"虚构医院"},{"amount_fen":1200,"id":"b","name":"虚构药店"}]}`,
		"list-2.json": `{"day":"2026-02-04","edition":2,"prev":"` + Hash(m.MapFS["list-1.json"].Data) +
			`","records":[{"id":"a","name":"虚构医院","note":"更正"},{"id":"c","name":"虚构诊所"}]}`,
		"delta-2.json": `{"added":[{"id":"c","name":"虚构诊所"}],"changed":[{"id":"a","name":"虚构医院","note":"更正"}],"day":"2026-02-04","edition":2,"prev":"` +
			Hash(m.MapFS["list-1.json"].Data) + `","removed":[{"day":"2026-02-01","id":"b","reason":"已修复"}]}`,
		"index.json": `{"editions":[{"day":"2026-01-05","delta":"","edition":1,"list":"` + Hash(m.MapFS["list-1.json"].Data) +
			`"},{"day":"2026-02-04","delta":"` + Hash(m.MapFS["delta-2.json"].Data) + `","edition":2,"list":"` + Hash(m.MapFS["list-2.json"].Data) +
			`"},{"day":"2026-02-04","delta":"` + Hash(m.MapFS["delta-3.json"].Data) + `","edition":3,"list":"` + Hash(m.MapFS["list-3.json"].Data) +
			`"}],"key":"` + key.Verifier() + `"}`,
	} {
		if got := string(m.MapFS[name].Data); got != want {
			t.Errorf("%s is\n%s, want\n%s", name, got, want)
		}
	}
	text := "fundwatch list\nedition 2\nday 2026-02-04\n" + Hash(m.MapFS["list-2.json"].Data) + "\n\n— fund.example "
	if got := string(m.MapFS["list-2.note"].Data); !strings.HasPrefix(got, text) {
		t.Errorf("the note is\n%s, want it to begin\n%s", got, text)
	}
	if r := holds(t, m, key.Verifier()); len(r.Editions) != 3 || r.Records != 1 || r.Interrupted != 0 {
		t.Errorf("verify reports %+v", r)
	}
	if len(m.MapFS) != 9 {
		t.Errorf("the folder has %d files", len(m.MapFS))
	}
}

func TestValues(t *testing.T) {
	nested := func(n int) string {
		return `{"id":"a","v":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + `}`
	}
	for name, c := range map[string]struct {
		record string
		paths  string // of the problems; "-" for the whole record
	}{
		"all kinds":             {`{"id":"a","t":"","n":-5,"y":true,"f":false,"z":null,"l":[1,"x",{}],"o":{"p":[]}}`, ""},
		"the largest":           {`{"id":"a","n":9007199254740992,"m":-9007199254740992,"z":-0}`, ""},
		"one more":              {`{"id":"a","n":9007199254740993,"o":{"m":-9007199254740993}}`, "/n /o/m"},
		"point":                 {`{"id":"a","n":[1.0]}`, "/n/1"},
		"exponent":              {`{"id":"a","n":1e3}`, "/n"},
		"huge":                  {`{"id":"a","n":123456789012345678901234567890}`, "/n"},
		"plus":                  {`{"id":"a","n":+1}`, "-"},
		"NaN":                   {`{"id":"a","n":NaN}`, "-"},
		"no id":                 {`{"name":"a"}`, "/id"},
		"a number for an id":    {`{"id":1}`, "/id"},
		"a blank id":            {`{"id":" "}`, "/id"},
		"null for an id":        {`{"id":null}`, "/id"},
		"no object":             {`["id"]`, "-"},
		"two objects":           {`{"id":"a"}{"id":"b"}`, "-"},
		"a member twice":        {`{"id":"a","n":1,"\u006e":1}`, "/n"},
		"id twice inside":       {`{"id":"a","id":"a"}`, "/id"},
		"a member twice deeper": {`{"id":"a","l":[{"x":{"n":1,"n":2}}]}`, "/l/1/x/n"},
		"not UTF-8":             {"{\"id\":\"a\xff\"}", "-"},
		"half a surrogate":      {`{"id":"a","t":"\ud83d"}`, "-"},
		"halves swapped":        {`{"id":"a","t":"\ude00\ud83d"}`, "-"},
		"a surrogate pair":      {`{"id":"a","t":"\ud83d\ude00 \\ud83d"}`, ""},
		"64 levels":             {nested(64), ""},
		"65 levels":             {nested(65), "-"},
		"a mark inside":         {"\ufeff\ufeff" + `{"id":"a"}`, "-"},
		"all problems":          {`{"id":7,"n":0.5,"p":"13812345678","o":{"p":"13912345678","m":1e1}}`, "/n /o/m /id /o/p /p"},
	} {
		_, problems := ReadRecords([]byte(c.record))
		var paths []string
		for _, p := range problems {
			if p.Line != 1 || p.File != InRecords || p.Sentence == "" {
				t.Errorf("%s: %+v", name, p)
			}
			if p.Path == "" {
				p.Path = "-"
			}
			paths = append(paths, p.Path)
		}
		if got := strings.Join(paths, " "); got != c.paths {
			t.Errorf("%s: problems at %q, want %q", name, got, c.paths)
		}
	}
}

func TestRecordsFile(t *testing.T) {
	records, problems := ReadRecords([]byte("\ufeff{\"id\":\"b\"}\r\n \t\r\n\n{\"id\":\"a\"}\n{\"id\":\"b\"}\n{x}"))
	var got []string
	for _, r := range records {
		got = append(got, string(r.JSON))
	}
	if s := strings.Join(got, ""); s != `{"id":"b"}{"id":"a"}{"id":"b"}` {
		t.Errorf("records %s", s)
	}
	if len(problems) != 2 || problems[0].Line != 5 || problems[1].Line != 6 {
		t.Errorf("problems %v, want lines 5 and 6", problems)
	}
}

// The numbers are invented; 11010519491231002X is the example of GB 11643.
func TestPersonalNumbers(t *testing.T) {
	refused := []string{
		"11010519491231002X", "11010519491231002x", "身份证号11010519491231002X。", "编号：11010519491231002X", "a 11010519491231002X-1",
		"152921199003071234"[:17] + check("15292119900307123"), "id_11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ",
		"13000000000", "19912345678", "电话13812345678", "+86 13812345678", "(13812345678)", "13812345678号", "13812345678\n", "１３８１２３４５６７８", "x\t13812345678",
		"123456789012345678"[:17] + check("12345678901234567"),
	}
	for _, s := range refused {
		if personal(s) == "" {
			t.Errorf("%q is let through", s)
		}
	}
	allowed := []string{
		"", "110105194912310021", "11010519491231002XX", "A11010519491231002X", "11010519491231002X9", "911010519491231002X", "1101051949123100",
		"12812345678", "10812345678", "23812345678", "138123456789", "1381234567", "H13812345678", "13812345678A", "8613812345678", "138-1234-5678",
		"é13812345678", "ж13812345678", "H15290000001", "٣13812345678",
	}
	for _, s := range allowed {
		if personal(s) != "" {
			t.Errorf("%q: %s", s, personal(s))
		}
	}
}

// check is the check digit of GB 11643 for 17 digits, worked out by trying.
func check(s string) string {
	sum := 0
	for i := 17; i >= 1; i-- { // weight of place i from the right, from 2: 2^i mod 11
		w := 1
		for range i {
			w = w * 2 % 11
		}
		sum += w * int(s[17-i]-'0')
	}
	for last := range 11 {
		if (sum+last)%11 == 1 {
			return string("0123456789X"[last])
		}
	}
	panic("no check digit")
}

// TestCreditCodesMayLookLikeIdentityNumbers: of the unified social credit codes
// that are all digits one in eleven has the check digit of an identity number.
func TestCreditCodesMayLookLikeIdentityNumbers(t *testing.T) {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	found := 0
	for n := range 200000 {
		s := fmt.Sprintf("91152900%09d", n*37)
		sum, w := 0, 1
		for i := range 17 {
			sum, w = sum+w*int(s[i]-'0'), w*3%31
		}
		code := s + string(alphabet[(31-sum%31)%31])
		if code[17:] != check(s) {
			continue
		}
		found++
		if personal(code) != "" {
			t.Fatalf("the credit code %s is refused", code)
		}
	}
	if found == 0 {
		t.Fatal("no code tried")
	}
}

func TestPersonalNumbersAnywhere(t *testing.T) {
	const id, mobile = "11010519491231002X", "13812345678"
	record := `{"id":"` + mobile + `","` + id + `":1,"l":["x",["` + mobile + `"],{"a":{"` + mobile + `":{"b":"见` + id + `"}}}],"n":13812345678}`
	_, problems := ReadRecords([]byte(record))
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
		if s := p.String(); strings.Contains(s, id) || strings.Contains(s, mobile) {
			t.Errorf("a problem repeats the number: %s", s)
		}
	}
	if got := strings.Join(paths, " "); got != "/* /id /l/2/1 /l/3/a/* /l/3/a/*/b" {
		t.Errorf("found at %s", got)
	}
}

func TestCanonicalOrder(t *testing.T) {
	// The example of RFC 8785, section 3.2.3.
	r, _ := ReadRecords([]byte(`{"id":"a","\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`))
	var last int
	for _, s := range []string{"Carriage Return", "One", `"a"`, "Control", "Latin", "Euro", "Emoji", "Hebrew"} {
		at := bytes.Index(r[0].JSON, []byte(s))
		if at < last {
			t.Errorf("%s stands too early", s)
		}
		last = at
	}
	r, _ = ReadRecords([]byte(`{"id":"\u20ac$\u000f\u000aA'B\u0022\u005c\\\"\/\u007f\u2028<&>\b\f\t\r"}`))
	if want := `{"id":"€$\u000f\nA'B\"\\\\\"/` + "\u007f\u2028" + `<&>\b\f\t\r"}`; string(r[0].JSON) != want {
		t.Errorf("text is %s, want %s", r[0].JSON, want)
	}
}

func TestRefusals(t *testing.T) {
	const two = "{\"id\":\"a\",\"name\":\"虚构医院\",\"note\":\"更正\"}\n{\"id\":\"d\"}\n"
	for name, c := range map[string]struct {
		day, records, removals string
		want                   string // where problems lie
	}{
		"all at once": {"2026-02-03", "{\"id\":\"d\",\"n\":1.5}\n{\"id\":\"d\"}\n{\"id\":\"e\",\"p\":\"13812345678\"}\nx\n", "id,reason,day\ne,,2026-02-30\nq\n",
			"records:1 records:2 records:3 records:4 removals:3 day:0 removals:2 removals:2 removals:2 removals:0"},
		"no change":                 {"2026-02-04", `{"note":"更正","name":"虚构医院","id":"a"}`, "", "list:0"},
		"the day before":            {"2026-02-03", two, "", "day:0"},
		"no day":                    {"2026-02-29", two, "", "day:0"},
		"no row":                    {"2026-03-01", `{"id":"d"}`, "", "removals:0"},
		"a row of another":          {"2026-03-01", `{"id":"d"}`, "id,reason,day\nx,y,2026-02-28\n", "removals:0"},
		"no reason":                 {"2026-03-01", `{"id":"d"}`, "id,reason,day\na, ,2026-02-28\n", "removals:2"},
		"no day of removal":         {"2026-03-01", `{"id":"d"}`, "id,reason,day\na,修复,\n", "removals:2"},
		"two rows":                  {"2026-03-01", `{"id":"d"}`, "id,reason,day\na,修复,2026-02-28\na,撤销,2026-02-28\n", "removals:3"},
		"a personal reason":         {"2026-03-01", `{"id":"d"}`, "id,reason,day\na,致电13812345678,2026-02-28\n", "removals:2"},
		"still there":               {"2026-03-01", two, "id,reason,day\na,修复,2026-02-28\n", "removals:2"},
		"no header":                 {"2026-03-01", `{"id":"d"}`, "a,修复,2026-02-28\n", "removals:1 removals:0"},
		"not CSV":                   {"2026-03-01", `{"id":"d"}`, "id,reason,day\na,\"修复,2026-02-28\n", "removals:2 removals:0"},
		"removals not UTF-8":        {"2026-03-01", `{"id":"d"}`, "id,reason,day\na,\xff,2026-02-28\n", "removals:0 removals:0"},
		"a mark at the start":       {"2026-03-01", "\ufeff" + `{"id":"d"}`, "\ufeffid , reason,day\na,修复,2026-02-28\n", ""},
		"an old row of one readded": {"2026-03-01", `{"id":"a","name":"虚构医院","note":"更正"}` + "\n" + `{"id":"c"}`, "id,reason,day\nc,依据撤销,2026-02-03\nzzz,误写,2026-03-01\n", ""},
		"an edition of nobody":      {"2026-02-04", "", "id,reason,day\na,修复,2026-02-28\n", ""},
	} {
		m, key := three(t)
		before := m.copy()
		p, problems, err := Publish(m, key, wanted(c.day, c.records, c.removals))
		if err != nil {
			t.Fatal(name, err)
		}
		var got []string
		for _, problem := range problems {
			got = append(got, fmt.Sprintf("%s:%d", problem.File, problem.Line))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: problems %q, want %q\n%v", name, s, c.want, problems)
		}
		if c.want == "" {
			holds(t, m, key.Verifier())
			continue
		}
		if p != nil || !sameFiles(m, before) {
			t.Errorf("%s: something was written", name)
		}
	}
}

func sameFiles(a, b *memory) bool {
	if len(a.MapFS) != len(b.MapFS) {
		return false
	}
	for name, f := range a.MapFS {
		if g := b.MapFS[name]; g == nil || !bytes.Equal(f.Data, g.Data) {
			return false
		}
	}
	return true
}

func TestOnlyTheKeyOfTheListPublishes(t *testing.T) {
	m, _ := three(t)
	before := m.copy()
	_, problems, err := Publish(m, testKey(t, "other.example"), wanted("2026-03-01", `{"id":"a"}`, ""))
	if err != nil || len(problems) != 1 || problems[0].File != InKey || !sameFiles(m, before) {
		t.Errorf("%v %v", err, problems)
	}
}

func TestAFolderThatDoesNotVerifyIsLeftAlone(t *testing.T) {
	m, key := three(t)
	m.put("list-2.json", []byte("{}"))
	before := m.copy()
	_, problems, err := Publish(m, key, wanted("2026-03-01", "{\"id\":\"a\"}\n{\"id\":\"b\",\"n\":1.5}", ""))
	if err != nil || len(problems) != 2 || problems[0].Line != 2 || problems[1].File != "list-2.json" || !sameFiles(m, before) {
		t.Errorf("%v %v", err, problems)
	}
	m = newMemory()
	m.put("notes.txt", []byte("x"))
	if _, problems, err = Publish(m, key, wanted("2026-03-01", `{"id":"a"}`, "")); err != nil || len(problems) != 1 {
		t.Errorf("a folder of something else: %v %v", err, problems)
	}
}

func TestKeys(t *testing.T) {
	for _, name := range []string{"", "a b", "a+b", "a\nb", "a\u3000b", "\xff", "a\x00"} {
		if _, _, err := NewKey(bytes.NewReader(make([]byte, 32)), name); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
	for i := range 300 { // some keys hold a plus sign in their base64
		key := testKey(t, fmt.Sprintf("名单-%d.example", i))
		if !ValidVerifier(key.Verifier()) {
			t.Errorf("%s is refused", key.Verifier())
		}
	}
	v := testKey(t, "fund.example").Verifier()
	for _, bad := range []string{"", v + "\n", v + "+", strings.Replace(v, "f", "g", 1), strings.ToUpper(v), v[:len(v)-1]} {
		if ValidVerifier(bad) {
			t.Errorf("%q is taken for a key", bad)
		}
	}
	secret, _, _ := NewKey(bytes.NewReader(make([]byte, 32)), "x")
	if _, err := ReadKey(secret[:len(secret)-3]); err == nil || strings.Contains(err.Error(), secret[:20]) {
		t.Errorf("a cut key: %v", err)
	}
}

// FuzzRecords: what is let through is canonical JSON that a plain reader reads
// as the same, and no input panics.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"id":"a","n":[1,{"x":"\ud83d\ude00"}]}`))
	f.Add([]byte("{\"id\":\"a\",\"\u20ac\":null}\n{\"id\":\"b\",\"t\":true}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		records, problems := ReadRecords(b)
		if len(problems) > 0 {
			return
		}
		for _, r := range records {
			again, more := ReadRecords(r.JSON)
			if len(more) > 0 || len(again) != 1 || !bytes.Equal(again[0].JSON, r.JSON) {
				t.Fatalf("%s is not canonical", r.JSON)
			}
			var plain map[string]any
			if err := json.Unmarshal(r.JSON, &plain); err != nil || plain["id"] != r.ID {
				t.Fatalf("%s: %v", r.JSON, err)
			}
		}
	})
}
