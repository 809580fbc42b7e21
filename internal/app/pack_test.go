package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"fundwatch/detectors/knowledge"
)

// TestAPackFindsWhatAScanFinds: over the same claims the detectors of a pack
// give the findings that scan writes, to the byte, and messages that are no
// claims, or come again, change nothing. The place is invented.
func TestAPackFindsWhatAScanFinds(t *testing.T) {
	dir, input := place(t, "jsonl", 2000)
	known, out := filepath.Join(dir, "knowledge"), t.TempDir()
	if code, _, msg := run(t, "", "scan", "--knowledge", known, "--region", "152900", "--out", out, input); code != 0 {
		t.Fatal(code, msg)
	}
	want, err := os.ReadFile(filepath.Join(out, "findings.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	k, problems, err := knowledge.Load(os.DirFS(known))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	detect, err := detectOver("152900", k)
	if err != nil {
		t.Fatal(err)
	}
	var messages [][]byte
	for _, line := range lines(t, input) {
		messages = append(messages, []byte(line))
	}
	found, left, err := detect(t.Context(), messages)
	if err != nil {
		t.Fatal(err)
	}
	again, more, err := detect(t.Context(), append(messages, []byte("{broken"), messages[0]))
	if err != nil || more != left+2 || len(again) != len(found) {
		t.Errorf("%d left, then %d; %d found, then %d: %v", left, more, len(found), len(again), err)
	}
	var have bytes.Buffer
	for i := range found {
		line, err := found[i].AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		have.Write(append(line, '\n'))
	}
	if len(found) < 20 || !bytes.Equal(have.Bytes(), want) {
		t.Errorf("%d findings, %d bytes; the scan wrote %d bytes", len(found), have.Len(), len(want))
	}
	if none, left, err := detect(t.Context(), nil); len(none) != 0 || left != 0 || err != nil {
		t.Error(none, left, err)
	}
}
