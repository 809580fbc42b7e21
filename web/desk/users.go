package desk

import (
	"net/http"
	"slices"
	"time"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// UserRow is a user in a list.
type UserRow struct {
	ID       string          `json:"id"`
	Login    string          `json:"login"`
	Name     string          `json:"name"`
	Roles    []accounts.Role `json:"roles"`
	Counties []string        `json:"counties"`
	Status   accounts.Status `json:"status"`
	Version  int64           `json:"version"`
	Since    string          `json:"since"`
}

func userRow(u *accounts.User) UserRow {
	return UserRow{u.ID, u.Login, u.Name, u.Roles, u.Counties, u.Status, u.Version, u.Since}
}

// usersPage lists users, and has the form for a new one.
type usersPage struct {
	Users  []UserRow       `json:"users"`
	Write  bool            `json:"-"`
	Form   userForm        `json:"-"`
	Fault  string          `json:"fault,omitempty"`
	Roles  []accounts.Role `json:"-"`
	Places []string        `json:"-"` // counties to choose from
}

// userForm is what a user may do. Version is 0 for a new one.
type userForm struct {
	Act      string   `json:"act"`
	Login    string   `json:"login"`
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	Counties []string `json:"counties"`
	Disabled bool     `json:"disabled"`
	Version  int64    `json:"version"`
	Reason   string   `json:"reason"`
}

// Has reports whether the form has a role or a county.
func (f userForm) Has(what string) bool {
	return slices.Contains(f.Roles, what) || slices.Contains(f.Counties, what)
}

func (f userForm) roles() (out []accounts.Role) {
	for _, r := range f.Roles {
		out = append(out, accounts.Role(r))
	}
	return out
}

func (d *Desk) users(r *http.Request) (p usersPage, err error) {
	all, err := d.o.Accounts.Users(r.Context())
	if err != nil {
		return p, err
	}
	for i := range all {
		p.Users = append(p.Users, userRow(&all[i]))
	}
	p.Write, p.Roles, p.Places = visitOf(r).user.May(accounts.UserWrite), accounts.Roles(), d.counties
	p.Form.Act, err = d.o.Accounts.NewID()
	return p, err
}

func showUsers(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.users(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "users", p)
}

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

func postUser(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f userForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	var u accounts.User
	if err == nil {
		u, err = d.o.Accounts.Invite(r.Context(), accounts.User{Login: f.Login, Name: f.Name, Roles: f.roles(), Counties: f.Counties}, by)
	}
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		p, err := d.users(r)
		if err != nil {
			return err
		}
		f.Act = p.Form.Act
		p.Form, p.Fault = f, code
		return d.showAs(w, r, status, "users", p)
	}
	if err != nil {
		return err
	}
	return d.invite(w, r, &u)
}

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

// userPage is one user.
type userPage struct {
	User   UserRow         `json:"user"`
	Write  bool            `json:"-"`
	Own    bool            `json:"own"` // nobody changes their own rights
	Form   userForm        `json:"-"`
	Fault  string          `json:"fault,omitempty"`
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
	if err := d.o.Accounts.Forget(r.Context(), r.PathValue("user"), f.Version, by); err != nil {
		return err
	}
	u, err := d.o.Accounts.User(r.Context(), r.PathValue("user"))
	if err != nil {
		return err
	}
	return d.invite(w, r, &u)
}
