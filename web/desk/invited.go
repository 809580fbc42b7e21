package desk

import (
	"net/http"
	"time"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// Invited is the one-time link of an invitation. It is shown once.
type Invited struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Link  string `json:"link"`
	Hours int    `json:"hours"`
}

func (p Invited) title(lang words.Lang) string { return lang.Say("invited.title") }

// invitationLasts is how long an invitation is good.
const invitationLasts = 72 * time.Hour

// invite makes the link and shows it, this once.
func (d *Desk) invite(w http.ResponseWriter, r *http.Request, u *accounts.User) error {
	token, err := d.o.Accounts.Link(r.Context(), accounts.Invite, u.ID, invitationLasts)
	if err != nil {
		return err
	}
	scheme := "http://"
	if d.o.Secure {
		scheme = "https://"
	}
	return d.showAs(w, r, http.StatusCreated, "invited", Invited{u.Login, u.Name, scheme + r.Host + "/invite/" + token, int(invitationLasts.Hours())})
}
