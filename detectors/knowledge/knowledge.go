package knowledge

import (
	"crypto/sha256"
	"iter"
	"maps"

	"fundwatch/claim"
)

// Knowledge is the content of a knowledge folder. It must not be changed:
// detectors on all cores share it.
type Knowledge struct {
	Hash string // "sha256:…" over the content; every finding records it

	Institutions  map[string]*Institution  // by fixmedins_code
	Practitioners map[string]*Practitioner // by code
	Persons       map[string]*Person       // by psn_no; personal data

	// The rules that are no row of one item, in the order of their files.
	ExclusivePairs []ExclusivePair
	RequiredWith   []RequiredWith
	Interactions   []Interaction
	Diagnoses      []DiagnosisRule
	Suspensions    []Suspension
	Inventory      []Inventory

	codes    []string // of the items, sorted
	versions map[string][]Item
}

// Empty is the knowledge of a run without --knowledge: nothing is known, and
// every detector that needs a row is silent.
func Empty() *Knowledge {
	return &Knowledge{
		Hash:          hashText(sha256.New()),
		Institutions:  map[string]*Institution{},
		Practitioners: map[string]*Practitioner{},
		Persons:       map[string]*Person{},
		versions:      map[string][]Item{},
	}
}

// Items lists the codes (med_list_codg) of all items, each once, sorted.
func (k *Knowledge) Items() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, code := range k.codes {
			if !yield(code) {
				return
			}
		}
	}
}

// Versions gives the rows of one item, by valid_from and then by row; nil when
// the item is not known. The slice is shared and must not be changed.
func (k *Knowledge) Versions(code string) []Item { return k.versions[code] }

// InForce is the row that holds on a day (days since 1970-01-01): of the
// versions valid on it the one with the later valid_from, then the later row;
// nil when none is. The versions may stand in any order.
func InForce(versions []Item, day int64) *Item {
	var best *Item
	for i := range versions {
		v := &versions[i]
		if day < v.From || day > v.To {
			continue
		}
		if best == nil || v.From > best.From || (v.From == best.From && v.Row > best.Row) {
			best = v
		}
	}
	return best
}

// ItemKind is the kind of an item.
type ItemKind uint8

// The kinds of items; ItemNone is an empty cell.
const (
	ItemNone     ItemKind = iota
	ItemDrug              // drug
	ItemService           // service
	ItemMaterial          // material
	ItemHerb              // herb
)

// String gives the word of the file, empty for ItemNone.
func (k ItemKind) String() string {
	return [...]string{"", "drug", "service", "material", "herb"}[k]
}

// Scope says whether the fund pays for an item at all.
type Scope uint8

// The scopes; ScopeNone is an empty cell.
const (
	ScopeNone Scope = iota
	ScopeIn         // in
	ScopeOut        // out
)

// String gives the word of the file, empty for ScopeNone.
func (s Scope) String() string { return [...]string{"", "in", "out"}[s] }

// Item is one row of items.csv: what holds for an item on the fee days From to
// To. An empty cell is None64, an empty list, 0 or false.
type Item struct {
	Code string // med_list_codg
	Name string
	Kind ItemKind

	From, To int64 // days since 1970-01-01, inclusive; math.MinInt64 and math.MaxInt64 when open

	Scope Scope
	Cap   [4]int64 // price caps ×10^-6 yuan: [0] price_cap, [1] to [3] price_cap_lv1 to 3; see CapAt
	Sex   byte     // 0, '1' (men only) or '2' (women only)

	AgeMin, AgeMax int64 // days, inclusive

	MedTypes, Insutypes, Depts  []string // allowed; a claim's value equals or begins with one
	DiagPrefixes, DiagForbidden []string // a diagnosis must, or must not, begin with one

	LevelMin int64 // hosp_lv_min, 1 (lowest) to 3

	MaxPerDay, MaxPerStay int64 // ×10^-4 units
	MaxDays               int64 // ×10^-4 days of supply a line
	WindowDays            int64 // whole days
	MaxPerWindow          int64 // ×10^-4 units
	Minutes               int64 // ×10^-4 minutes of a practitioner's time a unit

	PerDay      bool // billed per day of stay
	OnceInLife  bool
	ActionGroup string

	Row int // line of the file, header = 1; breaks ties between versions
}

// CapAt is the price cap ×10^-6 yuan for an institution of a level (0 when it
// has none): that of the level where given, else the general one, else None64.
func (it *Item) CapAt(level int) int64 {
	if level >= 1 && level <= 3 && it.Cap[level] != claim.None64 {
		return it.Cap[level]
	}
	return it.Cap[0]
}

// InstitutionKind is the kind of an institution.
type InstitutionKind uint8

// The kinds of institutions; InstitutionNone is an empty cell.
const (
	InstitutionNone     InstitutionKind = iota
	InstitutionHospital                 // hospital
	InstitutionClinic                   // clinic
	InstitutionPharmacy                 // pharmacy
)

// String gives the word of the file, empty for InstitutionNone.
func (k InstitutionKind) String() string {
	return [...]string{"", "hospital", "clinic", "pharmacy"}[k]
}

// Institution is one row of institutions.csv. An institution without a row
// has no level, kind, beds or place.
type Institution struct {
	Code     string // fixmedins_code
	USCC     string // unified social credit code, or empty
	Name     string
	Kind     InstitutionKind
	Level    int     // hosp_lv 1 to 3; 0 when not given
	Beds     int64   // None64 when not given
	Admdvs   string  // division code of six digits, or empty
	Lon, Lat float64 // degrees; 0 when not given
	HasPlace bool    // both lon and lat are given
	LegalRep string
	Row      int // line of the file, header = 1
}

// Practitioner is one row of practitioners.csv.
type Practitioner struct {
	Code        string // as in bilg_dr_codg
	Name        string
	Kind        string // an open code
	Institution string // fixmedins_code, or empty
	Row         int    // line of the file, header = 1
}

// Person is one row of persons.csv: personal data, never to be shown without
// need.
type Person struct {
	Code         string // psn_no
	Sex          byte   // 0, '1' or '2'
	Birth, Death int64  // brdy and death_date, days since 1970-01-01; None64 when not given
	Row          int    // line of the file, header = 1
}

// ExclusivePair is one row of exclusive_pairs.csv: A and B are not paid
// together on one day, or in one visit.
type ExclusivePair struct {
	A, B       string
	Visit      bool // span visit, else day
	NotPayable byte // 'a' or 'b'
	Row        int  // line of the file, header = 1
}

// RequiredWith is one row of required_with.csv: Item goes with one of OneOf on
// the same day, or in the same visit.
type RequiredWith struct {
	Item  string
	OneOf []string // never empty
	Visit bool     // span visit or blank, else day
	Row   int      // line of the file, header = 1
}

// InteractionKind is the kind of an interaction.
type InteractionKind uint8

// The kinds of interactions; InteractionNone is an empty cell.
const (
	InteractionNone         InteractionKind = iota
	InteractionInteraction                  // interaction (相互作用)
	InteractionIncompatible                 // incompatible (配伍禁忌)
)

// String gives the word of the file, empty for InteractionNone.
func (k InteractionKind) String() string {
	return [...]string{"", "interaction", "incompatible"}[k]
}

// Interaction is one row of interactions.csv.
type Interaction struct {
	A, B string
	Kind InteractionKind
	Row  int // line of the file, header = 1
}

// DiagnosisRule is one row of diagnoses.csv: the sex and the ages in which a
// diagnosis that begins with Prefix can be. Of several prefixes the longest
// counts, with each of its rows.
type DiagnosisRule struct {
	Prefix         string
	Sex            byte  // 0, '1' or '2'
	AgeMin, AgeMax int64 // days, inclusive; None64 when not given
	Row            int   // line of the file, header = 1
}

// SubjectKind says who is suspended.
type SubjectKind uint8

// The kinds of subjects of a suspension.
const (
	SubjectInstitution  SubjectKind = iota + 1 // institution
	SubjectPractitioner                        // practitioner
	SubjectPerson                              // person
)

// String gives the word of the file.
func (k SubjectKind) String() string {
	return [...]string{"", "institution", "practitioner", "person"}[k]
}

// Suspension is one row of suspensions.csv. One party may have any number.
type Suspension struct {
	Subject  SubjectKind
	Code     string // fixmedins_code, practitioner code or psn_no
	From, To int64  // days since 1970-01-01, inclusive; math.MinInt64 and math.MaxInt64 when open
	Measure  string
	Row      int // line of the file, header = 1
}

// Inventory is one row of inventory.csv: the stock of an item at an
// institution in a month. Quantities are ×10^-4 units, None64 when not given.
type Inventory struct {
	Institution, Item                     string
	Month                                 int64 // months since 1970-01, as claim.ParseMonth gives
	Opening, Purchased, Returned, Closing int64
	Row                                   int // line of the file, header = 1
}

// finish puts the items, gathered in the order of their rows, under their codes.
func (k *Knowledge) finish(items []Item) {
	sortItems(items)
	for len(items) > 0 {
		n := 1
		for n < len(items) && items[n].Code == items[0].Code {
			n++
		}
		k.versions[items[0].Code] = items[:n:n]
		items = items[n:]
	}
	k.codes = sortedKeys(maps.Keys(k.versions), len(k.versions))
}
