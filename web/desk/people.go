package desk

import (
	"context"
	"html/template"
	"strings"
	"sync"
	"time"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// namesHold is how long names are taken to be right: what another process
// changes is seen after that time.
const namesHold = 5 * time.Second

// people remembers what users are called. Nobody is ever removed, so whoever
// did something has a name, also when the account is disabled.
type people struct {
	mu    sync.RWMutex
	names map[string]string         // by login
	users map[string]*accounts.User // by id
	asked time.Time
	stale bool
}

// learn asks for the names anew when they may have changed.
func (d *Desk) learn(ctx context.Context) {
	p, now := &d.people, d.now()
	p.mu.RLock()
	known := p.names != nil && !p.stale && now.Sub(p.asked) < namesHold
	p.mu.RUnlock()
	if known {
		return
	}
	users, err := d.o.Accounts.Users(ctx)
	if err != nil {
		if ctx.Err() == nil {
			d.o.Failed("names", err)
		}
		return // the names of before, or logins
	}
	names, ids := make(map[string]string, len(users)), make(map[string]*accounts.User, len(users))
	for i := range users {
		names[users[i].Login], ids[users[i].ID] = users[i].Name, &users[i]
	}
	p.mu.Lock()
	p.names, p.users, p.asked, p.stale = names, ids, now, false
	p.mu.Unlock()
}

// forget makes the next page ask for the names.
func (p *people) forget() {
	p.mu.Lock()
	p.stale = true
	p.mu.Unlock()
}

// name gives what a user is called, or what part of the program did something;
// a login that no user has stands for itself.
func (d *Desk) name(lang words.Lang, login string) string {
	if said := lang.Or("who."+login, ""); said != "" {
		return said
	}
	d.people.mu.RLock()
	defer d.people.mu.RUnlock()
	if name := d.people.names[login]; name != "" {
		return name
	}
	return login
}

// userOf gives the user whom an act of the journal was about; nil: none.
func (d *Desk) userOf(object string) *accounts.User {
	id, of := strings.CutPrefix(object, "user:")
	if !of {
		return nil
	}
	d.people.mu.RLock()
	defer d.people.mu.RUnlock()
	return d.people.users[id]
}

// whoDid writes a name, with the login for who points at it.
func (d *Desk) whoDid(lang words.Lang, login string) template.HTML {
	name := template.HTMLEscapeString(d.name(lang, login))
	if login == "" || name == login {
		return template.HTML(name)
	}
	return template.HTML(`<span class="person" title="` + template.HTMLEscapeString(login) + `">` + name + `</span>`)
}

// signature writes a name and the login behind it, where nobody can point.
func (d *Desk) signature(lang words.Lang, login string) string {
	if name := d.name(lang, login); name != login {
		return name + " (" + login + ")"
	}
	return login
}
