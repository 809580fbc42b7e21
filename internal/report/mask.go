package report

import "strings"

// Person codes are shown with their first two and last two characters only
// (grade 2+2, between 高 1+1 and 中 3+3 of the masking grades): enough to match
// a record one already holds, not enough to find a person. Shorter codes keep
// the first character or nothing. So that findings about one person can still
// be put side by side, a number that is valid in this report alone stands
// beside the code. Practitioners and institutions are named by their public
// codes; settlement ids stay whole, since without them nothing can be checked.
const (
	maskKept  = 2
	maskLeast = 8 // shorter codes would show half of themselves
	maskStars = "****"
)

// mask hides the middle of a person code.
func mask(code string) string {
	r := []rune(code)
	switch {
	case len(r) >= maskLeast:
		return string(r[:maskKept]) + maskStars + string(r[len(r)-maskKept:])
	case len(r) > maskKept:
		return string(r[:1]) + maskStars
	}
	return maskStars
}

// people knows every person code of a report and numbers those that are shown.
type people struct {
	known  map[string]bool
	number map[string]int
}

func newPeople() *people { return &people{known: map[string]bool{}, number: map[string]int{}} }

// add makes a code known, so that it is masked wherever else it stands.
func (p *people) add(code string) {
	if code != "" {
		p.known[code] = true
	}
}

// show masks a code and gives it its number.
func (p *people) show(code string) string {
	n, ok := p.number[code]
	if !ok {
		n = len(p.number) + 1
		p.number[code] = n
	}
	return short(mask(code)) + " #" + count(n)
}

// hide masks a text that is a person code, by its value or by its name, and
// leaves any other.
func (p *people) hide(name, text string) string {
	if text != "" && (p.known[text] || strings.Contains(name, "psn") || name == "person") {
		return p.show(text)
	}
	return short(text)
}
