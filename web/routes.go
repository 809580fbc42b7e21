package web

import (
	"html/template"
	"net/http"
)

// page is what a browser sees at the root.
var page = template.Must(template.New("root").Parse(`<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>fundwatch 医保基金监管</title>
<h1>fundwatch 医保基金监管</h1>
{{with .}}<p><strong>{{.}}</strong>：仅供演示和评估，不用于生产 · for demonstrations and evaluation, not for production</p>{{end}}
<p>机构报送结算：<code>POST /api/v1/claims</code><br>Institutions send claims: <code>POST /api/v1/claims</code></p>
</html>
`))

// Routes gives everything that is served: the intake and a page at the root.
// label is shown there; empty for none.
func Routes(intake *Intake, label string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/claims", intake)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		page.Execute(w, label) // whoever has gone away does not see it
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refusePath.write(w) })
	return mux
}
