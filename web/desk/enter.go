package desk

import (
	"net/http"

	"fundwatch/internal/accounts"
)

// enterPage signs in with a one-time link, in a demonstration.
type enterPage struct {
	Name  string          `json:"name"`
	Roles []accounts.Role `json:"roles"`
}

func showEnter(d *Desk, w http.ResponseWriter, r *http.Request) error {
	id, err := d.o.Accounts.Peek(r.Context(), accounts.Enter, r.PathValue("token"))
	if err != nil {
		return err
	}
	u, err := d.o.Accounts.User(r.Context(), id)
	if err != nil {
		return err
	}
	return d.show(w, r, "enter", enterPage{Name: u.Name, Roles: u.Roles})
}

func postEnter(d *Desk, w http.ResponseWriter, r *http.Request) error {
	id, err := d.o.Accounts.Take(r.Context(), accounts.Enter, r.PathValue("token"))
	if err != nil {
		return err
	}
	u, err := d.o.Accounts.User(r.Context(), id)
	if err != nil {
		return err
	}
	if err := d.arrive(w, r, &u, accounts.Full); err != nil {
		return err
	}
	return d.done(w, r, "/")
}
