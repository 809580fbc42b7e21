package simulate

import (
	"fmt"
	"math"
)

type instKind int

const (
	hospital instKind = iota
	clinic
	pharmacy
)

func (k instKind) String() string { return [...]string{"hospital", "clinic", "pharmacy"}[k] }

// The invented place has the division codes of Alxa League and its banners;
// everything else about it is made up.
var counties = [...]struct {
	code, name string
	lon, lat   float64
	share      float64 // of people and institutions
}{
	{"152921", "阿拉善左旗", 105.67, 38.83, 0.66},
	{"152922", "阿拉善右旗", 101.67, 39.21, 0.18},
	{"152923", "额济纳旗", 101.07, 41.95, 0.16},
}

type institution struct {
	index       int
	code, uscc  string
	name, legal string
	kind        instKind
	level       int // 0: none
	beds        int
	county      int
	lon, lat    float64
	doctors     []string
	weight      float64
	rank, rank2 float64            // 0..1, evenly spread among institutions of its kind and level
	turns       [visitKinds]uint64 // visits so far: drive the even choice of scenarios and doctors
}

type place struct {
	all    []*institution
	byKind [3][]*institution
	// suspended stands in the registries but takes no background: its
	// suspension would make findings of ordinary claims.
	suspended *institution
	pickers   [visitKinds]*picker
}

// picker hands out institutions by weight with a golden-ratio sequence instead
// of dice: monthly sums then hardly vary, so no ordinary month is a spike and
// no ordinary institution an outlier among its peers.
type picker struct {
	of         []*institution
	cumulative []float64
	n          uint64
}

const golden = 0.6180339887498949

func frac(x float64) float64 { return x - math.Floor(x) }

func newPicker(of []*institution) *picker {
	p := &picker{of: of, cumulative: make([]float64, len(of))}
	sum := 0.0
	for i, in := range of {
		sum += in.weight
		p.cumulative[i] = sum
	}
	return p
}

func (p *picker) next() *institution {
	p.n++
	return p.at(p.n)
}

func (p *picker) at(n uint64) *institution {
	u := frac(float64(n)*golden+0.37) * p.cumulative[len(p.cumulative)-1]
	lo, hi := 0, len(p.cumulative)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if p.cumulative[mid] > u {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return p.of[lo]
}

const (
	claimsOfDefaultPlace       = 20_000
	institutionsOfDefaultPlace = 30
	mostInstitutions           = 2_000
	fewestInstitutions         = 30    // the plants need hospitals of every level
	growth                     = 0.912 // 2 million claims a year reach mostInstitutions
)

// institutionCount grows with the claims a year, not with the claims of a run:
// a short run must not crowd a place.
func institutionCount(claims, days int) int {
	perYear := float64(claims) * 365 / float64(days)
	n := math.Round(institutionsOfDefaultPlace * math.Pow(perYear/claimsOfDefaultPlace, growth))
	return int(min(max(n, institutionsOfDefaultPlace), mostInstitutions))
}

func newPlace(c Config) *place {
	n := institutionCount(c.Claims, c.Days)
	if c.Institutions > 0 {
		n = c.Institutions - 1
	}
	hospitals, clinics := n/3, n*27/100
	pl := &place{}
	for i := range hospitals {
		level := 1
		switch {
		case i%10 == 0:
			level = 3
		case i%10 < 4:
			level = 2
		}
		pl.add(hospital, level)
	}
	for range clinics {
		pl.add(clinic, 0)
	}
	for range n - hospitals - clinics {
		pl.add(pharmacy, 0)
	}
	pl.suspended = pl.add(clinic, 0)
	pl.byKind[clinic] = pl.byKind[clinic][:clinics]
	pl.rankPeers()
	pl.equip(c)
	for kind := range pl.pickers {
		pl.pickers[kind] = newPicker(pl.of(visitKind(kind).goesTo(), 0))
	}
	return pl
}

// of lists the institutions of a kind with at least the level.
func (pl *place) of(kind instKind, minLevel int) []*institution {
	var of []*institution
	for _, in := range pl.byKind[kind] {
		if in.level >= minLevel {
			of = append(of, in)
		}
	}
	return of
}

func (pl *place) add(kind instKind, level int) *institution {
	i := len(pl.all)
	county := countyOf(frac(float64(i+1) * golden))
	at := counties[county]
	in := &institution{index: i, kind: kind, level: level, county: county, weight: 1}
	if kind == hospital {
		in.weight = [...]float64{1, 1, 2, 4}[level]
	}
	// Within a county no two places are 30 km apart, so that only journeys
	// between counties can be impossible.
	in.lon = math.Round((at.lon+0.16*(frac(float64(i)*0.7548776662)-0.5))*1e6) / 1e6
	in.lat = math.Round((at.lat+0.16*(frac(float64(i)*0.5698402910)-0.5))*1e6) / 1e6
	letter := [...]string{"H", "H", "P"}[kind]
	in.code = fmt.Sprintf("%s%s%05d", letter, at.code, i+1)
	in.uscc = usccFor([...]string{"12", "52", "91"}[kind], at.code, i+1)
	in.name = fmt.Sprintf("%s%s%s（虚构）", at.name, inventedName(i), instWord(kind, level))
	in.legal = fmt.Sprintf("虚构法人%05d", i+1)
	pl.all = append(pl.all, in)
	pl.byKind[kind] = append(pl.byKind[kind], in)
	return in
}

func countyOf(u float64) int {
	for i := range counties {
		if u < counties[i].share {
			return i
		}
		u -= counties[i].share
	}
	return 0
}

func instWord(kind instKind, level int) string {
	switch kind {
	case clinic:
		return "诊所"
	case pharmacy:
		return "大药房"
	}
	return [...]string{"", "卫生院", "医院", "中心医院"}[level]
}

// inventedName builds a word that is no place's name.
func inventedName(i int) string {
	first := [...]string{"云", "澄", "朔", "沙", "驼", "曦", "霁", "岚", "苍", "瀚", "泽", "芷"}
	second := [...]string{"泉", "原", "野", "汀", "岭", "陂", "屿", "川", "墟", "坪", "湾"}
	return first[i%len(first)] + second[i/len(first)%len(second)] + fmt.Sprintf("%d号", i+1)
}

// rankPeers spreads prices evenly among peers, those of drugs and tests one
// way and those of care another, so that sums and shares are spread as well. A uniform spread has no tails:
// its extreme lies 1.35 robust deviations from the median, far from the 3.5 of
// the peer detectors.
func (pl *place) rankPeers() {
	seen := map[[2]int]int{}
	for _, in := range pl.all {
		k := [2]int{int(in.kind), in.level}
		in.rank = frac(0.5 + float64(seen[k])*golden)
		in.rank2 = frac(in.rank + 0.5) // never both at the same end
		seen[k]++
	}
}

// equip gives every hospital beds and everybody practitioners enough for the
// load that the background and the plants bring.
func (pl *place) equip(c Config) {
	weights := 0.0
	for _, in := range pl.byKind[hospital] {
		weights += in.weight
	}
	const stayShare, meanDays, plantStaysPerCase = 0.12, 8.0, 30.0
	perDay := (float64(c.Claims)*stayShare + float64(c.Plants)*plantStaysPerCase) / float64(c.Days)
	for _, in := range pl.all {
		count := 2
		if in.kind == hospital {
			inBed := perDay * meanDays * in.weight / weights
			in.beds = max([...]int{0, 40, 120, 400}[in.level], 10*int(math.Ceil((inBed*2+30)/10)))
			count = [...]int{0, 6, 14, 30}[in.level]
		}
		for d := range count {
			in.doctors = append(in.doctors, practitionerCode(in, d+1))
		}
	}
}

// doctor is whose turn it is: taking turns keeps everybody's day short.
func (in *institution) doctor(turn uint64) string { return in.doctors[turn%uint64(len(in.doctors))] }

func practitionerCode(in *institution, n int) string {
	letter := "D"
	if in.kind == pharmacy {
		letter = "Y"
	}
	return fmt.Sprintf("%s%s%05d%03d", letter, counties[in.county].code, in.index+1, n)
}

// kilometres is the great-circle distance on a sphere of radius 6371 km.
func kilometres(a, b *institution) float64 {
	const radius, degree = 6371.0, math.Pi / 180
	dLat, dLon := (b.lat-a.lat)*degree, (b.lon-a.lon)*degree
	h := math.Sin(dLat/2)*math.Sin(dLat/2) + math.Cos(a.lat*degree)*math.Cos(b.lat*degree)*math.Sin(dLon/2)*math.Sin(dLon/2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// usccFor builds a unified social credit code with both check digits right:
// that of the organisation code (GB 11714) and that of the whole (GB 32100).
// The organisation part counts up from a range that the simulator made up.
func usccFor(category, division string, n int) string {
	org := fmt.Sprintf("MA%06d", 900_000+n)
	code := category + division + org + orgCheck(org)
	sum, weight := 0, 1
	for i := range code {
		sum += usccValue(code[i]) * weight
		weight = weight * 3 % 31
	}
	return code + string(usccAlphabet[(31-sum%31)%31])
}

func usccValue(c byte) int {
	for i := range usccAlphabet {
		if usccAlphabet[i] == c {
			return i
		}
	}
	return 0
}

func orgCheck(org string) string {
	weights := [...]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i := range org {
		v := int(org[i] - '0')
		if org[i] >= 'A' {
			v = int(org[i]-'A') + 10
		}
		sum += v * weights[i]
	}
	switch check := 11 - sum%11; check {
	case 10:
		return "X"
	case 11:
		return "0"
	default:
		return fmt.Sprint(check)
	}
}
