package policies

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fundwatch/policies/regions"
)

// TestKeptIsReadAgain: what was kept of any decision is that decision, can be
// asked again, and no byte outside its record can be changed
// unseen.
func TestKeptIsReadAgain(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(rt *rapid.T) {
		q := anyQuestion.Draw(rt, "question")
		d := ask(t, e, q)
		k, err := Keep(q, d)
		if err != nil {
			rt.Fatal(err)
		}
		raw, err := k.JSON()
		if err != nil {
			rt.Fatal(err)
		}
		back, err := ReadKept(raw)
		if err != nil || !reflect.DeepEqual(back.Decision, d) {
			rt.Fatalf("%+v, kept %+v: %v", d, back.Decision, err)
		}
		if same, err := back.Question(); err != nil || !reflect.DeepEqual(same, q.canonical()) {
			rt.Fatalf("%+v, kept %+v: %v", q, same, err)
		}
		if err := e.Again(context.Background(), &back); err != nil {
			rt.Fatal(err)
		}
		record := bytes.Index(raw, []byte(`"record":{`))
		asked := bytes.Index(raw, []byte(`"asked":`))
		at := rapid.OneOf(rapid.IntRange(0, record), rapid.IntRange(asked, len(raw)-1)).Draw(rt, "at")
		forged := slices.Clone(raw)
		forged[at] ^= 1
		if _, err := ReadKept(forged); !errors.Is(err, ErrKept) {
			rt.Fatalf("byte %d can be changed: %s", at, forged)
		}
	})
}

// TestForgedDecisionsAreSeen: a path, a reason or a question other than that of
// the record; also what is no decision at all.
func TestForgedDecisionsAreSeen(t *testing.T) {
	q := ReferralInput{Grade: "violation", Subject: "institution", Verified: true, Intent: IntentNone, AmountFen: 5, Basis: []string{"条例38(三)"}, Today: anyDay}
	k, err := Keep(q, ask(t, engine(t), q))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := k.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	if back, err := ReadKept(indented.Bytes()); err != nil || back.Record != k.Record {
		t.Errorf("indented: %v", err)
	}
	for old, forged := range map[string]string{
		`"path":"administrative"`: `"path":"agency"`, `"amount_fen":5`: `"amount_fen":6`, `条例38"`: `条例39"`, `"asked":{`: `"asked":{"x":1,`,
		`"clocks"`: `"clock"`, `sha256:`: `sha1:`,
	} {
		text := strings.Replace(string(raw), old, forged, 1)
		if text == string(raw) {
			t.Fatalf("%s is not there", old)
		}
		if _, err := ReadKept([]byte(text)); !errors.Is(err, ErrKept) {
			t.Errorf("%s: %v", forged, err)
		}
	}
	for _, text := range []string{"", "{}", "null", "[]", `{"question":"triage"}`} {
		if _, err := ReadKept([]byte(text)); !errors.Is(err, ErrKept) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := engine(t).Ask(context.Background(), AuthzInput{Permission: "lead.read"}); !errors.Is(err, ErrInput) {
		t.Errorf("authz is asked elsewhere: %v", err)
	}
}

// TestAgainTellsWhatDiffers: another policy gives the same answer or another.
func TestAgainTellsWhatDiffers(t *testing.T) {
	ctx := context.Background()
	q := TriageInput{Grade: "violation", Subject: "institution", AmountFen: 600000, Basis: []string{"条例38(三)"}, Today: anyDay}
	k, err := Keep(q, ask(t, engine(t), q))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		value   regions.Setting
		answers bool
	}{
		"case_amount_fen": {fen(500_000), true},
		"reward_percent":  {percent(2), false},
	} {
		p := alxa(t)
		p.Values[name] = c.value
		e, err := New(ctx, Builtin(), p)
		if err != nil {
			t.Fatal(err)
		}
		var d *Difference
		if err := e.Again(ctx, &k); !errors.As(err, &d) || d.Input || !d.Policy || d.Result != c.answers {
			t.Errorf("%s: %v", name, err)
		}
	}
}
