package public

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"fundwatch/blacklist/edition"
)

const perPage = 50

// listPage is the list in force, or what of it was asked for.
type listPage struct {
	Text     string  `json:"text"` // searched for
	Edition  int     `json:"edition"`
	Day      string  `json:"day"`
	Hash     string  `json:"hash"`
	All      int     `json:"all"`
	Total    int     `json:"total"` // that were found
	First    int     `json:"first"`
	Entries  []Entry `json:"entries"`
	Previous string  `json:"previous,omitempty"`
	Next     string  `json:"next,omitempty"`
}

func showList(s *Site, w http.ResponseWriter, r *http.Request) error {
	h, err := s.list.open()
	if err != nil {
		return err
	}
	q := r.URL.Query()
	page := listPage{Text: q.Get("q")}
	if h != nil {
		last := h.report.Editions[len(h.report.Editions)-1]
		page.Edition, page.Day, page.Hash, page.All = last.Edition, last.Day, last.List, len(h.entries)
		found := h.find(page.Text)
		page.Total = len(found)
		n, _ := strconv.Atoi(q.Get("page"))
		pages := max(1, (len(found)+perPage-1)/perPage)
		n = min(max(n, 1), pages)
		page.First = (n-1)*perPage + 1
		page.Entries = found[page.First-1 : min(page.First-1+perPage, len(found))]
		if n > 1 {
			page.Previous = pageOf("/lists", q, n-1)
		}
		if n < pages {
			page.Next = pageOf("/lists", q, n+1)
		}
	}
	s.show(w, r, http.StatusOK, "list", page)
	return nil
}

func pageOf(path string, q url.Values, n int) string {
	q.Set("page", strconv.Itoa(n))
	return path + "?" + q.Encode()
}

// editionsPage is the history of the list, the last edition first.
type editionsPage struct {
	Key      string          `json:"key"`
	Editions []edition.Entry `json:"editions"`
}

func showEditions(s *Site, w http.ResponseWriter, r *http.Request) error {
	h, err := s.list.open()
	if err != nil {
		return err
	}
	page := editionsPage{Editions: []edition.Entry{}}
	if h != nil {
		page.Key, page.Editions = h.report.Key, slices.Clone(h.report.Editions)
		slices.Reverse(page.Editions)
	}
	s.show(w, r, http.StatusOK, "editions", page)
	return nil
}

// verifyPage tells how to verify the list without trusting this server.
type verifyPage struct {
	Key     string   `json:"key"`
	Edition int      `json:"edition"`
	Files   []string `json:"files"`
}

func showVerify(s *Site, w http.ResponseWriter, r *http.Request) error {
	h, err := s.list.open()
	if err != nil {
		return err
	}
	page := verifyPage{Files: []string{}}
	if h != nil {
		page.Key, page.Edition = h.report.Key, len(h.report.Editions)
		page.Files = append(page.Files, edition.IndexName)
		for n := 1; n <= page.Edition; n++ {
			page.Files = append(page.Files, edition.ListName(n), edition.NoteName(n))
			if n > 1 {
				page.Files = append(page.Files, edition.DeltaName(n))
			}
		}
	}
	s.show(w, r, http.StatusOK, "verify", page)
	return nil
}

var fileName = regexp.MustCompile(`^(index\.json|(list|delta)-[1-9][0-9]{0,8}\.json|list-[1-9][0-9]{0,8}\.note)$`)

// sendFile gives a file of the folder, byte for byte: also of a folder that does
// not verify, so that anybody can see why.
func sendFile(s *Site, w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	if s.o.Lists == nil || !fileName.MatchString(name) {
		return errNothing
	}
	b, err := fs.ReadFile(s.o.Lists, name)
	if errors.Is(err, fs.ErrNotExist) {
		return errNothing
	}
	if err != nil {
		return err
	}
	kind := "application/json"
	if name[len(name)-4:] == "note" {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b) // whoever has gone away does not see it
	return nil
}

// answerRestriction says whether an institution or practitioner is on the list
// in force, with edition and hash.
func answerRestriction(s *Site, w http.ResponseWriter, r *http.Request) error {
	x := s.o.Index()
	if x == nil {
		return errClosed
	}
	id := r.PathValue("id")
	if len(id) > 64 {
		return errNothing
	}
	b, err := x.AppendJSON(nil, id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(append(b, '\n')) // whoever has gone away does not hear it
	return nil
}
