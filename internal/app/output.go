package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"fundwatch/claim"
	"fundwatch/claim/parquet"
	"fundwatch/detectors"
)

// writeFile creates a file and fills it through a buffer.
func writeFile(path string, fill func(w *bufio.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(fill(w), w.Flush(), f.Close())
}

// writeFindings writes findings as JSON, one a line.
func writeFindings(w *bufio.Writer, fs []detectors.Finding) error {
	var buf []byte
	for i := range fs {
		var err error
		if buf, err = fs[i].AppendJSON(buf[:0]); err != nil {
			return err
		}
		if _, err := w.Write(append(buf, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// findingColumns are the columns of findings.parquet; lists are joined by '|',
// facts and params are JSON.
var findingColumns = []parquet.WriteColumn{
	{Name: "id", Kind: parquet.Text},
	{Name: "detector", Kind: parquet.Text, Dict: true},
	{Name: "version", Kind: parquet.Text, Dict: true},
	{Name: "region", Kind: parquet.Text, Dict: true},
	{Name: "grade", Kind: parquet.Text, Dict: true},
	{Name: "subject_kind", Kind: parquet.Text, Dict: true},
	{Name: "subject_code", Kind: parquet.Text, Dict: true},
	{Name: "key", Kind: parquet.Text},
	{Name: "person", Kind: parquet.Text},
	{Name: "institution", Kind: parquet.Text, Dict: true},
	{Name: "practitioner", Kind: parquet.Text, Dict: true},
	{Name: "settlements", Kind: parquet.Text},
	{Name: "lines", Kind: parquet.Text},
	{Name: "from", Kind: parquet.Date},
	{Name: "to", Kind: parquet.Date},
	{Name: "amount_fen", Kind: parquet.Integer},
	{Name: "facts", Kind: parquet.Text},
	{Name: "basis", Kind: parquet.Text, Dict: true},
	{Name: "clears", Kind: parquet.Text, Dict: true},
	{Name: "params", Kind: parquet.Text, Dict: true},
	{Name: "knowledge", Kind: parquet.Text, Dict: true},
}

// writeFindingsParquet writes findings.parquet, some thousand rows at a time.
func writeFindingsParquet(w *bufio.Writer, fs []detectors.Finding) error {
	const step = 8192
	pw := parquet.NewWriter(w, findingColumns)
	for len(fs) > 0 {
		n := min(step, len(fs))
		batch, err := findingBatch(fs[:n])
		if err != nil {
			return err
		}
		if err := pw.Write(batch); err != nil {
			return err
		}
		fs = fs[n:]
	}
	return pw.Close()
}

func findingBatch(fs []detectors.Finding) ([]parquet.Values, error) {
	texts := func(of func(*detectors.Finding) string) parquet.Values {
		v := parquet.Values{Texts: make([]string, len(fs))}
		for i := range fs {
			v.Texts[i] = of(&fs[i])
		}
		return v
	}
	var failed error
	asJSON := func(v any) string {
		b, err := json.Marshal(v)
		failed = errors.Join(failed, err)
		return string(b)
	}
	from, to, amount := parquet.Values{}, parquet.Values{}, parquet.Values{Null: make([]bool, len(fs))}
	for i := range fs {
		first, _ := claim.ParseDay([]byte(fs[i].From))
		last, _ := claim.ParseDay([]byte(fs[i].To))
		fen, fits := fs[i].Amount.Int64()
		from.Ints, to.Ints = append(from.Ints, first), append(to.Ints, last)
		amount.Ints = append(amount.Ints, fen)
		amount.Null[i] = !fits // only findings.jsonl can say it
	}
	type f = detectors.Finding
	out := []parquet.Values{
		texts(func(f *f) string { return f.ID }),
		texts(func(f *f) string { return f.Detector }),
		texts(func(f *f) string { return f.Version }),
		texts(func(f *f) string { return f.Region }),
		texts(func(f *f) string { return string(f.Grade) }),
		texts(func(f *f) string { return f.Subject.Kind }),
		texts(func(f *f) string { return f.Subject.Code }),
		texts(func(f *f) string { return f.Key }),
		texts(func(f *f) string { return f.Person }),
		texts(func(f *f) string { return f.Institution }),
		texts(func(f *f) string { return f.Practitioner }),
		texts(func(f *f) string { return strings.Join(f.Settlements, "|") }),
		texts(func(f *f) string { return strings.Join(f.Lines, "|") }),
		from, to, amount,
		texts(func(f *f) string { return asJSON(f.Facts) }),
		texts(func(f *f) string { return strings.Join(f.Basis, "|") }),
		texts(func(f *f) string { return f.Clears }),
		texts(func(f *f) string { return asJSON(f.Params) }),
		texts(func(f *f) string { return f.Knowledge }),
	}
	return out, failed
}
