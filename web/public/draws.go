package public

import (
	"errors"
	"net/http"
	"strconv"

	"fundwatch/inspection"
	"fundwatch/inspection/verifier"
)

// drawsPage lists campaigns of inspections, those planned last first.
type drawsPage struct {
	Draws    []drawRow `json:"draws"`
	Previous string    `json:"previous,omitempty"`
	Next     string    `json:"next,omitempty"`
}

// drawRow is a campaign: what anybody needs to know that nothing was changed.
type drawRow struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Status     string    `json:"status"`
	Day        string    `json:"day"`
	SeedSource string    `json:"seed_source"`
	SHA256     string    `json:"commit_sha256"`
	Steps      []drawnAt `json:"steps"`
	Seed       string    `json:"seed,omitempty"`
	DrawSHA256 string    `json:"draw_sha256,omitempty"`
}

type drawnAt struct {
	Status string `json:"status"`
	At     string `json:"at"`
}

// drawPage is one campaign, with its objects where they are public.
type drawPage struct {
	drawRow
	Open    bool        `json:"objects_public"`
	Results bool        `json:"results_public"`
	Files   bool        `json:"files_public"`
	Basis   string      `json:"basis,omitempty"` // of what is public besides the hashes
	Objects []drawnItem `json:"objects"`
}

type drawnItem struct {
	Stratum string `json:"stratum"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Ticket  string `json:"ticket"`
	For     string `json:"for,omitempty"`
	State   string `json:"state,omitempty"`
	Due     string `json:"due,omitempty"`
}

func drawRoutes() []route {
	return []route{
		{http.MethodGet, "/draws", showDraws},
		{http.MethodGet, "/draws/{campaign}", showDraw},
		{http.MethodGet, "/draws/{campaign}/commit.json", func(s *Site, w http.ResponseWriter, r *http.Request) error {
			return s.sendDrawFile(w, r, "commit.json", (*inspection.Published).Commit)
		}},
		{http.MethodGet, "/draws/{campaign}/draw.json", func(s *Site, w http.ResponseWriter, r *http.Request) error {
			return s.sendDrawFile(w, r, "draw.json", (*inspection.Published).Draw)
		}},
		{http.MethodGet, "/verify-draw.html", sendVerifier},
	}
}

func rowOfDraw(p *inspection.Published) drawRow {
	row := drawRow{ID: p.ID, Name: p.Name, Status: string(p.Status), Day: p.Day, SeedSource: p.SeedSource, SHA256: p.SHA256, Seed: p.Seed, DrawSHA256: p.DrawSHA256}
	for _, step := range p.Steps {
		row.Steps = append(row.Steps, drawnAt{string(step.Status), step.At})
	}
	return row
}

func showDraws(s *Site, w http.ResponseWriter, r *http.Request) error {
	page := drawsPage{Draws: []drawRow{}}
	if s.o.Inspections != nil {
		q := r.URL.Query()
		n, _ := strconv.Atoi(q.Get("page"))
		n = min(max(n, 1), 1_000_000)
		total, all, err := s.o.Inspections.PublishedCampaigns(r.Context(), (n-1)*perPage, perPage)
		if err != nil {
			return err
		}
		for i := range all {
			page.Draws = append(page.Draws, rowOfDraw(&all[i]))
		}
		if n > 1 {
			page.Previous = pageOf("/draws", q, n-1)
		}
		if int64(n*perPage) < total {
			page.Next = pageOf("/draws", q, n+1)
		}
	}
	s.show(w, r, http.StatusOK, "draws", page)
	return nil
}

// published reads what is public of the campaign of an address.
func (s *Site) published(r *http.Request) (p inspection.Published, err error) {
	if s.o.Inspections == nil {
		return p, errNothing
	}
	p, err = s.o.Inspections.Published(r.Context(), r.PathValue("campaign"), s.o.Rule)
	if errors.Is(err, inspection.ErrMissing) {
		err = errNothing
	}
	return p, err
}

func showDraw(s *Site, w http.ResponseWriter, r *http.Request) error {
	p, err := s.published(r)
	if err != nil {
		return err
	}
	page := drawPage{drawRow: rowOfDraw(&p), Open: p.Open, Results: p.Results, Files: p.Files, Objects: []drawnItem{}}
	if p.Open {
		page.Basis = s.o.Rule.Basis
	}
	for _, o := range p.Objects {
		page.Objects = append(page.Objects, drawnItem{o.Stratum, o.ID, o.Name, o.Ticket, o.For, string(o.State), o.Due})
	}
	s.show(w, r, http.StatusOK, "draw", page)
	return nil
}

// sendDrawFile gives a file byte for byte as its hash was made public, or
// nothing at all.
func (s *Site) sendDrawFile(w http.ResponseWriter, r *http.Request, name string, of func(*inspection.Published) []byte) error {
	p, err := s.published(r)
	if err != nil {
		return err
	}
	b := of(&p)
	if b == nil {
		return errNothing
	}
	sendNamed(w, name, "application/json", b)
	return nil
}

// sendVerifier gives the page that checks a draw, to be saved and opened apart
// from this server.
func sendVerifier(_ *Site, w http.ResponseWriter, _ *http.Request) error {
	sendNamed(w, "verify-draw.html", "text/html; charset=utf-8", verifier.Page)
	return nil
}

func sendNamed(w http.ResponseWriter, name, kind string, b []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b) // whoever has gone away does not see it
}
