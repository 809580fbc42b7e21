package accounts

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fundwatch/internal/journal"
)

// View is a list that a user keeps under a name: what it is chosen by, how it
// is sorted and shown.
type View struct {
	ID    string
	Name  string
	Query string // of the address of the list, without what it begins with
	Since string
}

// MostViews is how many views a user may keep.
const MostViews = 50

// longestQuery is the most a view may hold, in bytes.
const longestQuery = 2000

// Errors of views.
var (
	ErrView      = errors.New("没有这个视图 no such view")
	ErrViewName  = errors.New("视图名称为 1 至 40 字，条件不超过 2000 字节 the name of a view has 1 to 40 characters, what it is chosen by 2000 bytes")
	ErrViewTaken = errors.New("已有同名视图 a view of that name is there")
	ErrViews     = fmt.Errorf("视图不超过 %d 个 a user keeps at most %d views", MostViews, MostViews)
)

// SaveView keeps a view of a user and gives its id. A view with an id takes the
// place of what is there; there must be something.
func (s *Store) SaveView(ctx context.Context, user string, v View, by By) (string, error) {
	if n := len([]rune(v.Name)); n < 1 || n > 40 || strings.ContainsAny(v.Name, "\n\r\t") || len(v.Query) > longestQuery {
		return "", ErrViewName
	}
	op := journal.Op{"op": "view", "user": user, "id": v.ID, "name": v.Name, "query": v.Query, "most": strconv.Itoa(MostViews)}
	if v.ID == "" {
		// The act names the view, so that the act sent again is the same.
		v.ID = "V" + hash(by.ID)[:20]
		op["id"] = v.ID
	} else {
		op["known"] = "1"
	}
	return v.ID, s.viewed(ctx, "view.save", v.ID, op, by)
}

// DropView forgets a view of a user.
func (s *Store) DropView(ctx context.Context, user, id string, by By) error {
	return s.viewed(ctx, "view.drop", id, journal.Op{"op": "unview", "user": user, "id": id}, by)
}

func (s *Store) viewed(ctx context.Context, kind, id string, op journal.Op, by By) error {
	if !ofView(id) {
		return ErrView
	}
	if by.ID == "" || by.Who == "" || by.Reason == "" || len(by.Reason) > maxReason {
		return errors.New("an act has an id, a person and a reason")
	}
	_, err := s.journal.Append(ctx, journal.Entry{Chain: staff, At: by.At, Kind: kind, Object: "view:" + id, Version: 0, Who: by.Who, ID: by.ID,
		Body: map[string]string{"reason": by.Reason}, Ops: []journal.Op{op}})
	if refused, ok := errors.AsType[*journal.Refused](err); ok {
		switch refused.Reason {
		case "missing":
			return ErrView
		case "name":
			return ErrViewTaken
		case "many":
			return ErrViews
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

// ofView reports whether a text can be the id of a view: V and 20 hex digits.
func ofView(id string) bool {
	digits, ok := strings.CutPrefix(id, "V")
	_, err := hex.DecodeString(digits)
	return ok && err == nil && len(digits) == 20
}

// Views lists the views of a user, by name.
func (s *Store) Views(ctx context.Context, user string) ([]View, error) {
	h, err := s.journal.Reader().HGetAll(ctx, s.journal.Key("views:"+user)).Result()
	if err != nil {
		return nil, fmt.Errorf("read views: %w", err)
	}
	var out []View
	for field, name := range h {
		if id, ok := strings.CutPrefix(field, "name:"); ok {
			out = append(out, View{ID: id, Name: name, Query: h["query:"+id], Since: h["since:"+id]})
		}
	}
	slices.SortFunc(out, func(a, b View) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
