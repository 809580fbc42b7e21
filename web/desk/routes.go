package desk

import (
	"net/http"
	"slices"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
)

// route is an address.
type route struct {
	method, path string
	may          accounts.Permission
	scope        scope  // what the address names, checked before the handler runs
	menu         string // key of its name in the menu; empty: not there
	admin        bool   // among what administrators see
	half         bool   // for who has shown a password and not yet a second factor
	bare         bool   // open to who still has to set up a second factor
	quiet        bool   // asked by a page and not by a person: it does not keep a session going
	most         int64  // bytes of a body; 0: as of a form
	form, page   any    // what it takes and gives, for /openapi.json; nil: nothing, or no JSON
	do           func(d *Desk, w http.ResponseWriter, r *http.Request) error
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// table gives every address there is.
func table() []route {
	return slices.Concat(doorRoutes(), staffRoutes(), caseRoutes(), moveRoutes(), tipRoutes(), packRoutes(), inspectionRoutes(), listRoutes(), adminRoutes())
}

// doorRoutes are the ways in and out, and what is one's own.
func doorRoutes() []route {
	return []route{
		{method: get, path: "/static/{file}", may: accounts.Public, do: showStatic},
		{method: get, path: "/verify-draw.html", may: accounts.Public, do: sendVerifier},
		{method: post, path: "/look", may: accounts.Public, form: lookForm{}, page: Done{}, do: postLook},
		{method: get, path: "/signin", may: accounts.Public, page: signInPage{}, do: showSignIn},
		{method: post, path: "/signin", may: accounts.Public, form: signInForm{}, page: Done{}, do: postSignIn},
		{method: get, path: "/signin/code", may: accounts.SignedIn, half: true, page: codePage{}, do: showCode},
		{method: post, path: "/signin/code", may: accounts.SignedIn, half: true, form: codeForm{}, page: Done{}, do: postCode},
		{method: get, path: "/signin/oidc", may: accounts.Public, do: leaveForSignOn},
		{method: get, path: "/signin/oidc/back", may: accounts.Public, page: signedOnPage{}, do: returnFromSignOn},
		{method: post, path: "/signout", may: accounts.SignedIn, bare: true, page: Done{}, do: postSignOut},
		{method: get, path: "/setup/{token}", may: accounts.Public, page: setupPage{}, do: showSetup},
		{method: post, path: "/setup/{token}", may: accounts.Public, form: setupForm{}, page: Done{}, do: postSetup},
		{method: get, path: "/invite/{token}", may: accounts.Public, page: invitePage{}, do: showInvite},
		{method: post, path: "/invite/{token}", may: accounts.Public, form: passwordForm{}, page: Done{}, do: postInvite},
		{method: get, path: "/enter/{token}", may: accounts.Public, page: enterPage{}, do: showEnter},
		{method: post, path: "/enter/{token}", may: accounts.Public, page: Done{}, do: postEnter},
		{method: get, path: "/account", may: accounts.SignedIn, bare: true, page: accountPage{}, do: showAccount},
		{method: post, path: "/account/password", may: accounts.SignedIn, bare: true, form: changeForm{}, page: Done{}, do: postPassword},
		{method: get, path: "/account/factor", may: accounts.SignedIn, bare: true, page: factorPage{}, do: showFactor},
		{method: post, path: "/account/factor", may: accounts.SignedIn, bare: true, form: codeForm{}, page: Done{}, do: postFactor},
		{method: get, path: "/help", may: accounts.SignedIn, page: helpPage{}, do: showHelp},
		{method: get, path: "/openapi.json", may: accounts.SignedIn, do: showOpenAPI},
	}
}

func staffRoutes() []route {
	return []route{
		{method: get, path: "/{$}", may: accounts.SignedIn, menu: "home.title", page: homePage{}, do: showHome},
		{method: get, path: "/leads", may: accounts.LeadRead, menu: "leads.title", page: leadsPage{}, do: showLeads},
		{method: get, path: "/leads.xlsx", may: accounts.LeadRead, do: exportLeads},
		{method: get, path: "/live/home", may: accounts.LeadRead, quiet: true, page: Live{}, do: live(liveHome)},
		{method: get, path: "/live/leads", may: accounts.LeadRead, quiet: true, page: Live{}, do: live(liveLeads)},
		{method: get, path: "/live/exports", may: accounts.LeadRead, quiet: true, page: Live{}, do: live(liveExports)},
		{method: get, path: "/live/system", may: accounts.SystemRead, quiet: true, page: Live{}, do: live(liveSystem)},
		{method: get, path: "/exports", may: accounts.LeadRead, page: exportsPage{}, do: showExports},
		{method: post, path: "/exports", may: accounts.LeadRead, form: exportForm{}, page: Done{}, do: postExport},
		{method: get, path: "/exports/{export}/file", may: accounts.LeadRead, do: showFile},
		{method: post, path: "/exports/{export}/cancel", may: accounts.LeadRead, form: cancelForm{}, page: Done{}, do: postCancel},
		{method: get, path: "/views", may: accounts.LeadRead, page: viewsPage{}, do: showViews},
		{method: post, path: "/views", may: accounts.LeadRead, form: viewForm{}, page: Done{}, do: postView},
		{method: post, path: "/views/{view}", may: accounts.LeadRead, form: renameForm{}, page: Done{}, do: postRename},
		{method: post, path: "/views/{view}/drop", may: accounts.LeadRead, form: dropForm{}, page: Done{}, do: postDrop},
		{method: post, path: "/search", may: accounts.LeadRead, form: searchForm{}, page: Done{}, do: postSearch},
		{method: get, path: "/leads/assign", may: accounts.LeadDecide, scope: ofLeads, page: assignPage{}, do: showAssign},
		{method: post, path: "/leads/assign", may: accounts.LeadDecide, scope: ofLeads, form: assignManyForm{}, page: assignedPage{}, do: postAssignMany},
		{method: get, path: "/leads/{lead}", may: accounts.LeadRead, scope: ofLead, page: leadPage{}, do: showLead},
		{method: get, path: "/leads/{lead}/findings/{finding}", may: accounts.LeadRead, scope: ofLead, page: findingPage{}, do: showFinding},
		{method: post, path: "/leads/{lead}/reveal", may: accounts.PersonReveal, scope: ofLead, form: revealForm{}, page: leadPage{}, do: postReveal},
		{method: post, path: "/leads/{lead}/assign", may: accounts.LeadDecide, scope: ofLead, form: assignForm{}, page: Done{}, do: postAssign},
		{method: post, path: "/leads/{lead}/dismiss", may: accounts.LeadDecide, scope: ofLead, form: decideForm{}, page: Done{}, do: postDismiss},
		{method: post, path: "/leads/{lead}/reopen", may: accounts.LeadDecide, scope: ofLead, form: decideForm{}, page: Done{}, do: postReopen},
		{method: get, path: "/institutions", may: accounts.LeadRead, menu: "institutions.title", page: institutionsPage{}, do: showInstitutions},
		{method: get, path: "/institutions/{institution}", may: accounts.LeadRead, scope: ofPlace, page: institutionPage{}, do: showInstitution},
		{method: get, path: "/persons/{person}", may: accounts.LeadRead, scope: ofRegion, page: personPage{}, do: showPerson},
		{method: get, path: "/practitioners/{practitioner}", may: accounts.LeadRead, scope: ofPractitioner, page: practitionerPage{}, do: showPractitioner},
		{method: get, path: "/claims", may: accounts.ClaimRead, menu: "claims.title", page: claimsPage{}, do: showClaims},
		{method: post, path: "/claims", may: accounts.ClaimRead, form: ClaimQuery{}, page: Done{}, do: postClaims},
		{method: get, path: "/claims/{institution}/{settlement}", may: accounts.ClaimRead, scope: ofPlace, page: claimPage{}, do: showClaim},
		{method: post, path: "/claims/{institution}/{settlement}/reveal", may: accounts.PersonReveal, scope: ofPlace, form: revealForm{}, page: claimPage{}, do: postClaimReveal},
		{method: get, path: "/detectors", may: accounts.DetectorRead, menu: "detectors.title", page: detectorsPage{}, do: showDetectors},
		{method: get, path: "/detectors/{detector}", may: accounts.DetectorRead, page: detectorPage{}, do: showDetector},
		{method: get, path: "/policies", may: accounts.SignedIn, menu: "policies.title", page: policiesPage{}, do: showPolicies},
		{method: get, path: "/policies/{question}", may: accounts.SignedIn, page: policyPage{}, do: showPolicy},
	}
}

func caseRoutes() []route {
	return []route{
		{method: get, path: "/cases", may: accounts.CaseRead, menu: "cases.title", page: casesPage{}, do: showCases},
		{method: get, path: "/cases/new", may: accounts.LeadDecide, scope: ofLeads, page: openPage{}, do: showOpen},
		{method: post, path: "/cases", may: accounts.LeadDecide, scope: ofLeads, form: openForm{}, page: Done{}, do: postOpen},
		{method: get, path: "/cases/procedure", may: accounts.CaseRead, page: procedurePage{}, do: showProcedure},
		{method: get, path: "/cases/{case}", may: accounts.CaseRead, scope: ofCase, page: casePage{}, do: showCase},
		{method: get, path: "/cases/{case}/referral", may: accounts.CaseRead, scope: ofCase, page: referralPage{}, do: showReferral},
		{method: get, path: "/cases/{case}/verify", may: accounts.CaseWork, scope: ofCase, page: verifyPage{}, do: showVerify},
		{method: post, path: "/cases/{case}/verify", may: accounts.CaseWork, scope: ofCase, form: verifyForm{}, page: Done{}, do: postVerify},
		{method: get, path: "/cases/{case}/join", may: accounts.CaseWork, scope: ofCase, page: joinPage{}, do: showJoin(cases.JoinIt)},
		{method: post, path: "/cases/{case}/join", may: accounts.CaseWork, scope: ofCase, form: joinForm{}, page: Done{}, do: postJoin(cases.JoinIt)},
		{method: get, path: "/cases/{case}/unjoin", may: accounts.CaseWork, scope: ofCase, page: joinPage{}, do: showJoin(cases.UnjoinIt)},
		{method: post, path: "/cases/{case}/unjoin", may: accounts.CaseWork, scope: ofCase, form: joinForm{}, page: Done{}, do: postJoin(cases.UnjoinIt)},
		{method: get, path: "/leads/{lead}/join", may: accounts.CaseWork, scope: ofLead, page: joinToPage{}, do: showJoinTo},
		{method: post, path: "/cases/{case}/evidence", may: accounts.CaseWork, scope: ofCase, form: proofForm{}, page: Done{}, most: cases.MaxBytes + 1<<20, do: postProof},
		{method: get, path: "/cases/{case}/evidence/{hash}", may: accounts.CaseFile, scope: ofCase, do: showProof},
		{method: get, path: "/cases/{case}/papers/notice", may: accounts.CaseFile, scope: ofCase, page: paperPage{}, do: showPaper("notice")},
		{method: get, path: "/cases/{case}/papers/decision", may: accounts.CaseFile, scope: ofCase, page: paperPage{}, do: showPaper("decision")},
	}
}

// listRoutes are those of the credit ledger and of the published list.
func listRoutes() []route {
	return []route{
		{method: get, path: "/listings", may: accounts.ListRead, scope: ofRegion, menu: "listings.title", page: listingsPage{}, do: showListings},
		{method: get, path: "/editions", may: accounts.ListRead, scope: ofRegion, page: editionPage{}, do: showEdition},
		{method: post, path: "/editions", may: accounts.ListWrite, scope: ofRegion, form: publishForm{}, page: Done{}, do: postPublish},
		{method: get, path: "/listings/{listing}", may: accounts.ListRead, scope: ofRegion, page: listingPage{}, do: showListing},
		{method: post, path: "/listings/{listing}/{action}", may: accounts.ListWrite, scope: ofRegion, form: listingForm{}, page: Done{}, do: postListing},
		{method: get, path: "/credit", may: accounts.ListRead, scope: ofRegion, page: entriesPage{}, do: showEntries},
		{method: post, path: "/credit", may: accounts.ListWrite, scope: ofRegion, form: enterForm{}, page: Done{}, do: postEntry},
		{method: get, path: "/credit/{entry}", may: accounts.ListRead, scope: ofRegion, page: entryPage{}, do: showEntry},
		{method: post, path: "/credit/{entry}/propose", may: accounts.ListWrite, scope: ofRegion, form: entryForm{}, page: Done{}, do: postPropose},
		{method: post, path: "/credit/{entry}/revoke", may: accounts.ListWrite, scope: ofRegion, form: entryForm{}, page: Done{}, do: postRevoke},
	}
}

// adminRoutes are what administrators see.
func adminRoutes() []route {
	return []route{
		{method: get, path: "/dead", may: accounts.DeadRead, scope: ofRegion, menu: "dead.title", admin: true, page: deadPage{}, do: showDead},
		{method: get, path: "/dead/{partition}/{offset}", may: accounts.DeadRead, scope: ofRegion, page: letterPage{}, do: showLetter},
		{method: post, path: "/dead/{partition}/{offset}/reveal", may: accounts.DeadSettle, scope: ofRegion, form: revealForm{}, page: letterPage{}, do: postLetterReveal},
		{method: post, path: "/dead/{partition}/{offset}/replay", may: accounts.DeadSettle, scope: ofRegion, form: replayForm{}, page: Done{}, do: postReplay},
		{method: post, path: "/dead/{partition}/{offset}/discard", may: accounts.DeadSettle, scope: ofRegion, form: discardForm{}, page: Done{}, do: postDiscard},
		{method: get, path: "/system", may: accounts.SystemRead, menu: "system.title", admin: true, page: systemPage{}, do: showSystem},
		{method: get, path: "/audit", may: accounts.AuditRead, menu: "audit.title", admin: true, page: auditPage{}, do: showAudit},
		{method: get, path: "/users", may: accounts.UserRead, menu: "users.title", admin: true, page: usersPage{}, do: showUsers},
		{method: post, path: "/users", may: accounts.UserWrite, form: userForm{}, page: Invited{}, do: postUser},
		{method: get, path: "/users/{user}", may: accounts.UserRead, page: userPage{}, do: showUser},
		{method: post, path: "/users/{user}", may: accounts.UserWrite, form: userForm{}, page: Done{}, do: postUserChange},
		{method: post, path: "/users/{user}/invite", may: accounts.UserWrite, form: inviteForm{}, page: Invited{}, do: postUserInvite},
	}
}
