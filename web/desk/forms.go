package desk

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxForm is the most a form may hold. A mended claim is the largest.
const maxForm = 4 << 20

var errForm = &problem{status: http.StatusBadRequest, code: "form"}

// read fills a struct from a form or from JSON, by the names of its json tags.
// What the struct does not know is refused in JSON and not looked at in forms,
// where browsers send the names of buttons too.
func read(r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/json" {
		dec := json.NewDecoder(r.Body)
		dec.DisallowUnknownFields()
		if err := dec.Decode(into); err != nil {
			return errForm // the cause may quote what was sent
		}
		return nil
	}
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return err
		}
		return errForm
	}
	return fill(into, r.PostForm)
}

// mostParts is the most parts a form with a file may have; ours have six.
const mostParts = 100

// readParts fills a struct from a form with a file in it and gives the file, nil
// where there is none. It reads part by part, so that what was typed before a file
// that is too large is not lost with it.
func readParts(r *http.Request, into any, file string) (content []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errForm
	}
	typed := map[string][]string{}
	for range mostParts {
		var part *multipart.Part
		if part, err = parts.NextPart(); err != nil {
			break
		}
		var value []byte
		if value, err = io.ReadAll(part); err != nil { // the gate bounds the whole
			break
		}
		if name := part.FormName(); name == file {
			content = value
		} else {
			typed[name] = append(typed[name], string(value))
		}
	}
	if wrong := fill(into, typed); wrong != nil {
		return nil, wrong
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, err
	}
	if err != io.EOF {
		return nil, errForm
	}
	return content, nil
}

// query fills a struct from the address.
func query(r *http.Request, into any) error { return fill(into, r.URL.Query()) }

func fill(into any, values map[string][]string) error {
	v := reflect.ValueOf(into).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		given := values[name]
		if len(given) == 0 {
			continue
		}
		if slices.ContainsFunc(given, func(text string) bool { return !utf8.ValidString(text) }) {
			return errForm // JSON and the journal hold no such text
		}
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			text := given[0]
			if !strings.Contains(name, "password") {
				text = strings.TrimSpace(text)
			}
			f.SetString(text)
		case reflect.Int, reflect.Int64:
			n, err := strconv.ParseInt(given[0], 10, 64)
			if err != nil && given[0] != "" {
				return errForm
			}
			f.SetInt(n)
		case reflect.Bool:
			f.SetBool(given[0] != "" && given[0] != "0" && given[0] != "false")
		case reflect.Slice:
			f.Set(reflect.ValueOf(given).Convert(f.Type()))
		}
	}
	return nil
}

// length counts the members of a list or map.
func length(v any) int {
	x := reflect.ValueOf(v)
	if !x.IsValid() {
		return 0
	}
	return x.Len()
}
