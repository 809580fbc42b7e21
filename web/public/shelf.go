package public

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"fundwatch/blacklist/edition"
)

// shelf keeps what a folder of editions holds. The folder is verified when its
// index changes, not at every request.
type shelf struct {
	folder fs.FS

	mu    sync.Mutex
	index string // of which the rest was read
	held  *held
	err   error
}

// held is a folder that verified.
type held struct {
	report  edition.Report
	entries []Entry
}

// Entry is a record of the list, as the page shows it.
type Entry struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	Name      string   `json:"name"`
	USCC      string   `json:"uscc,omitempty"`
	Class     string   `json:"class"`
	Measure   string   `json:"measure"`
	Facts     string   `json:"facts"`
	Decision  string   `json:"decision"`
	Authority string   `json:"authority"`
	Basis     []string `json:"basis"`
	Decided   string   `json:"decided"`
	Listed    string   `json:"listed"`
	Until     string   `json:"until"`
	Review    bool     `json:"review"`
}

// open gives what the folder holds; nil when there is no edition yet.
func (s *shelf) open() (*held, error) {
	if s.folder == nil {
		return nil, nil
	}
	b, err := fs.ReadFile(s.folder, edition.IndexName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errClosed, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index == string(b) && (s.held != nil || s.err != nil) {
		return s.held, s.err
	}
	s.index = string(b)
	s.held, s.err = read(s.folder)
	return s.held, s.err
}

func read(folder fs.FS) (*held, error) {
	report, records, err := edition.Last(folder)
	if err != nil || report == nil {
		return nil, errors.Join(errClosed, err)
	}
	h := &held{report: *report}
	for _, r := range records {
		e := Entry{}
		if json.Unmarshal(r.JSON, &e) != nil { // made elsewhere, with fields of other kinds
			e = Entry{Facts: string(r.JSON)}
		}
		e.ID = r.ID
		h.entries = append(h.entries, e)
	}
	return h, nil
}

// find gives the entries that hold a text, in any letters.
func (h *held) find(text string) (out []Entry) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, e := range h.entries {
		all := strings.ToLower(strings.Join(append([]string{e.ID, e.Name, e.USCC, e.Decision, e.Authority, e.Facts}, e.Basis...), "\n"))
		if strings.Contains(all, text) {
			out = append(out, e)
		}
	}
	return out
}
