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
	if err := d.arrive(w, r, u, accounts.Full); err != nil {
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
