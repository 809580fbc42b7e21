package detectortest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"fundwatch/claim"
)

// cells is one row of a scenario's table by column name.
type cells map[string]string

// tables are the compact tables of a scenario.
type tables struct{ claims, lines, diagnoses []cells }

// readTable reads a table whose rows may leave out trailing cells.
func readTable(data []byte) ([]cells, error) {
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord, in.Comment = -1, '#'
	rows, err := in.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no header")
	}
	var out []cells
	for n, row := range rows[1:] {
		if len(row) > len(rows[0]) {
			return nil, fmt.Errorf("row %d has more cells than the header", n+1)
		}
		c := cells{}
		for i, cell := range row {
			if cell = strings.TrimSpace(cell); cell != "" {
				c[strings.TrimSpace(rows[0][i])] = cell
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// or fills a cell that is empty.
func (c cells) or(column, value string) {
	if c[column] == "" {
		c[column] = value
	}
}

// draft is a message in the making.
type draft struct {
	setl      cells
	lines     []cells
	diagnoses []cells
}

// messages makes one message a row of claims.csv, with all defaults.
func (t *tables) messages() ([][]byte, error) {
	var drafts []*draft
	for _, c := range t.claims {
		if c["setl_id"] == "" {
			return nil, fmt.Errorf("claims.csv: a row without setl_id")
		}
		c.or("fixmedins_code", "H1")
		c.or("psn_no", "P1")
		c.or("mdtrt_id", "M"+c["setl_id"])
		c.or("insutype", "310")
		c.or("gend", "1")
		c.or("brdy", "1970-01-01")
		c.or("insuplc_admdvs", "152921")
		c.or("mdtrtarea_admvs", "152921")
		c.or("acct_pay", "0")
		c.or("psn_cash_pay", "0")
		if c["begntime"] != "" {
			c.or("med_type", "21")
		}
		c.or("med_type", "11")
		c.or("setl_time", c["endtime"])
		c.or("setl_time", "2026-03-10 10:00:00")
		drafts = append(drafts, &draft{setl: c})
	}
	if err := t.attach(drafts); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, d := range drafts {
		msg, err := d.message()
		if err != nil {
			return nil, fmt.Errorf("claim %s: %w", d.setl["setl_id"], err)
		}
		out = append(out, msg)
	}
	return out, nil
}

// attach puts lines and diagnoses to their claims.
func (t *tables) attach(drafts []*draft) error {
	owner := func(c cells) (*draft, error) {
		var found *draft
		for _, d := range drafts {
			if d.setl["setl_id"] != c["setl_id"] || c["fixmedins_code"] != "" && c["fixmedins_code"] != d.setl["fixmedins_code"] {
				continue
			}
			if found != nil {
				return nil, fmt.Errorf("setl_id %s belongs to two claims: name the fixmedins_code", c["setl_id"])
			}
			found = d
		}
		if found == nil {
			return nil, fmt.Errorf("no claim has setl_id %q", c["setl_id"])
		}
		return found, nil
	}
	for _, c := range t.lines {
		d, err := owner(c)
		if err != nil {
			return fmt.Errorf("lines.csv: %w", err)
		}
		d.lines = append(d.lines, c)
	}
	for _, c := range t.diagnoses {
		d, err := owner(c)
		if err != nil {
			return fmt.Errorf("diagnoses.csv: %w", err)
		}
		d.diagnoses = append(d.diagnoses, c)
	}
	return nil
}

// message fills in the lines and sums and writes the contract's JSON.
func (d *draft) message() ([]byte, error) {
	var sum int64
	for i, l := range d.lines {
		l.or("feedetl_sn", strconv.Itoa(i+1))
		l.or("med_list_codg", "X")
		l.or("med_chrgitm_type", "14")
		l.or("fee_ocur_time", d.setl["begntime"])
		l.or("fee_ocur_time", d.setl["setl_time"])
		amount, err := l.price()
		if err != nil {
			return nil, fmt.Errorf("line %s: %w", l["feedetl_sn"], err)
		}
		sum += amount
	}
	if len(d.lines) > 0 || d.setl["fund_pay_sumamt"] == "" {
		d.setl.or("medfee_sumamt", claim.FormatNumber(claim.KindMoney, sum))
	}
	d.setl.or("medfee_sumamt", d.setl["fund_pay_sumamt"])
	d.setl.or("fund_pay_sumamt", d.setl["medfee_sumamt"])
	msg := map[string]any{}
	setl, err := d.setl.object(claim.Settlements)
	if err != nil {
		return nil, err
	}
	msg["setlinfo"] = setl
	for name, part := range map[string]struct {
		table claim.Table
		rows  []cells
	}{"feedetail": {claim.Lines, d.lines}, "diseinfo": {claim.Diagnoses, d.diagnoses}} {
		list := make([]any, 0, len(part.rows))
		for _, c := range part.rows {
			o, err := c.object(part.table)
			if err != nil {
				return nil, err
			}
			list = append(list, o)
		}
		msg[name] = list
	}
	return json.Marshal(msg)
}

// price fills in quantity, price and amount, and gives the amount in fen.
func (c cells) price() (int64, error) {
	c.or("cnt", "1")
	cnt, rule := claim.ParseNumber(claim.KindQuantity, []byte(c["cnt"]))
	if rule != claim.OK || cnt == 0 {
		return 0, fmt.Errorf("cnt %q: %s", c["cnt"], rule.Sentence())
	}
	if c["det_item_fee_sumamt"] == "" {
		c.or("pric", "10")
		pric, rule := claim.ParseNumber(claim.KindPrice, []byte(c["pric"]))
		if rule != claim.OK {
			return 0, fmt.Errorf("pric %q: %s", c["pric"], rule.Sentence())
		}
		amount, _ := claim.LineAmount(pric, cnt).Int64()
		c["det_item_fee_sumamt"] = claim.FormatNumber(claim.KindMoney, amount)
		return amount, nil
	}
	amount, rule := claim.ParseNumber(claim.KindMoney, []byte(c["det_item_fee_sumamt"]))
	if rule != claim.OK {
		return 0, fmt.Errorf("det_item_fee_sumamt: %s", rule.Sentence())
	}
	if c["pric"] == "" {
		const unit = 100_000_000 // fen × 10 000 quantities are 10^-6 yuan
		if amount*unit%cnt != 0 {
			return 0, fmt.Errorf("the price does not come out even: give pric")
		}
		c["pric"] = claim.TrimNumber(claim.KindPrice, amount*unit/cnt)
	}
	return amount, nil
}

// object gives the row as an object of the contract.
func (c cells) object(t claim.Table) (map[string]any, error) {
	out := map[string]any{}
	for column, cell := range c {
		switch {
		case column == "note", t != claim.Settlements && (column == "setl_id" || column == "fixmedins_code"):
			continue
		case t == claim.Lines && column == "drug_trac_codg":
			var codes []any
			for code := range strings.SplitSeq(cell, "|") {
				codes = append(codes, map[string]any{column: code})
			}
			out["drugtracinfo"] = codes
			continue
		}
		f, err := claim.FieldByName(t, column)
		if err != nil {
			return nil, err
		}
		if f.Spec().Kind == claim.KindTime && len(cell) == len("2026-03-05") {
			cell += " 08:00:00"
		}
		out[column] = cell
	}
	return out, nil
}
