package web

import (
	"html/template"
	"net/http"
	"strings"
)

// notice is what a browser sees where there are no pages, or none yet.
var notice = template.Must(template.New("notice").Parse(`<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>fundwatch 医保基金监管</title>
<h1>fundwatch 医保基金监管</h1>
<p>{{.ZH}}<br><span lang="en">{{.EN}}</span></p>
</html>
`))

// Notice answers every request with two sentences: why there is no page.
func Notice(status int, zh, en string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if status == http.StatusServiceUnavailable {
			h.Set("Retry-After", "2")
		}
		w.WriteHeader(status)
		notice.Execute(w, struct{ ZH, EN string }{zh, en}) // whoever has gone away does not see it
	})
}

// Routes gives everything that is served: the intake below /api, and pages
// everywhere else.
func Routes(intake *Intake, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/api/v1/claims":
			intake.ServeHTTP(w, r)
		case r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/"):
			refusePath.write(w)
		default:
			pages.ServeHTTP(w, r)
		}
	})
}
