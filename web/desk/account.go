package desk

import (
	"net/http"

	"fundwatch/internal/accounts"
)

// accountPage is what a person may know and change of themselves.
type accountPage struct {
	Login    string          `json:"login"`
	Name     string          `json:"name"`
	Roles    []accounts.Role `json:"roles"`
	Counties []string        `json:"counties"` // empty: the whole region
	Factor   bool            `json:"second_factor"`
	Fault    string          `json:"fault,omitempty"`
	Saved    bool            `json:"saved,omitempty"`
}

type changeForm struct {
	Old      string `json:"password_old"`
	Password string `json:"password"`
	Again    string `json:"password_again"`
}

func (d *Desk) account(r *http.Request) (accountPage, error) {
	u := visitOf(r).user
	has, err := d.o.Accounts.HasFactor(u)
	return accountPage{Login: u.Login, Name: u.Name, Roles: u.Roles, Counties: u.Counties, Factor: has, Saved: r.URL.Query().Has("saved")}, err
}

func showAccount(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.account(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "account", p)
}

func postPassword(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f changeForm
	if err := read(r, &f); err != nil {
		return err
	}
	u := visitOf(r).user
	by, err := d.by(r, "", "更换口令 changed the password")
	if err != nil {
		return err
	}
	_, err = d.o.Accounts.SignIn(r.Context(), u.Login, f.Old, d.from(r))
	if err = d.failedSignIn(r, u.Login, err); err == nil {
		if err = same(f.Password, f.Again); err == nil {
			err = d.o.Accounts.SetPassword(r.Context(), u, f.Password, by)
		}
	}
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		p, err := d.account(r)
		if err != nil {
			return err
		}
		p.Fault = code
		return d.showAs(w, r, status, "account", p)
	}
	if err != nil {
		return err
	}
	// The sessions of the old password have ended, this one too.
	if err := d.begin(w, r, u, accounts.Full); err != nil {
		return err
	}
	return d.done(w, r, "/account?saved=1")
}
