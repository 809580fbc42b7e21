package inspection

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// ErrWorkbook says that a file is no Excel workbook, or has no table in it.
var ErrWorkbook = errors.New("不是 Excel 工作簿，或第一张表为空 not an Excel workbook, or its first sheet is empty")

// mostWorkbook is how large a workbook may be unpacked, in bytes.
const mostWorkbook = 64 << 20

// licenceUntil is the one column of a library that holds a day.
const licenceUntil = "licence_until"

// ReadWorkbook makes CSV of the first sheet of an Excel workbook (.xlsx): its
// first row is the header, blanks around cells and empty rows go, and days of
// licence_until are written as they must be, however the sheet shows them.
func ReadWorkbook(from io.Reader) ([]byte, error) {
	f, err := excelize.OpenReader(from, excelize.Options{UnzipSizeLimit: mostWorkbook, UnzipXMLSizeLimit: mostWorkbook, ShortDatePattern: "yyyy-mm-dd"})
	if err != nil {
		return nil, ErrWorkbook // the cause may quote what was sent
	}
	defer f.Close()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, ErrWorkbook
	}
	rows, err := f.GetRows(sheets[0])
	if err != nil {
		return nil, ErrWorkbook
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	columns, day := 0, -1
	for _, row := range rows {
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		if len(row) == 0 {
			continue
		}
		if columns == 0 {
			columns, day = len(row), slices.Index(row, licenceUntil)
		}
		for len(row) < columns {
			row = append(row, "") // sheets leave out what is empty at the end
		}
		if day >= 0 {
			row[day] = plainDay(row[day])
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("read workbook: %w", err)
		}
	}
	w.Flush()
	if columns == 0 {
		return nil, ErrWorkbook
	}
	return out.Bytes(), nil
}

// plainDay writes a day as YYYY-MM-DD if a sheet shows it in a usual form.
func plainDay(text string) string {
	for _, form := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return text
}
