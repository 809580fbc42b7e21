package desk

import (
	"net/http"
	"slices"

	"fundwatch/internal/accounts"
)

// longestID is the most an id of an act has, in bytes; ours have fewer than 30.
const longestID = 200

// by is who does something now, and why.
func (d *Desk) by(r *http.Request, id, reason string) (accounts.By, error) {
	v := visitOf(r)
	if reason == "" || len(reason) > 4000 {
		return accounts.By{}, &problem{status: http.StatusUnprocessableEntity, code: "reason"}
	}
	if len(id) > longestID {
		return accounts.By{}, errForm
	}
	if id == "" {
		var err error
		if id, err = d.o.Accounts.NewID(); err != nil {
			return accounts.By{}, err
		}
	}
	who := "setup"
	if v.user != nil {
		who = v.user.Login
	}
	return accounts.By{ID: id, Who: who, Reason: reason, At: d.now()}, nil
}

// faultOf gives the code of what is wrong with a form, where it is that.
func faultOf(err error) (string, int, bool) {
	p := problemOf(err)
	if err == nil || p == nil || !slices.Contains([]int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusRequestEntityTooLarge}, p.status) {
		return "", 0, false
	}
	return p.code, p.status, true
}
