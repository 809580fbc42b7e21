package desk

import (
	"net/http"
	"strings"
	"testing"

	"fundwatch/ingest/kafka"
	"fundwatch/internal/accounts"
)

// TestPagesSayThatHistoryIsStillComing: while many claims wait, whoever reads
// leads is told that what they see will grow; nobody is told of a few.
func TestPagesSayThatHistoryIsStillComing(t *testing.T) {
	at := []kafka.Position{{Partition: 0, Next: 500, End: 500 + behind}, {Partition: 1, Next: 0, End: 43_210}}
	h := newHouse(t, func(o *Options) { o.Positions = func() []kafka.Position { return at } })
	h.user("zhang", nil, accounts.Investigator)
	h.user("wang", nil, accounts.Security)
	for _, page := range []string{"/", "/leads", "/cases"} {
		h.get("zhang", page).want(t, http.StatusOK, "还有 43,210 笔结算等待检查")
		h.get("zhang", page, inEnglish).want(t, http.StatusOK, "43,210 claims wait to be examined")
	}
	if a := h.get("wang", "/"); strings.Contains(a.text, "43,210") {
		t.Error("the security administrator is told of claims")
	}
	at = at[:1]
	if a := h.get("zhang", "/"); strings.Contains(a.text, "等待检查") {
		t.Error("a few claims are worth no word")
	}
}
