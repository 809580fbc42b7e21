package journal

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// Topic is where records go. It needs one partition, since the order of
// records is the order of the world.
const Topic = "journal"

// Record is a line with its place in the order of all chains. Its bytes are a
// message of topic journal and a line of an exported file.
type Record struct {
	Line  Line
	N     int64  // place, from 1 without a gap
	Weave string // SHA-1 of the weave before and the line's hash, in hex

	line []byte // the canonical bytes of Line
}

// weave is what the order of all chains hangs on. Redis works it out the same
// way.
func weave(before, hash string) string {
	sum := sha1.Sum([]byte(before + hash))
	return hex.EncodeToString(sum[:])
}

// AppendJSON appends the record's canonical bytes.
func (r *Record) AppendJSON(b []byte) []byte {
	b = append(append(b, `{"line":`...), r.line...)
	b = strconv.AppendInt(append(b, `,"n":`...), r.N, 10)
	return append(append(append(b, `,"weave":"`...), r.Weave...), `"}`...)
}

// ParseRecord reads one record and proves that its content fits its hash. The
// error never quotes the record.
func ParseRecord(raw []byte) (Record, error) {
	var w struct {
		Line  json.RawMessage `json:"line"`
		N     int64           `json:"n"`
		Weave string          `json:"weave"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return Record{}, errors.New("is not a record")
	}
	l, err := parseLine(w.Line)
	if err != nil {
		return Record{}, err
	}
	r := Record{Line: l, N: w.N, Weave: w.Weave, line: bytes.Clone(w.Line)}
	if !bytes.Equal(r.AppendJSON(nil), raw) {
		return Record{}, errors.New("is not canonical")
	}
	return r, nil
}

// Read reads records from lines of text, one each, as [Record.AppendJSON]
// writes them. It ends at the first that cannot be read, with a [*Break].
func Read(from io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		in := bufio.NewReaderSize(from, 1<<16)
		for place := int64(1); ; place++ {
			raw, err := in.ReadBytes('\n')
			if err == io.EOF && len(raw) == 0 {
				return
			}
			if err != nil && err != io.EOF {
				yield(Record{}, fmt.Errorf("read journal: %w", err))
				return
			}
			r, perr := ParseRecord(bytes.TrimSuffix(raw, []byte("\n")))
			if perr != nil {
				yield(Record{}, &Break{Place: place, Reason: perr.Error()})
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// window is how many records back a repeat is still compared.
const window = 1 << 16

// Once drops records that came again, as a relay may send them. A record that
// comes again with other content is a [*Break].
func Once(records iter.Seq2[Record, error]) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		var last, place int64
		seen := map[int64]string{}
		for r, err := range records {
			place++
			if err == nil && r.N <= last {
				if w, ok := seen[r.N]; ok && w != r.Weave {
					err = breakAt(place, &r, "came again with other content")
				} else {
					continue
				}
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			last = r.N
			seen[r.N] = r.Weave
			delete(seen, r.N-window)
			if !yield(r, nil) {
				return
			}
		}
	}
}
