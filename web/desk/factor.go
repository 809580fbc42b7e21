package desk

import (
	"html/template"
	"net/http"

	"github.com/boombuler/barcode/qr"

	"fundwatch/internal/accounts"
	"fundwatch/web/chart"
)

// factorPage proposes a second factor.
type factorPage struct {
	Secret string        `json:"secret"`
	URL    string        `json:"otpauth"`
	Code   template.HTML `json:"-"` // the square code
	Fault  string        `json:"fault,omitempty"`
	Needed bool          `json:"needed"` // nothing else works before
}

func (d *Desk) factor(r *http.Request) (p factorPage, err error) {
	v := visitOf(r)
	has, err := d.o.Accounts.HasFactor(v.user)
	if err != nil {
		return p, err
	}
	p.Needed = d.o.SecondFactor && !has
	if p.Secret, p.URL, err = d.o.Accounts.NewFactor(r.Context(), v.user); err != nil {
		return p, err
	}
	square, err := qr.Encode(p.URL, qr.M, qr.Auto)
	if err != nil {
		return p, err
	}
	p.Code = chart.Squares(square.Bounds().Dx(), func(x, y int) bool { r, _, _, _ := square.At(x, y).RGBA(); return r == 0 }, v.lang.Say("factor.square"))
	return p, nil
}

func showFactor(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.factor(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "factor", p)
}

func postFactor(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f codeForm
	if err := read(r, &f); err != nil {
		return err
	}
	u := visitOf(r).user
	by, err := d.by(r, "", "设置第二因素 set up the second factor")
	if err != nil {
		return err
	}
	err = d.o.Accounts.SetFactor(r.Context(), u, f.Code, by)
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		p, err := d.factor(r)
		if err != nil {
			return err
		}
		p.Fault = code
		return d.showAs(w, r, status, "factor", p)
	}
	if err != nil {
		return err
	}
	if err := d.begin(w, r, u, accounts.Full); err != nil {
		return err
	}
	return d.done(w, r, "/")
}
