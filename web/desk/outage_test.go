package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// unsteady makes houses lose what they read, see [TestAnOutageIsSaid]. Tests of
// this package run one after the other.
var unsteady bool

// saidUnknown is what stands in the place of the one figure that a page does not
// wait for.
var saidUnknown = regexp.MustCompile(`"at_risk_unknown":true|现在不能由线索计出|cannot be told from the leads now`)

// randomIDs are in pages, another each time.
var randomIDs = regexp.MustCompile(`[0-9a-f]{32}`)

// askUnsteadily sends a request again and again: at first the first thing that it
// reads from Redis or Kafka fails, then the second, until all are answered. Each
// time the answer says that something is away, or it is as if nothing had been.
func (h *house) askUnsteadily(login, method, path string, form url.Values, change []func(*http.Request)) answer {
	h.t.Helper()
	if method == http.MethodPost && form.Has("reason") && !form.Has("act") {
		h.acts++
		form.Set("act", fmt.Sprintf("%032x", h.acts)) // as every form of ours has
	}
	var tries []answer
	for n := 0; ; n++ {
		was := len(h.failed)
		var a answer
		hit := h.outage.During(n, func() { a = h.askOnce(login, method, path, form, change) })
		if hit {
			h.failed = h.failed[:was]
			tries = append(tries, a)
		}
		if !hit || method == http.MethodPost && a.Code < 400 {
			h.compare(method+" "+path, tries, a)
			return a
		}
	}
}

// compare looks at the answers of a time when a call failed, beside the true one.
func (h *house) compare(what string, tries []answer, a answer) {
	h.t.Helper()
	want := randomIDs.ReplaceAllString(a.text, "")
	for n, try := range tries {
		switch have := randomIDs.ReplaceAllString(try.text, ""); {
		case try.Code == http.StatusServiceUnavailable:
		case try.Code != a.Code:
			h.t.Errorf("%s: %d where call %d fails, else %d", what, try.Code, n, a.Code)
		case have == want || strings.Contains(what, " /live/"): // a stream breaks off
		case saidUnknown.MatchString(want) || !saidUnknown.MatchString(have):
			h.t.Errorf("%s says something else where call %d fails: %.300s", what, n, difference(want, have))
		}
	}
}

// TestAnOutageIsSaid: where Redis or Kafka does not answer, nothing is said to be
// missing, wrong or empty. Everything that people do here is done with each thing
// that it reads failing once.
func TestAnOutageIsSaid(t *testing.T) {
	unsteady = true
	defer func() { unsteady = false }()
	for name, walk := range map[string]func(*testing.T){
		"case": TestACaseGoesToItsEndOnThePages, "join": TestLeadsAreJoinedOnThePages, "tip": TestATipOnTheDesk, "case of a tip": TestATipOpensACase,
		"breach": TestABreachGoesToARefund, "listing": TestAListingFromLedgerToEdition, "leads": TestDecisionsAndConflicts, "masks": TestPersonsStayMasked,
		"scope": TestScopeHoldsInLists, "claim": TestClaimPage, "practitioner": TestPractitionerPage, "institution": TestInstitutionPage, "person": TestPersonPage,
		"dead": TestDeadLettersAreMended, "inspection": TestInspectionsKeepToTheirCounties, "names": TestPeopleGoByTheirNames, "policies": TestPoliciesAreReadable,
		"pictures": TestNetworkOfALead, "lines": TestEveryLineCanBeVerified, "entry": TestAnEntryStatesTheMeasure, "link": TestTheEntryOfACaseIsLinked,
	} {
		t.Run(name, walk)
	}
}
