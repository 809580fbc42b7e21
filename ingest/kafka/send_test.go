package kafka_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"fundwatch/claim/claimtest"
	"fundwatch/ingest/kafka"
)

// claims invents lines of n claims (虚构).
func claims(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(claimtest.Claim(fmt.Sprintf("S%d person=P%d; 1 3 30", i, i%53)) + "\n")
	}
	return b.String()
}

// pack writes a file, packed as its name says.
func pack(t testing.TB, path, text string) {
	t.Helper()
	data := []byte(text)
	var b bytes.Buffer
	switch filepath.Ext(path) {
	case ".gz":
		w := gzip.NewWriter(&b)
		w.Write(data)
		w.Close()
		data = b.Bytes()
	case ".zst":
		w, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(data)
		w.Close()
		data = b.Bytes()
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// sender makes a sender with topics of its own.
func sender(t testing.TB, c *kafka.Client, partitions int) *kafka.Sender {
	t.Helper()
	return &kafka.Sender{Client: c, Producer: kafka.NewProducer(c, kafka.Uncompressed), Topic: topic(t, c, partitions), Dead: topic(t, c, 1)}
}

// received counts the messages of a topic by value.
func received(ctx context.Context, t testing.TB, c *kafka.Client, name string, n int) map[string]int {
	t.Helper()
	l := newLedger()
	stop := consume(ctx, t, c, kafka.Options{Topic: name, Group: fmt.Sprintf("count-%s-%d", name, topicCount.Add(1)), Handler: handlers(l, nil)})
	l.wait(ctx, t, n)
	stop()
	out := map[string]int{}
	for partition, all := range l.seen {
		for _, m := range all {
			key, value, _ := strings.Cut(m, "=")
			if key != "" && kafka.PartitionOf([]byte(key), len(l.next)) != partition {
				t.Errorf("a message of %s lies in partition %d", key, partition)
			}
			out[value]++
		}
	}
	return out
}

func TestSend(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	s := sender(t, c, 4)
	dir := t.TempDir()
	var files []string
	want := map[string]int{}
	for i, name := range []string{"a.jsonl", "b.jsonl.gz", "c.jsonl.zst"} {
		files = append(files, filepath.Join(dir, name))
		text := "\xef\xbb\xbf" + claims(300*(i+1)) + "\n \t\r\n{\"setlinfo\":{}}\r\nbroken"
		pack(t, files[i], text)
		for _, line := range strings.Split(strings.TrimPrefix(text, "\xef\xbb\xbf"), "\n") {
			if strings.TrimSpace(line) != "" {
				want[line]++
			}
		}
	}
	var done, total int64
	s.Progress = func(d, of int64) {
		if d < done {
			t.Errorf("progress went back from %d to %d", done, d)
		}
		done, total = d, of
	}
	got, err := s.Send(ctx, files)
	if err != nil {
		t.Fatal(err)
	}
	if got != (kafka.Sent{Files: 3, Messages: 1806, NoKey: 6}) {
		t.Errorf("%+v", got)
	}
	s.Progress = nil
	if done != total || total == 0 {
		t.Errorf("progress ended at %d of %d", done, total)
	}
	have := received(ctx, t, c, s.Topic, 1806)
	for line, n := range want {
		if have[line] != n {
			t.Fatalf("a line came %d times, want %d", have[line], n)
		}
	}

	// Sent again: only the last line of each, which is not whole.
	if got, err = s.Send(ctx, files); err != nil || got != (kafka.Sent{Files: 3, Messages: 3, NoKey: 3, Before: 1806}) {
		t.Errorf("again: %+v, %v", got, err)
	}
	// A file that has grown goes on.
	pack(t, files[0], "\xef\xbb\xbf"+claims(300)+"\n \t\r\n{\"setlinfo\":{}}\r\nbroken line\n"+claims(5))
	if got, err = s.Send(ctx, files[:1]); err != nil || got.Messages != 6 || got.Before == 0 {
		t.Errorf("grown: %+v, %v", got, err)
	}
	// One that was changed begins anew; so does one for another topic, and one
	// that is to be sent again.
	pack(t, files[0], claims(299))
	if got, err = s.Send(ctx, files[:1]); err != nil || got.Messages != 299 || got.Before != 0 {
		t.Errorf("changed: %+v, %v", got, err)
	}
	other := sender(t, c, 1)
	if got, err = other.Send(ctx, files[:1]); err != nil || got.Messages != 299 || got.Before != 0 {
		t.Errorf("another topic: %+v, %v", got, err)
	}
	other.Again = true
	if got, err = other.Send(ctx, files[:1]); err != nil || got.Messages != 299 || got.Before != 0 {
		t.Errorf("asked to: %+v, %v", got, err)
	}
}

func TestSendGoesOnAfterABreak(t *testing.T) {
	ctx := limit(t)
	direct := open(t, broker(t))
	proxy := newProxy(t, broker(t))
	c, err := kafka.OpenThrough(kafka.Config{Brokers: []string{"127.0.0.1:9092"}}, proxy.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := sender(t, direct, 2)
	s.Client, s.Producer = c, kafka.NewProducer(c, kafka.Uncompressed)
	s.Checkpoints = t.TempDir()
	const n = 50_000 // more than two chunks of lines
	path := filepath.Join(t.TempDir(), "a.jsonl.gz")
	text := claims(n)
	pack(t, path, text)

	breaking, stop := context.WithCancel(ctx)
	s.Progress = func(int64, int64) { // after the first chunk
		proxy.cut(true)
		stop()
	}
	first, err := s.Send(breaking, []string{path})
	if !errors.Is(err, context.Canceled) || first.Messages == 0 || first.Messages == n {
		t.Fatalf("the break: %+v, %v", first, err)
	}
	if strings.Contains(err.Error(), "psn_no") {
		t.Error("the error holds a claim")
	}
	proxy.heal()
	s.Progress = nil
	second, err := s.Send(ctx, []string{path})
	if err != nil || second.Before != first.Messages || second.Messages != n-first.Messages {
		t.Fatalf("after it: %+v, %v; before it %+v", second, err, first)
	}
	have := received(ctx, t, direct, s.Topic, n)
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if have[line] == 0 {
			t.Fatal("a line is missing")
		}
	}
}

func TestSendForgetsWhatAnotherClusterHas(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	s := sender(t, c, 1)
	path := filepath.Join(t.TempDir(), "a.jsonl")
	pack(t, path, claims(10))
	if _, err := s.Send(ctx, []string{path}); err != nil {
		t.Fatal(err)
	}
	mark := path + ".sent"
	data, err := os.ReadFile(mark)
	if err != nil || strings.Contains(string(data), "P1") {
		t.Fatalf("%s, %v", data, err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	for story, change := range map[string]func(){
		"another cluster":         func() { m["cluster"] = "other" },
		"a topic that began anew": func() { m["offsets"] = map[string]int{"0": 1000} },
	} {
		before := m["cluster"]
		change()
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(mark, data, 0o600); err != nil {
			t.Fatal(err)
		}
		m["cluster"] = before
		if got, err := s.Send(ctx, []string{path}); err != nil || got.Messages != 10 || got.Before != 0 {
			t.Errorf("%s: %+v, %v", story, got, err)
		}
		m["offsets"] = map[string]int{"0": 10}
	}
	for _, broken := range []string{"", "nonsense", `{"version":2}`} {
		if err := os.WriteFile(mark, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Send(ctx, []string{path}); err != nil || got.Messages != 10 {
			t.Errorf("checkpoint %q: %+v, %v", broken, got, err)
		}
	}
}

func TestSendRefusesWhatIsNoFileOfLines(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	s := sender(t, c, 1)
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "missing.jsonl", "."} {
		path := filepath.Join(dir, name)
		if name == "a.csv" {
			pack(t, path, "x")
		}
		if _, err := s.Send(ctx, []string{path}); err == nil || strings.Count(err.Error(), dir) > 1 {
			t.Errorf("%s: %v, want an error that names it once", name, err)
		}
	}
	path := filepath.Join(dir, "cut.jsonl.gz")
	pack(t, path, claims(1000))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(ctx, []string{path}); err == nil || !strings.Contains(err.Error(), "unexpected EOF") {
		t.Errorf("an archive that was cut off: %v", err)
	}
}

func TestSendLineTooLong(t *testing.T) {
	ctx := limit(t)
	c := open(t, broker(t))
	s := sender(t, c, 1)
	path := filepath.Join(t.TempDir(), "a.jsonl.zst")
	long := func(n int) string { return `{"setlinfo":{"psn_no":"P1","x":"` + strings.Repeat("虚构", n/6) + `"}}` }
	fits := long(kafka.MaxLine - 100)
	pack(t, path, claims(1)+long(kafka.MaxMessageBytes+5<<20)+"\n"+fits+"\n"+claims(1)+long(kafka.MaxMessageBytes+1))
	got, err := s.Send(ctx, []string{path})
	if err != nil || got != (kafka.Sent{Files: 1, Messages: 3, TooLong: 2}) {
		t.Fatalf("%+v, %v", got, err)
	}
	page, err := c.DeadLetters(ctx, s.Dead, 0, 0, 10)
	if err != nil || len(page.Letters) != 2 {
		t.Fatalf("%d letters, %v", len(page.Letters), err)
	}
	for i, line := range []int{2, 5} {
		d := page.Letters[i]
		if d.File != "a.jsonl.zst" || d.Line != line || d.Kind != kafka.KindProblem || len(d.Problems) != 1 || d.Problems[0].Rule != "too-long" || len(d.Raw) != 1<<20 {
			t.Errorf("%s %d %s %v %d", d.File, d.Line, d.Kind, d.Problems, len(d.Raw))
		}
	}
	if received(ctx, t, c, s.Topic, 3)[fits] != 1 {
		t.Error("the longest line that fits did not arrive")
	}
}

func FuzzReadCheckpoint(f *testing.F) {
	f.Add([]byte(`{"version":1,"cluster":"c","topic":"claims","file":"a.jsonl","lines":1,"bytes":2,"messages":1,"sha256":"` + strings.Repeat("0", 64) + `","offsets":{"0":1}}`))
	f.Add([]byte(`{"version":1,"lines":-1}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		kafka.ReadCheckpoint(in)
	})
}
