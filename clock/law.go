package clock

import (
	"bytes"
	_ "embed" // the national clocks come with the program
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Law is a period that a text sets, as data.
type Law struct {
	ID         string      `json:"id"`
	Chinese    string      `json:"zh"`
	English    string      `json:"en"`
	Starts     string      `json:"starts"` // the event from which it runs
	Unit       Unit        `json:"unit"`
	N          int         `json:"n"` // 0: the text gives no number, and a place must set one
	Extensions []Extension `json:"extensions"`
	Excludes   []string    `json:"excludes"` // what takes time that does not count
	Suspends   []string    `json:"suspends"` // what makes the clock stand still
	Article    string      `json:"article"`
	Seen       Seen        `json:"seen"`
}

// Extension is by how much a period may be extended once, and who says so.
type Extension struct {
	N  int    `json:"n"`
	By string `json:"by"` // head (负责人批准), collective (集体讨论)
}

// Seen is how well the number of a law clock is known.
type Seen string

// How well a number is known. docs/clock.md lists the clocks that were not read
// in the text itself; check them before they bind anybody.
const (
	SeenText      Seen = "text"      // the article itself was read
	SeenSecondary Seen = "secondary" // others report it
	SeenNone      Seen = "none"      // the text was not found
)

// ErrUndefined is the error of a clock for which neither law nor place gives a
// number.
var ErrUndefined = errors.New("法律文本没有给出天数，须由当地设定 (the text gives no number; the place must set one)")

//go:embed clocks.json
var clocksJSON []byte

// National are the clocks that hold in the whole country.
var National = sync.OnceValue(func() []Law {
	laws, err := ReadLaws(clocksJSON)
	if err != nil {
		panic(fmt.Errorf("the clocks of the program: %w", err)) // the tests read them
	}
	return laws
})

// ReadLaws reads a list of clocks as JSON; every one needs an id, a start, a
// unit and an article.
func ReadLaws(text []byte) ([]Law, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var laws []Law
	if err := dec.Decode(&laws); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range laws {
		l := &laws[i]
		if l.ID == "" || seen[l.ID] {
			return nil, fmt.Errorf("clock %d: id %q is empty or stands there twice", i+1, l.ID)
		}
		seen[l.ID] = true
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", l.ID, err)
		}
	}
	return laws, nil
}

func (l *Law) check() error {
	switch {
	case l.Chinese == "" || l.English == "" || l.Starts == "":
		return errors.New("a name or the event that starts it is missing")
	case l.Article == "":
		return errors.New("the article is missing")
	case !slices.Contains(Units, l.Unit):
		return fmt.Errorf("%q is not a unit", l.Unit)
	case l.N < 0:
		return errors.New("a period is not negative")
	case !slices.Contains([]Seen{SeenText, SeenSecondary, SeenNone}, l.Seen):
		return fmt.Errorf("seen is %q", l.Seen)
	case (len(l.Excludes) > 0 || len(l.Suspends) > 0) && l.Unit != Days && l.Unit != WorkingDays:
		return errors.New("nothing can be left out of months or hours")
	}
	for _, x := range l.Extensions {
		if x.N < 1 || x.By == "" {
			return errors.New("an extension needs a length and who grants it")
		}
	}
	return nil
}

// Find gives the clock of an id.
func Find(laws []Law, id string) (Law, bool) {
	i := slices.IndexFunc(laws, func(l Law) bool { return l.ID == id })
	if i < 0 {
		return Law{}, false
	}
	return laws[i], true
}

// Start is the period of a clock that starts at a moment. It is ErrUndefined
// where the clock has no number.
func (l *Law) Start(from Moment) (Period, error) {
	if l.N == 0 {
		return Period{}, fmt.Errorf("%s（%s）: %w", l.Chinese, l.Article, ErrUndefined)
	}
	return Period{From: from, N: l.N, Unit: l.Unit}, nil
}

// Extended is the most by which a clock can have been extended after so many
// extensions. More than the law has are an error.
func (l *Law) Extended(times int) (int, error) {
	if times < 0 || times > len(l.Extensions) {
		return 0, fmt.Errorf("%s（%s）只能延长 %d 次 (may be extended so often only)", l.Chinese, l.Article, len(l.Extensions))
	}
	n := 0
	for _, x := range l.Extensions[:times] {
		n += x.N
	}
	return n, nil
}
