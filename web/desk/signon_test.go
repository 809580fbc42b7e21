package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fundwatch/internal/accounts"
)

// otherHouse vouches for whoever its code names.
type otherHouse struct{ nonce string }

func (o *otherHouse) Address(_ context.Context, state, nonce, verifier string) (string, error) {
	o.nonce = nonce
	return "https://other.example/auth?" + url.Values{"state": {state}}.Encode(), nil
}

func (o *otherHouse) Login(_ context.Context, code, nonce, verifier string) (string, error) {
	if nonce != o.nonce || verifier == "" {
		return "", errors.New("another nonce")
	}
	return code, nil
}

// TestAnotherHouseVouches: an invited person comes in without a password and
// without a second factor of ours; the way back works once, and in the browser
// that began it only.
func TestAnotherHouseVouches(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.SignOn, o.SecondFactor = &otherHouse{}, true })
	if _, err := h.users.Invite(t.Context(), accounts.User{Login: "wang", Name: "虚构王", Roles: []accounts.Role{accounts.Investigator}}, h.by("root")); err != nil {
		t.Fatal(err)
	}
	gone := h.user("gone", nil, accounts.Investigator)
	gone.Status = accounts.Disabled
	if err := h.users.Change(t.Context(), gone, h.by("root")); err != nil {
		t.Fatal(err)
	}
	h.get("", "/signin?next=/leads").want(t, 200, "单点登录", "/signin/oidc?next=%2fleads")
	leave := func() (back string, cookie *http.Cookie) {
		a := h.get("", "/signin/oidc?next=/leads")
		a.want(t, 303)
		u, err := url.Parse(a.Header().Get("Location"))
		if err != nil || u.Host != "other.example" {
			t.Fatal(u, err)
		}
		return "/signin/oidc/back?" + url.Values{"state": {u.Query().Get("state")}}.Encode() + "&code=", a.Result().Cookies()[0]
	}
	with := func(c *http.Cookie) func(*http.Request) { return func(r *http.Request) { r.AddCookie(c) } }

	back, cookie := leave()
	h.get("", back+"wang").want(t, 410) // another browser
	a := h.get("", back+"wang", with(cookie))
	a.want(t, 200, "已登录", `href="/leads"`)
	if to := a.Header().Get("Refresh"); to != "0; url=/leads" {
		t.Error("leads on to " + to)
	}
	h.keep("wang", a)
	h.get("wang", "/leads").want(t, 200)
	h.get("", back+"wang", with(cookie)).want(t, 410) // a second time

	for _, login := range []string{"gone", "stranger"} {
		back, cookie := leave()
		if a := h.get("", back+login, with(cookie)); a.Code != 422 || strings.Contains(a.Header().Get("Set-Cookie"), "fundwatch=") {
			t.Errorf("%s: %d", login, a.Code)
		}
	}
	none := newHouse(t)
	none.get("", "/signin/oidc").want(t, 404)
	none.get("", "/signin/oidc/back?state=x").want(t, 410)
}
