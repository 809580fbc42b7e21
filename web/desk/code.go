package desk

import (
	"net/http"

	"fundwatch/internal/accounts"
)

// codePage asks for a code of the second factor.
type codePage struct {
	Next  string `json:"next"`
	Fault string `json:"fault,omitempty"`
	Wait  int    `json:"wait,omitempty"`
}

type codeForm struct {
	Code string `json:"code"`
	Next string `json:"next"`
}

func showCode(d *Desk, w http.ResponseWriter, r *http.Request) error {
	return d.show(w, r, "code", codePage{Next: local(r.URL.Query().Get("next"))})
}

func postCode(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f codeForm
	if err := read(r, &f); err != nil {
		return err
	}
	v := visitOf(r)
	err := d.failedSignIn(r, v.user.Login, d.o.Accounts.Code(r.Context(), v.user, f.Code))
	if p := problemOf(err); p != nil && !v.json && err != nil {
		return d.showAs(w, r, p.status, "code", codePage{Next: local(f.Next), Fault: p.code, Wait: p.after})
	}
	if err != nil {
		return err
	}
	if err := d.arrive(w, r, v.user, accounts.Full); err != nil {
		return err
	}
	return d.done(w, r, local(f.Next))
}
