// Package regions holds the profile of each region (统筹区): a folder named by
// its division code with every number that the place sets, each with the clause
// that sets it. What a regulation leaves undefined is not in the profile, and
// no place borrows the value of another. [Check] refuses a number without its
// clause.
//
// profile.json names the region and may set parameters of detectors; none of
// the first four regulations does. policy.json holds what policies decide with,
// over what national/policy.json sets for the whole country.
package regions

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"fundwatch/detectors"
)

//go:embed */profile.json */policy.json national/texts.json
var builtin embed.FS

// Builtin is the profiles that come with the program.
func Builtin() fs.FS { return builtin }

// Codes lists the regions that have a profile, by division code.
func Codes(fsys fs.FS) ([]string, error) {
	files, err := fs.Glob(fsys, "*/profile.json")
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	out := make([]string, len(files))
	for i, file := range files {
		out[i] = path.Dir(file)
	}
	return out, nil
}

// Profile is what is known of a region.
type Profile struct {
	Admdvs string // division code, six digits
	Name   detectors.Words
	// Detectors holds the parameters that the region sets, by detector id and
	// name.
	Detectors map[string]map[string]Value
}

// Value is a number or a list of texts with the clause that sets it.
type Value struct {
	Number *int64   `json:"number,omitempty"`
	List   []string `json:"list,omitempty"`
	Clause string   `json:"clause"`
}

// file is the shape of profile.json.
type file struct {
	Admdvs string `json:"admdvs"`
	Name   struct {
		ZH string `json:"zh"`
		EN string `json:"en"`
	} `json:"name"`
	Detectors map[string]map[string]Value `json:"detectors"`
}

// Load reads the profile of a region; ok is false when there is none.
func Load(fsys fs.FS, admdvs string) (p Profile, ok bool, err error) {
	raw, err := fs.ReadFile(fsys, admdvs+"/profile.json")
	if errors.Is(err, fs.ErrNotExist) {
		return Profile{}, false, nil
	}
	if err != nil {
		return Profile{}, false, err
	}
	var f file
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return Profile{}, false, fmt.Errorf("regions: %s: %w", admdvs, err)
	}
	if f.Admdvs != admdvs || f.Name.ZH == "" || f.Name.EN == "" {
		return Profile{}, false, fmt.Errorf("regions: %s: the profile must name the region: admdvs, name.zh, name.en", admdvs)
	}
	return Profile{f.Admdvs, detectors.Words{ZH: f.Name.ZH, EN: f.Name.EN}, f.Detectors}, true, nil
}

// Settings turns the profile into settings of detectors. All that is wrong is
// told at once: an unknown detector or parameter, a value of the wrong kind or
// out of range, a value without its clause.
func (p Profile) Settings(known []*detectors.Detector) (*detectors.Settings, error) {
	out := &detectors.Settings{Region: p.Admdvs, Numbers: map[*detectors.Param]int64{}, Lists: map[*detectors.Param][]string{}}
	var wrong []error
	for id, values := range p.Detectors {
		at := slices.IndexFunc(known, func(d *detectors.Detector) bool { return d.ID == id })
		if at < 0 {
			wrong = append(wrong, fmt.Errorf("regions: %s: no detector %q", p.Admdvs, id))
			continue
		}
		for name, v := range values {
			if err := set(out, known[at], name, v); err != nil {
				wrong = append(wrong, fmt.Errorf("regions: %s: %s: %s: %w", p.Admdvs, id, name, err))
			}
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return bytes.Compare([]byte(a.Error()), []byte(b.Error())) })
	return out, errors.Join(wrong...)
}

func set(out *detectors.Settings, d *detectors.Detector, name string, v Value) error {
	at := slices.IndexFunc(d.Params, func(p *detectors.Param) bool { return p.Name == name })
	switch {
	case at < 0:
		return errors.New("no such parameter")
	case v.Clause == "":
		return errors.New("a value needs the clause that sets it")
	}
	switch p := d.Params[at]; {
	case p.List != nil && v.List != nil && v.Number == nil:
		out.Lists[p] = v.List
	case p.List == nil && v.Number != nil && v.List == nil:
		if *v.Number < p.Min || *v.Number > p.Max {
			return fmt.Errorf("%d is outside %d to %d", *v.Number, p.Min, p.Max)
		}
		out.Numbers[p] = *v.Number
	default:
		return errors.New("the value is of another kind than the parameter")
	}
	return nil
}
