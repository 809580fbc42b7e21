package knowledge

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file, or writes it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", file, got)
	}
}

// dump writes everything a knowledge holds, in a fixed order.
func dump(k *Knowledge) []byte {
	var out bytes.Buffer
	fmt.Fprintln(&out, k.Hash)
	for code := range k.Items() {
		for _, v := range k.Versions(code) {
			fmt.Fprintf(&out, "item %+v\n", v)
		}
	}
	for _, code := range sorted(k.Institutions) {
		fmt.Fprintf(&out, "institution %+v\n", *k.Institutions[code])
	}
	for _, code := range sorted(k.Practitioners) {
		fmt.Fprintf(&out, "practitioner %+v\n", *k.Practitioners[code])
	}
	for _, code := range sorted(k.Persons) {
		fmt.Fprintf(&out, "person %+v\n", *k.Persons[code])
	}
	dumpList(&out, "exclusive pair", k.ExclusivePairs)
	dumpList(&out, "required with", k.RequiredWith)
	dumpList(&out, "interaction", k.Interactions)
	dumpList(&out, "diagnosis", k.Diagnoses)
	dumpList(&out, "suspension", k.Suspensions)
	dumpList(&out, "inventory", k.Inventory)
	return []byte(strings.NewReplacer("-9223372036854775808", "none", "9223372036854775807", "open").Replace(out.String()))
}

func sorted[T any](m map[string]T) (keys []string) {
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func dumpList[T any](out *bytes.Buffer, name string, list []T) {
	for _, row := range list {
		fmt.Fprintf(out, "%s %+v\n", name, row)
	}
}

func TestGoldenGood(t *testing.T) {
	k, problems, err := Load(os.DirFS("testdata/good"))
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	golden(t, "testdata/good.golden", dump(k))
}

func TestGoldenBad(t *testing.T) {
	k, problems, err := Load(os.DirFS("testdata/bad"))
	if err != nil || k != nil {
		t.Fatal(k, err)
	}
	var people, machines bytes.Buffer
	WriteProblems(&people, problems)
	golden(t, "testdata/bad.golden", people.Bytes())
	if err := WriteProblemsJSON(&machines, problems); err != nil {
		t.Fatal(err)
	}
	var back struct{ Problems []Problem }
	if err := json.Unmarshal(machines.Bytes(), &back); err != nil || !slices.Equal(back.Problems, problems) {
		t.Errorf("%v: %s", err, machines.Bytes())
	}
}

// failing is a writer whose disk is full.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteProblems(t *testing.T) {
	cases := []struct {
		problems     []Problem
		people, json string
	}{
		{nil, "", `{"problems":[]}`},
		{[]Problem{}, "", `{"problems":[]}`},
		{[]Problem{{"institutions.csv", 3, "uscc", "有误<1>。"}, {"items.csv", 1, "", "空。"}},
			"institutions.csv:3: uscc: 有误<1>。\nitems.csv:1: 空。\n",
			`{"problems":[{"file":"institutions.csv","line":3,"column":"uscc","sentence":"有误<1>。"},{"file":"items.csv","line":1,"column":"","sentence":"空。"}]}`},
	}
	for _, c := range cases {
		var people, machines bytes.Buffer
		WriteProblems(&people, c.problems)
		err := WriteProblemsJSON(&machines, c.problems)
		if err != nil || people.String() != c.people || machines.String() != c.json+"\n" {
			t.Errorf("%v\n%s\n%s", err, people.String(), machines.String())
		}
	}
	if WriteProblemsJSON(failing{}, nil) == nil {
		t.Error("the error of the writer is lost")
	}
}
