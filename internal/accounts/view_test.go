package accounts

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
)

// TestViewsAreOnesOwn: saved, renamed and dropped, each on record; a name is
// there once, and what is another's is not there.
func TestViewsAreOnesOwn(t *testing.T) {
	h := newHouse(t)
	by := h.by("zhang")
	id, err := h.SaveView(t.Context(), "U1", View{Name: "本县待办", Query: "county=152921"}, by)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := h.SaveView(t.Context(), "U1", View{Name: "本县待办", Query: "county=152921"}, by); err != nil || again != id {
		t.Errorf("the same act again: %s, %v", again, err)
	}
	for _, c := range []struct {
		user string
		view View
		want error
	}{
		{"U1", View{Name: "本县待办"}, ErrViewTaken},
		{"U1", View{Name: ""}, ErrViewName},
		{"U1", View{Name: strings.Repeat("长", 41)}, ErrViewName},
		{"U1", View{Name: "x", Query: strings.Repeat("a", 2001)}, ErrViewName},
		{"U2", View{ID: id, Name: "别人的"}, ErrView},
		{"U1", View{ID: "V", Name: "x"}, ErrView},
		{"U2", View{Name: "本县待办"}, nil},
		{"U1", View{ID: id, Name: "改名", Query: "county=152922"}, nil},
	} {
		if _, err := h.SaveView(t.Context(), c.user, c.view, h.by("zhang")); !errors.Is(err, c.want) {
			t.Errorf("%s %v: %v, want %v", c.user, c.view, err, c.want)
		}
	}
	views, err := h.Views(t.Context(), "U1")
	if err != nil || len(views) != 1 || views[0] != (View{ID: id, Name: "改名", Query: "county=152922", Since: "2026-03-05 09:00:00"}) {
		t.Error(views, err)
	}
	if err := h.DropView(t.Context(), "U2", id, h.by("zhang")); !errors.Is(err, ErrView) {
		t.Error("another's view was dropped:", err)
	}
	if err := h.DropView(t.Context(), "U1", id, h.by("zhang")); err != nil {
		t.Error(err)
	}
	if views, err := h.Views(t.Context(), "U1"); err != nil || len(views) != 0 {
		t.Error(views, err)
	}
}

// TestViewsAreBoundedAndComeBack from the journal.
func TestViewsAreBoundedAndComeBack(t *testing.T) {
	h := newHouse(t)
	for i := range MostViews {
		if _, err := h.SaveView(t.Context(), "U1", View{Name: fmt.Sprint("v", i)}, h.by("zhang")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.SaveView(t.Context(), "U1", View{Name: "more"}, h.by("zhang")); !errors.Is(err, ErrViews) {
		t.Error(err)
	}
	k := &journaltest.Kafka{}
	relay := journal.NewRelay(h.journal, k)
	for n := 1; n > 0; {
		var err error
		if n, err = relay.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	fresh := journaltest.Open(t, journaltest.Config(t, Ops()))
	if _, err := journal.Rebuild(t.Context(), fresh, records(k)); err != nil {
		t.Fatal(err)
	}
	h.Store.journal = fresh
	if views, err := h.Views(t.Context(), "U1"); err != nil || len(views) != MostViews {
		t.Error(len(views), err)
	}
}
