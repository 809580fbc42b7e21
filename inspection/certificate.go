package inspection

import (
	"context"
	"fmt"
	"strings"
)

// LoginColumn is a column that a library of inspectors may have: the account of
// the inspector. Draws do not look at it.
const LoginColumn = "login"

// Certificate is an enforcement certificate (执法证) as the library of inspectors
// has it.
type Certificate struct {
	Inspector string // id in the library
	Login     string // account of the inspector; empty: the library names none
	Licence   string // number of the certificate
	Until     string // last day on which it is valid, YYYY-MM-DD; empty: not said
}

// Certificates are those of the library of inspectors in force, in its order;
// none without a library.
func (s *Store) Certificates(ctx context.Context) (out []Certificate, err error) {
	shelf, err := s.Shelf(ctx, Inspectors)
	if err != nil || shelf.Current == "" {
		return nil, err
	}
	l, err := s.Library(ctx, Inspectors, shelf.Current)
	if err != nil {
		return nil, err
	}
	t, problems := Inspectors.Read(l.Text)
	if len(problems) > 0 {
		return nil, fmt.Errorf("library of inspectors %s: %w", l.ID, problems)
	}
	for _, row := range t.Rows {
		if licence := strings.TrimSpace(row["licence_no"]); licence != "" {
			out = append(out, Certificate{row["id"], strings.TrimSpace(row[LoginColumn]), licence, strings.TrimSpace(row["licence_until"])})
		}
	}
	return out, nil
}
