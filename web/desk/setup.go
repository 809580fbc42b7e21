package desk

import (
	"net/http"

	"fundwatch/internal/accounts"
)

// setupPage makes the first user.
type setupPage struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Fault string `json:"fault,omitempty"`
}

type setupForm struct {
	Login    string `json:"login"`
	Name     string `json:"name"`
	Password string `json:"password"`
	Again    string `json:"password_again"`
}

func showSetup(d *Desk, w http.ResponseWriter, r *http.Request) error {
	if _, err := d.o.Accounts.Peek(r.Context(), accounts.Setup, r.PathValue("token")); err != nil {
		return err
	}
	return d.show(w, r, "setup", setupPage{})
}

func postSetup(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f setupForm
	if err := read(r, &f); err != nil {
		return err
	}
	if _, err := d.o.Accounts.Peek(r.Context(), accounts.Setup, r.PathValue("token")); err != nil {
		return err
	}
	by, err := d.by(r, "", "初始设置 first set-up")
	if err != nil {
		return err
	}
	var u accounts.User
	if err = same(f.Password, f.Again); err == nil {
		u, err = d.o.Accounts.First(r.Context(), f.Login, f.Name, f.Password, by)
	}
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		return d.showAs(w, r, status, "setup", setupPage{Login: f.Login, Name: f.Name, Fault: code})
	}
	if err != nil {
		return err
	}
	if _, err := d.o.Accounts.Take(r.Context(), accounts.Setup, r.PathValue("token")); err != nil {
		return err
	}
	return d.welcome(w, r, &u)
}

func same(password, again string) error {
	if password != again {
		return &problem{status: http.StatusUnprocessableEntity, code: "again"}
	}
	return nil
}

// welcome signs a person in who has just set a password, and asks for a second
// factor where everybody needs one.
func (d *Desk) welcome(w http.ResponseWriter, r *http.Request, u *accounts.User) error {
	if err := d.begin(w, r, u, accounts.Full); err != nil {
		return err
	}
	has, err := d.o.Accounts.HasFactor(u)
	if err != nil {
		return err
	}
	if d.o.SecondFactor && !has {
		return d.done(w, r, "/account/factor")
	}
	return d.done(w, r, "/")
}

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
	if err := d.begin(w, r, &u, accounts.Full); err != nil {
		return err
	}
	return d.done(w, r, "/")
}
