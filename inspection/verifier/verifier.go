// Package verifier holds the page with which anybody checks a draw in a browser:
// one file, without the network. It is written from docs/verify-a-draw.md alone
// and shares no code with inspection/draw, so that each can prove the other
// wrong.
package verifier

import (
	"crypto/sha256"
	_ "embed" // the page comes with the program
	"encoding/base64"
	"strings"
)

// Page is verify-draw.html, to be served or saved.
//
//go:embed verify-draw.html
var Page string

// Policy is the content security policy under which the page works and can do
// nothing else: its own script and style, by their hashes, and no connection.
func Policy() string {
	return "default-src 'none'; script-src " + source("script") + "; style-src " + source("style") + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// source is the hash of what stands between the tags of an element.
func source(element string) string {
	_, rest, _ := strings.Cut(Page, "<"+element+">")
	text, _, _ := strings.Cut(rest, "</"+element+">")
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
