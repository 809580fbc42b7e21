package parquet

import (
	"errors"
	"fmt"
	"math"
)

// dictionaryPage decodes the dictionary of a column chunk.
func (r *reader) dictionaryPage(h *pageHeader, raw []byte) error {
	if r.dict.set {
		return errors.New("the chunk has more than one dictionary")
	}
	if h.encoding != encPlain && h.encoding != encPlainDictionary {
		return fmt.Errorf("a dictionary in encoding %d is not supported", h.encoding)
	}
	var data []byte
	var err error
	if r.c.Kind == Text {
		// The dictionary outlives its page, so it gets memory of its own.
		if data, err = r.unpack(nil, raw, int(h.uncompressed)); err == nil && r.codec == codecNone {
			data = append([]byte(nil), data...)
		}
	} else if data, err = r.unpack(r.body, raw, int(h.uncompressed)); err == nil {
		r.keep(data)
	}
	if err != nil {
		return err
	}
	n := int(h.values)
	size := 4 // the least bytes of an entry; a BYTE_ARRAY has a length
	if r.c.phys != physBytes {
		r.values.r = r
		size = r.values.size()
	}
	if n < 0 || n > len(data)/size {
		return errors.New("the dictionary has fewer entries than it claims")
	}
	r.dict.set, r.dict.n = true, n
	r.values.reset(r, &pageHeader{encoding: encPlain, values: h.values}, data)
	return r.loadDictionary(n, data)
}

func (r *reader) loadDictionary(n int, data []byte) error {
	d := &r.dict
	switch {
	case r.c.Kind == Text:
		d.texts = &Texts{Spans: make([]Span, n), Data: data}
		return r.values.plainBytes(d.texts.Spans)
	case r.c.Kind == Double:
		d.floats = sized(d.floats, n)
		r.values.plainFloats(d.floats, data)
	case r.c.phys == physInt32 || r.c.phys == physInt64:
		d.ints = sized(d.ints, n)
		r.values.plainInts(d.ints, data)
	default:
		return r.loadDecimals(n, data)
	}
	return nil
}

// loadDecimals reads a dictionary of decimals stored as bytes. It is spelled as
// a whole when one entry is not an int64.
func (r *reader) loadDecimals(n int, data []byte) error {
	spans := make([]Span, n)
	if r.c.phys == physBytes {
		if err := r.values.plainBytes(spans); err != nil {
			return err
		}
	} else {
		stride(spans, r.c.width)
	}
	r.dict.ints = sized(r.dict.ints, n)
	fits, err := unscaled(r.dict.ints, spans, data)
	if err != nil || fits {
		return err
	}
	// A short number may have many decimal places, so the notation is charged to
	// the budget of what expands.
	spelled, err := spellDecimals(nil, spans, data, r.c.Scale, min(r.expand, math.MaxUint32))
	r.expand -= int64(len(spelled))
	r.dict.texts = &Texts{Data: spelled, Spans: spans}
	return err
}
