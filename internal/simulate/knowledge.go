package simulate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"fundwatch/detectors/knowledge/starter"
)

// registries are the rows that planted cases add to those of the place.
type registries struct {
	practitioners [][]string
	persons       [][]string
	suspensions   [][]string
}

func (r *registries) add(other registries) {
	r.practitioners = append(r.practitioners, other.practitioners...)
	r.persons = append(r.persons, other.persons...)
	r.suspensions = append(r.suspensions, other.suspensions...)
}

// writeKnowledge writes the starter set and the registries of the place.
func (w *world) writeKnowledge(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := copyStarter(dir); err != nil {
		return err
	}
	extra := w.plantRegistries()
	tables := []struct {
		name   string
		header []string
		rows   [][]string
	}{
		{"institutions.csv", []string{"fixmedins_code", "uscc", "name", "kind", "hosp_lv", "beds", "admdvs", "lon", "lat", "legal_rep"}, w.institutionRows()},
		{"practitioners.csv", []string{"code", "name", "kind", "fixmedins_code"}, append(w.practitionerRows(), extra.practitioners...)},
		{"persons.csv", []string{"psn_no", "gend", "brdy", "death_date"}, append(w.personRows(), extra.persons...)},
		{"suspensions.csv", []string{"subject_kind", "code", "from", "to", "measure"}, append(w.suspensionRows(), extra.suspensions...)},
		{"inventory.csv", []string{"fixmedins_code", "med_list_codg", "month", "opening", "purchased", "returned", "closing"}, w.inventoryRows()},
	}
	for _, t := range tables {
		if err := writeCSV(filepath.Join(dir, t.name), t.header, t.rows); err != nil {
			return err
		}
	}
	return nil
}

func copyStarter(dir string) error {
	names, err := fs.Glob(starter.Files, "*.csv")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := starter.Files.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(path string, header []string, rows [][]string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := csv.NewWriter(f)
	if err := out.Write(header); err != nil {
		return err
	}
	return out.WriteAll(rows)
}

func (w *world) institutionRows() [][]string {
	rows := make([][]string, 0, len(w.place.all))
	for _, in := range w.place.all {
		rows = append(rows, []string{in.code, in.uscc, in.name, in.kind.String(), blankZero(in.level), blankZero(in.beds),
			counties[in.county].code, fmt.Sprintf("%.6f", in.lon), fmt.Sprintf("%.6f", in.lat), in.legal})
	}
	return rows
}

func blankZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (w *world) practitionerRows() [][]string {
	var rows [][]string
	for _, in := range w.place.all {
		kind, title := "doctor", "虚构医师"
		if in.kind == pharmacy {
			kind, title = "pharmacist", "虚构药师"
		}
		for i, code := range in.doctors {
			rows = append(rows, []string{code, fmt.Sprintf("%s%05d-%02d", title, in.index+1, i+1), kind, in.code})
		}
	}
	return rows
}

// othersInRegistry is one of how many persons the registry knows besides
// those who died.
const othersInRegistry = 500

func (w *world) personRows() [][]string {
	var rows [][]string
	for i := range uint64(w.people) {
		p := w.person(i)
		death := ""
		if p.dies {
			death = w.deathDay(&p).String()
		}
		if p.dies || i%othersInRegistry == 0 {
			rows = append(rows, []string{p.no, p.sex, p.born.String(), death})
		}
	}
	return rows
}

// suspensionRows are suspensions that had ended before the run, and one of
// somebody who never appears: rows that must change nothing.
func (w *world) suspensionRows() [][]string {
	hospitals, clinics := w.place.byKind[hospital], w.place.byKind[clinic]
	before := func(days int) string { return (w.from - Day(days)).String() }
	first := w.from + Day(w.suspensionStart())
	return [][]string{
		{"institution", w.place.suspended.code, first.String(), (first + suspensionDays - 1).String(), "暂停医保结算（虚构）"},
		{"institution", clinics[0].code, before(200), before(20), "暂停医保结算（虚构）"},
		{"practitioner", hospitals[0].doctors[0], before(120), before(30), "暂停医保支付资格（虚构）"},
		{"person", "P15VIRTUAL0001", before(90), "", "暂停联网结算（虚构）"},
	}
}

// inventoryRows are some months of some drugs at some pharmacies, bought in
// such amounts that nothing settled can exceed them.
func (w *world) inventoryRows() [][]string {
	var rows [][]string
	months := w.months()
	for i, in := range w.place.byKind[pharmacy] {
		if i >= 6 {
			break
		}
		it := w.baskets[i%len(w.baskets)][0]
		for j, month := range months {
			if j >= 3 {
				break
			}
			bought := 4*w.cfg.Claims/len(w.place.byKind[pharmacy]) + 500
			rows = append(rows, []string{in.code, it.code, month, "120", strconv.Itoa(bought), "0", "80"})
		}
	}
	return rows
}

func (w *world) months() []string {
	var months []string
	for d := range w.cfg.Days {
		if m := (w.from + Day(d)).String()[:7]; !slices.Contains(months, m) {
			months = append(months, m)
		}
	}
	return months
}
