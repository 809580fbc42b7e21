package desk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/tips"
	"fundwatch/web/words"
)

// problem is an answer that is no yes. Its sentence and what to do are
// problem.<code> and problem.<code>.todo of the catalogue.
type problem struct {
	status int
	code   string
	goTo   string // where a browser is sent instead of being told
	roles  []accounts.Role
	after  int       // seconds to wait
	lacks  []lackRow // what is missing for a move
	page   any       // shown beside the sentence, such as what is there now
}

// Error is the code.
func (p *problem) Error() string { return p.code }

// errNothing is an address with nothing behind it. What is out of somebody's
// scope is told apart: that it is there is no secret among staff.
var errNothing = &problem{status: http.StatusNotFound, code: "nothing"}

// Trouble is an error as it is told.
type Trouble struct {
	Code     string    `json:"code"`
	ZH       string    `json:"sentence_zh"`
	EN       string    `json:"sentence_en"`
	TodoZH   string    `json:"todo_zh"`
	TodoEN   string    `json:"todo_en"`
	Roles    []string  `json:"roles,omitempty"`   // that may do it
	Conflict any       `json:"now,omitempty"`     // what is there now
	Lacks    []lackRow `json:"missing,omitempty"` // for a move of a case, and where to get it
	Status   int       `json:"-"`
	Sentence string    `json:"-"`
	Todo     string    `json:"-"`
}

// sentence is an error of a room that is told by one sentence.
type sentence struct {
	is   error
	with problem
}

// tell finds the sentence of an error; nil: there is none.
func tell(err error, among []sentence) *problem {
	for _, s := range among {
		if errors.Is(err, s.is) {
			return &s.with
		}
	}
	return nil
}

// sentences are those of cases, tips, accounts and the journal.
var sentences = []sentence{
	{cases.ErrMissing, *errNothing},
	{tips.ErrMissing, *errNothing},
	{tips.ErrEmpty, problem{status: http.StatusUnprocessableEntity, code: "tipempty"}},
	{tips.ErrLong, problem{status: http.StatusRequestEntityTooLarge, code: "large"}},
	{tips.ErrFull, problem{status: http.StatusRequestEntityTooLarge, code: "large"}},
	{tips.ErrKeys, problem{status: http.StatusUnprocessableEntity, code: "tipkeys"}},
	{tips.ErrAnonymous, problem{status: http.StatusUnprocessableEntity, code: "tipname"}},
	{tips.ErrCustodians, problem{status: http.StatusUnprocessableEntity, code: "tipcustodians"}},
	{accounts.ErrMissing, *errNothing},
	{journal.ErrNumber, *errForm},
	{journal.ErrLarge, problem{status: http.StatusRequestEntityTooLarge, code: "large"}},
	{journal.ErrReused, problem{status: http.StatusConflict, code: "reused"}},
	{cases.ErrSettled, problem{status: http.StatusConflict, code: "settled"}},
	{accounts.ErrLink, problem{status: http.StatusGone, code: "link"}},
	{accounts.ErrFirst, problem{status: http.StatusGone, code: "first"}},
	{accounts.ErrWrong, problem{status: http.StatusUnprocessableEntity, code: "wrong"}},
	{accounts.ErrWeak, problem{status: http.StatusUnprocessableEntity, code: "weak"}},
	{accounts.ErrLogin, problem{status: http.StatusUnprocessableEntity, code: "login"}},
	{accounts.ErrName, problem{status: http.StatusUnprocessableEntity, code: "name"}},
	{accounts.ErrCounty, problem{status: http.StatusUnprocessableEntity, code: "county"}},
	{accounts.ErrRole, problem{status: http.StatusUnprocessableEntity, code: "role-unknown"}},
	{accounts.ErrRoles, problem{status: http.StatusUnprocessableEntity, code: "roles"}},
	{accounts.ErrOwn, problem{status: http.StatusForbidden, code: "own"}},
	{accounts.ErrReference, *errNothing},
	{accounts.ErrView, *errNothing},
	{accounts.ErrViewName, problem{status: http.StatusUnprocessableEntity, code: "view-name"}},
	{accounts.ErrViewTaken, problem{status: http.StatusUnprocessableEntity, code: "view-taken"}},
	{accounts.ErrViews, problem{status: http.StatusUnprocessableEntity, code: "views"}},
	{context.DeadlineExceeded, problem{status: http.StatusServiceUnavailable, code: "away"}},
	{journal.ErrFull, problem{status: http.StatusServiceUnavailable, code: "away"}},
	{journal.ErrRebuild, problem{status: http.StatusServiceUnavailable, code: "away"}},
}

// problemOf turns errors of the rooms into problems; nil where it is a mistake
// of our own.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if p := listProblem(err); p != nil {
		return p
	}
	if slow, ok := errors.AsType[*accounts.SlowError](err); ok {
		return &problem{status: http.StatusTooManyRequests, code: "slow", after: int(slow.After.Seconds())}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &problem{status: http.StatusRequestEntityTooLarge, code: "large"}
	}
	if _, ok := errors.AsType[*cases.VersionError](err); ok {
		return &problem{status: http.StatusConflict, code: "version"}
	}
	if _, ok := errors.AsType[*accounts.VersionError](err); ok {
		return &problem{status: http.StatusConflict, code: "version"}
	}
	if _, ok := errors.AsType[*cases.MovedError](err); ok {
		return &problem{status: http.StatusConflict, code: "version"}
	}
	if e, ok := errors.AsType[*cases.LackError](err); ok {
		return &problem{status: http.StatusUnprocessableEntity, code: "lacks", lacks: lackRows(e.Lacks)}
	}
	if _, ok := errors.AsType[*tips.VersionError](err); ok {
		return &problem{status: http.StatusConflict, code: "version"}
	}
	if e, ok := errors.AsType[*cases.TakenError](err); ok {
		return &problem{status: http.StatusConflict, code: "taken", page: Taken{e.Lead, e.Case}}
	}
	if _, ok := errors.AsType[*cases.OtherSubjectError](err); ok {
		return &problem{status: http.StatusConflict, code: "othersubject"}
	}
	if _, ok := errors.AsType[*cases.StatusError](err); ok {
		return &problem{status: http.StatusConflict, code: "status"}
	}
	for _, row := range sentences {
		if errors.Is(err, row.is) {
			return &row.with
		}
	}
	return inspectionProblem(err)
}

// awayAgain is how many seconds a program waits before it asks again.
const awayAgain = 5

// fail answers with an error.
func (d *Desk) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := visitOf(r)
	p := problemOf(err)
	if p == nil {
		if r.Context().Err() == nil {
			d.o.Failed(r.Pattern, err)
		}
		p = &problem{status: http.StatusInternalServerError, code: "internal"}
		if journal.Away(err) {
			p = &problem{status: http.StatusServiceUnavailable, code: "away", after: awayAgain}
		}
	}
	if p.goTo != "" && !v.json {
		http.Redirect(w, r, p.goTo, http.StatusSeeOther)
		return
	}
	if p.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.after))
	}
	t := d.trouble(v.lang, p)
	if v.json {
		writeJSON(w, p.status, t)
		return
	}
	title := v.lang.Say("problem.title")
	d.render(w, r, p.status, "problem", title, t)
}

// trouble words a problem.
func (d *Desk) trouble(lang words.Lang, p *problem) Trouble {
	t := Trouble{Code: p.code, Status: p.status, Conflict: p.page, Lacks: p.lacks}
	say := func(key string) (zh, en string) {
		names := make([]string, 2)
		for i, l := range words.Langs() {
			var roles []string
			for _, role := range p.roles {
				roles = append(roles, l.Say("role."+string(role)))
			}
			names[i] = l.Say(key, max(p.after, 1), strings.Join(roles, l.Say("list.and")))
		}
		return names[0], names[1]
	}
	t.ZH, t.EN = say("problem." + p.code)
	t.TodoZH, t.TodoEN = say("problem." + p.code + ".todo")
	t.Sentence, t.Todo = lang.Of(t.ZH, t.EN), lang.Of(t.TodoZH, t.TodoEN)
	for _, role := range p.roles {
		t.Roles = append(t.Roles, string(role))
	}
	return t
}
