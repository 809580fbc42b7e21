package draw

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestVectors: tickets are those of the published consistent sampler, where it
// draws without replacement.
func TestVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name   string
		Seed   string
		IDs    []string
		Drop   int
		Digits int
		Output [][]any // ticket, id, generation
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, v := range vectors {
		first := map[string]bool{} // tickets of the first generation are those without replacement
		order := slices.DeleteFunc(slices.Clone(v.Output), func(o []any) bool { return o[2].(float64) != 1 })
		for i, turn := range turns(v.Seed, v.IDs)[v.Drop:] {
			if i == len(order) {
				break
			}
			ticket, id := order[i][0].(string), order[i][1].(string)
			if turn.ID != id || !strings.HasPrefix(turn.Ticket, ticket) || first[id] {
				t.Errorf("%s: turn %d is %v, want %s %s", v.Name, i, turn, ticket, id)
			}
			first[id] = true
			compared++
		}
	}
	if compared < 30 {
		t.Errorf("only %d turns compared", compared)
	}
	if !strings.HasPrefix(Ticket("314159", "B-2"), "0.410310858") {
		t.Error(Ticket("314159", "B-2"))
	}
}

const objectsCSV = `id,name,kind,admdvs,credit,beds
H1,虚构一院,hospital,152900,A,10
H2,虚构二院,hospital,152900,B,20
H3,虚构三院,hospital,152921,C,30
H4,虚构四院,hospital,152921,D,40
C1,虚构诊所,clinic,152921,A,
P1,虚构药房,pharmacy,152922,B,
`

const inspectorsCSV = `id,name,licence_no,licence_until,unit,skills,recuse
I1,甲,001,2027-01-01,一科,医药,
I2,乙,002,,一科,财务,H1|H2
I3,丙,003,2026-12-01,二科,,H3
I4,丁,004,2026-11-30,二科,,
I5,戊,005,,二科,,
`

const planJSON = `{"campaign":"2026 年末抽查","day":"2026-12-01","seed_source":"福利彩票双色球第 2026137 期","strata":[
 {"name":"较差","where":{"kind":["hospital"],"credit":["C","D"]},"count":1},
 {"name":"其他医院","where":{"kind":["hospital"],"credit":["A","B"]},"rate":"0.500"}],
 "inspectors_per_object":2,"substitutes":2,"max_load":4,"exclude":[{"id":"P1","reason":"已注销"}],"note":1.50}`

func made(t testing.TB, objects, inspectors, plan string) *Commit {
	t.Helper()
	c, err := NewCommit(Source{"objects.csv", []byte(objects)}, Source{"inspectors.csv", []byte(inspectors)}, Source{"plan.json", []byte(plan)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCommit(t *testing.T) {
	c := made(t, objectsCSV, inspectorsCSV, planJSON)
	text := string(c.Bytes())
	for _, part := range []string{
		`"outside":["C1"]`, `"strata":[{"name":"较差","pool":["H3","H4"],"quota":1},{"name":"其他医院","pool":["H1","H2"],"quota":1}],"version":1}`,
		`"note":1.5`, `"rate":"0.500"`, `{"admdvs":"152900","beds":"10","credit":"A","id":"H1","kind":"hospital","name":"虚构一院"}`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%s\nhas no %s", text, part)
		}
	}
	if notes := c.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "note") {
		t.Error(notes)
	}
	marked := made(t, "\ufeff"+strings.ReplaceAll(objectsCSV, "\n", "\r\n"), inspectorsCSV, "\ufeff"+planJSON)
	if marked.SHA256() != c.SHA256() {
		t.Error("a byte order mark or CRLF changes the commit")
	}
	back, err := ReadCommit(c.Bytes())
	if err != nil || back.SHA256() != c.SHA256() {
		t.Error(err)
	}
	d, err := c.Run("314159")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Strata {
		for _, o := range s.Drawn {
			for _, i := range o.Inspectors {
				if i.ID == "I4" {
					t.Error("a licence that has ended takes part")
				}
				if o.ID == "H3" && i.ID == "I3" || (o.ID == "H1" || o.ID == "H2") && i.ID == "I2" {
					t.Errorf("%s does not stand aside from %s", i.ID, o.ID)
				}
			}
		}
		if len(s.Drawn) != 1 || len(s.Substitutes) != 1 {
			t.Errorf("%+v", s)
		}
	}
	if _, err := Verify(d.Bytes(), c.Bytes()); err != nil {
		t.Error(err)
	}
}

// TestProblems: everything that is wrong is named at once.
func TestProblems(t *testing.T) {
	all := func(objects, inspectors, plan string) string {
		_, err := NewCommit(Source{"objects.csv", []byte(objects)}, Source{"inspectors.csv", []byte(inspectors)}, Source{"plan.json", []byte(plan)})
		if err == nil {
			return ""
		}
		return err.Error()
	}
	for name, c := range map[string]struct {
		objects, inspectors, plan string
		want                      []string
		none                      string
	}{
		"the plan contradicts itself": {objectsCSV, inspectorsCSV, `{"campaign":"c","day":"2026-12-01","seed_source":"s","strata":[
			{"name":"a","where":{"kind":["hospital"]},"count":9},{"name":"b","where":{"credit":["A"]},"count":1},{"name":"c","where":{"colour":["red"]},"count":1}],
			"inspectors_per_object":1,"exclude":[{"id":"X9","reason":"r"}]}`,
			[]string{"strata[0]: 层 \"a\" 的抽取数大于对象数 4", `strata[1]: 与层 "a" 有相同的对象 (objects in two strata): H1`, `strata[2].where: 对象名录没有列 "colour"`, `exclude[0].id: 对象名录没有 "X9"`, "inspectors_per_object: 是 1"}, "strata[2]: "},
		"a stratum without quota still has a pool, one without pool is passed over": {objectsCSV, inspectorsCSV, `{"campaign":"c","day":"2026-12-01","seed_source":"s","strata":[
			{"name":"a","where":{"kind":["hospital"]},"count":1},{"name":"b","where":{"colour":["red"]},"count":1},{"name":"c","count":1,"rate":"9"}],"inspectors_per_object":2}`,
			[]string{"strata[1].where: ", "strata[2].count: ", `strata[2]: 与层 "a" 有相同的对象 (objects in two strata): H1`}, "quota above"},
		"positions are those of the file": {objectsCSV, inspectorsCSV, `{"campaign":"c","day":"2026-12-01","seed_source":"s","strata":[7,{"name":"a","where":{"colour":["red"]},"count":1}],"inspectors_per_object":2,"exclude":["H1",{"id":"X9","reason":"r"}]}`,
			[]string{"strata[0]: 不是对象", "strata[1].where: ", "exclude[0]: 不是对象", `exclude[1].id: 对象名录没有 "X9"`}, "strata[0].where"},
		"ids": {objectsCSV + "H1,x,x,x,x,x\n,x,x,x,x,x\n H9,x,x,x,x,x\nA|B,x,x,x,x,x\n", inspectorsCSV + "I1,,,,,,\n", planJSON,
			[]string{`objects.csv:8: id "H1" 与 objects.csv:2 重复`, "objects.csv:9: id 为空", "objects.csv:10: id \" H9\" 前后有空白", "objects.csv:11: id", "inspectors.csv:7: id \"I1\""}, "none"},
		"columns": {"id,name\n1,2\n", "id,id\n1,2\n", planJSON, []string{`objects.csv: 缺少列 "kind"`, `objects.csv: 缺少列 "credit"`, `inspectors.csv:1: 列 "id" 出现两次`}, "no such"},
		"rows": {objectsCSV + "H9,x\n\"a\"b,x,x,x,x,x\n", inspectorsCSV + "I9,,,2026-13-01,,,\n", planJSON,
			[]string{"objects.csv:8: 有 2 列", "objects.csv:9: 不是 CSV", "inspectors.csv:7: licence_until"}, "none"},
		"bytes": {"\xff", "", "{", []string{"objects.csv: 不是 UTF-8", "inspectors.csv: 没有表头", "plan.json: 第 2 字节"}, "none"},
		"empty": {"id,name,kind,admdvs,credit\n", inspectorsCSV, planJSON, []string{"objects.csv: 没有对象"}, "none"},
		"kinds": {objectsCSV, inspectorsCSV, `{"campaign":1,"day":"2026-02-30","strata":[{"where":[],"count":1.5},{"name":"b","where":{"kind":"hospital"},"count":-1,"rate":"1"},
			{"name":"b","rate":0.05},{"name":"d"},{"name":"e","rate":"5%"},{"name":"f","rate":".5"},{"name":"g","where":{"kind":[1]},"rate":"-1"},7],"inspectors_per_object":"2","substitutes":-1,"max_load":0,
			"exclude":[{"id":"H1"},{"id":"H1","reason":"r"}]}`,
			[]string{"campaign: 不是文本", "day: ", "strata[0].name: 缺少", "strata[0].where: ", "strata[0].count: 不是整数", "strata[1].where.kind: ", "strata[1].count: count 与 rate", "strata[2].name: 层名", "strata[2].rate: ",
				"strata[3].count: 缺少", "strata[4].rate", "strata[5].rate", "strata[6].where.kind[0]", "strata[6].rate", "strata[7]: ", "inspectors_per_object: 不是数", "substitutes: ", "max_load: ", "exclude[0].reason", "exclude[1].id"}, "quota above"},
		"nothing": {objectsCSV, inspectorsCSV, `{"day":null}`, []string{"day: 缺少", "inspectors_per_object: 缺少", "strata: 没有层"}, "none"},
	} {
		got := all(c.objects, c.inspectors, c.plan)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
		if strings.Contains(got, c.none) {
			t.Errorf("%s: %q in\n%s", name, c.none, got)
		}
	}
}

func TestQuota(t *testing.T) {
	for _, c := range []struct {
		rate       string
		pool, want int
	}{{"0.05", 100, 5}, {"0.05", 101, 6}, {"0.05", 1, 1}, {"0.05", 0, 0}, {"1", 7, 7}, {"0.1", 30, 3}, {"0.3", 10, 3}, {"0.7", 10, 7}, {"0.29", 100, 29}, {"000.500", 3, 2},
		{"0.3333333333333333333333333333333333", 3, 1}, {"0.33333333333333333333333333333333334", 3, 2}, {"0", 5, 0}, {"1.0000000000000000000000000000001", 3, -1}} {
		r := &planReader{}
		s := Stratum{Rate: r.object("", map[string]any{"rate": c.rate}).rate("rate")}
		got, fits := s.quota(c.pool)
		if len(r.problems) > 0 || fits != (c.want >= 0) || fits && got != c.want {
			t.Errorf("%s of %d is %d, %v", c.rate, c.pool, got, fits)
		}
	}
}

func TestTooFewInspectors(t *testing.T) {
	c := made(t, objectsCSV, inspectorsCSV, strings.Replace(planJSON, `"max_load":4`, `"max_load":1`, 1))
	_, err := c.Run("1")
	if err == nil || !strings.Contains(err.Error(), `"H`) {
		t.Error(err)
	}
	if len(c.Notes()) < 1 {
		t.Error("nobody is told before")
	}
}

// lottery draws plan, objects and inspectors for a draw that can be made.
func lottery(t *rapid.T) (objects, inspectors, plan string) {
	n, people := rapid.IntRange(4, 30).Draw(t, "objects"), rapid.IntRange(3, 8).Draw(t, "inspectors")
	word := rapid.SampledFrom([]string{"", "a", "院, \"甲\"", "二\n行", "€", "\U0001F600", "\u2028", "\x01"})
	kinds := []string{"hospital", "clinic", "pharmacy"}
	table := func(header string, rows func(w *csv.Writer)) string {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Write(strings.Split(header, ","))
		rows(w)
		w.Flush()
		return b.String()
	}
	of := map[string]int{}
	objects = table("id,name,kind,admdvs,credit,说明", func(w *csv.Writer) {
		for i := range n {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			of[kind]++
			w.Write([]string{fmt.Sprintf("O-%d", i), word.Draw(t, "name"), kind, "152900", "A", word.Draw(t, "more")})
		}
	})
	inspectors = table("id,name,licence_no,licence_until,unit,skills,recuse", func(w *csv.Writer) {
		for i := range people {
			recuse := ""
			if i > 1 && rapid.Bool().Draw(t, "stands aside") {
				recuse = fmt.Sprintf("O-%d|O-%d", rapid.IntRange(0, n).Draw(t, "a"), rapid.IntRange(0, n).Draw(t, "b"))
			}
			w.Write([]string{fmt.Sprintf("员%d", i), word.Draw(t, "name"), "", rapid.SampledFrom([]string{"", "2026-12-01", "2030-01-01"}).Draw(t, "until"), "", "", recuse})
		}
	})
	var strata []map[string]any
	for i, kind := range kinds {
		s := map[string]any{"name": kind, "where": map[string]any{"kind": []string{kind}}}
		if i == 0 && of[kind] > 0 {
			s["count"] = rapid.IntRange(1, of[kind]).Draw(t, "count")
		} else {
			s["rate"] = rapid.SampledFrom([]string{"0.05", "0.333", "1"}).Draw(t, "rate")
		}
		strata = append(strata, s)
	}
	given := map[string]any{"campaign": word.Draw(t, "campaign"), "day": "2026-12-01", "seed_source": "虚构", "strata": strata,
		"inspectors_per_object": 2, "substitutes": rapid.IntRange(0, 5).Draw(t, "substitutes")}
	text, _ := json.MarshalIndent(given, "", " ")
	return objects, inspectors, string(text)
}

// TestDraws: a thousand random plans are drawn and verified, and any byte of the
// file that is changed is found.
func TestDraws(t *testing.T) {
	t.Parallel()
	draws := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 10 { // rapid makes a hundred
			c := lotteryCommit(t)
			d, err := c.Run(rapid.StringN(1, 8, 40).Draw(t, "seed"))
			if err != nil {
				t.Fatal(err)
			}
			text := d.Bytes()
			if _, err := Verify(text, c.Bytes()); err != nil {
				t.Fatal(err)
			}
			draws++
			for range 3 {
				at, bit := rapid.IntRange(0, len(text)-1).Draw(t, "at"), rapid.ByteRange(1, 255).Draw(t, "flip")
				flipped := bytes.Clone(text)
				flipped[at] ^= bit
				if _, err := Verify(flipped, nil); err == nil {
					t.Fatalf("byte %d of %s may be %q", at, text, flipped[at])
				}
				cut := rapid.IntRange(0, len(text)-1).Draw(t, "cut")
				if _, err := Verify(text[:cut], nil); err == nil {
					t.Fatalf("%d bytes are enough of %s", cut, text)
				}
			}
		}
	})
	if draws < 1000 {
		t.Errorf("only %d draws", draws)
	}
}

func lotteryCommit(t *rapid.T) *Commit {
	objects, inspectors, plan := lottery(t)
	c, err := NewCommit(Source{"objects.csv", []byte(objects)}, Source{"inspectors.csv", []byte(inspectors)}, Source{"plan.json", []byte(plan)})
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, objects, plan)
	}
	return c
}

// TestEveryByte flips every byte of one draw.
func TestEveryByte(t *testing.T) {
	t.Parallel()
	d, err := made(t, objectsCSV, inspectorsCSV, planJSON).Run("314159")
	if err != nil {
		t.Fatal(err)
	}
	text := d.Bytes()
	for i := range text {
		for _, bit := range []byte{1, 0x20, 0x80} {
			flipped := bytes.Clone(text)
			flipped[i] ^= bit
			_, err := Verify(flipped, nil)
			var different *Difference
			if !errors.As(err, &different) {
				t.Errorf("byte %d may be %q: %v", i, flipped[i], err)
			}
		}
	}
}

// TestOrderStays: an object that is taken away changes nobody else's order.
func TestOrderStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.StringN(1, 6, 20), 2, 40, rapid.ID[string]).Draw(t, "ids")
		seed := rapid.String().Draw(t, "seed")
		gone := rapid.SampledFrom(ids).Draw(t, "gone")
		others := func(turns []Turn) []Turn {
			return slices.DeleteFunc(turns, func(x Turn) bool { return x.ID == gone })
		}
		left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == gone })
		if !slices.Equal(others(turns(seed, ids)), turns(seed, left)) {
			t.Fatal("the order changed")
		}
	})
}

// TestExcludedOneSteps: excluding a drawn object lets the first substitute in
// and moves nobody else.
func TestExcludedOneSteps(t *testing.T) {
	plan := `{"campaign":"c","day":"2026-12-01","seed_source":"s","strata":[{"name":"a","where":{"kind":["hospital"]},"count":2}],"inspectors_per_object":2,"substitutes":9%s}`
	before, err := made(t, objectsCSV, inspectorsCSV, fmt.Sprintf(plan, "")).Run("7")
	if err != nil {
		t.Fatal(err)
	}
	gone := before.Strata[0].Drawn[0].ID
	after, err := made(t, objectsCSV, inspectorsCSV, fmt.Sprintf(plan, `,"exclude":[{"id":"`+gone+`","reason":"r"}]`)).Run("7")
	if err != nil {
		t.Fatal(err)
	}
	a, b := before.Strata[0], after.Strata[0]
	if b.Drawn[0].ID != a.Drawn[1].ID || b.Drawn[1].ID != a.Substitutes[0].ID || len(b.Substitutes) != len(a.Substitutes)-1 {
		t.Errorf("%+v, then %+v", a, b)
	}
	if strings.Contains(string(after.Commit.Bytes()), `"outside":["C1","`+gone) {
		t.Error("the excluded object is outside")
	}
}

// TestVerifyNames tells the first thing that differs.
func TestVerifyNames(t *testing.T) {
	c := made(t, objectsCSV, inspectorsCSV, planJSON)
	d, err := c.Run("314159")
	if err != nil {
		t.Fatal(err)
	}
	good := string(d.Bytes())
	for _, x := range []struct{ old, new, where string }{
		{`"seed":"314159"`, `"seed":"314158"`, "strata[0].drawn[0].id"},
		{`"seed":"314159"`, `"seed":""`, "strata"},
		{`"seed":"314159",`, ``, "seed"},
		{`虚构一院`, `虚构七院`, "commit_sha256"},
		{`"quota":1`, `"quota":2`, "commit.strata[0].quota"},
		{`"outside":["C1"]`, `"outside":[]`, "commit.outside"},
		{`"credit":"D"`, `"credit":"E"`, "commit.outside"},
		{`"id":"H2"`, `"id":"H1"`, "commit.objects[1]"},
		{`"count":1`, `"count":9`, "commit.plan.strata[0]"},
		{`"version":1}`, `"version":1,"x":2}`, "commit.x"},
		{`"ticket":"0.`, `"ticket":"1.`, "strata[0].drawn[0].inspectors[0].ticket"},
		{`{"commit"`, "\ufeff{\"commit\"", ""},
		{`{"commit"`, ` {"commit"`, ""},
		{`"note":1.5`, `"note":1.50`, ""},
		{`"note":1.5`, `"note":1e999`, ""},
		{`"note":1.5`, `"note":1.5,"note":1.5`, ""},
	} {
		bad := strings.Replace(good, x.old, x.new, 1)
		if bad == good {
			t.Errorf("no %s in %s", x.old, good)
		}
		_, err := Verify([]byte(bad), nil)
		var different *Difference
		if !errors.As(err, &different) || different.Where != x.where {
			t.Errorf("%s: %v, want %s", x.new, err, x.where)
		}
	}
	other := made(t, strings.Replace(objectsCSV, "虚构一院", "虚构七院", 1), inspectorsCSV, planJSON)
	_, err = Verify([]byte(good), other.Bytes())
	var different *Difference
	if !errors.As(err, &different) || different.Where != "commit.objects[0].name" {
		t.Error(err)
	}
}

// FuzzVerify: whatever the bytes, only a draw that can be repeated holds.
func FuzzVerify(f *testing.F) {
	d, err := made(f, objectsCSV, inspectorsCSV, planJSON).Run("314159")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(d.Bytes())
	f.Add([]byte(`{"commit":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if d, err := Verify(text, nil); err == nil && !bytes.Equal(d.Bytes(), text) {
			t.Errorf("%s holds", text)
		}
	})
}

// FuzzNewCommit: whatever the three files hold, either every problem is named
// and nothing is made, or the draw of them holds and is the same once more.
func FuzzNewCommit(f *testing.F) {
	f.Add(objectsCSV, inspectorsCSV, planJSON, "314159")
	f.Add("id,name,kind,admdvs,credit\r\n\"H,1\",,hospital,152900,A\n", "id,name,licence_no,licence_until,unit,skills,recuse\nI1,,,,,,\n",
		`{"campaign":"x","day":"2026-12-01","seed_source":"x","strata":[{"name":"x","count":1}],"inspectors_per_object":1,"substitutes":0}`, "0")
	f.Fuzz(func(t *testing.T, objects, inspectors, plan, seed string) {
		from := [3]Source{{"objects.csv", []byte(objects)}, {"inspectors.csv", []byte(inspectors)}, {"plan.json", []byte(plan)}}
		c, err := NewCommit(from[0], from[1], from[2])
		if err != nil {
			if problems, ok := errors.AsType[Problems](err); !ok || len(problems) == 0 {
				t.Errorf("no problem is named: %v", err)
			}
			return
		}
		again, err := ReadCommit(c.Bytes())
		if err != nil || again.SHA256() != c.SHA256() {
			t.Fatalf("read again: %v", err)
		}
		d, err := c.Run(seed)
		if err != nil {
			return
		}
		once, err := again.Run(seed)
		if err != nil || !bytes.Equal(once.Bytes(), d.Bytes()) {
			t.Errorf("drawn again: %v", err)
		}
		if _, err := Verify(d.Bytes(), c.Bytes()); err != nil {
			t.Errorf("does not hold: %v", err)
		}
	})
}
