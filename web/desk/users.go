package desk

import (
	"net/http"
	"slices"

	"fundwatch/internal/accounts"
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
	Taken  *UserRow        `json:"-"` // who has the login that was asked for
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

func postUser(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f userForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	var u accounts.User
	if err == nil {
		u, err = d.o.Accounts.Invite(r.Context(), accounts.User{Login: f.Login, Name: f.Name, Roles: f.roles(), Counties: f.Counties}, by)
		d.people.forget()
	}
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		p, err := d.users(r)
		if err != nil {
			return err
		}
		f.Act = p.Form.Act
		p.Form, p.Fault = f, code
		if i := slices.IndexFunc(p.Users, func(u UserRow) bool { return u.Login == f.Login }); i >= 0 && code == "login" {
			p.Taken = &p.Users[i]
		}
		return d.showAs(w, r, status, "users", p)
	}
	if err != nil {
		return err
	}
	return d.invite(w, r, &u)
}
