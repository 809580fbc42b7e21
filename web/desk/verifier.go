package desk

import (
	"net/http"
	"strconv"

	"fundwatch/inspection/verifier"
)

// sendVerifier gives the page that checks a draw, to be saved: whoever checks
// this house does not do it on this house.
func sendVerifier(_ *Desk, w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="verify-draw.html"`)
	h.Set("Content-Length", strconv.Itoa(len(verifier.Page)))
	w.Write(verifier.Page) // whoever has gone away does not see it
	return nil
}
