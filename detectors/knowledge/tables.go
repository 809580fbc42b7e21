package knowledge

import (
	"strconv"

	"fundwatch/claim"
)

// tables are the files of a knowledge folder in the order of their names, in
// which they are read, hashed and reported.
func tables() []table {
	return []table{
		{"diagnoses.csv", []string{"diag_prefix", "gend", "age_min_days", "age_max_days"},
			[]string{"diag_prefix"}, readDiagnosis},
		{"exclusive_pairs.csv", []string{"item_a", "item_b", "span", "not_payable"},
			[]string{"item_a", "item_b", "span", "not_payable"}, readExclusivePair},
		{"institutions.csv", []string{"fixmedins_code", "uscc", "name", "kind", "hosp_lv", "beds", "admdvs",
			"lon", "lat", "legal_rep"},
			[]string{"fixmedins_code"}, readInstitution},
		{"interactions.csv", []string{"item_a", "item_b", "kind"},
			[]string{"item_a", "item_b"}, readInteraction},
		{"inventory.csv", []string{"fixmedins_code", "med_list_codg", "month",
			"opening", "purchased", "returned", "closing"},
			[]string{"fixmedins_code", "med_list_codg", "month"}, readInventory},
		{"items.csv", []string{"med_list_codg", "name", "kind", "valid_from", "valid_to", "scope",
			"price_cap", "price_cap_lv1", "price_cap_lv2", "price_cap_lv3",
			"gend", "age_min_days", "age_max_days", "med_types", "insutypes", "hosp_lv_min", "depts",
			"diag_prefixes", "diag_forbidden", "max_per_day", "max_per_stay", "max_days",
			"window_days", "max_per_window", "per_day", "minutes", "once_in_life", "action_group"},
			[]string{"med_list_codg"}, readItem},
		{"persons.csv", []string{"psn_no", "gend", "brdy", "death_date"},
			[]string{"psn_no"}, readPerson},
		{"practitioners.csv", []string{"code", "name", "kind", "fixmedins_code"},
			[]string{"code"}, readPractitioner},
		{"required_with.csv", []string{"item", "one_of", "span"},
			[]string{"item", "one_of"}, readRequiredWith},
		{"suspensions.csv", []string{"subject_kind", "code", "from", "to", "measure"},
			[]string{"subject_kind", "code"}, readSuspension},
	}
}

// pairKey is two items, the smaller first, and a span.
type pairKey struct {
	a, b  string
	visit bool
}

// stockKey is an institution, an item and a month.
type stockKey struct {
	institution, item string
	month             int64
}

// again tells that an earlier row was of the same thing.
func (r *row) again(column, thing string, line int) {
	r.problem(column, "与第 "+strconv.Itoa(line)+" 行重复："+thing+"只能有一行。")
}

func readItem(l *loader, r *row) {
	it := Item{
		Code:  r.code("med_list_codg"),
		Name:  r.text("name"),
		Kind:  ItemKind(r.option("kind", "drug", "service", "material", "herb")),
		Scope: Scope(r.option("scope", "in", "out")),
		Cap: [4]int64{
			r.number("price_cap", claim.KindPrice),
			r.number("price_cap_lv1", claim.KindPrice),
			r.number("price_cap_lv2", claim.KindPrice),
			r.number("price_cap_lv3", claim.KindPrice),
		},
		Sex:           r.sex(),
		AgeMin:        r.number("age_min_days", claim.KindWhole),
		AgeMax:        r.number("age_max_days", claim.KindWhole),
		MedTypes:      r.list("med_types"),
		Insutypes:     r.list("insutypes"),
		Depts:         r.list("depts"),
		DiagPrefixes:  r.list("diag_prefixes"),
		DiagForbidden: r.list("diag_forbidden"),
		LevelMin:      r.level("hosp_lv_min"),
		MaxPerDay:     r.number("max_per_day", claim.KindQuantity),
		MaxPerStay:    r.number("max_per_stay", claim.KindQuantity),
		MaxDays:       r.number("max_days", claim.KindQuantity),
		WindowDays:    r.number("window_days", claim.KindWhole),
		MaxPerWindow:  r.number("max_per_window", claim.KindQuantity),
		Minutes:       r.number("minutes", claim.KindQuantity),
		PerDay:        r.flag("per_day"),
		OnceInLife:    r.flag("once_in_life"),
		ActionGroup:   r.code("action_group"),
		Row:           r.line,
	}
	it.From, it.To = r.period("valid_from", "valid_to")
	l.items = append(l.items, it)
}

func readExclusivePair(l *loader, r *row) {
	p := ExclusivePair{A: r.code("item_a"), B: r.code("item_b"), Row: r.line}
	span := r.option("span", "day", "visit")
	p.Visit = span == 2
	p.NotPayable = [...]byte{0, 'a', 'b'}[r.option("not_payable", "a", "b")]
	r.differ(p.A, p.B)
	if p.A != "" && p.B != "" && span != 0 {
		key := pairKey{min(p.A, p.B), max(p.A, p.B), p.Visit}
		if line, twice := l.pairs[key]; twice {
			r.again("item_a", "同样两个项目（不论先后）和同一 span ", line)
		} else {
			l.pairs[key] = r.line
		}
	}
	l.k.ExclusivePairs = append(l.k.ExclusivePairs, p)
}

// differ tells when both items of a pair are the same.
func (r *row) differ(a, b string) {
	if a != "" && a == b {
		r.problem("item_b", "与 item_a 相同，应为两个不同的项目。")
	}
}

func readRequiredWith(l *loader, r *row) {
	l.k.RequiredWith = append(l.k.RequiredWith, RequiredWith{
		Item:  r.code("item"),
		OneOf: r.list("one_of"),
		Visit: r.option("span", "day", "visit") != 1,
		Row:   r.line,
	})
}

func readInteraction(l *loader, r *row) {
	in := Interaction{
		A:    r.code("item_a"),
		B:    r.code("item_b"),
		Kind: InteractionKind(r.option("kind", "interaction", "incompatible")),
		Row:  r.line,
	}
	r.differ(in.A, in.B)
	l.k.Interactions = append(l.k.Interactions, in)
}

func readDiagnosis(l *loader, r *row) {
	l.k.Diagnoses = append(l.k.Diagnoses, DiagnosisRule{
		Prefix: r.code("diag_prefix"),
		Sex:    r.sex(),
		AgeMin: r.number("age_min_days", claim.KindWhole),
		AgeMax: r.number("age_max_days", claim.KindWhole),
		Row:    r.line,
	})
}

func readInstitution(l *loader, r *row) {
	in := &Institution{
		Code:     r.id("fixmedins_code"),
		USCC:     r.checked("uscc", ValidUSCC, "统一社会信用代码有误：应为18位，末位校验码应符合 GB 32100-2015。"),
		Name:     r.text("name"),
		Kind:     InstitutionKind(r.option("kind", "hospital", "clinic", "pharmacy")),
		Beds:     r.number("beds", claim.KindWhole),
		Admdvs:   r.checked("admdvs", ValidDivision, "医保区划有误：应为六位数字，前两位应为省级行政区代码。"),
		LegalRep: r.code("legal_rep"),
		Row:      r.line,
	}
	in.Level = max(0, int(r.level("hosp_lv")))
	lon, hasLon := r.degrees("lon", 180)
	lat, hasLat := r.degrees("lat", 90)
	in.Lon, in.Lat, in.HasPlace = lon, lat, hasLon && hasLat
	if in.Code == "" {
		return
	}
	if first, twice := l.k.Institutions[in.Code]; twice {
		r.again("fixmedins_code", "同一机构", first.Row)
		return
	}
	l.k.Institutions[in.Code] = in
}

// checked reads a code that must pass a check.
func (r *row) checked(column string, valid func(string) bool, sentence string) string {
	s := r.code(column)
	if s != "" && !valid(s) {
		r.problem(column, sentence)
		return ""
	}
	return s
}

func readPractitioner(l *loader, r *row) {
	p := &Practitioner{
		Code:        r.code("code"),
		Name:        r.text("name"),
		Kind:        r.code("kind"),
		Institution: r.id("fixmedins_code"),
		Row:         r.line,
	}
	if p.Code == "" {
		return
	}
	if first, twice := l.k.Practitioners[p.Code]; twice {
		r.again("code", "同一人员", first.Row)
		return
	}
	l.k.Practitioners[p.Code] = p
}

func readPerson(l *loader, r *row) {
	p := Person{
		Code:  r.id("psn_no"),
		Sex:   r.sex(),
		Birth: r.day("brdy", claim.None64),
		Death: r.day("death_date", claim.None64),
		Row:   r.line,
	}
	if p.Code == "" {
		return
	}
	if first, twice := l.k.Persons[p.Code]; twice {
		r.again("psn_no", "同一参保人", first.Row)
		return
	}
	l.k.Persons[p.Code] = l.newPerson(p)
}

func readSuspension(l *loader, r *row) {
	s := Suspension{
		Subject: SubjectKind(r.option("subject_kind", "institution", "practitioner", "person")),
		Code:    r.code("code"),
		Measure: r.code("measure"),
		Row:     r.line,
	}
	s.From, s.To = r.period("from", "to")
	l.k.Suspensions = append(l.k.Suspensions, s)
}

func readInventory(l *loader, r *row) {
	in := Inventory{
		Institution: r.id("fixmedins_code"),
		Item:        r.code("med_list_codg"),
		Opening:     r.number("opening", claim.KindQuantity),
		Purchased:   r.number("purchased", claim.KindQuantity),
		Returned:    r.number("returned", claim.KindQuantity),
		Closing:     r.number("closing", claim.KindQuantity),
		Row:         r.line,
	}
	month, ok := r.month("month")
	in.Month = month
	if ok && in.Institution != "" && in.Item != "" {
		key := stockKey{in.Institution, in.Item, month}
		if line, twice := l.stock[key]; twice {
			r.again("fixmedins_code", "同一机构、同一项目、同一月份", line)
		} else {
			l.stock[key] = r.line
		}
	}
	l.k.Inventory = append(l.k.Inventory, in)
}
