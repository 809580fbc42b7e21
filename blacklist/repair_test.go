package blacklist

import (
	"errors"
	"strings"
	"testing"

	"fundwatch/internal/journal/journaltest"
)

// sixMonths is what a place may ask for; the clause is invented.
var sixMonths = Repair{6, "虚构办法第1条"}

// TestRepairWaitsForMonthsWithoutABreach: over the edges of months; where no text
// sets the time, nothing is asked.
func TestRepairWaitsForMonthsWithoutABreach(t *testing.T) {
	for _, c := range []struct {
		repair Repair
		breach string
		day    string
		free   bool
	}{
		{sixMonths, "2026-02-01", "2026-08-01", false}, // the last day of the sixth month
		{sixMonths, "2026-02-01", "2026-08-02", true},
		{sixMonths, "2026-02-01", "2026-02-01", false},
		{sixMonths, "2026-02-01", "2026-01-31", false}, // a breach that was found after the day
		{sixMonths, "2025-08-31", "2026-02-28", false}, // a month without that day ends with its last
		{sixMonths, "2025-08-31", "2026-03-01", true},
		{sixMonths, "2027-08-29", "2028-02-29", false},
		{sixMonths, "2027-08-30", "2028-03-01", true},
		{sixMonths, "2026-06-30", "2026-12-31", true}, // 30 December was the last
		{Repair{1, "虚构"}, "2026-01-31", "2026-02-28", false},
		{Repair{1, "虚构"}, "2026-01-31", "2026-03-01", true},
		{sixMonths, "", "2026-02-01", true}, // no decision stands
		{Repair{}, "2026-02-01", "2026-02-01", true},
	} {
		if free := c.repair.free(c.breach, c.day); free != c.free {
			t.Errorf("%d months from %s are over on %s: %v", c.repair.Months, c.breach, c.day, free)
		}
		if c.repair.Months == 0 || c.breach == "" {
			continue
		}
		from := daysAfter(monthsAfter(c.breach, c.repair.Months), 1)
		if !c.repair.free(c.breach, from) || c.repair.free(c.breach, dayBefore(from)) || !strings.Contains(c.repair.lack(c.breach).ZH, from+" 起") {
			t.Errorf("from %s, and said is %s", from, c.repair.lack(c.breach).ZH)
		}
	}
}

// TestANewBreachPutsRepairOff: of the same subject, while its decision stands;
// what is refused says from when, and by what clause.
func TestANewBreachPutsRepairOff(t *testing.T) {
	w := fresh(t)
	w.Store = w.WithRepair(sixMonths)
	id := w.listed(1) // decided on 2026-02-01, listed on 2026-03-03
	again, other := decision(2), decision(3)
	again.Subject, again.Decided, again.Effective = decision(1).Subject, "2026-05-10", "2026-05-20"
	other.Decided, other.Effective = "2026-07-01", "2026-07-02"
	w.days(130) // 2026-07-11
	second, err := w.Enter(t.Context(), again, w.act("甲"))
	w.must(err)
	_, err = w.Enter(t.Context(), other, w.act("甲")) // of somebody else
	w.must(err)

	refused := func(from string) {
		t.Helper()
		err := w.do(id, ActionRepair, "乙")
		m, ok := errors.AsType[*MissingError](err)
		if !ok || m.Need != Quiet || m.Basis != sixMonths.Clause || !strings.Contains(m.ZH, from+" 起") || !strings.Contains(m.EN, "from "+from) {
			t.Fatalf("on %s: %+v", w.today(), err)
		}
		l, e := w.get(id)
		choices, err := w.May(t.Context(), &l, &e, "乙", w.today())
		w.must(err)
		for _, c := range choices {
			if c.Action == ActionRepair && (len(c.Lacks) != 1 || *c.Lacks[0] != *m) {
				t.Fatalf("the choice lacks %+v", c.Lacks)
			}
		}
	}
	refused("2026-11-11")
	w.days(122) // 2026-11-10, six months after the second decision
	if w.today() != "2026-11-10" {
		t.Fatal(w.today())
	}
	refused("2026-11-11")
	w.days(-70) // 2026-09-01, more than six months after the first
	refused("2026-11-11")
	e, err := w.Entry(t.Context(), second)
	w.must(err)
	w.must(w.Revoke(t.Context(), second, e.Version, w.act("乙")))
	w.must(w.do(id, ActionRepair, "乙"))
}

// TestABreachEnteredMeanwhilePutsRepairOff: between the look at the ledger and
// the write somebody enters another decision.
func TestABreachEnteredMeanwhilePutsRepairOff(t *testing.T) {
	w := fresh(t)
	w.Store = w.WithRepair(sixMonths)
	first, second := w.listed(1), w.listed(2)
	w.days(200)
	enter := func(n int, subject Subject) {
		d := decision(n)
		d.Subject, d.Decided, d.Effective = subject, w.today(), w.today()
		_, err := w.Enter(t.Context(), d, w.act("甲"))
		w.must(err)
	}
	meanwhile := func() {}
	w.j.AddHook(&journaltest.Network{Next: func() journaltest.Fault {
		now := meanwhile
		meanwhile = func() {}
		now()
		return journaltest.None
	}})
	meanwhile = func() { enter(3, decision(1).Subject) }
	m, ok := errors.AsType[*MissingError](w.do(first, ActionRepair, "乙"))
	if l, _ := w.get(first); !ok || m.Need != Quiet || l.Status != Listed {
		t.Fatalf("%+v, and it is %s", m, l.Status)
	}
	meanwhile = func() { enter(4, decision(3).Subject) } // of somebody else
	w.must(w.do(second, ActionRepair, "乙"))
	if l, _ := w.get(second); l.Status == Listed {
		t.Errorf("an entry of somebody else put repair off")
	}
	w.explains()
}
