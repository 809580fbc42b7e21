package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"fundwatch/claim"
)

// Message is a claim on its way to the log.
type Message struct {
	Key   []byte // psn_no
	Value []byte // the claim as it was sent
}

// Offset is how far a partition has come with what was sent.
type Offset struct {
	Partition int   `json:"partition"`
	Next      int64 `json:"next"` // the offset after the last claim of the request there
}

// ErrTooLarge is what Options.Send gives for a claim that fits no message.
var ErrTooLarge = errors.New("the claim is too large for a message")

// Options of the intake. All functions are needed; they are called from several
// goroutines at a time.
type Options struct {
	Tokens  func() *Tokens        // those that hold now
	Decoder func() *claim.Decoder // a new one
	Key     func(message []byte) (key []byte, ok bool)
	// Send gives messages to the log and returns when all replicas have them.
	Send func(context.Context, []Message) ([]Offset, error)
	Busy func() bool // work is behind: nothing more for the moment

	MaxBody     int64         // bytes of a request
	MaxClaims   int           // of a request
	MaxInFlight int           // requests at a time; one institution has half of them at most
	SendTime    time.Duration // how long Send may take
}

// Intake takes claims from institutions: POST, one claim as application/json,
// or one a line as application/x-ndjson.
type Intake struct {
	o        Options
	decoders sync.Pool

	mu       sync.Mutex
	inFlight map[string]int // by institution
	all      int
}

// NewIntake makes an intake.
func NewIntake(o Options) *Intake {
	return &Intake{o: o, decoders: sync.Pool{New: func() any { return o.Decoder() }}, inFlight: map[string]int{}}
}

// accepted is the answer to claims that all replicas have.
type accepted struct {
	Accepted int      `json:"accepted"`
	Offsets  []Offset `json:"offsets"`
}

// ServeHTTP answers one request.
func (i *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	yes, no := i.answer(w, r)
	if no != nil {
		no.write(w)
		return
	}
	writeJSON(w, http.StatusAccepted, yes)
}

func (i *Intake) answer(w http.ResponseWriter, r *http.Request) (*accepted, *refusal) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &refuseMethod
	}
	code, ok := i.o.Tokens().institution(bearer(r))
	if !ok {
		return nil, &refuseToken
	}
	lines, ok := contentType(r)
	if !ok {
		return nil, &refuseType
	}
	if r.ContentLength > i.o.MaxBody {
		return nil, &refuseLarge
	}
	if i.o.Busy() || !i.enter(code) {
		return nil, &refuseBusy
	}
	defer i.leave(code)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, i.o.MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &refuseLarge
	}
	if err != nil {
		return nil, &refuseRead
	}
	messages, no := i.judge(code, body, lines)
	if no != nil {
		return nil, no
	}
	ctx, cancel := context.WithTimeout(r.Context(), i.o.SendTime)
	defer cancel()
	offsets, err := i.o.Send(ctx, messages)
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, &refuseLarge
	case err != nil:
		return nil, &refuseAway
	}
	slices.SortFunc(offsets, func(a, b Offset) int { return a.Partition - b.Partition })
	return &accepted{len(messages), offsets}, nil
}

// enter takes a place for a request, if there is one.
func (i *Intake) enter(code string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.all >= i.o.MaxInFlight || i.inFlight[code] >= (i.o.MaxInFlight+1)/2 {
		return false
	}
	i.all++
	i.inFlight[code]++
	return true
}

func (i *Intake) leave(code string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all--
	if i.inFlight[code]--; i.inFlight[code] == 0 {
		delete(i.inFlight, code)
	}
}

// maxProblems is how many problems an answer names; the others are counted.
const maxProblems = claim.MaxProblems

// judge reads every claim of a request. It gives all messages, or why there are
// none.
func (i *Intake) judge(code string, body []byte, byLine bool) ([]Message, *refusal) {
	d := i.decoders.Get().(*claim.Decoder)
	defer i.decoders.Put(d)
	var (
		out         []Message
		bad, others []lineProblems
		count, told int
	)
	for n, raw := range split(body, byLine) {
		if len(out) == i.o.MaxClaims {
			return nil, &refuseMany
		}
		d.Batch.Reset()
		d.Reset(d.Batch)
		problems := d.Decode(raw)
		key, _ := i.o.Key(raw)
		out = append(out, Message{Key: key, Value: raw})
		switch {
		case len(problems) > 0:
			count += len(problems)
			problems = problems[:min(len(problems), maxProblems-told)]
			told += len(problems)
			bad = append(bad, lineProblems{n, slices.Clone(problems)})
		case institution(d.Batch) != code:
			others = append(others, lineProblems{Line: n})
		}
	}
	switch {
	case len(others) > 0:
		return nil, refuseOthers.with(others, 0)
	case len(bad) > 0:
		return nil, refuseClaims.with(bad, count-told)
	case len(out) == 0:
		return nil, &refuseEmpty
	}
	return out, nil
}

// institution gives the fixmedins_code of the one claim of a batch.
func institution(b *claim.Batch) string {
	codes := b.Codes(claim.FixmedinsCode)
	return b.Dicts[claim.DomainInstitution].Text(codes[len(codes)-1])
}

// split gives the claims of a body with the number of their line. Lines with
// nothing but space, tab and carriage return are passed over.
func split(body []byte, byLine bool) func(yield func(int, []byte) bool) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	return func(yield func(int, []byte) bool) {
		for n := 1; len(body) > 0; n++ {
			line, rest := body, []byte(nil)
			if byLine {
				line, rest, _ = bytes.Cut(body, []byte("\n"))
			}
			body = rest
			if len(bytes.Trim(line, " \t\r\n")) > 0 && !yield(n, line) {
				return
			}
		}
	}
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// contentType reports whether the body holds a claim a line.
func contentType(r *http.Request) (lines, ok bool) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return false, false
	}
	t, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return false, false
	}
	switch t {
	case "application/json":
		return false, true
	case "application/x-ndjson", "application/jsonl":
		return true, true
	}
	return false, false
}
