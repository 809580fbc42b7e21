package regions

import (
	"strings"
	"testing"
	"testing/fstest"

	"fundwatch/detectors"
)

var (
	gap  = &detectors.Param{Name: "max_gap_days", Default: 15, Min: 0, Max: 366}
	list = &detectors.Param{Name: "excluded", List: []string{"Z51"}}
	one  = []*detectors.Detector{{ID: "S07-split-stay", Params: []*detectors.Param{gap, list}}}
)

func place(detectors string) fstest.MapFS {
	text := `{"admdvs":"999900","name":{"zh":"虚构市","en":"Invented"},"detectors":` + detectors + `}`
	return fstest.MapFS{"999900/profile.json": {Data: []byte(text)}}
}

func TestBuiltinProfilesAreSound(t *testing.T) {
	for _, code := range []string{"152900", "360900", "410900", "511725"} {
		p, ok, err := Load(Builtin(), code)
		if err != nil || !ok {
			t.Fatalf("%s: %v %v", code, ok, err)
		}
		if _, err := p.Settings(nil); err != nil {
			t.Error(err)
		}
	}
	if _, ok, err := Load(Builtin(), "110000"); ok || err != nil {
		t.Errorf("a region without profile: %v %v", ok, err)
	}
}

func TestProfileSetsParameters(t *testing.T) {
	p, _, err := Load(place(`{"S07-split-stay":{"max_gap_days":{"number":10,"clause":"第九条"},"excluded":{"list":["N18"],"clause":"第九条"}}}`), "999900")
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Settings(one)
	if err != nil || s.Numbers[gap] != 10 || len(s.Lists[list]) != 1 || s.Lists[list][0] != "N18" || s.Region != "999900" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAllFaultsOfAProfileAreTold(t *testing.T) {
	p, _, err := Load(place(`{"S99-none":{},"S07-split-stay":{"max_gap_days":{"number":1000,"clause":"a"},"excluded":{"number":1,"clause":"a"},"other":{"number":1,"clause":"a"}}}`), "999900")
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Settings(one)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, says := range []string{"S99-none", "outside 0 to 366", "another kind", "no such parameter"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("does not say %q: %v", says, err)
		}
	}
	p, _, _ = Load(place(`{"S07-split-stay":{"max_gap_days":{"number":1}}}`), "999900")
	if _, err := p.Settings(one); err == nil || !strings.Contains(err.Error(), "clause") {
		t.Errorf("a number without its clause: %v", err)
	}
}

func TestMalformedProfilesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"unknown member": `{"admdvs":"999900","name":{"zh":"a","en":"b"},"detector":{}}`,
		"other region":   `{"admdvs":"999901","name":{"zh":"a","en":"b"}}`,
		"no name":        `{"admdvs":"999900"}`,
		"no JSON":        `{`,
	} {
		if _, _, err := Load(fstest.MapFS{"999900/profile.json": {Data: []byte(text)}}, "999900"); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
