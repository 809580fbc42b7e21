// Package impossibletravel finds two settlements too far apart for the time
// between them.
package impossibletravel

import (
	"math"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

var (
	minKm  = &detectors.Param{Name: "min_km", Default: 30, Min: 0, Max: 20_000, Unit: detectors.Words{ZH: "公里", EN: "km"}}
	maxKmh = &detectors.Param{Name: "max_kmh", Default: 120, Min: 1, Max: 2_000, Unit: detectors.Words{ZH: "公里/小时", EN: "km/h"}}
)

// Detector is S14.
var Detector = &detectors.Detector{
	ID: "S14-impossible-travel", Version: "1", Grade: detectors.Suspicious,
	Title: detectors.Words{ZH: "两地就诊时间不可能", EN: "Two places too soon after each other"},
	Doc: detectors.Words{
		ZH: "同一参保人既非住院也非药店、机构有坐标的结算，按结算次序相邻的两笔：两机构大圆距离（地球半径6371公里）不小于最小距离，且间隔秒数小于按最高时速所需的时间。被查对象为后一笔的机构。金额为两笔基金支付中较小者。",
		EN: "Neighbours in claim order among one person's claims that are neither stays nor pharmacy and whose institutions have coordinates: at least the least distance apart (great circle, radius 6371 km), with fewer seconds between than the greatest speed needs. Subject: the institution of the later. Amount: the smaller of what the fund paid.",
	},
	Clears:  detectors.Words{ZH: "互联网诊疗、代办结算、补录结算时间，或机构坐标有误。", EN: "Internet care, settlement by proxy or entered later, or wrong coordinates."},
	Basis:   []string{"条例40(一)", "条例41(一)"},
	Classes: []string{"F09", "F30"},
	Uses:    []string{"institutions.lon", "institutions.lat"},
	Subject: "institution of the later claim",
	Reads:   []claim.Field{claim.MedType, claim.FixmedinsCode, claim.SetlTime, claim.FundPaySumamt},
	Params:  []*detectors.Param{minKm, maxKmh},
	Rests:   detectors.OnNear,
	Near:    near,
	Person:  person,
}

// near is the time that the way between any two institutions takes at the
// greatest speed: none is further from another than twice the furthest from one
// of them.
func near(v *detectors.View) int64 {
	var first *knowledge.Institution
	reach := 0.0
	for _, here := range v.Institutions() {
		switch {
		case here == nil || !here.HasPlace:
		case first == nil:
			first = here
		default:
			reach = max(reach, 2*distance(first, here)+1)
		}
	}
	return int64(min(reach, farthest)/float64(v.Number(maxKmh))/24) + 1
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	care, kind, inst, places := v.Care(), v.Codes(claim.MedType), v.Codes(claim.FixmedinsCode), v.Institutions()
	settled, fund := v.Numbers(claim.SetlTime), v.Few(claim.FundPaySumamt)
	least, speed := float64(v.Number(minKm)), float64(v.Number(maxKmh))
	return func(p *detectors.Person, emit *detectors.Emitter) {
		before := int32(claim.NoCode)
		for c := p.NearFrom; c < p.NearTo; c++ {
			setting, here := care.Of(kind[c]), places.Of(inst[c])
			if setting == claim.Inpatient || setting == claim.Pharmacy || here == nil || !here.HasPlace {
				continue
			}
			a := before
			before = c
			if a == claim.NoCode || inst[a] == inst[c] && least > 0 {
				continue
			}
			seconds := float64(settled[c] - settled[a])
			if seconds >= farthest/speed*3600 {
				continue // long enough for any two places
			}
			km := distance(places.Of(inst[a]), here)
			if km < least || seconds >= km/speed*3600 {
				continue
			}
			emit.Hit(detectors.Hit{
				Subject: detectors.Institution, Code: inst[c], Claims: []int32{a, c}, Amount: claim.WideOf(min(fund.Of(a), fund.Of(c))),
				Facts: detectors.Facts{{Name: "km", Value: int64(km)}, {Name: "seconds", Value: settled[c] - settled[a]}},
			})
		}
	}
}

// The radius of the earth, and how far apart two places can be, in km; a little
// more, for the sake of rounding.
const (
	radius   = 6371
	farthest = radius*math.Pi + 1
)

// distance is the great circle in km, by the haversine formula.
func distance(a, b *knowledge.Institution) float64 {
	const degree = math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*degree, (b.Lon-a.Lon)*degree
	s, t := math.Sin(dLat/2), math.Sin(dLon/2)
	h := s*s + math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*t*t
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}
