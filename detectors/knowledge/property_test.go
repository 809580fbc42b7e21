package knowledge

import (
	"bytes"
	"encoding/csv"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fundwatch/claim"
	"pgregory.net/rapid"
)

// sheet writes one random valid table cell by cell. Each method draws a value,
// writes it in one of the ways the contract allows, and gives what must come
// back.
type sheet struct {
	t      *rapid.T
	header []string
	rows   [][]string
}

func (s *sheet) put(column, text string) {
	if row := len(s.rows) - 1; row == 0 {
		s.header = append(s.header, column)
	}
	s.rows[len(s.rows)-1] = append(s.rows[len(s.rows)-1], text)
}

func (s *sheet) given(column string) bool {
	return rapid.Bool().Draw(s.t, column+" given")
}

// padded puts white space around, which codes and texts do not keep.
func (s *sheet) padded(text string) string {
	space := rapid.SampledFrom([]string{"", "", " ", "\u3000", "\t"})
	return space.Draw(s.t, "space") + text + space.Draw(s.t, "space")
}

const codePattern = `[0-9A-Za-z甲乙，"'.-]{1,8}`

func (s *sheet) code(column string) string {
	v := rapid.StringMatching(codePattern).Draw(s.t, column)
	s.put(column, s.padded(v))
	return v
}

func (s *sheet) maybeCode(column string) string {
	if !s.given(column) {
		s.put(column, "")
		return ""
	}
	return s.code(column)
}

func (s *sheet) text(column string) string {
	v := strings.TrimSpace(rapid.StringMatching(`[a-c甲 |,"\n/]{0,6}`).Draw(s.t, column))
	s.put(column, s.padded(v))
	return v
}

func (s *sheet) list(column string, least int) []string {
	v := rapid.SliceOfN(rapid.StringMatching(codePattern), least, 3).Draw(s.t, column)
	var cells []string
	for _, entry := range v {
		cells = append(cells, s.padded(entry), rapid.SampledFrom([]string{"", " ", "|"}).Draw(s.t, "blank"))
	}
	s.put(column, strings.Join(cells, "|"))
	if len(v) == 0 {
		return nil
	}
	return v
}

func (s *sheet) option(column string, empty bool, words ...string) int {
	least := 1
	if empty {
		least = 0
	}
	i := rapid.IntRange(least, len(words)).Draw(s.t, column)
	if i == 0 {
		s.put(column, "")
	} else {
		s.put(column, s.padded(words[i-1]))
	}
	return i
}

func (s *sheet) sex() byte {
	return []byte{0, '1', '2'}[s.option("gend", true, "1", "2")]
}

func (s *sheet) number(column string, kind claim.Kind) int64 {
	if !s.given(column) {
		s.put(column, "")
		return claim.None64
	}
	limit := int64(math.Pow10(kind.Scale()+kind.Digits())) - 1
	v := rapid.Int64Range(0, limit).Draw(s.t, column)
	text := claim.FormatNumber(kind, v)
	if rapid.Bool().Draw(s.t, "short") {
		text = "00" + claim.TrimNumber(kind, v)
	}
	s.put(column, text)
	return v
}

func (s *sheet) level(column string) int64 {
	v := rapid.Int64Range(0, 3).Draw(s.t, column)
	s.put(column, []string{"", "1", "02", "3.0"}[v])
	return v
}

func (s *sheet) day(column string, open int64) int64 {
	if !s.given(column) {
		s.put(column, "")
		return open
	}
	// 0001-01-01 to 9999-12-31
	day := rapid.Int64Range(-719162, 2932896).Draw(s.t, column)
	s.put(column, claim.FormatDay(day))
	return day
}

func (s *sheet) period(fromColumn, toColumn string) (int64, int64) {
	from := s.day(fromColumn, math.MinInt64)
	to := s.day(toColumn, math.MaxInt64)
	if from > to {
		row := s.rows[len(s.rows)-1]
		row[len(row)-2], row[len(row)-1] = row[len(row)-1], row[len(row)-2]
		return to, from
	}
	return from, to
}

// bytes writes the table with its columns in any order, with or without a byte
// order mark and CRLF, and gives the line on which each row begins.
func (s *sheet) bytes() ([]byte, []int) {
	order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
		for i := range s.header {
			yield(i)
		}
	})).Draw(s.t, "order")
	var out bytes.Buffer
	if rapid.Bool().Draw(s.t, "mark") {
		out.WriteString("\ufeff")
	}
	w := csv.NewWriter(&out)
	w.UseCRLF = rapid.Bool().Draw(s.t, "CRLF")
	var lines []int
	for i, row := range append([][]string{s.header}, s.rows...) {
		if i > 0 {
			lines = append(lines, 1+bytes.Count(out.Bytes(), []byte("\n")))
		}
		cells := make([]string, len(order))
		for to, from := range order {
			cells[to] = row[from]
		}
		if err := w.Write(append(cells, "unknown column")); err != nil {
			s.t.Fatal(err)
		}
		w.Flush()
	}
	return out.Bytes(), lines
}

// roundTrip draws up to four rows with row, writes and reads them, and
// compares what got gives of each.
func roundTrip[T any](t *testing.T, file string, row func(*sheet) T, setRow func(*T, int), got func(*Knowledge, int, T) any) {
	t.Run(file, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			s := &sheet{t: t}
			var want []T
			for range rapid.IntRange(1, 4).Draw(t, "rows") {
				s.rows = append(s.rows, nil)
				want = append(want, row(s))
			}
			data, lines := s.bytes()
			k, problems, err := Load(folder(map[string]string{file: string(data)}))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				// Random keys may meet; that is another test's business.
				if !strings.Contains(p.Sentence, "重复") && !strings.Contains(p.Sentence, "相同") {
					t.Fatalf("%+v\n%s", p, data)
				}
			}
			if k == nil {
				t.Skip("keys met")
			}
			for i, w := range want {
				setRow(&w, lines[i])
				if g := got(k, i, w); !reflect.DeepEqual(g, w) {
					t.Fatalf("row %d: %+v, want %+v\n%s", i, g, w, data)
				}
			}
		})
	})
}

func orNone(level int64) int64 {
	if level == 0 {
		return claim.None64
	}
	return level
}

func randomItem(s *sheet) (it Item) {
	it.Code = s.code("med_list_codg")
	it.Name = s.text("name")
	it.Kind = ItemKind(s.option("kind", true, "drug", "service", "material", "herb"))
	it.From, it.To = s.period("valid_from", "valid_to")
	it.Scope = Scope(s.option("scope", true, "in", "out"))
	for i, column := range []string{"price_cap", "price_cap_lv1", "price_cap_lv2", "price_cap_lv3"} {
		it.Cap[i] = s.number(column, claim.KindPrice)
	}
	it.Sex = s.sex()
	it.AgeMin = s.number("age_min_days", claim.KindWhole)
	it.AgeMax = s.number("age_max_days", claim.KindWhole)
	it.MedTypes = s.list("med_types", 0)
	it.Insutypes = s.list("insutypes", 0)
	it.LevelMin = orNone(s.level("hosp_lv_min"))
	it.Depts = s.list("depts", 0)
	it.DiagPrefixes = s.list("diag_prefixes", 0)
	it.DiagForbidden = s.list("diag_forbidden", 0)
	it.MaxPerDay = s.number("max_per_day", claim.KindQuantity)
	it.MaxPerStay = s.number("max_per_stay", claim.KindQuantity)
	it.MaxDays = s.number("max_days", claim.KindQuantity)
	it.WindowDays = s.number("window_days", claim.KindWhole)
	it.MaxPerWindow = s.number("max_per_window", claim.KindQuantity)
	it.PerDay = s.option("per_day", true, "0", "1") == 2
	it.Minutes = s.number("minutes", claim.KindQuantity)
	it.OnceInLife = s.option("once_in_life", true, "0", "1") == 2
	it.ActionGroup = s.maybeCode("action_group")
	return it
}

func randomInstitution(s *sheet) (in Institution) {
	in.Code = s.code("fixmedins_code")
	if s.given("uscc") {
		body := rapid.StringMatching("["+usccAlphabet+"]{17}").Draw(s.t, "uscc")
		for _, c := range usccAlphabet {
			if ValidUSCC(body + string(c)) {
				in.USCC = body + string(c)
			}
		}
	}
	s.put("uscc", s.padded(in.USCC))
	in.Name = s.text("name")
	in.Kind = InstitutionKind(s.option("kind", true, "hospital", "clinic", "pharmacy"))
	in.Level = int(s.level("hosp_lv"))
	in.Beds = s.number("beds", claim.KindWhole)
	in.Admdvs = rapid.StringMatching("(|15[0-9]{4})").Draw(s.t, "admdvs")
	s.put("admdvs", in.Admdvs)
	degrees := func(column string, limit float64) (float64, bool) {
		if !s.given(column) {
			s.put(column, "")
			return 0, false
		}
		v := rapid.Float64Range(-limit, limit).Draw(s.t, column) + 0
		s.put(column, strconv.FormatFloat(v, 'f', -1, 64))
		return v, true
	}
	lon, hasLon := degrees("lon", 180)
	lat, hasLat := degrees("lat", 90)
	in.Lon, in.Lat, in.HasPlace = lon, lat, hasLon && hasLat
	in.LegalRep = s.maybeCode("legal_rep")
	return in
}

// A row written from random valid values reads back equal.
func TestRoundTrip(t *testing.T) {
	roundTrip(t, "items.csv", randomItem,
		func(it *Item, line int) { it.Row = line },
		func(k *Knowledge, _ int, want Item) any {
			versions := k.Versions(want.Code)
			i := slices.IndexFunc(versions, func(v Item) bool { return v.Row == want.Row })
			return versions[i]
		})
	roundTrip(t, "institutions.csv", randomInstitution,
		func(in *Institution, line int) { in.Row = line },
		func(k *Knowledge, _ int, want Institution) any { return *k.Institutions[want.Code] })
	roundTrip(t, "practitioners.csv", func(s *sheet) Practitioner {
		return Practitioner{Code: s.code("code"), Name: s.text("name"), Kind: s.maybeCode("kind"), Institution: s.maybeCode("fixmedins_code")}
	}, func(p *Practitioner, line int) { p.Row = line },
		func(k *Knowledge, _ int, want Practitioner) any { return *k.Practitioners[want.Code] })
	roundTrip(t, "persons.csv", func(s *sheet) Person {
		return Person{Code: s.code("psn_no"), Sex: s.sex(), Birth: s.day("brdy", claim.None64), Death: s.day("death_date", claim.None64)}
	}, func(p *Person, line int) { p.Row = line },
		func(k *Knowledge, _ int, want Person) any { return *k.Persons[want.Code] })
	roundTrip(t, "exclusive_pairs.csv", func(s *sheet) ExclusivePair {
		return ExclusivePair{A: s.code("item_a"), B: s.code("item_b"),
			Visit: s.option("span", false, "day", "visit") == 2, NotPayable: "-ab"[s.option("not_payable", false, "a", "b")]}
	}, func(p *ExclusivePair, line int) { p.Row = line },
		func(k *Knowledge, i int, _ ExclusivePair) any { return k.ExclusivePairs[i] })
	roundTrip(t, "required_with.csv", func(s *sheet) RequiredWith {
		return RequiredWith{Item: s.code("item"), OneOf: s.list("one_of", 1), Visit: s.option("span", true, "day", "visit") != 1}
	}, func(r *RequiredWith, line int) { r.Row = line },
		func(k *Knowledge, i int, _ RequiredWith) any { return k.RequiredWith[i] })
	roundTrip(t, "interactions.csv", func(s *sheet) Interaction {
		return Interaction{A: s.code("item_a"), B: s.code("item_b"), Kind: InteractionKind(s.option("kind", true, "interaction", "incompatible"))}
	}, func(in *Interaction, line int) { in.Row = line },
		func(k *Knowledge, i int, _ Interaction) any { return k.Interactions[i] })
	roundTrip(t, "diagnoses.csv", func(s *sheet) DiagnosisRule {
		return DiagnosisRule{Prefix: s.code("diag_prefix"), Sex: s.sex(),
			AgeMin: s.number("age_min_days", claim.KindWhole), AgeMax: s.number("age_max_days", claim.KindWhole)}
	}, func(d *DiagnosisRule, line int) { d.Row = line },
		func(k *Knowledge, i int, _ DiagnosisRule) any { return k.Diagnoses[i] })
	roundTrip(t, "suspensions.csv", func(s *sheet) Suspension {
		out := Suspension{Subject: SubjectKind(s.option("subject_kind", false, "institution", "practitioner", "person")), Code: s.code("code")}
		out.From, out.To = s.period("from", "to")
		out.Measure = s.maybeCode("measure")
		return out
	}, func(p *Suspension, line int) { p.Row = line },
		func(k *Knowledge, i int, _ Suspension) any { return k.Suspensions[i] })
	roundTrip(t, "inventory.csv", func(s *sheet) Inventory {
		out := Inventory{Institution: s.code("fixmedins_code"), Item: s.code("med_list_codg"), Month: rapid.Int64Range(-1969*12, 8030*12-1).Draw(s.t, "month")}
		year, month := out.Month/12+1970, out.Month%12+1
		if month <= 0 {
			year, month = year-1, month+12
		}
		s.put("month", strconv.Itoa(int(10000 + year))[1:]+"-"+strconv.Itoa(int(100 + month))[1:])
		out.Opening, out.Purchased = s.number("opening", claim.KindQuantity), s.number("purchased", claim.KindQuantity)
		out.Returned, out.Closing = s.number("returned", claim.KindQuantity), s.number("closing", claim.KindQuantity)
		return out
	}, func(in *Inventory, line int) { in.Row = line },
		func(k *Knowledge, i int, _ Inventory) any { return k.Inventory[i] })
}

// InForce agrees with the definition told as a sort.
func TestInForceAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all, valid []Item
		day := rapid.Int64Range(0, 9).Draw(t, "day")
		for row := range rapid.IntRange(0, 5).Draw(t, "rows") {
			from := rapid.Int64Range(0, 9).Draw(t, "from")
			it := Item{From: from, To: from + rapid.Int64Range(0, 9).Draw(t, "days"), Row: row}
			all = append(all, it)
			if it.From <= day && day <= it.To {
				valid = append(valid, it)
			}
		}
		slices.SortStableFunc(valid, func(a, b Item) int { return int(a.From - b.From) })
		got := InForce(rapid.Permutation(all).Draw(t, "order"), day)
		switch {
		case len(valid) == 0 && got == nil:
		case len(valid) == 0 || got == nil || got.Row != valid[len(valid)-1].Row:
			t.Fatalf("%v on %d: %v", all, day, got)
		}
	})
}

// FuzzLoad reads random bytes as each file: it never panics, and problems
// stand in order on lines the file has.
func FuzzLoad(f *testing.F) {
	for i, tab := range tables() {
		f.Add(byte(i), []byte(valid[tab.file][0]+"\r\n"+valid[tab.file][1]+"\n\"x,\xff\n"))
	}
	f.Add(byte(0), []byte("\ufeff"))
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		tab := tables()[int(which)%len(tables())]
		k, problems, err := Load(folder(map[string]string{tab.file: string(data)}))
		if err != nil {
			t.Fatal(err)
		}
		if (k == nil) != (len(problems) > 0) {
			t.Fatal("either knowledge or problems")
		}
		if !slices.IsSortedFunc(problems, compareProblems) {
			t.Fatal("problems out of order")
		}
		lines := 1 + bytes.Count(data, []byte("\n"))
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines || p.File != tab.file || p.Sentence == "" ||
				(p.Column != "" && !slices.Contains(tab.columns, p.Column)) {
				t.Fatalf("%+v of %d lines", p, lines)
			}
		}
		if most := len(tab.columns)*3 + bytes.Count(data, []byte(",")); len(problems) > lines*(most+3) {
			t.Fatalf("%d problems", len(problems))
		}
	})
}

// BenchmarkPersons reads a registry of a million persons.
func BenchmarkPersons(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("psn_no,gend,brdy,death_date\n")
	for i := range 1_000_000 {
		text.WriteString("P1529" + strconv.Itoa(10_000_000_000+i*7919) + ",1,1970-01-31,\n")
	}
	fsys := folder(map[string]string{"persons.csv": text.String()})
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if k, _, _ := Load(fsys); len(k.Persons) != 1_000_000 {
			b.Fatal(len(k.Persons))
		}
	}
}
