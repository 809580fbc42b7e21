package inspection

import (
	"bytes"
	"errors"
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
