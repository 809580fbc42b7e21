package simulate

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"fundwatch/detectors/knowledge/starter"
)

const noLimit = -1

// itemRow is one version of an item: the limits the background keeps and the
// plants break.
type itemRow struct {
	from, to       Day
	outOfScope     bool
	cap            Price
	capLevel       [4]Price
	gend           string
	ageMin, ageMax int64
	medTypes       []string
	insutypes      []string
	depts          []string
	diagPrefixes   []string
	diagForbidden  []string
	levelMin       int64
	maxPerDay      Quantity
	maxPerStay     Quantity
	maxDays        Quantity
	windowDays     int64
	maxPerWindow   Quantity
	perDay         bool
	once           bool
	actionGroup    string
}

type item struct {
	code, name, kind string
	index            int
	chargeType       string // med_chrgitm_type
	grade            string // chrgitm_lv
	rows             []itemRow
	clashes          map[*item]bool // never together in one claim of the background
	requires         map[*item]bool // one of them must be there first; nil: nothing needed
}

// at gives the row in force on the day: the later valid_from, then the later row.
func (it *item) at(day Day) *itemRow {
	var best *itemRow
	for i := range it.rows {
		r := &it.rows[i]
		if day < r.from || day > r.to {
			continue
		}
		if best == nil || r.from >= best.from {
			best = r
		}
	}
	return best
}

// catalog is the knowledge the simulator itself keeps to.
type catalog struct {
	byName map[string]*item
	byCode map[string]*item
	items  []*item
}

// missingItem says that the starter set lacks an item the simulator bills.
type missingItem string

func (m missingItem) Error() string { return "simulate: the starter set has no item " + string(m) }

// need finds an item by its name. Every name is looked up while a world is
// made, and newWorld turns the panic into its error.
func (c *catalog) need(name string) *item {
	it := c.byName[name]
	if it == nil {
		panic(missingItem(name))
	}
	return it
}

func loadCatalog() (*catalog, error) {
	c := &catalog{byName: map[string]*item{}, byCode: map[string]*item{}}
	rows, err := readTable(starter.Files, "items.csv")
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		if err := c.addRow(row); err != nil {
			return nil, fmt.Errorf("items.csv row %d: %w", i+2, err)
		}
	}
	for _, file := range []string{"exclusive_pairs.csv", "interactions.csv"} {
		pairs, err := readTable(starter.Files, file)
		if err != nil {
			return nil, err
		}
		for i, row := range pairs {
			a, b := c.byCode[row["item_a"]], c.byCode[row["item_b"]]
			if a == nil || b == nil {
				return nil, fmt.Errorf("%s row %d names an item that items.csv has not", file, i+2)
			}
			a.clashes[b], b.clashes[a] = true, true
		}
	}
	required, err := readTable(starter.Files, "required_with.csv")
	if err != nil {
		return nil, err
	}
	for i, row := range required {
		it := c.byCode[row["item"]]
		if it == nil {
			return nil, fmt.Errorf("required_with.csv row %d names an item that items.csv has not", i+2)
		}
		it.requires = map[*item]bool{}
		for _, code := range strings.Split(row["one_of"], "|") {
			it.requires[c.byCode[code]] = true
		}
	}
	return c, nil
}

func (c *catalog) addRow(row map[string]string) error {
	it := c.byCode[row["med_list_codg"]]
	if it == nil {
		it = &item{code: row["med_list_codg"], name: row["name"], kind: row["kind"], index: len(c.items), clashes: map[*item]bool{}}
		it.chargeType = chargeType(it)
		it.grade = gradeOf(it, row["scope"] == "out")
		c.items = append(c.items, it)
		c.byCode[it.code], c.byName[it.name] = it, it
	}
	p := cellParser{row: row}
	r := itemRow{
		from: p.day("valid_from", -1<<30), to: p.day("valid_to", 1<<30), outOfScope: row["scope"] == "out",
		cap: Price(p.decimal("price_cap", fractionsPrice)), gend: row["gend"],
		ageMin: p.whole("age_min_days"), ageMax: p.whole("age_max_days"),
		medTypes: p.list("med_types"), insutypes: p.list("insutypes"), depts: p.list("depts"),
		diagPrefixes: p.list("diag_prefixes"), diagForbidden: p.list("diag_forbidden"),
		levelMin: p.whole("hosp_lv_min"), maxPerDay: Quantity(p.decimal("max_per_day", fractionsCount)),
		maxPerStay: Quantity(p.decimal("max_per_stay", fractionsCount)), maxDays: Quantity(p.decimal("max_days", fractionsCount)),
		windowDays: p.whole("window_days"), maxPerWindow: Quantity(p.decimal("max_per_window", fractionsCount)),
		perDay: row["per_day"] == "1", once: row["once_in_life"] == "1", actionGroup: row["action_group"],
	}
	for level := 1; level <= 3; level++ {
		r.capLevel[level] = Price(p.decimal("price_cap_lv"+strconv.Itoa(level), fractionsPrice))
	}
	it.rows = append(it.rows, r)
	return p.err
}

// capAt is the cap that holds at an institution of the level (0: none).
func (r *itemRow) capAt(level int) Price {
	if level > 0 && r.capLevel[level] != noLimit {
		return r.capLevel[level]
	}
	return r.cap
}

// chargeType derives med_chrgitm_type from the first digits of the code, by
// which the national catalogue groups services.
func chargeType(it *item) string {
	switch it.kind {
	case "material":
		return "08"
	case "herb":
		return "10"
	case "drug":
		if it.code[0] == 'Z' {
			return "11"
		}
		return "09"
	}
	for _, p := range [...]struct{ prefix, kind string }{
		{"001101012", "12"}, {"001101", "02"}, {"001109", "01"}, {"001201", "07"}, {"0012", "05"}, {"0021", "03"}, {"0022", "03"},
		{"0025", "04"}, {"00311", "05"}, {"003108", "05"}, {"0031", "03"}, {"0032", "03"}, {"0033", "06"}, {"0034", "05"}, {"004", "05"},
	} {
		if strings.HasPrefix(it.code, p.prefix) {
			return p.kind
		}
	}
	return "14"
}

// gradeOf spreads the drugs over class A and B; what is out of scope is class C.
func gradeOf(it *item, outOfScope bool) string {
	switch {
	case outOfScope:
		return "03"
	case it.kind == "material", it.kind == "drug" && int(it.code[len(it.code)-1])%3 == 0:
		return "02"
	}
	return "01"
}

type cellParser struct {
	row map[string]string
	err error
}

func (p *cellParser) list(column string) []string {
	if p.row[column] == "" {
		return nil
	}
	return strings.Split(p.row[column], "|")
}

func (p *cellParser) whole(column string) int64 { return p.decimal(column, 0) }

// decimal reads a number with at most n digits after the point; empty is noLimit.
func (p *cellParser) decimal(column string, n int) int64 {
	s := p.row[column]
	if s == "" {
		return noLimit
	}
	before, after, _ := strings.Cut(s, ".")
	if len(after) > n {
		p.fail(column, s)
		return noLimit
	}
	v, err := strconv.ParseInt(before+after+strings.Repeat("0", n-len(after)), 10, 64)
	if err != nil {
		p.fail(column, s)
	}
	return v
}

func (p *cellParser) day(column string, otherwise Day) Day {
	s := p.row[column]
	if s == "" {
		return otherwise
	}
	d, err := parseDay(s)
	if err != nil {
		p.fail(column, s)
	}
	return d
}

func (p *cellParser) fail(column, value string) {
	if p.err == nil {
		p.err = fmt.Errorf("column %s: %q cannot be read", column, value)
	}
}

func readTable(files fs.FS, name string) ([]map[string]string, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s: no header", name)
	}
	rows := make([]map[string]string, 0, len(records)-1)
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// beginsWithAny is the contract's "equals or begins with".
func beginsWithAny(value string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(value, p) {
			return true
		}
	}
	return false
}

func parseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, err
	}
	return dayFromTime(t), nil
}
