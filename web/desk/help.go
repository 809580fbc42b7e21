package desk

import (
	"net/http"

	"fundwatch/internal/accounts"
)

// helpPage tells the keys, and who may do what.
type helpPage struct {
	Keys  []keyRow        `json:"keys"`
	Roles []accounts.Role `json:"roles"`
	May   []mayRow        `json:"permissions"`
}

type keyRow struct {
	Keys []string `json:"keys"`
	What string   `json:"what"` // key of the catalogue
}

type mayRow struct {
	Permission accounts.Permission `json:"permission"`
	Roles      []accounts.Role     `json:"roles"`
}

// Has reports whether a role has the permission.
func (m mayRow) Has(r accounts.Role) bool { return accounts.May([]accounts.Role{r}, m.Permission) }

func showHelp(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p := helpPage{Roles: accounts.Roles(), Keys: []keyRow{
		{[]string{"/"}, "key.search"}, {[]string{"j", "k"}, "key.rows"}, {[]string{"o"}, "key.open"}, {[]string{"x"}, "key.select"},
		{[]string{"g", "h"}, "key.home"}, {[]string{"g", "l"}, "key.leads"}, {[]string{"g", "c"}, "key.cases"}, {[]string{"?"}, "key.help"}}}
	for _, m := range accounts.Permissions() {
		p.May = append(p.May, mayRow{m, accounts.With(m)})
	}
	return d.show(w, r, "help", p)
}
