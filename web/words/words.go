// Package words holds every text of the pages, in Chinese and in English, and
// writes numbers, money and days as officials do.
//
// catalogue.txt is the one list: a key, its Chinese and its English, each on a
// line, and an empty line. Places for values are {1}, {2}, in any order, and
// {1|claim|claims} is the first word where the value is 1, else the second.
package words

import (
	_ "embed"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
)

//go:embed catalogue.txt
var catalogue string

// Lang is a language of the pages.
type Lang string

// The languages. Chinese comes first.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Langs lists the languages.
func Langs() []Lang { return []Lang{ZH, EN} }

// text is one entry of the catalogue.
type text struct{ zh, en string }

var texts = mustRead(catalogue)

// mustRead reads the catalogue that is built in: it cannot differ from the one
// the tests have seen.
func mustRead(all string) map[string]text {
	out, err := read(all)
	if err != nil {
		panic(err)
	}
	return out
}

// read takes a catalogue apart.
func read(all string) (map[string]text, error) {
	out := map[string]text{}
	var entry []string
	for n, line := range strings.Split(all+"\n\n", "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
		case line != "":
			entry = append(entry, line)
		case len(entry) == 0:
		case len(entry) != 3:
			return nil, fmt.Errorf("catalogue: line %d: want key, Chinese and English, have %d lines", n, len(entry))
		default:
			if _, twice := out[entry[0]]; twice {
				return nil, fmt.Errorf("catalogue: line %d: %s comes twice", n, entry[0])
			}
			out[entry[0]] = text{entry[1], entry[2]}
			entry = nil
		}
	}
	return out, nil
}

// Keys lists the keys of the catalogue, sorted.
func Keys() iter.Seq[string] { return slices.Values(slices.Sorted(maps.Keys(texts))) }

// Has reports whether there is a text.
func Has(key string) bool { _, ok := texts[key]; return ok }

// Say gives a text with values in their places. A key without a text shows
// itself, so that it is seen; the tests find it first.
func (l Lang) Say(key string, values ...any) string {
	t, ok := texts[key]
	if !ok {
		return "[" + key + "]"
	}
	s := t.zh
	if l == EN {
		s = t.en
	}
	return fill(s, values)
}

var places = regexp.MustCompile(`\{([1-9])(?:\|([^|{}]*)\|([^|{}]*))?\}`)

// fill puts values in their places. A place without a value stays. Values are
// put in once, so one that looks like a place is only text.
func fill(s string, values []any) string {
	if len(values) == 0 {
		return s
	}
	return places.ReplaceAllStringFunc(s, func(place string) string {
		m := places.FindStringSubmatch(place)
		n := int(m[1][0] - '1')
		if n >= len(values) {
			return place
		}
		value := fmt.Sprint(values[n])
		switch {
		case len(place) == len("{1}"):
			return value
		case value == "1":
			return m[2]
		}
		return m[3]
	})
}

// Or gives the text of a key, or what is given in its place.
func (l Lang) Or(key, otherwise string) string {
	if !Has(key) {
		return otherwise
	}
	return l.Say(key)
}

// Of chooses between two texts that are no part of the catalogue, such as the
// title of a detector.
func (l Lang) Of(zh, en string) string {
	if l == EN {
		return en
	}
	return zh
}
