package kafka_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"fundwatch/claim"
	"fundwatch/ingest/kafka"
)

func letter(offset int64, raw string) kafka.DeadLetter {
	return kafka.DeadLetter{Topic: "claims", Partition: 3, Offset: offset, At: time.Date(2026, 3, 9, 2, 0, 0, 0, time.UTC), Kind: kafka.KindProblem,
		Problems: kafka.Problems([]claim.Problem{{Field: "feedetail[0].cnt", Rule: claim.RuleNotZero}}), Raw: []byte(raw)}
}

func TestDeadLetterIsAsInTheContract(t *testing.T) {
	got, err := json.Marshal(letter(42, "{虚构}"))
	want := `{"topic":"claims","partition":3,"offset":42,"at":"2026-03-09 10:00:00","kind":"problem",` +
		`"problems":[{"field":"feedetail[0].cnt","rule":"not-zero","sentence":"数量不能为零。"}],"raw":"e+iZmuaehH0="}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	got, err = json.Marshal(kafka.DeadLetter{File: "a.jsonl", Line: 12, Kind: kafka.KindConflict})
	if want = `{"file":"a.jsonl","line":12,"kind":"conflict","problems":[],"raw":""}`; err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	for story, d := range map[string]kafka.DeadLetter{
		"no place":     {Kind: kafka.KindProblem},
		"two places":   {Topic: "claims", File: "a", Line: 1, Kind: kafka.KindProblem},
		"no such line": {File: "a", Kind: kafka.KindProblem},
		"no kind":      {File: "a", Line: 1},
	} {
		if _, err := d.Message(); err == nil {
			t.Errorf("%s: no error", story)
		}
	}
}

func TestDeadLettersAreListedMendedAndReplayed(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	claimsTopic, dead := topic(t, c, 3), topic(t, c, 1)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	var messages []kafka.Message
	for i := range 25 {
		m, err := letter(int64(i), fmt.Sprintf("broken %d", i)).Message()
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("claims/3/%d", i); string(m.Key) != want {
			t.Errorf("key %s, want %s", m.Key, want)
		}
		messages = append(messages, m)
	}
	messages[7].Value = []byte("psn_no P1 in something that is no letter")
	if err := p.Publish(ctx, dead, messages); err != nil {
		t.Fatal(err)
	}
	var all []kafka.Placed
	pages := 0
	for next := int64(-5); ; pages++ {
		page, err := c.DeadLetters(ctx, dead, 0, next, 10)
		if err != nil || page.End != 25 {
			t.Fatal(page.End, err)
		}
		if len(page.Letters) == 0 {
			break
		}
		all, next = append(all, page.Letters...), page.Next
	}
	if len(all) != 25 || pages != 3 {
		t.Fatalf("%d letters on %d pages", len(all), pages)
	}
	for i, d := range all {
		if i == 7 {
			if d.Broken == nil || strings.Contains(d.Broken.Error(), "P1") {
				t.Errorf("what is no letter: %v", d.Broken)
			}
			continue
		}
		if d.Broken != nil || d.DeadOffset != int64(i) || d.Offset != int64(i) || string(d.Raw) != fmt.Sprintf("broken %d", i) || !d.At.Equal(letter(0, "").At) {
			t.Errorf("letter %d: %+v", i, d)
		}
	}

	mended := []byte(`{"setlinfo":{"psn_no":"P9"}}`)
	if err := p.Replay(ctx, claimsTopic, all[12], dead, mended); err != nil {
		t.Fatal(err)
	}
	got := one(ctx, t, c, claimsTopic, 3)
	if string(got.Key) != "P9" || !bytes.Equal(got.Value, mended) || string(got.Header(kafka.HeaderReplayed)) != dead+"/0/12" {
		t.Errorf("replayed: %s %s %v", got.Key, got.Value, got.Headers)
	}
}

func TestForwardGoesHomeOnce(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	name := topic(t, c, 4)
	p := kafka.NewProducer(c, kafka.Uncompressed)
	from := kafka.Assignment{Topic: name, Partition: 2, Partitions: 4}
	key := []byte("P1529000000001") // home is 1
	if from.Home(key) != 1 {
		t.Fatalf("home is %d", from.Home(key))
	}
	m := kafka.Message{Offset: 77, Time: time.UnixMilli(1772000000000), Key: key, Value: []byte("虚构"), Headers: []kafka.Header{{Key: "trace", Value: []byte("1")}}}
	if err := p.Forward(ctx, from, []kafka.Message{m}); err != nil {
		t.Fatal(err)
	}
	if m.Forwarded() {
		t.Error("the message that was read has changed")
	}
	got := one(ctx, t, c, name, 4)
	if !got.Forwarded() || string(got.Header(kafka.HeaderForwarded)) != name+"/2/77" || string(got.Header("trace")) != "1" || !got.Time.Equal(m.Time) {
		t.Errorf("%+v", got)
	}
}

func FuzzDeadLetter(f *testing.F) {
	for _, d := range []kafka.DeadLetter{letter(42, "x"), {File: "a.jsonl", Line: 12, Kind: kafka.KindConflict}} {
		data, err := json.Marshal(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var d kafka.DeadLetter
		if json.Unmarshal(in, &d) != nil {
			return
		}
		out, err := json.Marshal(d)
		if err != nil {
			t.Fatalf("read but cannot be written: %v", err)
		}
		var again kafka.DeadLetter
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("written but cannot be read: %v", err)
		}
		if once, err := json.Marshal(again); err != nil || !bytes.Equal(once, out) {
			t.Fatalf("equal letters give unequal bytes: %s and %s", once, out)
		}
	})
}
