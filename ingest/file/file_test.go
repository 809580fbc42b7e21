package file

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

// outcome is all that reading gives, as text.
type outcome struct {
	tally   Tally
	claims  claim.Netted
	history string
	rejects []string // as rejected.jsonl has them
	err     error
}

// reading is how inputs are read; the zero value will do.
type reading struct {
	workers int
	stdin   string
	keep    claim.FieldSet
	ctx     context.Context
}

// read reads inputs and nets them. All memory must have come back.
func (how reading) read(t testing.TB, inputs ...string) *outcome {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	if how.keep == 0 {
		how.keep = claim.AllFields
	}
	if how.ctx == nil {
		how.ctx = context.Background()
	}
	out := &outcome{}
	r := &Reader{Alloc: alloc, Seed: claim.Seed{1, 2}, Keep: how.keep, Workers: max(1, how.workers), Stdin: strings.NewReader(how.stdin),
		Reject: func(rej *Reject) error {
			var b strings.Builder
			err := rej.Write(&b)
			out.rejects = append(out.rejects, b.String())
			return err
		}}
	in, tally, err := r.Read(how.ctx, inputs)
	if out.err = err; err != nil {
		return out
	}
	out.tally = *tally
	p, netted := in.Net(how.workers)
	h := p.NewHistory(p.All())
	p.Lay(h, p.All())
	out.claims, out.history = netted, historyText(h)
	h.Release()
	p.Release()
	in.All.Release()
	alloc.AssertSize(t, 0)
	if got := netted.Claims + tally.Duplicates + tally.Conflicts + tally.Rejected; got != tally.Messages {
		t.Errorf("%d messages, but %d claims, %+v", tally.Messages, netted.Claims, tally)
	}
	if len(out.rejects) != tally.Conflicts+tally.Rejected {
		t.Errorf("%d rejects, but %+v", len(out.rejects), tally)
	}
	return out
}

// historyText writes all values of a history, a claim a line, sorted.
func historyText(h *claim.History) string {
	numbers := map[claim.Field][]int64{}
	for f := range claim.NumFields {
		if h.Keep.Has(f) && !f.Coded() && f != claim.InscpScpAmt {
			numbers[f] = h.Numbers(f)
		}
	}
	row := func(t claim.Table, row int32) string {
		var b strings.Builder
		for _, f := range t.Fields() {
			switch {
			case !h.Keep.Has(f):
			case f.Coded():
				if text := h.Text(f, row); text != "" {
					fmt.Fprintf(&b, " %s=%s", f, text)
				}
			case f == claim.InscpScpAmt:
				if v := h.InScope(row); v != claim.None64 {
					fmt.Fprintf(&b, " %s=%d", f, v)
				}
			case numbers[f][row] != claim.None64:
				fmt.Fprintf(&b, " %s=%d", f, numbers[f][row])
			}
		}
		return b.String()
	}
	var out []string
	for c := range int32(h.Rows(claim.Settlements)) {
		text := row(claim.Settlements, c)
		var lines []string
		for _, of := range [][]int32{h.NetLines, h.VoidLines} {
			for l := of[c]; l < of[c+1]; l++ {
				var traces []string
				h.Traces(int(l), func(code []byte) { traces = append(traces, string(code)) })
				slices.Sort(traces)
				cnt, det := h.Sent(l)
				lines = append(lines, fmt.Sprintf("; line%s sent=%d,%d %q", row(claim.Lines, l), cnt, det, traces))
			}
		}
		slices.Sort(lines)
		text += strings.Join(lines, "")
		for d := h.Diagnoses[c]; d < h.Diagnoses[c+1]; d++ {
			text += "; diagnosis" + row(claim.Diagnoses, d)
		}
		out = append(out, text+"\n")
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

// rejected is what a line of rejected.jsonl says.
type rejected struct {
	File     string
	Line     int
	Kind     string
	Problems []struct{ Field, Rule, Sentence string }
	Raw      []byte
}

// short is file:line field rule, field rule.
func (r rejected) short() string {
	var ps []string
	for _, p := range r.Problems {
		ps = append(ps, strings.TrimSpace(p.Field+" "+p.Rule))
	}
	return fmt.Sprintf("%s:%d %s", r.File, r.Line, strings.Join(ps, ", "))
}

func (o *outcome) parsed(t testing.TB) []rejected {
	t.Helper()
	out := make([]rejected, len(o.rejects))
	for i, text := range o.rejects {
		if err := json.Unmarshal([]byte(text), &out[i]); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if kind := map[bool]string{true: "conflict", false: "problem"}[strings.Contains(out[i].short(), " conflict")]; out[i].Kind != kind {
			t.Errorf("kind %q of %s", out[i].Kind, out[i].short())
		}
	}
	return out
}

// told are the rejects in short form, joined by line feeds.
func (o *outcome) told(t testing.TB) string {
	t.Helper()
	var out []string
	for _, r := range o.parsed(t) {
		out = append(out, r.short())
	}
	return strings.Join(out, "\n")
}

func (o *outcome) equal(t testing.TB, what string, other *outcome) {
	t.Helper()
	if o.err != nil || other.err != nil {
		t.Fatalf("%s: %v, %v", what, o.err, other.err)
	}
	if o.history != other.history || o.claims != other.claims || !slices.Equal(o.rejects, other.rejects) ||
		fmt.Sprint(o.tally) != fmt.Sprint(other.tally) {
		t.Fatalf("%s:\n%+v %+v\n%.3000s%.3000q\nand\n%+v %+v\n%.3000s%.3000q", what, o.tally, o.claims, o.history, o.rejects,
			other.tally, other.claims, other.history, other.rejects)
	}
}

// write puts files into a new folder, by name.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	writeTo(t, dir, files)
	return dir
}

func writeTo(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func gz(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		w.Write([]byte(p))
		w.Close()
	}
	return b.String()
}

func zst(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err)
		}
		w.Write([]byte(p))
		w.Close()
	}
	return b.String()
}

// Messages for tests: a good one, one with a problem, and text that is no JSON.
func good(id string) string { return claimtest.Claim(id + " visit=M" + id + "; 1 2 10") }
func bad(id string) string  { return claimtest.Claim(id + " gend=x") }
