package policies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"fundwatch/detectors"
)

var (
	anyClause = rapid.SampledFrom([]string{"条例13", "条例15", "条例37", "条例38(一)", "条例38(三)", "条例39(三)", "条例4", "条例40(三)", "条例400", "条例41(二)", "条例", "实施细则（追溯码）"})
	anyScheme = rapid.SampledFrom([]string{"F01", "F05", "F26", "F260"})
	anyAmount = rapid.OneOf(rapid.Int64(), rapid.Int64Range(-2, 2), rapid.Int64Range(299998, 300002), rapid.Int64Range(999998, 1000002))
	someDay   = rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "edge") {
			return rapid.SampledFrom([]string{"2021-04-30", "2021-05-01", "2021-05-02"}).Draw(t, "day")
		}
		return fmt.Sprintf("%04d-%02d-%02d", rapid.IntRange(1990, 2030).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
	})
	anyTriage = rapid.Custom(func(t *rapid.T) TriageInput {
		return TriageInput{
			Detector: rapid.SampledFrom([]string{"", "S05-overlapping-stays"}).Draw(t, "detector"),
			Grade:    rapid.SampledFrom(grades).Draw(t, "grade"), Subject: rapid.SampledFrom(ofFinding).Draw(t, "subject"),
			AmountFen: anyAmount.Draw(t, "amount"), Basis: rapid.SliceOfN(anyClause, 0, 4).Draw(t, "basis"),
			Schemes: rapid.SliceOfN(anyScheme, 0, 3).Draw(t, "schemes"),
			From:    rapid.OneOf(rapid.Just(""), someDay).Draw(t, "from"), To: rapid.OneOf(rapid.Just(""), someDay).Draw(t, "to"),
			Lead:  Lead{rapid.Int64Range(0, 3).Draw(t, "earlier"), max(0, anyAmount.Draw(t, "total"))},
			Today: someDay.Draw(t, "today"),
		}
	})
	anyReferral = rapid.Custom(func(t *rapid.T) ReferralInput {
		in := ReferralInput{
			Grade: rapid.SampledFrom(grades).Draw(t, "grade"), Subject: rapid.SampledFrom(ofLead).Draw(t, "subject"),
			Basis: rapid.SliceOfN(anyClause, 0, 4).Draw(t, "basis"), AmountFen: anyAmount.Draw(t, "amount"),
			Verified: rapid.Bool().Draw(t, "verified"), Intent: IntentUnknown,
			Signs: rapid.SliceOfN(rapid.SampledFrom(signs), 0, 3).Draw(t, "signs"), Today: someDay.Draw(t, "today"),
		}
		if in.Verified {
			in.Intent = rapid.SampledFrom(intents).Draw(t, "intent")
		}
		return in
	})
	anyListing = rapid.Custom(func(t *rapid.T) ListingInput {
		in := ListingInput{
			Subject: rapid.SampledFrom(ofLead).Draw(t, "subject"), Measure: rapid.SampledFrom(measures).Draw(t, "measure"),
			Summary: rapid.Bool().Draw(t, "summary"), Effective: rapid.Bool().Draw(t, "effective"), Revoked: rapid.Bool().Draw(t, "revoked"),
			Social: rapid.Bool().Draw(t, "social"), Named: rapid.Bool().Draw(t, "named"), Founded: rapid.Bool().Draw(t, "founded"),
		}
		in.Juvenile = in.Subject == detectors.PersonKind && rapid.Bool().Draw(t, "juvenile")
		if in.Measure == MeasureMoney {
			in.AmountFen = max(1, anyAmount.Draw(t, "amount"))
		}
		return in
	})
	anyPublication = rapid.Custom(func(t *rapid.T) PublicationInput {
		in := PublicationInput{
			Subject: rapid.SampledFrom(ofLead).Draw(t, "subject"), Class: rapid.SampledFrom(classesOf).Draw(t, "class"),
			Objection: rapid.SampledFrom(objections).Draw(t, "objection"), Told: rapid.Bool().Draw(t, "told"), Revoked: rapid.Bool().Draw(t, "revoked"),
			Repaired: rapid.Bool().Draw(t, "repaired"), Secret: rapid.Bool().Draw(t, "secret"),
			Months: rapid.Int64Range(0, 40).Draw(t, "months"), CleanMonths: rapid.Int64Range(0, 40).Draw(t, "clean"),
		}
		in.Over = in.Told && rapid.Bool().Draw(t, "over")
		in.Juvenile = in.Subject == detectors.PersonKind && rapid.Bool().Draw(t, "juvenile")
		return in
	})
	anyQuestion = rapid.OneOf(
		rapid.Map(anyListing, func(in ListingInput) Question { return in }),
		rapid.Map(anyPublication, func(in PublicationInput) Question { return in }),
		rapid.Map(anyTriage, func(in TriageInput) Question { return in }),
		rapid.Map(anyReferral, func(in ReferralInput) Question { return in }))
)

// everything shows amounts and times as they are: its edges are all the
// values of the question itself.
func everything(q Question) edges {
	switch in := q.(type) {
	case TriageInput:
		e := edges{fen: sortedInts(in.AmountFen, max(in.AmountFen, in.Lead.TotalFen)), days: []string{in.From}}
		if in.To != "" {
			e.months = []int64{monthsBetween(in.To, in.Today)}
		}
		return e
	case ReferralInput:
		return edges{fen: []int64{in.AmountFen}}
	case ListingInput:
		return edges{fen: []int64{in.AmountFen}}
	case PublicationInput:
		return edges{months: sortedInts(in.Months, in.CleanMonths)}
	}
	return edges{}
}

func sortedInts(a, b int64) []int64 { return []int64{min(a, b), max(a, b)} }

// TestEveryQuestionHasOneAnswer of any question: it is sound, it does not
// depend on the order of sets, and the coarse view that the policy is shown
// decides as the exact one does.
func TestEveryQuestionHasOneAnswer(t *testing.T) {
	e, p := engine(t), alxa(t)
	rapid.Check(t, func(rt *rapid.T) {
		q := anyQuestion.Draw(rt, "question")
		d := ask(t, e, q)
		sound(t, &p, q, d)
		if turned := ask(t, e, turn(q)); !reflect.DeepEqual(turned, d) {
			rt.Fatalf("the order of a set matters: %+v, %+v", d, turned)
		}
		exact, err := e.now.Load().ask(context.Background(), q.name(), q.canonical().see(everything(q)))
		if err != nil || exact.Record.Result != d.Record.Result {
			rt.Fatalf("exactly %+v, as shown %+v: %v", exact, d, err)
		}
		if err := e.Replay(context.Background(), d.Record, q); err != nil {
			rt.Fatal(err)
		}
	})
}

// turn reverses the sets of a question and says one member twice.
func turn(q Question) Question {
	switch in := q.(type) {
	case TriageInput:
		in.Basis, in.Schemes = twisted(in.Basis), twisted(in.Schemes)
		return in
	case ReferralInput:
		in.Basis, in.Signs = twisted(in.Basis), twisted(in.Signs)
		return in
	}
	return q
}

func twisted[T any](list []T) (out []T) {
	for i := range list {
		out = append(out, list[len(list)-1-i])
	}
	if len(list) > 0 {
		out = append(out, list[0])
	}
	return out
}

// TestMoreMoneyIsNeverMilder: a larger amount never leads to a weaker path.
func TestMoreMoneyIsNeverMilder(t *testing.T) {
	e := engine(t)
	strength := map[string]int{"watch": 0, "notify": 1, "lead": 2, "case": 3, "agency": 0, "administrative": 1, "police": 2}
	rapid.Check(t, func(rt *rapid.T) {
		more := rapid.Int64Range(0, 2_000_000).Draw(rt, "more")
		small := anyTriage.Draw(rt, "triage")
		small.AmountFen, small.Lead.TotalFen = rapid.Int64Range(-5, 2_000_000).Draw(rt, "amount"), 0
		large := small
		large.AmountFen += more
		if a, b := ask(t, e, small), ask(t, e, large); strength[a.Path] > strength[b.Path] || a.Priority < b.Priority {
			rt.Fatalf("%s for %d fen, %s for %d", a.Path, small.AmountFen, b.Path, large.AmountFen)
		}
		minor := anyReferral.Draw(rt, "referral")
		minor.AmountFen, minor.Signs, minor.Subject = small.AmountFen, nil, "institution"
		major := minor
		major.AmountFen += more
		if a, b := ask(t, e, minor), ask(t, e, major); strength[a.Path] > strength[b.Path] {
			rt.Fatalf("%s for %d fen, %s for %d", a.Path, minor.AmountFen, b.Path, major.AmountFen)
		}
	})
}

// TestNothingUnverifiedGoesToThePolice.
func TestNothingUnverifiedGoesToThePolice(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(rt *rapid.T) {
		in := anyReferral.Draw(rt, "referral")
		in.Verified, in.Intent = false, IntentUnknown
		d := ask(t, e, in)
		for _, path := range append(d.Also, d.Path) {
			if path == "police" {
				rt.Fatalf("%+v", d)
			}
		}
	})
}

// TestNothingIsPublishedThatMayNotBe: no minor, no secret, nothing whose
// decision fell, and nobody who was not told.
func TestNothingIsPublishedThatMayNotBe(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(rt *rapid.T) {
		in := anyPublication.Draw(rt, "publication")
		d := ask(t, e, in)
		published := d.Path == "publish" || d.Path == "mask"
		if published && (in.Secret || in.Juvenile || in.Revoked || !in.Told || !in.Over || in.Objection == ObjectionOpen) {
			rt.Fatalf("%+v", d)
		}
		if natural := in.Subject != detectors.Institution && in.Subject != Agency; d.Path == "publish" && natural || d.Path == "mask" && !natural {
			rt.Fatalf("masked %v: %+v", natural, d)
		}
		l := anyListing.Draw(rt, "listing")
		to := ask(t, e, l)
		if grave := to.Path == "minor" || to.Path == "ordinary" || to.Path == "serious"; grave && (!l.Effective || l.Revoked || l.Juvenile || l.Named && !l.Founded) {
			rt.Fatalf("%+v: %+v", l, to)
		}
	})
}

func TestPlaceComparesAsTheAmountDoes(t *testing.T) {
	edge := rapid.SliceOfNDistinct(rapid.Int64Range(-20, 20), 1, 5, rapid.ID[int64])
	rapid.Check(t, func(rt *rapid.T) {
		edges := edge.Draw(rt, "edges")
		for i := range edges {
			for j := range i {
				if edges[j] > edges[i] {
					edges[i], edges[j] = edges[j], edges[i]
				}
			}
		}
		x := rapid.Int64Range(-25, 25).Draw(rt, "x")
		shown := place(edges, x)
		for _, e := range edges {
			if (shown < e) != (x < e) || (shown == e) != (x == e) {
				rt.Fatalf("%d is shown as %d, which compares otherwise with %d", x, shown, e)
			}
		}
	})
}

func TestMonthsAreWholeOnes(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int64
	}{
		{"2024-05-31", "2026-05-30", 23},
		{"2024-05-31", "2026-05-31", 24},
		{"2024-02-29", "2026-02-28", 23},
		{"2024-02-29", "2026-03-01", 24},
		{"2026-01-01", "2026-01-01", 0},
		{"2026-01-02", "2026-01-01", -1},
	} {
		if got := monthsBetween(c.from, c.to); got != c.want {
			t.Errorf("%s to %s: %d, not %d", c.from, c.to, got, c.want)
		}
	}
}

// FuzzQuestion: whatever comes, the answer is a sound decision or ErrInput.
func FuzzQuestion(f *testing.F) {
	e, p := engine(f), alxa(f)
	for _, q := range classes(&p)[:3] {
		raw, _ := json.Marshal(q)
		f.Add(raw, true)
	}
	f.Add([]byte(`{"grade":"violation","subject":"official","verified":true,"intent":"shown","signs":["price"],"today":"2026-06-01"}`), false)
	f.Fuzz(func(t *testing.T, raw []byte, triage bool) {
		var q Question
		if triage {
			var in TriageInput
			if json.Unmarshal(raw, &in) != nil {
				return
			}
			q = in
		} else {
			var in ReferralInput
			if json.Unmarshal(raw, &in) != nil {
				return
			}
			q = in
		}
		d, err := e.now.Load().decide(context.Background(), q)
		switch {
		case errors.Is(err, ErrInput):
		case err != nil:
			t.Fatal(err)
		default:
			sound(t, &p, q, d)
		}
	})
}
