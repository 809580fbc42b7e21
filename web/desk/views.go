package desk

import (
	"net/http"
	"net/url"

	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// viewsPage lists the views that the user keeps.
type viewsPage struct {
	Views []viewRow `json:"views"`
	Form  viewForm  `json:"-"` // what could not be saved
	Shown string    `json:"-"` // what it is chosen by, in words
	Most  int       `json:"most"`
	Fault string    `json:"fault,omitempty"`
}

// viewRow is a list kept under a name.
type viewRow struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	URL   string `json:"url"`
	Shown Words  `json:"shown"` // what it is chosen by
	Since string `json:"since"`
	Here  bool   `json:"here,omitempty"` // it is the list that is looked at
	Act   string `json:"-"`
}

// viewForm saves a view: its name, and the query of the list without /leads?.
type viewForm struct {
	Act   string `json:"act"`
	Name  string `json:"name"`
	Query string `json:"query"`
}

// views gives the views of the user.
func (d *Desk) views(r *http.Request) (out []viewRow, err error) {
	saved, err := d.o.Accounts.Views(r.Context(), visitOf(r).user.ID)
	for _, v := range saved {
		values, err := url.ParseQuery(v.Query)
		if err != nil {
			return nil, err
		}
		q, err := leadQueryOf(values)
		if err != nil {
			return nil, err
		}
		out = append(out, viewRow{ID: v.ID, Name: v.Name, URL: listAt(q.values()), Since: v.Since,
			Shown: Words{d.shownWords(words.ZH, q), d.shownWords(words.EN, q)}})
	}
	return out, err
}

// shownWords says what a view shows and how.
func (d *Desk) shownWords(lang words.Lang, q LeadQuery) string {
	text := d.filterWords(lang, q) + "; " + lang.Say("filter.sort") + ": " + lang.Say("sort."+q.Sort)
	if len(q.Columns) > 0 {
		text += "; " + lang.Say("columns.columns") + ":"
		for _, c := range leadColumns {
			if q.Shows(c.Name) {
				text += " " + lang.Say(c.Label)
			}
		}
	}
	if q.Density == compact {
		text += "; " + lang.Say("density.compact")
	}
	return text
}

func showViews(d *Desk, w http.ResponseWriter, r *http.Request) error {
	return d.showViewsAs(w, r, http.StatusOK, viewsPage{})
}

func (d *Desk) showViewsAs(w http.ResponseWriter, r *http.Request, status int, p viewsPage) (err error) {
	if p.Views, err = d.views(r); err != nil {
		return err
	}
	p.Most = accounts.MostViews
	if p.Form.Act, err = d.o.Accounts.NewID(); err != nil {
		return err
	}
	for i := range p.Views {
		p.Views[i].Act = p.Form.Act + p.Views[i].ID
	}
	return d.showAs(w, r, status, "views", p)
}

// postView saves the list that is looked at under a name.
func postView(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f viewForm
	if err := read(r, &f); err != nil {
		return err
	}
	values, err := url.ParseQuery(f.Query)
	if err != nil {
		return errForm
	}
	q, err := leadQueryOf(values)
	if err != nil {
		return err
	}
	f.Query = q.values().Encode()
	err = d.saveView(r, f, accounts.View{Name: f.Name, Query: f.Query}, q.Name)
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		return d.showViewsAs(w, r, status, viewsPage{Form: f, Fault: code, Shown: d.shownWords(visitOf(r).lang, q)})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, listAt(q.values()))
}

// saveView keeps a view, if no number of a person would get into the journal by
// it.
func (d *Desk) saveView(r *http.Request, f viewForm, v accounts.View, texts ...string) error {
	for _, text := range append(texts, f.Name) {
		if d.knownPerson(text) {
			return &problem{status: http.StatusUnprocessableEntity, code: "view-person"}
		}
	}
	by, err := d.by(r, f.Act, "保存视图 saved a view: "+f.Name)
	if err != nil {
		return err
	}
	_, err = d.o.Accounts.SaveView(r.Context(), visitOf(r).user.ID, v, by)
	return err
}

// renameForm gives a view another name.
type renameForm struct {
	Act  string `json:"act"`
	Name string `json:"name"`
}

// postRename gives a view of the user another name.
func postRename(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f renameForm
	if err := read(r, &f); err != nil {
		return err
	}
	v, err := d.ownView(r)
	if err != nil {
		return err
	}
	v.Name = f.Name
	err = d.saveView(r, viewForm{Act: f.Act, Name: f.Name}, v)
	if code, status, ok := faultOf(err); ok && !visitOf(r).json {
		return d.showViewsAs(w, r, status, viewsPage{Fault: code})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, "/views")
}

// ownView gives the view of the address, if it is the user's.
func (d *Desk) ownView(r *http.Request) (accounts.View, error) {
	saved, err := d.o.Accounts.Views(r.Context(), visitOf(r).user.ID)
	if err != nil {
		return accounts.View{}, err
	}
	for _, v := range saved {
		if v.ID == r.PathValue("view") {
			return v, nil
		}
	}
	return accounts.View{}, accounts.ErrView
}

// dropForm forgets a view.
type dropForm struct {
	Act string `json:"act"`
}

func postDrop(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f dropForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.by(r, f.Act, "删除视图 dropped a view")
	if err != nil {
		return err
	}
	if err := d.o.Accounts.DropView(r.Context(), visitOf(r).user.ID, r.PathValue("view"), by); err != nil {
		return err
	}
	return d.done(w, r, "/views")
}
