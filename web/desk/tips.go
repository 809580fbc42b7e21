package desk

import (
	"errors"
	"net/http"
	"slices"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
	"fundwatch/tips"
	"fundwatch/web/words"
)

// tipsPage lists what people reported, the last first.
type tipsPage struct {
	Tips     []tipRow `json:"tips"`
	Pager    Pager    `json:"pager"`
	Channels []string `json:"-"`
	Act      string   `json:"-"`
	Work     bool     `json:"-"`
	Named    bool     `json:"-"` // identities can be taken
	Receipt  string   `json:"receipt,omitempty"`
	Fault    string   `json:"-"`
}

type tipRow struct {
	ID      string `json:"id"`
	Since   string `json:"since"`
	Channel string `json:"channel"`
	Status  string `json:"status"`
	About   string `json:"about"`
	Named   bool   `json:"named"`
	Case    string `json:"case,omitempty"`
	Due     string `json:"due,omitempty"`  // by when a named tipster is told whether a case is filed
	Late    bool   `json:"late,omitempty"` // that day has passed
	Told    string `json:"told,omitempty"`
}

// tipSeen is one tip as staff see it: never who sent it.
type tipSeen struct {
	Tip      tipRow         `json:"tip"`
	Version  int64          `json:"version"`
	Said     string         `json:"said"`
	Messages []tips.Message `json:"messages"`
	Opened   int64          `json:"opened"`
	Identity string         `json:"identity,omitempty"` // in the answer to its opening alone
	Next     []string       `json:"-"`
	Act      string         `json:"-"`
	Work     bool           `json:"-"`
	Reveal   bool           `json:"-"`
	Pack     bool           `json:"-"`              // an evidence pack can be made
	Open     bool           `json:"-"`              // a case can be opened from it
	Half     string         `json:"half,omitempty"` // a case was opened from it, and the tip does not say so yet
	Fault    string         `json:"-"`
}

func (p tipSeen) title(lang words.Lang) string { return lang.Say("tip.page", p.Tip.ID) }

type takenForm struct {
	Act      string `json:"act"`
	Channel  string `json:"channel"`
	About    string `json:"about"`
	Said     string `json:"said"`
	Identity string `json:"identity"`
}

type tipForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
	Text    string `json:"text"`
	To      string `json:"to"`
	Case    string `json:"case"`
	First   string `json:"password_first"` // private keys of the custodians; they are not kept
	Second  string `json:"password_second"`
}

func tipRoutes() []route {
	return []route{
		{method: get, path: "/tips", may: accounts.TipRead, scope: ofRegion, menu: "tips.title", page: tipsPage{}, do: showTips},
		{method: post, path: "/tips", may: accounts.TipWork, scope: ofRegion, form: takenForm{}, page: tipsPage{}, do: postTip},
		{method: get, path: "/tips/{tip}", may: accounts.TipRead, scope: ofRegion, page: tipSeen{}, do: showTip},
		{method: post, path: "/tips/{tip}/answer", may: accounts.TipWork, scope: ofRegion, form: tipForm{}, page: Done{}, do: postTipAnswer},
		{method: post, path: "/tips/{tip}/move", may: accounts.TipWork, scope: ofRegion, form: tipForm{}, page: Done{}, do: postTipMove},
		{method: post, path: "/tips/{tip}/case", may: accounts.TipWork, scope: ofRegion, form: tipCaseForm{}, page: Done{}, do: postTipCase},
		{method: post, path: "/tips/{tip}/reveal", may: accounts.TipReveal, scope: ofRegion, form: tipForm{}, page: tipSeen{}, do: postTipReveal},
	}
}

func (d *Desk) tipRow(r *http.Request, t *tips.Tip) (tipRow, error) {
	row := tipRow{ID: t.ID, Since: t.Since, Channel: t.Channel, Status: string(t.Status), About: t.About, Named: t.Named, Case: t.Case, Told: t.Told}
	if !t.Named || t.Told != "" || t.Case == "" {
		return row, nil
	}
	c, err := d.o.Cases.Case(r.Context(), t.Case)
	if errors.Is(err, cases.ErrMissing) {
		return row, nil
	}
	if err != nil {
		return row, err
	}
	decided := ""
	switch {
	case c.File.Party != nil:
		decided = c.File.Party.Day
	case c.Status == cases.NotFiled:
		decided = c.Changed[:len("2006-01-02")]
	}
	term, known := d.o.Procedure.Terms[cases.TipReplyTerm]
	if decided == "" || !known || d.o.Procedure.Calendar == nil {
		return row, nil
	}
	if end, err := d.o.Procedure.Calendar.Ends(decided, term, 0); err == nil { // a year without a calendar has no day to show
		row.Due, row.Late = end, d.today() > end
	}
	return row, nil
}

func (d *Desk) tipsPage(r *http.Request) (p tipsPage, err error) {
	if d.o.Tips == nil {
		return p, errNothing
	}
	var q struct {
		Page int `json:"page"`
	}
	if err := query(r, &q); err != nil {
		return p, err
	}
	total, _, err := d.o.Tips.Tips(r.Context(), 0, 1)
	if err != nil {
		return p, err
	}
	p = tipsPage{Pager: pager(q.Page, int(total), perPage), Channels: slices.DeleteFunc(tips.Channels(), func(c string) bool { return c == "web" }),
		Work: visitOf(r).user.May(accounts.TipWork), Named: d.o.Tips.TakesIdentity()}
	if total > 0 {
		_, ids, err := d.o.Tips.Tips(r.Context(), p.Pager.From-1, perPage)
		if err != nil {
			return p, err
		}
		for _, id := range ids {
			t, err := d.o.Tips.Tip(r.Context(), id)
			if err != nil {
				return p, err
			}
			row, err := d.tipRow(r, &t)
			if err != nil {
				return p, err
			}
			p.Tips = append(p.Tips, row)
		}
	}
	p.Act, err = d.o.Tips.NewAct()
	return p, err
}

func showTips(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.tipsPage(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "tips", p)
}

// postTip takes down what somebody said by telephone, by letter or in person,
// and shows the receipt to be told to them, once.
func postTip(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f takenForm
	if err := read(r, &f); err != nil {
		return err
	}
	if d.o.Tips == nil {
		return errNothing
	}
	if f.Channel == "web" || !slices.Contains(tips.Channels(), f.Channel) || f.Act == "" {
		return errForm
	}
	receipt, err := d.o.Tips.Submit(r.Context(), tips.Submission{Act: f.Act, Channel: f.Channel, About: f.About, Said: f.Said, Identity: f.Identity, Who: visitOf(r).user.Login, At: d.now()})
	if err != nil {
		return err
	}
	p, err := d.tipsPage(r)
	if err != nil {
		return err
	}
	p.Receipt = receipt
	return d.show(w, r, "tips", p)
}

func (d *Desk) tipSeen(r *http.Request) (p tipSeen, err error) {
	if d.o.Tips == nil {
		return p, errNothing
	}
	t, err := d.o.Tips.Tip(r.Context(), r.PathValue("tip"))
	if err != nil {
		return p, err
	}
	u := visitOf(r).user
	p = tipSeen{Version: t.Version, Said: t.Said, Messages: t.Messages, Opened: t.Opened, Work: u.May(accounts.TipWork), Reveal: t.Named && u.May(accounts.TipReveal)}
	for _, to := range tips.Statuses() {
		if tips.Leads(t.Status, to) {
			p.Next = append(p.Next, string(to))
		}
	}
	if p.Tip, err = d.tipRow(r, &t); err != nil {
		return p, err
	}
	p.Open = p.Work && u.May(accounts.LeadDecide) && tips.Leads(t.Status, tips.Tied)
	if p.Half, err = d.halfCase(r, &t); err != nil {
		return p, err
	}
	p.Pack = p.Work && u.May(accounts.ClaimRead) && d.o.Claims != nil && d.o.Detect != nil
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

func showTip(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.tipSeen(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "tip", p)
}

func (d *Desk) tipBy(r *http.Request, f *tipForm) (tips.By, error) {
	if d.o.Tips == nil {
		return tips.By{}, errNothing
	}
	by, err := d.by(r, f.Act, f.Reason)
	return tips.By{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At}, err
}

func postTipAnswer(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f tipForm
	if err := read(r, &f); err != nil {
		return err
	}
	if f.Reason == "" {
		f.Reason = "答复 answer"
	}
	by, err := d.tipBy(r, &f)
	if err == nil {
		err = d.o.Tips.Answer(r.Context(), r.PathValue("tip"), f.Text, by)
	}
	if err != nil {
		return err
	}
	return d.done(w, r, "/tips/"+r.PathValue("tip"))
}

func postTipMove(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f tipForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.tipBy(r, &f)
	if err != nil {
		return err
	}
	c := tips.Change{Version: f.Version, To: tips.Status(f.To)}
	switch c.To {
	case tips.Tied:
		if _, err := d.o.Cases.Case(r.Context(), f.Case); errors.Is(err, cases.ErrMissing) {
			return &problem{status: http.StatusUnprocessableEntity, code: "tipcase"}
		} else if err != nil {
			return err
		}
		c.Case = f.Case
	case tips.Told:
		c.Told = d.today()
	case tips.Checking, tips.Refused:
	default:
		return errForm
	}
	if err := d.o.Tips.Move(r.Context(), r.PathValue("tip"), c, by); err != nil {
		return err
	}
	return d.done(w, r, "/tips/"+r.PathValue("tip"))
}

// postTipReveal shows who sent a tip, in this answer alone.
func postTipReveal(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f tipForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.tipBy(r, &f)
	if err != nil {
		return err
	}
	identity, err := d.o.Tips.Reveal(r.Context(), r.PathValue("tip"), [2]string{f.First, f.Second}, by)
	if err != nil {
		return err
	}
	p, err := d.tipSeen(r)
	if err != nil {
		return err
	}
	p.Identity = identity
	return d.show(w, r, "tip", p)
}
