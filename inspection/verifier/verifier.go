// Package verifier holds the page with which anybody checks a draw in a browser:
// one file, without the network. It is written from docs/verify-a-draw.md alone
// and shares no code with inspection/draw, so that each can prove the other
// wrong.
package verifier

import _ "embed" // the page comes with the program

// Page is verify-draw.html, to be saved and opened. Its own policy of content
// lets it run its script and style, by their hashes, and connect to nothing.
//
//go:embed verify-draw.html
var Page []byte
