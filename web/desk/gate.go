package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// visit is what is known of a request: who asks, and how they like to see it.
type visit struct {
	lang  words.Lang
	theme string // auto, light, dark
	user  *accounts.User
	token string
	stage accounts.Stage
	json  bool
}

type visitKey struct{}

// visitOf gives the visit that enter has made.
func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey{}).(*visit) }

// securityHeaders are on every answer. The styles and the script are our own
// and are named by their content; nothing else may be loaded, framed or sent to.
var securityHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
		"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Cache-Control":                "no-store",
	"Vary":                         "Accept, Accept-Language, Cookie",
}

// enter puts the headers on and finds out how an answer should look.
func (d *Desk) enter(w http.ResponseWriter, r *http.Request) *http.Request {
	for name, value := range securityHeaders {
		w.Header().Set(name, value)
	}
	if d.o.Secure {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	v := &visit{json: wantsJSON(r)}
	v.lang, v.theme = look(r)
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// wantsJSON reports whether a script asks and not a person: JSON or events are
// asked for by name and a page is not. A stream that may not begin is so told
// with a status, where a sign-in page would be noise in the console.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return (strings.Contains(accept, "application/json") || strings.Contains(accept, "text/event-stream")) && !strings.Contains(accept, "text/html")
}

// sessionCookie names the cookie. The prefix lets a browser take it only from
// this host, over TLS, for the whole of it.
func (d *Desk) sessionCookie() string {
	if d.o.Secure {
		return "__Host-fundwatch"
	}
	return "fundwatch"
}

func (d *Desk) setSession(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: d.sessionCookie(), Value: token, Path: "/", HttpOnly: true, Secure: d.o.Secure, SameSite: http.SameSiteStrictMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// gate lets a request through to its handler if it may pass.
func (d *Desk) gate(rt *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := d.pass(rt, r); err != nil {
			d.fail(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, max(rt.most, maxForm))
		if err := rt.do(d, w, r); err != nil {
			d.fail(w, r, err)
		}
	})
}

// pass says why a request may not pass.
func (d *Desk) pass(rt *route, r *http.Request) error {
	v := visitOf(r)
	if c, err := r.Cookie(d.sessionCookie()); err == nil && c.Value != "" {
		resume := d.o.Accounts.Resume
		if rt.quiet {
			resume = d.o.Accounts.Watch
		}
		u, stage, err := resume(r.Context(), c.Value)
		switch {
		case err == nil:
			v.token, v.stage = c.Value, stage
			if stage != accounts.Half || rt.half {
				v.user = &u
			}
		case !errors.Is(err, accounts.ErrSession):
			return err
		}
	}
	if rt.may == accounts.Public {
		return nil
	}
	if v.user == nil {
		return d.signInFirst(r)
	}
	if rt.half {
		return nil
	}
	if d.o.SecondFactor && !rt.bare && v.stage != accounts.Vouched {
		has, err := d.o.Accounts.HasFactor(v.user)
		if err != nil {
			return err
		}
		if !has {
			return &problem{status: http.StatusForbidden, code: "factor", goTo: "/account/factor"}
		}
	}
	if rt.may != accounts.SignedIn && !v.user.May(rt.may) {
		return &problem{status: http.StatusForbidden, code: "role", roles: accounts.With(rt.may)}
	}
	return d.inScope(rt, r)
}

// signInFirst sends a person to the sign-in page and back, and tells a program.
func (d *Desk) signInFirst(r *http.Request) error {
	p := &problem{status: http.StatusUnauthorized, code: "sign-in", goTo: "/signin"}
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		p.goTo += "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
	}
	return p
}

// local gives an address of this server, or the root: nobody is sent elsewhere.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\n\r\t") {
		return "/"
	}
	return address
}
