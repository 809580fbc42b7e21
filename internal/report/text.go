package report

import (
	"strings"
	"unicode/utf8"
)

// longest is the most characters of a text from a message that are shown. The
// contract sets no limit to codes, and one must not swamp the page.
const longest = 160

// short cuts a text and replaces what has no shape on a page: control
// characters and bytes that are no UTF-8.
func short(s string) string {
	return strings.Map(printable, strings.ToValidUTF8(cut(s, longest), "\uFFFD"))
}

// cut ends a text after that many characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	at := 0
	for range most {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
		if at >= len(s) {
			return s
		}
	}
	return s[:at] + "…"
}

func printable(c rune) rune {
	switch {
	case c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffe || c == 0xffff:
		return utf8.RuneError
	}
	return c
}
