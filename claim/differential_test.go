package claim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fundwatch/claim/claimtest"
)

// agree decodes a message and fails unless the slow decoder says the same. d
// may have read other messages before, which must not matter. It gives the
// claim when the message is one.
func agree(t rapid.TB, d *Decoder, msg []byte) *slowClaim {
	before := d.Batch.Rows(Settlements)
	problems := d.Decode(msg)
	slow := slowDecode(msg)
	if len(slow.structural) > 0 {
		if len(problems) != 1 || problems[0].Field != "" || !slices.Contains(slow.structural, problems[0].Rule) {
			t.Fatalf("problems %q, want one of %q of the whole message\n%q", told(problems), slow.structural, msg)
		}
		return nil
	}
	if got := told(problems); !slices.Equal(got, slow.problems) {
		t.Fatalf("problems\n got %q\nwant %q\n%q", got, slow.problems, msg)
	}
	if len(slow.problems) > 0 {
		if d.Batch.Rows(Settlements) != before {
			t.Fatalf("a refused message was kept: %q", msg)
		}
		return nil
	}
	if got, want := batchClaim(d.Batch, before).content(), slow.content(); got != want {
		t.Fatalf("values\n got %s\nwant %s\n%q", got, want, msg)
	}
	return slow
}

// FuzzDecode holds the decoder against the slow one, once for a decoder that
// expects the names of the example and once for one that expects nothing, and
// looks whether the message did harm to the next one.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{example, claimtest.Claim("S1; 1 2 3 trace=a,b; 2 -1 -1 of=1; dx I10 x"),
		claimtest.Claim("S2 refunds=S1 fund_pay_sumamt=-5; 1 2 -3"), `{"setlinfo":{}}`, `{"feedetail":[{"cnt":0},7]}`,
		`{"setlinfo":{"setl_id":"\ud83d\ude00","gend":"\u0031"},"x":[{"a":1,"a":2}]}`,
		claimtest.Set(example, "feedetail[0].drugtracinfo", `[{"drug_trac_code":"a"},{"drug_trac_codg":"a|"}]`),
		strings.Repeat("[", 70), "{\"a\":\"\xff\"}", `{"setlinfo":null,"diseinfo":"","feedetail":[null,{"cnt":1e2}]}`,
		`{"x":-0.0e-0,"y":[true,false,null]} `, "\xef\xbb\xbf{}"} {
		f.Add([]byte(seed))
	}
	_, texts := jsonSuite(f)
	for _, text := range texts {
		if len(text) < 200 {
			f.Add(text)
		}
	}
	want := slowDecode([]byte(example)).content()
	f.Fuzz(func(t *testing.T, msg []byte) {
		if len(msg) > 1<<16 {
			return
		}
		fresh, used := newDecoder(), newDecoder()
		used.Decode([]byte(example))
		agree(t, fresh, msg)
		if agree(t, used, msg); len(fresh.Batch.Fingerprint) > 0 && fresh.Batch.Fingerprint[0] != used.Batch.Fingerprint[1] {
			t.Fatalf("the fingerprint depends on what came before: %q", msg)
		}
		if used.Decode([]byte(example)) != nil {
			t.Fatalf("the example is refused after %q", msg)
		}
		last := used.Batch.Rows(Settlements) - 1
		if got := batchClaim(used.Batch, last).content(); got != want || used.Batch.Fingerprint[last] != used.Batch.Fingerprint[0] {
			t.Fatalf("the example after %q:\n%s", msg, got)
		}
	})
}

// FuzzClaims is the property of messages below, driven by the fuzzer.
func FuzzClaims(f *testing.F) { f.Fuzz(rapid.MakeFuzz(messagesAgree)) }

func TestMessagesAgreeWithTheSlowDecoder(t *testing.T) { rapid.Check(t, messagesAgree) }

// messagesAgree draws a claim, often with faults, writes it several times in
// different ways and changes it a little: the decoders agree on problems and
// values, and fingerprints are equal if and only if the contents are.
func messagesAgree(t *rapid.T) {
	tree := drawClaim(t)
	variants := []string{writeTree(t, tree, false), writeTree(t, tree, true), writeTree(t, tree, true)}
	drawChange(t, tree)
	variants = append(variants, writeTree(t, tree, true))
	d := newDecoder()
	var contents []string
	var first []string
	for i, msg := range variants {
		if c := agree(t, d, []byte(msg)); c != nil {
			contents = append(contents, c.content())
		}
		if i == 0 {
			first = told(d.problems)
		} else if i < 3 && !slices.Equal(told(d.problems), first) {
			t.Fatalf("problems depend on the writing: %q and %q\n%s\n%s", first, told(d.problems), variants[0], msg)
		}
	}
	for i, a := range contents {
		for j, b := range contents[:i] {
			if got := d.Batch.Fingerprint[i] == d.Batch.Fingerprint[j]; got != (a == b) {
				t.Fatalf("equal fingerprints is %v, of\n%s\n%s", got, a, b)
			}
		}
	}
}

// Values by kind: usable ones, and others.
var goodValues = map[Kind][]string{
	KindCode: {`"A"`, `"B"`, `" A "`, `""`, `null`, `"\u0041"`, `"\u3000A"`, `"药品"`}, KindText: {`"x|y"`, `"\u0001"`, `null`, `" 肺炎"`},
	KindMoney: {`0`, `1`, `"1.00"`, `12.3`, `"12.30"`, `99999999999999.99`, `null`, `" "`}, KindQuantity: {`1`, `"1.0"`, `2.5`, `"0002.5"`},
	KindPrice: {`0`, `1.5`, `"1.500000"`, `-0`}, KindWhole: {`1`, `"1"`, `"001"`, `null`, `2`},
	KindTime: {`"2026-03-05 08:30:00"`, `"2026-03-05 08:30:01"`, `"2024-02-29 00:00:00"`}, KindDay: {`"1970-01-31"`, `"0001-01-01"`},
}

var badValues = []string{`"a|b"`, `"a/b"`, `7`, `-1`, `0`, `"-0.0"`, `1e2`, `true`, `[]`, `{"a":[{}]}`, `""`, `null`, `"x"`, `"\u007f"`,
	`1.0000001`, `123456789012345`, `"2026-02-29 00:00:00"`, `"2026-02-29"`, `"3"`, `" 1"`}

func drawClaim(t *rapid.T) *node {
	faults := rapid.SampledFrom([]int{0, 0, 2, 40}).Draw(t, "faults") // of 100 values
	root := &node{kind: '{'}
	setl := drawObject(t, Settlements, faults)
	root.members = append(root.members, nodeMember{"setlinfo", setl})
	lists := map[string]Table{"diseinfo": Diagnoses, "feedetail": Lines}
	for _, name := range []string{"diseinfo", "feedetail"} {
		list := &node{kind: '['}
		for i := range rapid.IntRange(0, 4).Draw(t, name) {
			item := drawObject(t, lists[name], faults)
			if name == "feedetail" {
				drawLine(t, item, i, faults)
			}
			list.items = append(list.items, faulty(t, item, faults/8))
		}
		root.members = append(root.members, nodeMember{name, faulty(t, list, faults/8)})
	}
	if faults > 0 && rapid.IntRange(0, 30).Draw(t, "other setlinfo") == 0 {
		root.members[0].value = parseNode(rapid.SampledFrom(badValues).Draw(t, "setlinfo"))
	}
	return root
}

func parseNode(text string) *node {
	n, why := slowTree([]byte(text))
	if n == nil || len(why) > 0 {
		panic(text)
	}
	return n
}

// faulty is n, or now and then something else.
func faulty(t *rapid.T, n *node, percent int) *node {
	if percent == 0 || rapid.IntRange(1, 100).Draw(t, "fault") > percent {
		return n
	}
	return parseNode(rapid.SampledFrom(badValues).Draw(t, "bad"))
}

func drawObject(t *rapid.T, tab Table, faults int) *node {
	closed := map[string][]string{"gend": {`"1"`, `" 2"`}, "refd_setl_flag": {`"0"`, `""`, `"1"`}, "insuplc_admdvs": {`"152921"`},
		"mdtrtarea_admvs": {`"152900"`}, "med_type": {`"11"`, `"21"`}, "begntime": {`"2026-03-05 08:30:00"`, `null`},
		"endtime": {`"2026-03-05 08:30:00"`, `"2026-03-06 08:30:00"`}}
	required := strings.Fields(`setl_id mdtrt_id psn_no fixmedins_code insutype acct_pay psn_cash_pay medfee_sumamt fund_pay_sumamt
		feedetl_sn med_list_codg med_chrgitm_type det_item_fee_sumamt init_setl_id`)
	n := &node{kind: '{'}
	for _, name := range contractFields[tab] {
		pool := goodValues[contractKind(name)]
		if p, ok := closed[name]; ok {
			pool = p
		}
		if slices.Contains(required, name) {
			pool = pool[:2]
		}
		text := rapid.SampledFrom(pool).Draw(t, name)
		n.members = append(n.members, nodeMember{name, faulty(t, parseNode(text), faults)})
	}
	return n
}

func drawLine(t *rapid.T, line *node, i, faults int) {
	if rapid.IntRange(1, 100).Draw(t, "own number") > faults {
		line.members[0].value = parseNode(fmt.Sprintf(`"%d"`, i))
	}
	if rapid.IntRange(0, 3).Draw(t, "refund line") == 0 {
		for j, m := range line.members {
			switch m.name {
			case "cnt":
				line.members[j].value = parseNode(`-1.5`)
			case "det_item_fee_sumamt", "inscp_scp_amt":
				line.members[j].value = parseNode(rapid.SampledFrom([]string{`0`, `-3`, `"-0.00"`}).Draw(t, "refunded"))
			}
		}
	}
	traces := &node{kind: '['}
	for range rapid.IntRange(0, 3).Draw(t, "traces") {
		trace := &node{kind: '{'}
		for _, name := range []string{"drug_trac_codg", "drug_trac_code"} {
			if rapid.Bool().Draw(t, name) {
				text := rapid.SampledFrom([]string{`"a"`, `"b"`, `" a "`, `""`, `null`, `"a/b"`}).Draw(t, "code")
				trace.members = append(trace.members, nodeMember{name, faulty(t, parseNode(text), faults)})
			}
		}
		traces.items = append(traces.items, faulty(t, trace, faults/4))
	}
	line.members = append(line.members, nodeMember{"drugtracinfo", faulty(t, traces, faults/4)})
}

// drawChange changes one value of the claim, or takes it away, or changes the
// order of a list.
func drawChange(t *rapid.T, root *node) {
	n := root
	for {
		if n.kind == '[' && len(n.items) > 0 {
			if rapid.Bool().Draw(t, "order") {
				slices.Reverse(n.items)
				return
			}
			n = rapid.SampledFrom(n.items).Draw(t, "item")
			continue
		}
		if n.kind != '{' || len(n.members) == 0 {
			return
		}
		i := rapid.IntRange(0, len(n.members)-1).Draw(t, "member")
		m := &n.members[i]
		if m.value.kind == '{' || m.value.kind == '[' {
			n = m.value
			continue
		}
		if rapid.Bool().Draw(t, "remove") {
			n.members = slices.Delete(n.members, i, i+1)
			return
		}
		pool := goodValues[contractKind(m.name)]
		m.value = parseNode(rapid.SampledFrom(pool).Draw(t, "value"))
		return
	}
}

// writeTree writes JSON; freely with members in any order, white space,
// escapes and members that nobody knows.
func writeTree(t *rapid.T, n *node, freely bool) string {
	var out bytes.Buffer
	w := treeWriter{t: t, out: &out, freely: freely}
	w.space()
	w.write(n)
	w.space()
	return out.String()
}

type treeWriter struct {
	t      *rapid.T
	out    *bytes.Buffer
	freely bool
}

func (w *treeWriter) one(in int, what string) bool {
	return w.freely && rapid.IntRange(1, in).Draw(w.t, what) == 1
}

func (w *treeWriter) space() {
	if w.one(12, "space") {
		w.out.WriteString(rapid.SampledFrom([]string{" ", "\t", "\r\n", "  "}).Draw(w.t, "which"))
	}
}

func (w *treeWriter) write(n *node) {
	switch n.kind {
	case '{':
		w.object(n)
	case '[':
		w.out.WriteByte('[')
		for i, item := range n.items {
			if w.space(); i > 0 {
				w.out.WriteByte(',')
				w.space()
			}
			w.write(item)
		}
		w.space()
		w.out.WriteByte(']')
	case '"':
		w.text(n.text)
	default:
		w.out.WriteString(n.text)
	}
}

func (w *treeWriter) object(n *node) {
	members := n.members
	if w.freely {
		if w.one(3, "unknown member") {
			extra := rapid.SampledFrom([]string{`{"x":{"setl_id":[1]},"y":[]}`, `"x"`, `-1e5`, `[[],{}]`, `null`}).Draw(w.t, "extra")
			members = append(slices.Clone(members), nodeMember{"unknown", parseNode(extra)}, nodeMember{"未知", parseNode(`1`)})
		}
		if w.one(2, "shuffle") {
			members = rapid.Permutation(members).Draw(w.t, "members")
		}
	}
	w.out.WriteByte('{')
	for i, m := range members {
		if w.space(); i > 0 {
			w.out.WriteByte(',')
			w.space()
		}
		w.text(m.name)
		w.space()
		w.out.WriteByte(':')
		w.space()
		w.write(m.value)
	}
	w.space()
	w.out.WriteByte('}')
}

func (w *treeWriter) text(s string) {
	if w.one(20, "escape") {
		w.out.WriteByte('"')
		for _, r := range s {
			fmt.Fprintf(w.out, `\u%04X`, r)
		}
		w.out.WriteByte('"')
		return
	}
	b, err := json.Marshal(s)
	if err != nil {
		w.t.Fatal(err)
	}
	w.out.Write(b)
}
