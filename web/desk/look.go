package desk

import (
	"net/http"
	"slices"
	"strings"

	"fundwatch/web/words"
)

// lookCookie remembers language and theme. It says nothing of the person.
const lookCookie = "fundwatch-look"

var themes = []string{"auto", "light", "dark"}

// look gives the language and the theme of a request: those that were chosen,
// else what the browser asks for. Chinese comes first.
func look(r *http.Request) (words.Lang, string) {
	lang, theme := words.ZH, "auto"
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))), "en") {
		lang = words.EN
	}
	if c, err := r.Cookie(lookCookie); err == nil {
		l, t, _ := strings.Cut(c.Value, ".")
		if slices.Contains(words.Langs(), words.Lang(l)) {
			lang = words.Lang(l)
		}
		if slices.Contains(themes, t) {
			theme = t
		}
	}
	return lang, theme
}

// lookForm is what can be chosen; an empty field stays as it is.
type lookForm struct {
	Lang  string `json:"lang"`
	Theme string `json:"theme"`
	Back  string `json:"back"`
}

func postLook(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f lookForm
	if err := read(r, &f); err != nil {
		return err
	}
	v := visitOf(r)
	if slices.Contains(words.Langs(), words.Lang(f.Lang)) {
		v.lang = words.Lang(f.Lang)
	}
	if slices.Contains(themes, f.Theme) {
		v.theme = f.Theme
	}
	http.SetCookie(w, &http.Cookie{Name: lookCookie, Value: string(v.lang) + "." + v.theme, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: d.o.Secure, SameSite: http.SameSiteLaxMode})
	return d.done(w, r, local(f.Back))
}
