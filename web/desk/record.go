package desk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// failedSignIn writes down that a password or a code was wrong, and gives the
// error on; one that cannot be written down is an error of its own. Whose login
// it was is told, and a login that there is not as none: what was typed in its
// place may be a password. Tries that are slowed down are not looked at and so
// not written, which keeps the journal from growing with them.
func (d *Desk) failedSignIn(r *http.Request, login string, wrong error) error {
	if !errors.Is(wrong, accounts.ErrWrong) {
		return wrong
	}
	object := "user:none"
	switch u, err := d.o.Accounts.ByLogin(r.Context(), login); {
	case err == nil:
		object = "user:" + u.ID
	case !errors.Is(err, accounts.ErrMissing):
		return err
	}
	by, err := d.by(r, "", "口令或验证码不正确 wrong password or code")
	if err != nil {
		return err
	}
	by.Who = "unknown" // that it was the user is what was not proved
	if err := d.o.Accounts.Note(r.Context(), "user.failed", object, by); err != nil {
		return err
	}
	return wrong
}

// noteExport writes down who took which list along: what cannot be written down
// is not given. A name that looks like the number of a person stays out of it,
// and of a long one the beginning is enough.
func (d *Desk) noteExport(r *http.Request, kind string, q LeadQuery, rows int) error {
	if q.Name = strings.TrimSpace(q.Name); d.knownPerson(q.Name) {
		q.Name = mask(q.Name)
	}
	for _, text := range []*string{&q.Scheme, &q.County, &q.Kind, &q.Name} {
		if all := []rune(*text); len(all) > 100 {
			*text = string(all[:100]) + "…"
		}
	}
	by, err := d.by(r, "", fmt.Sprintf("导出 %d 行 rows taken; %s", rows, d.filterWords(words.ZH, q)))
	if err != nil {
		return err
	}
	return d.o.Accounts.Note(r.Context(), kind, "user:"+visitOf(r).user.ID, by)
}
