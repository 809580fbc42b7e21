package desk

import (
	"net/http"
	"net/url"

	"fundwatch/internal/accounts"
)

// signInPage asks who somebody is.
type signInPage struct {
	Login string `json:"login"`
	Next  string `json:"next"` // where to go after it
	Fault string `json:"fault,omitempty"`
	Wait  int    `json:"wait,omitempty"` // seconds
	Other bool   `json:"sign_on"`        // another house can vouch
}

type signInForm struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Next     string `json:"next"`
}

func showSignIn(d *Desk, w http.ResponseWriter, r *http.Request) error {
	if visitOf(r).user != nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	return d.show(w, r, "signin", signInPage{Next: local(r.URL.Query().Get("next")), Other: d.o.SignOn != nil})
}

func postSignIn(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f signInForm
	if err := read(r, &f); err != nil {
		return err
	}
	u, err := d.o.Accounts.SignIn(r.Context(), f.Login, f.Password, d.from(r))
	err = d.failedSignIn(r, f.Login, err)
	if p := problemOf(err); p != nil && !visitOf(r).json && err != nil {
		return d.showAs(w, r, p.status, "signin", signInPage{Login: f.Login, Next: local(f.Next), Fault: p.code, Wait: p.after, Other: d.o.SignOn != nil})
	}
	if err != nil {
		return err
	}
	has, err := d.o.Accounts.HasFactor(&u)
	if err != nil {
		return err
	}
	if has {
		if err := d.begin(w, r, &u, accounts.Half); err != nil {
			return err
		}
		return d.done(w, r, "/signin/code?"+url.Values{"next": {local(f.Next)}}.Encode())
	}
	if err := d.arrive(w, r, &u, accounts.Full); err != nil {
		return err
	}
	return d.done(w, r, local(f.Next))
}

// from is where a try of a password comes from, to slow down who tries many. It
// is kept as a hash only. All whose source is not known are one: to slow down
// all of them is better than to let one of them try without end.
func (d *Desk) from(r *http.Request) string { return d.o.Sources.Of(r).String() }

// arrive signs a person in, and writes down that it did: who cannot be written
// down does not come in.
func (d *Desk) arrive(w http.ResponseWriter, r *http.Request, u *accounts.User, stage accounts.Stage) error {
	by, err := d.by(r, "", "登录 signed in")
	if err != nil {
		return err
	}
	by.Who = u.Login
	if err := d.o.Accounts.Note(r.Context(), "user.signin", "user:"+u.ID, by); err != nil {
		return err
	}
	return d.begin(w, r, u, stage)
}

// begin begins a session; one that was there ends.
func (d *Desk) begin(w http.ResponseWriter, r *http.Request, u *accounts.User, stage accounts.Stage) error {
	if token := visitOf(r).token; token != "" {
		if err := d.o.Accounts.End(r.Context(), token); err != nil {
			return err
		}
	}
	token, err := d.o.Accounts.Begin(r.Context(), u, stage)
	if err != nil {
		return err
	}
	d.setSession(w, token)
	return nil
}

func postSignOut(d *Desk, w http.ResponseWriter, r *http.Request) error {
	if err := d.o.Accounts.End(r.Context(), visitOf(r).token); err != nil {
		return err
	}
	d.setSession(w, "")
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return d.done(w, r, "/signin")
}
