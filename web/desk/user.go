package desk

import (
	"errors"
	"net/http"
	"slices"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// userPage is one user.
type userPage struct {
	User   UserRow         `json:"user"`
	Write  bool            `json:"-"`
	Own    bool            `json:"own"` // nobody changes their own rights
	Form   userForm        `json:"-"`
	Fault  string          `json:"fault,omitempty"`
	Now    userForm        `json:"-"`
	Wanted *userForm       `json:"wanted,omitempty"` // where somebody else was quicker
	Acts   []actRow        `json:"acts"`
	Roles  []accounts.Role `json:"-"`
	Places []string        `json:"-"`
}

func (p userPage) title(words.Lang) string { return p.User.Name }

func (d *Desk) user(r *http.Request) (p userPage, err error) {
	u, err := d.o.Accounts.User(r.Context(), r.PathValue("user"))
	if err != nil {
		return p, err
	}
	me := visitOf(r).user
	p = userPage{User: userRow(&u), Write: me.May(accounts.UserWrite), Own: u.ID == me.ID, Roles: accounts.Roles(), Places: d.counties}
	p.Form = userForm{Login: u.Login, Name: u.Name, Counties: u.Counties, Disabled: u.Status == accounts.Disabled, Version: u.Version}
	for _, role := range u.Roles {
		p.Form.Roles = append(p.Form.Roles, string(role))
	}
	p.Now = p.Form
	for _, a := range d.o.Trail.About("user:" + u.ID) {
		p.Acts = append(p.Acts, rowOf(&a))
	}
	slices.Reverse(p.Acts)
	p.Form.Act, err = d.o.Accounts.NewID()
	return p, err
}

func showUser(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.user(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "user", p)
}

func postUserChange(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f userForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err == nil {
		to := accounts.User{ID: r.PathValue("user"), Version: f.Version, Name: f.Name, Roles: f.roles(), Counties: f.Counties}
		if f.Disabled {
			to.Status = accounts.Disabled
		}
		err = d.o.Accounts.Change(r.Context(), to, by)
		d.people.forget()
	}
	if _, stale := errors.AsType[*accounts.VersionError](err); stale {
		return d.userConflict(w, r, &f)
	}
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		p, err := d.user(r)
		if err != nil {
			return err
		}
		p.Form, p.Fault = f, code
		return d.showAs(w, r, status, "user", p)
	}
	if err != nil {
		return err
	}
	return d.done(w, r, "/users/"+r.PathValue("user"))
}

// userConflict shows what a person wanted to make of a user beside what
// somebody else has made of it; the form goes on from the version of now.
func (d *Desk) userConflict(w http.ResponseWriter, r *http.Request, wanted *userForm) error {
	p, err := d.user(r)
	if err != nil {
		return err
	}
	p.Wanted = wanted
	if visitOf(r).json {
		return &problem{status: http.StatusConflict, code: "version", page: p}
	}
	act, version := p.Form.Act, p.Form.Version
	p.Form = *wanted
	p.Form.Act, p.Form.Version = act, version
	return d.showAs(w, r, http.StatusConflict, "user", p)
}

// inviteForm makes a new invitation: what proved the person before is
// forgotten.
type inviteForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

func postUserInvite(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f inviteForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	err = d.o.Accounts.Forget(r.Context(), r.PathValue("user"), f.Version, by)
	if _, stale := errors.AsType[*accounts.VersionError](err); stale && !visitOf(r).json {
		p, err := d.user(r)
		if err != nil {
			return err
		}
		p.Fault = "version"
		return d.showAs(w, r, http.StatusConflict, "user", p)
	}
	if err != nil {
		return err
	}
	u, err := d.o.Accounts.User(r.Context(), r.PathValue("user"))
	if err != nil {
		return err
	}
	return d.invite(w, r, &u)
}
