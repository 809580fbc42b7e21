package desk

import (
	"context"
	"crypto/subtle"
	"net/http"

	"fundwatch/internal/accounts"
)

// SignOn is another house that vouches for people: [fundwatch/web/signon.OIDC].
type SignOn interface {
	Address(ctx context.Context, state, nonce, verifier string) (string, error)
	Login(ctx context.Context, code, nonce, verifier string) (string, error)
}

// signOnCookie binds a journey to the browser that began it. It comes back from
// another site, so it is not as strict as the session's.
const signOnCookie = "fundwatch-signon"

// leaveForSignOn sends a person to the other house.
func leaveForSignOn(d *Desk, w http.ResponseWriter, r *http.Request) error {
	if d.o.SignOn == nil {
		return errNothing
	}
	j, err := d.o.Accounts.Leave(r.Context(), local(r.URL.Query().Get("next")))
	if err != nil {
		return err
	}
	address, err := d.o.SignOn.Address(r.Context(), j.State, j.Nonce, j.Verifier)
	if err != nil {
		d.o.Failed("signon", err)
		return &problem{status: http.StatusBadGateway, code: "signon"}
	}
	http.SetCookie(w, &http.Cookie{Name: signOnCookie, Value: j.State, Path: "/signin/", MaxAge: 600, HttpOnly: true, Secure: d.o.Secure, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// signedOnPage leads on from the other house. A redirect would still count as
// coming from there, and the strict cookie of the session would stay behind.
type signedOnPage struct {
	Next string `json:"next"`
}

// returnFromSignOn takes a person who comes back.
func returnFromSignOn(d *Desk, w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c, err := r.Cookie(signOnCookie)
	if d.o.SignOn == nil || err != nil || subtle.ConstantTimeCompare([]byte(c.Value), []byte(q.Get("state"))) != 1 {
		return accounts.ErrLink
	}
	j, err := d.o.Accounts.Return(r.Context(), q.Get("state"))
	if err != nil {
		return err
	}
	login, err := d.o.SignOn.Login(r.Context(), q.Get("code"), j.Nonce, j.Verifier)
	if err != nil {
		d.o.Failed("signon", err)
		return &problem{status: http.StatusBadGateway, code: "signon"}
	}
	by, err := d.by(r, "", "单点登录 single sign-on")
	if err != nil {
		return err
	}
	u, err := d.o.Accounts.Vouch(r.Context(), login, by)
	if err != nil {
		return err
	}
	if err := d.arrive(w, r, &u, accounts.Vouched); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: signOnCookie, Path: "/signin/", MaxAge: -1})
	w.Header().Set("Refresh", "0; url="+local(j.Next))
	return d.show(w, r, "signedon", signedOnPage{j.Next})
}
