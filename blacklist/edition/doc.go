// Package edition makes and checks published lists: numbered editions of
// records in a folder, each with the hash of the one before and a signature.
// It knows bytes and names of files, not what a record means or where a folder
// lies.
//
// The form is that of docs/lists.md. An edition is list-N.json (all records),
// delta-N.json (what changed since N-1; from edition 2 on) and list-N.note (a
// signed note). index.json names the key and the hashes of all editions. All
// JSON is RFC 8785 canonical, so equal content is equal bytes.
package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Names of the files of a folder that do not carry a number.
const (
	IndexName = "index.json"

	newIndexName = "index.json.new" // becomes index.json, and with it the edition is published
)

// ListName is the file of all records of edition n.
func ListName(n int) string { return fmt.Sprintf("list-%d.json", n) }

// DeltaName is the file of what edition n changed; there is none for n = 1.
func DeltaName(n int) string { return fmt.Sprintf("delta-%d.json", n) }

// NoteName is the file of the signature of edition n.
func NoteName(n int) string { return fmt.Sprintf("list-%d.note", n) }

// markerName is the empty file that is there while edition n is being written.
func markerName(n int) string { return fmt.Sprintf("publishing-%d", n) }

// Hash gives "sha256:" and 64 hexadecimal digits.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hashPrefix + hex.EncodeToString(sum[:])
}

const hashPrefix = "sha256:"

// Problem says what is wrong with what was given for an edition, and where. It
// never carries a value, since values may be personal.
type Problem struct {
	File     string // "records", "removals", "list", "key" or a file of the folder
	Line     int    // of the file; 0 where it is no line
	Path     string // inside a record, for example "/sites/2/name"; empty: as a whole
	Sentence string // Chinese, then English
}

// String writes a problem as one line.
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s += fmt.Sprintf(":%d", p.Line)
	}
	if p.Path != "" {
		s += " " + p.Path
	}
	return s + ": " + p.Sentence
}

// Where problems lie that are in no file of the folder.
const (
	InRecords  = "records"
	InRemovals = "removals"
	InKey      = "key"
	InDay      = "day"
	InList     = "list"
)
