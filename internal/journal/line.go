package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Line is one change, told for good: what happened to what, by whom, and the
// operations that made it so.
type Line struct {
	Chain   string // region/writer, such as 152900/p3
	Seq     int64  // in its chain, from 1
	At      string // as written by [Stamp]
	Kind    string // what happened: step, case.open, …
	Object  string // to what: part:3, case:…, lead:…
	Version int64  // of the object after it
	Who     string // a user, or the part of the program that did it
	ID      string // of the operation, where a person asked for it; else empty
	Body    map[string]string
	Ops     []Op
	Prev    string // hash of the line before in the chain, empty for the first
	Hash    string // SHA-256 of the canonical line without this member, in hex
}

// Op is one operation on the state. Its member "op" names it; the room that
// owns it says what the others mean. Values are texts, lists and objects of
// texts: numbers are written as texts, so that no reader rounds them.
type Op map[string]any

// beijing is the one time zone of the product.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Stamp writes a time as everything here has it, by the clock of Asia/Shanghai:
// 2026-03-05 08:30:00.
func Stamp(at time.Time) string { return at.In(beijing).Format(time.DateTime) }

// ParseStamp reads what Stamp has written.
func ParseStamp(text string) (time.Time, error) {
	return time.ParseInLocation(time.DateTime, text, beijing)
}

// members gives the line as an object, with or without its hash.
func (l *Line) members(hash bool) map[string]any {
	m := map[string]any{
		"at": l.At, "body": l.Body, "chain": l.Chain, "kind": l.Kind, "object": l.Object, "ops": l.Ops,
		"prev": l.Prev, "seq": l.Seq, "version": l.Version, "who": l.Who,
	}
	if l.ID != "" {
		m["id"] = l.ID
	}
	if hash {
		m["hash"] = l.Hash
	}
	return m
}

// seal works out the hash and gives the canonical bytes.
func (l *Line) seal() ([]byte, error) {
	open, err := appendCanonical(nil, l.members(false))
	if err != nil {
		return nil, fmt.Errorf("write line %s of %s: %w", l.Kind, l.Chain, err)
	}
	sum := sha256.Sum256(open)
	l.Hash = hex.EncodeToString(sum[:])

	return appendCanonical(make([]byte, 0, len(open)+80), l.members(true))
}

// parseLine reads the canonical bytes of a line. Anything but the exact bytes
// that seal writes is refused.
func parseLine(raw []byte) (Line, error) {
	var w struct {
		At      string            `json:"at"`
		Body    map[string]string `json:"body"`
		Chain   string            `json:"chain"`
		Hash    string            `json:"hash"`
		ID      string            `json:"id"`
		Kind    string            `json:"kind"`
		Object  string            `json:"object"`
		Ops     []map[string]any  `json:"ops"`
		Prev    string            `json:"prev"`
		Seq     int64             `json:"seq"`
		Version int64             `json:"version"`
		Who     string            `json:"who"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return Line{}, errors.New("is not a line") // the cause may quote what it read
	}
	l := Line{
		Chain: w.Chain, Seq: w.Seq, At: w.At, Kind: w.Kind, Object: w.Object, Version: w.Version, Who: w.Who,
		ID: w.ID, Body: w.Body, Prev: w.Prev, Hash: w.Hash,
	}
	for _, op := range w.Ops {
		l.Ops = append(l.Ops, op)
	}
	same, err := l.seal()
	switch {
	case err != nil:
		return Line{}, errors.New("holds what no line holds")
	case l.Hash != w.Hash:
		return Line{}, errors.New("does not fit its hash")
	case !bytes.Equal(same, raw):
		return Line{}, errors.New("is not canonical")
	}
	return l, nil
}

// head is where a chain ends, as Redis keeps it: seq:hash.
func head(seq int64, hash string) string { return strconv.FormatInt(seq, 10) + ":" + hash }

// parseHead reads what head wrote. The empty text is a chain without lines.
func parseHead(s string) (seq int64, hash string, err error) {
	if s == "" {
		return 0, "", nil
	}
	number, hash, ok := strings.Cut(s, ":")
	if seq, err = strconv.ParseInt(number, 10, 64); err != nil || !ok {
		return 0, "", errors.New("head of a chain is not seq:hash")
	}
	return seq, hash, nil
}
