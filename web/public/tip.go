package public

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"fundwatch/tips"
)

// maxTip is the most a form of a tip may hold, in bytes.
const maxTip = 64 << 10

// tipRoutes are the pages by which anybody reports something. A receipt never
// stands in an address: whoever looks after a tip posts it.
func tipRoutes() []route {
	return []route{
		{http.MethodGet, "/tip", showTipForm},
		{http.MethodPost, "/tip", takeTip},
		{http.MethodGet, "/tip/status", showReceiptForm},
		{http.MethodPost, "/tip/status", showTip},
		{http.MethodPost, "/tip/write", writeTip},
	}
}

// tipForm is the form of a tip, with what was wrong with it.
type tipForm struct {
	Act      string `json:"act"`
	About    string `json:"about"`
	Said     string `json:"said"`
	Identity string `json:"identity"`
	Named    bool   `json:"takes_identity"`
	Fault    string `json:"fault,omitempty"` // key of the words that say so
}

type receiptPage struct {
	Receipt string `json:"receipt"`
	Spaced  string `json:"-"` // in fours, to be copied by hand
	Named   bool   `json:"named"`
}

type receiptForm struct {
	Fault string `json:"fault,omitempty"`
}

// tipPage is what whoever has the receipt sees.
type tipPage struct {
	Receipt  string         `json:"-"`
	Act      string         `json:"-"`
	Status   string         `json:"status"`
	Since    string         `json:"since"`
	Named    bool           `json:"named"`
	Told     string         `json:"told,omitempty"`
	Opened   int64          `json:"opened"`
	OpenedAt string         `json:"opened_at,omitempty"`
	About    string         `json:"about"`
	Said     string         `json:"said"`
	Messages []tips.Message `json:"messages"`
	Fault    string         `json:"fault,omitempty"`
}

func showTipForm(s *Site, w http.ResponseWriter, r *http.Request) error {
	if s.o.Tips == nil {
		return errNothing
	}
	return s.tipForm(w, r, http.StatusOK, tipForm{})
}

func (s *Site) tipForm(w http.ResponseWriter, r *http.Request, status int, f tipForm) error {
	var err error
	if f.Act == "" {
		f.Act, err = s.o.Tips.NewAct()
	}
	f.Named = s.o.Tips.TakesIdentity()
	if err == nil {
		s.show(w, r, status, "tip", f)
	}
	return err
}

// posted reads a form; false where it is too large or is none.
func posted(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxTip)
	if r.ParseForm() != nil {
		return false
	}
	for _, values := range r.PostForm {
		for _, v := range values {
			if !utf8.ValidString(v) {
				return false
			}
		}
	}
	return true
}

func value(r *http.Request, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"))
}

// takeTip keeps a tip and shows its receipt, once. Nothing of who sent it or
// from where is kept with it.
func takeTip(s *Site, w http.ResponseWriter, r *http.Request) error {
	if s.o.Tips == nil {
		return errNothing
	}
	if !posted(w, r) {
		return s.tipForm(w, r, http.StatusUnprocessableEntity, tipForm{Fault: "public.tip.long"})
	}
	f := tipForm{Act: value(r, "act"), About: value(r, "about"), Said: value(r, "said"), Identity: value(r, "identity")}
	ok, err := s.takes.pass(s.o.Clock(), s.o.Sources.Of(r))
	if err != nil {
		return err
	}
	if !ok {
		f.Fault = "public.tip.busy"
		return s.tipForm(w, r, http.StatusTooManyRequests, f)
	}
	if len(f.Act) != actLength || strings.Trim(f.Act, "0123456789abcdef") != "" {
		f.Act = "" // not of a form of ours
	}
	if f.Act == "" {
		if f.Act, err = s.o.Tips.NewAct(); err != nil {
			return err
		}
	}
	receipt, err := s.o.Tips.Submit(r.Context(), tips.Submission{Act: f.Act, Channel: "web", About: f.About, Said: f.Said, Identity: f.Identity, Who: "public", At: s.o.Clock()})
	switch {
	case errors.Is(err, tips.ErrEmpty):
		f.Fault = "public.tip.empty"
	case errors.Is(err, tips.ErrLong):
		f.Fault = "public.tip.long"
	case errors.Is(err, tips.ErrCustodians):
		f.Fault = "public.tip.anonymous"
	case err != nil:
		return err
	}
	if f.Fault != "" {
		return s.tipForm(w, r, http.StatusUnprocessableEntity, f)
	}
	s.show(w, r, http.StatusOK, "receipt", receiptPage{receipt, receipt[:4] + " " + receipt[4:8] + " " + receipt[8:12] + " " + receipt[12:], f.Identity != ""})
	return nil
}

// actLength is that of the ids that forms carry.
const actLength = 32

func showReceiptForm(s *Site, w http.ResponseWriter, r *http.Request) error {
	if s.o.Tips == nil {
		return errNothing
	}
	s.show(w, r, http.StatusOK, "tipstatus", receiptForm{})
	return nil
}

// find gives the tip of the receipt that was posted; false: an answer was given.
func (s *Site) find(w http.ResponseWriter, r *http.Request) (id string, ok bool, err error) {
	if s.o.Tips == nil {
		return "", false, errNothing
	}
	read := posted(w, r)
	if ok, err = s.tries.pass(s.o.Clock(), s.o.Sources.Of(r)); err != nil {
		return "", false, err
	}
	if !ok {
		s.show(w, r, http.StatusTooManyRequests, "tipstatus", receiptForm{"public.tip.busy"})
		return "", false, nil
	}
	if read {
		if id, err = s.o.Tips.ByReceipt(r.Context(), value(r, "receipt")); err == nil {
			return id, true, nil
		}
	}
	if err != nil && !errors.Is(err, tips.ErrMissing) {
		return "", false, err
	}
	s.show(w, r, http.StatusUnprocessableEntity, "tipstatus", receiptForm{"public.tip.unknown"})
	return "", false, nil
}

func showTip(s *Site, w http.ResponseWriter, r *http.Request) error {
	id, ok, err := s.find(w, r)
	if err != nil || !ok {
		return err
	}
	return s.tip(w, r, http.StatusOK, id, "")
}

func writeTip(s *Site, w http.ResponseWriter, r *http.Request) error {
	id, ok, err := s.find(w, r)
	if err != nil || !ok {
		return err
	}
	act := value(r, "act")
	if len(act) != actLength {
		return s.tip(w, r, http.StatusUnprocessableEntity, id, "public.tip.long")
	}
	err = s.o.Tips.Write(r.Context(), id, value(r, "text"), tips.By{ID: act, Reason: "来信 message", At: s.o.Clock()})
	switch {
	case errors.Is(err, tips.ErrEmpty):
		return s.tip(w, r, http.StatusUnprocessableEntity, id, "public.tip.empty")
	case errors.Is(err, tips.ErrLong), errors.Is(err, tips.ErrFull):
		return s.tip(w, r, http.StatusUnprocessableEntity, id, "public.tip.long")
	case err != nil:
		return err
	}
	return s.tip(w, r, http.StatusOK, id, "")
}

func (s *Site) tip(w http.ResponseWriter, r *http.Request, status int, id, fault string) error {
	t, err := s.o.Tips.Tip(r.Context(), id)
	if err != nil {
		return err
	}
	p := tipPage{Receipt: value(r, "receipt"), Status: string(t.Status), Since: t.Since[:len("2006-01-02")], Named: t.Named, Told: t.Told, Opened: t.Opened, OpenedAt: t.OpenedAt,
		About: t.About, Said: t.Said, Messages: t.Messages, Fault: fault}
	if p.Act, err = s.o.Tips.NewAct(); err != nil {
		return err
	}
	s.show(w, r, status, "tipseen", p)
	return nil
}
