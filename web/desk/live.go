package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
)

// Live is what may have changed on a page that is open: texts by their place,
// and a sentence where something is there that the page does not show yet.
type Live struct {
	Values map[string]string `json:"values"`
	Say    string            `json:"say"` // empty: nothing to say
	N      int               `json:"n"`   // of what the sentence tells
}

const (
	mostStreams    = 4   // of a user: browsers speak on six connections with a server
	mostStreamsAll = 400 // of all users
	beatEvery      = 5   // looks without news after which a sign of life is sent
	liveLater      = 60  // seconds after which somebody with too many may try again
)

// streams counts the pages that are kept up to date.
type streams struct {
	mu     sync.Mutex
	of     map[string]int // by user
	all    int
	closed chan struct{} // closed at the end of the server
}

func (s *streams) enter(user string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[user] >= mostStreams || s.all >= mostStreamsAll {
		return false
	}
	s.of[user]++
	s.all++
	return true
}

func (s *streams) leave(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.of[user]--; s.of[user] == 0 {
		delete(s.of, user)
	}
}

// live answers with what has changed: once as JSON, or, to whoever accepts
// text/event-stream, again and again.
func live(look func(*Desk, *http.Request) (Live, error)) func(*Desk, http.ResponseWriter, *http.Request) error {
	return func(d *Desk, w http.ResponseWriter, r *http.Request) error {
		if d.o.Pause == nil || !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			v, err := look(d, r)
			if err == nil {
				writeJSON(w, http.StatusOK, v)
			}
			return err
		}
		user := visitOf(r).user.ID
		if !d.streams.enter(user) {
			return &problem{status: http.StatusTooManyRequests, code: "live-many", after: liveLater}
		}
		defer d.streams.leave(user)
		d.stream(w, r, look)
		return nil
	}
}

// stream sends events while the page is open, the session goes on and the
// server runs. Every look asks whether the user still may; a look that fails
// ends the stream, and the browser comes again.
func (d *Desk) stream(w http.ResponseWriter, r *http.Request, look func(*Desk, *http.Request) (Live, error)) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		select {
		case <-d.streams.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	r = r.WithContext(ctx)
	out := http.NewResponseController(w)
	// A stream lasts as long as the page is open. Where that cannot be said, the
	// browser comes again.
	_, _ = out.SetReadDeadline(time.Time{}), out.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	send := func(text string) bool {
		_, err := w.Write([]byte(text))
		return err == nil && out.Flush() == nil
	}
	var last []byte
	for n, text := 0, "retry: 15000\n\n"; ; n++ {
		if !d.still(r) {
			send(text + "event: end\ndata: {}\n\n")
			return
		}
		v, err := look(d, r)
		if err != nil {
			if ctx.Err() == nil && problemOf(err) == nil {
				d.o.Failed("live", err)
			}
			return
		}
		b, err := json.Marshal(v)
		switch {
		case err != nil:
			return
		case !bytes.Equal(b, last):
			text, last, n = text+"data: "+string(b)+"\n\n", b, 0
		case n%beatEvery == 0:
			text += ":\n\n"
		}
		if text != "" && !send(text) {
			return
		}
		if text = ""; !d.o.Pause(ctx) {
			return
		}
	}
}

// still reports whether the session goes on and the user is as before.
func (d *Desk) still(r *http.Request) bool {
	v := visitOf(r)
	u, _, err := d.o.Accounts.Watch(r.Context(), v.token)
	if err != nil && !errors.Is(err, accounts.ErrSession) && r.Context().Err() == nil {
		d.o.Failed("live", err)
	}
	return err == nil && u.Version == v.user.Version
}

// sinceOf gives the record of the journal at which a page was made.
func sinceOf(r *http.Request) (int64, error) {
	var q struct {
		Since int64 `json:"since"`
	}
	err := query(r, &q)
	return q.Since, err
}

// freshLeads counts the leads of a list that changed since a page was made.
func (d *Desk) freshLeads(r *http.Request, q LeadQuery, v *Live) error {
	since, err := sinceOf(r)
	if err != nil || since <= 0 {
		return err
	}
	_, err = d.each(r, q, q.statuses(), since, func(*cases.Entry) bool { v.N++; return true })
	if v.N > 0 {
		v.Say = visitOf(r).lang.Say("live.leads", v.N)
	}
	return err
}

// liveLeads tells how many leads of a list are new or have changed.
func liveLeads(d *Desk, r *http.Request) (v Live, err error) {
	q, err := leadQuery(r)
	if err != nil {
		return v, err
	}
	return v, d.freshLeads(r, q, &v)
}

// liveHome tells the counts of the first page, and how many new leads changed.
func liveHome(d *Desk, r *http.Request) (v Live, err error) {
	counts, amount, err := d.stands(r)
	if err != nil {
		return v, err
	}
	v.Values = map[string]string{"amount": visitOf(r).lang.Large(amount)}
	for _, c := range counts {
		v.Values["leads."+c.Status] = wholeNumber(c.Leads)
	}
	return v, d.freshLeads(r, LeadQuery{Status: string(cases.New), Sort: string(cases.ByAmount)}, &v)
}

// liveExports tells how far the user's exports are.
func liveExports(d *Desk, r *http.Request) (v Live, err error) {
	var shown struct {
		Ready []string `json:"ready"` // that the page shows
	}
	if err := query(r, &shown); err != nil {
		return v, err
	}
	v.Values = map[string]string{}
	for _, j := range d.exports.of(visitOf(r).user) {
		row := d.exportRow(&j)
		v.Values["state."+row.ID] = visitOf(r).lang.Say("exports.state." + row.State)
		if row.Total > 0 {
			v.Values["rows."+row.ID] = wholeNumber(row.Rows) + " / " + wholeNumber(row.Total)
			v.Values["bar."+row.ID] = row.Share()
		}
		if row.File != "" && !slices.Contains(shown.Ready, row.ID) {
			v.N++
		}
	}
	if v.N > 0 {
		v.Say = visitOf(r).lang.Say("live.exports", v.N)
	}
	return v, nil
}

// liveSystem tells how it runs.
func liveSystem(d *Desk, r *http.Request) (v Live, err error) {
	p, err := d.system(r)
	if err != nil {
		return v, err
	}
	v.Values = map[string]string{"messages": wholeNumber(p.Messages), "findings": wholeNumber(p.Findings), "dead": wholeNumber(p.Dead), "outbox": wholeNumber(p.Waiting),
		"records": wholeNumber(p.Records), "at": visitOf(r).lang.Say("system.at", p.At)}
	if p.LagKnown {
		v.Values["lag"] = wholeNumber(p.Lag)
	}
	for i := range p.Partitions {
		row := &p.Partitions[i]
		at := "." + strconv.Itoa(row.Partition)
		v.Values["next"+at], v.Values["findings"+at], v.Values["dead"+at] = wholeNumber(row.Next), wholeNumber(row.Findings), wholeNumber(row.Dead)
		if row.End >= 0 {
			v.Values["end"+at], v.Values["lag"+at] = wholeNumber(row.End), wholeNumber(row.Lag)
		}
		if row.State == "standing" {
			v.N++
		}
	}
	if v.N > 0 {
		v.Say = visitOf(r).lang.Say("live.system", v.N)
	}
	return v, nil
}
