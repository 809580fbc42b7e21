package desk

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"fundwatch/internal/recall"
	"fundwatch/web/words"
)

// letterPage is one dead letter, and what can be done with it.
type letterPage struct {
	Letter Letter  `json:"letter"`
	Raw    string  `json:"raw,omitempty"` // only after a reason was given
	Shown  bool    `json:"shown"`
	Act    string  `json:"-"`
	Settle bool    `json:"-"`
	Fault  string  `json:"fault,omitempty"`
	Faults []wrong `json:"faults,omitempty"` // what is still wrong with the mended claim
	Given  string  `json:"-"`                // the mended claim, to go on with
	Why    string  `json:"-"`                // the reason, likewise

	History []actRow `json:"history"`
}

func (p letterPage) title(lang words.Lang) string { return lang.Say("letter.page", p.Letter.Place) }

// place reads which letter an address names.
func place(r *http.Request) (partition int, offset int64, err error) {
	partition, errP := strconv.Atoi(r.PathValue("partition"))
	offset, errO := strconv.ParseInt(r.PathValue("offset"), 10, 64)
	if errP != nil || errO != nil || partition < 0 || offset < 0 {
		return 0, 0, errNothing
	}
	return partition, offset, nil
}

func (d *Desk) letter(r *http.Request) (p letterPage, err error) {
	partition, offset, err := place(r)
	if err != nil {
		return p, err
	}
	listed, err := d.o.Cases.DeadLetters(r.Context(), partition, offset+1, 1)
	if err != nil {
		return p, err
	}
	if len(listed) == 0 || listed[0].Offset != offset {
		return p, errNothing
	}
	p = letterPage{Letter: letterOf(&listed[0]), Settle: visitOf(r).user.May("dead.settle") && listed[0].Settled == ""}
	for _, a := range d.o.Trail.About("dead:" + p.Letter.Place) {
		p.History = append(p.History, rowOf(&a))
	}
	slices.Reverse(p.History)
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

func showLetter(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.letter(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "letter", p)
}

// postLetterReveal shows the bytes of a letter, which may hold personal data,
// and writes down who wanted to see them, and why.
func postLetterReveal(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f revealForm
	if err := read(r, &f); err != nil {
		return err
	}
	p, err := d.letter(r)
	if err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	if err := d.o.Accounts.Note(r.Context(), "person.reveal", "dead:"+p.Letter.Place, by); err != nil {
		return err
	}
	m, err := d.o.Dead.Get(r.Context(), d.o.TopicClaims+"/"+p.Letter.Place)
	if errors.Is(err, recall.ErrUnknown) {
		return &problem{status: http.StatusServiceUnavailable, code: "reading"}
	}
	if err != nil {
		return err
	}
	if p.Raw, err = rawOf(m.Value); err != nil {
		return err
	}
	p.Given, p.Shown = p.Raw, true
	return d.show(w, r, "letter", p)
}
