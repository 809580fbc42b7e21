package desk

import (
	"net/http"

	"fundwatch/internal/accounts"
)

// invitePage lets an invited person set a password.
type invitePage struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Fault string `json:"fault,omitempty"`
}

type passwordForm struct {
	Password string `json:"password"`
	Again    string `json:"password_again"`
}

// invited gives the user of an invitation.
func (d *Desk) invited(r *http.Request) (accounts.User, error) {
	id, err := d.o.Accounts.Peek(r.Context(), accounts.Invite, r.PathValue("token"))
	if err != nil {
		return accounts.User{}, err
	}
	u, err := d.o.Accounts.User(r.Context(), id)
	if err == nil && u.Status != accounts.Invited {
		err = accounts.ErrLink
	}
	return u, err
}

func showInvite(d *Desk, w http.ResponseWriter, r *http.Request) error {
	u, err := d.invited(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "invite", invitePage{Login: u.Login, Name: u.Name})
}

func postInvite(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f passwordForm
	if err := read(r, &f); err != nil {
		return err
	}
	u, err := d.invited(r)
	if err != nil {
		return err
	}
	visitOf(r).user = &u
	by, err := d.by(r, "", "设置口令 set the password")
	if err != nil {
		return err
	}
	if err = same(f.Password, f.Again); err == nil {
		err = d.o.Accounts.SetPassword(r.Context(), &u, f.Password, by)
	}
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		return d.showAs(w, r, status, "invite", invitePage{Login: u.Login, Name: u.Name, Fault: code})
	}
	if err != nil {
		return err
	}
	if _, err := d.o.Accounts.Take(r.Context(), accounts.Invite, r.PathValue("token")); err != nil {
		return err
	}
	return d.welcome(w, r, &u)
}
