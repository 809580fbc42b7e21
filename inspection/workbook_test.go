package inspection

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func TestReadWorkbook(t *testing.T) {
	f := excelize.NewFile()
	short, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{
		"A2": "id", "B2": "name", "C2": "licence_until", "D2": "recuse",
		"A3": " I1 ", "B3": "甲, \"乙\"", "C3": time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC),
		"A5": 12, "B5": "丙", "C5": "2027/3/5", "D5": "H1|H2",
		"A6": "I3", "C6": "2027年12月1日",
	} {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellStyle("Sheet1", "C3", "C3", short); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	text, err := ReadWorkbook(&b)
	want := "id,name,licence_until,recuse\nI1,\"甲, \"\"乙\"\"\",2026-12-31,\n12,丙,2027-03-05,H1|H2\nI3,,2027-12-01,\n"
	if err != nil || string(text) != want {
		t.Errorf("%s %v", text, err)
	}
	b.Reset()
	if err := excelize.NewFile().Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, []byte("PK\x03\x04"), []byte("id,name\n"), b.Bytes()} {
		if _, err := ReadWorkbook(bytes.NewReader(bad)); !errors.Is(err, ErrWorkbook) {
			t.Errorf("%.10q: %v", bad, err)
		}
	}
}

// FuzzReadWorkbook: whatever is sent as a workbook is refused, or gives CSV that
// can be read.
func FuzzReadWorkbook(f *testing.F) {
	w := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "id", "B1": "name", "C1": "licence_until", "A2": "I1", "B2": "虚构甲", "C2": "2027/3/5"} {
		if err := w.SetCellValue("Sheet1", cell, value); err != nil {
			f.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		text, err := ReadWorkbook(bytes.NewReader(sent))
		if err != nil {
			return
		}
		r := csv.NewReader(bytes.NewReader(text))
		r.FieldsPerRecord = -1
		if rows, err := r.ReadAll(); err != nil || len(rows) == 0 {
			t.Errorf("%.500q: %d rows, %v", text, len(rows), err)
		}
	})
}

// FuzzLibrary: what is taken as a library is the same when it is read again, and
// differs in nothing from itself.
func FuzzLibrary(f *testing.F) {
	f.Add("id,name,kind,admdvs,credit\nH1,虚构一院,hospital,152900,A\n")
	f.Add("\ufeffid,name,licence_no,licence_until,unit,skills,recuse\r\nI1,\"甲\n乙\",,2027-01-01,,医药|财务,H1\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range Kinds() {
			table, problems := kind.Read([]byte(text))
			if len(problems) > 0 {
				continue
			}
			whole := strings.Join(cut(strings.TrimPrefix(text, "\ufeff")), "")
			again, problems := kind.Read([]byte(whole))
			if len(problems) > 0 {
				t.Fatalf("%s: what was kept is not right: %v", kind, problems)
			}
			if c := Compare(table, again); len(c.Added)+len(c.Removed)+len(c.Changed) > 0 || c.Same != len(table.Rows) {
				t.Errorf("%s: differs from itself: %+v", kind, c)
			}
		}
	})
}
