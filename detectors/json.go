package detectors

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends the finding as one JSON object, with the members in the
// order of the contract: what encoding/json makes of it, some times faster,
// since a scan may write a million.
func (f *Finding) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"id":`...)
	b = appendText(b, f.ID)
	member := func(name, text string) {
		b = append(append(append(b, ',', '"'), name...), '"', ':')
		b = appendText(b, text)
	}
	member("detector", f.Detector)
	member("version", f.Version)
	member("region", f.Region)
	member("grade", string(f.Grade))
	b = append(b, `,"subject":{"kind":`...)
	b = appendText(b, f.Subject.Kind)
	member("code", f.Subject.Code)
	b = append(b, '}')
	member("key", f.Key)
	member("person", f.Person)
	member("institution", f.Institution)
	member("practitioner", f.Practitioner)
	b = appendTexts(append(b, `,"settlements":`...), f.Settlements)
	b = appendTexts(append(b, `,"lines":`...), f.Lines)
	member("from", f.From)
	member("to", f.To)
	b = append(append(b, `,"amount_fen":`...), f.Amount.String()...)
	b, err := f.Facts.append(append(b, `,"facts":`...))
	if err != nil {
		return nil, err
	}
	b = appendTexts(append(b, `,"basis":`...), f.Basis)
	member("clears", f.Clears)
	if b, err = f.Params.append(append(b, `,"params":`...)); err != nil {
		return nil, err
	}
	member("knowledge", f.Knowledge)
	if f.Withdrawn {
		b = append(b, `,"withdrawn":true`...)
	}
	return append(b, '}'), nil
}

// append writes the facts as an object.
func (f Facts) append(b []byte) ([]byte, error) {
	b = append(b, '{')
	for i, fact := range f {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, fact.Name), ':')
		switch v := fact.Value.(type) {
		case string:
			b = appendText(b, v)
		case int:
			b = strconv.AppendInt(b, int64(v), 10)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case []string:
			b = appendTexts(b, v)
		default:
			value, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b = append(b, value...)
		}
	}
	return append(b, '}'), nil
}

func appendTexts(b []byte, texts []string) []byte {
	b = append(b, '[')
	for i, t := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, t)
	}
	return append(b, ']')
}

// appendText writes a JSON string. Texts of claims were checked to be valid
// UTF-8; what is not is replaced, as encoding/json does.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += n - 1
		}
	}
	return append(b, '"')
}
