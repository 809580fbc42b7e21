package desk

import (
	"errors"
	"net/http"

	"fundwatch/blacklist"
)

// listSentences are those of the credit ledger and of listings.
var listSentences = []sentence{
	{blacklist.ErrMissing, *errNothing},
	{blacklist.ErrDecision, problem{status: http.StatusUnprocessableEntity, code: "no-effect"}},
	{blacklist.ErrSubject, problem{status: http.StatusUnprocessableEntity, code: "subject"}},
	{blacklist.ErrTwice, problem{status: http.StatusConflict, code: "entered"}},
	{blacklist.ErrProposal, problem{status: http.StatusUnprocessableEntity, code: "no-listing"}},
	{blacklist.ErrProposed, problem{status: http.StatusConflict, code: "proposed"}},
	{blacklist.ErrBehind, problem{status: http.StatusConflict, code: "behind"}},
}

// listProblem turns errors of the credit ledger and of listings into problems;
// nil where it is none of theirs.
func listProblem(err error) *problem {
	if m, ok := errors.AsType[*blacklist.MissingError](err); ok {
		p := &problem{status: http.StatusUnprocessableEntity, code: "lacks." + string(m.Need)}
		if m.Basis != "" { // and more to say than the sentence of the need
			p.lacks = []lackRow{lackOf(m)}
		}
		return p
	}
	if _, ok := errors.AsType[*blacklist.VersionError](err); ok {
		return &problem{status: http.StatusConflict, code: "version"}
	}
	if _, ok := errors.AsType[*blacklist.StatusError](err); ok {
		return &problem{status: http.StatusConflict, code: "status"}
	}
	return tell(err, listSentences)
}
