package app

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestClockCommand(t *testing.T) {
	for _, c := range []struct {
		args string // blanks of a time are written _
		code int
		end  string // or what standard error says
	}{
		{"--from 2026-03-05 --working-days 15", 0, "2026-03-26"},
		{"--from 2026-03-05_23:59:59 --working-days 15", 0, "2026-03-26"},
		{"--from 2026-03-05 --working-days 015", 0, "2026-03-26"},
		{"--from 2026-03-05 --working-days 15 --extend 15", 0, "2026-04-17"},
		{"--from 2026-03-05 --working-days 15 --exclude 2026-03-09..2026-03-13", 0, "2026-04-02"},
		{"--from 2026-03-05 --working-days 15 --exclude 2026-03-09..2026-03-11 --exclude 2026-03-11..2026-03-13", 0, "2026-04-02"},
		{"--from 2026-02-13 --days 15", 0, "2026-02-28"},
		{"--from 2026-01-31 --months 1", 0, "2026-02-28"},
		{"--from 2026-03-05_08:30:00 --hours 24", 0, "2026-03-06 08:30:00"},
		{"--from 2026-03-05 --hours 24 --extend 1", 0, "2026-03-06 01:00:00"},
		{"--from 2026-12-30 --working-days 9", 1, "2027"},
		{"--from 2014-01-01 --days 9", 1, "2014"},
		{"--from 2026-03-05 --days 99999999999999999999", 1, "9999-12-31"},
		{"--from 2026-03-05", 2, "--days"},
		{"--working-days 3", 2, "--from"},
		{"--from 2026-02-30 --days 3", 2, "2026-02-30"},
		{"--from 2026-03-05 --days 3 --months 1", 2, "only one"},
		{"--from 2026-03-05 --days 0", 2, "at least 1"},
		{"--from 2026-03-05 --days -1", 2, "-1"},
		{"--from 2026-03-05 --days 1.5", 2, "1.5"},
		{"--from 2026-03-05 --days 0x10", 2, "0x10"},
		{"--from 2026-03-05 --days 3 --extend -1", 2, "-1"},
		{"--from 2026-03-05 --days 3 --exclude 2026-03-09", 2, "2026-03-09"},
		{"--from 2026-03-05 --days 3 --exclude 2026-03-09..2026-03-08", 2, "2026-03-08"},
		{"--from 2026-03-05 --months 3 --exclude 2026-03-09..2026-03-10", 2, "left out"},
		{"--from 2026-03-05 --hours 3 --exclude 2026-03-09..2026-03-10", 2, "left out"},
		{"--from 2026-03-05 --days 3 more", 2, "more"},
	} {
		args := strings.Fields("clock " + c.args)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "_", " ")
		}
		var out, errOut bytes.Buffer
		code := Run(context.Background(), args, nil, &out, &errOut)
		first, _, _ := strings.Cut(out.String(), "\n")
		said := first
		if c.code != 0 {
			said = errOut.String()
			if out.Len() > 0 {
				t.Errorf("%s: prints %q", c.args, out.String())
			}
		}
		if code != c.code || !strings.Contains(said, c.end) || c.code == 0 && said != c.end {
			t.Errorf("%s: exit %d, %q; want %d, %q", c.args, code, said, c.code, c.end)
		}
	}
}

func TestClockJSON(t *testing.T) {
	var out, errOut bytes.Buffer
	if code := Run(context.Background(), []string{"clock", "--from", "2026-03-05 08:30:00", "--working-days", "15", "--extend", "15", "--json"}, nil, &out, &errOut); code != 0 {
		t.Fatal(errOut.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"from": "2026-03-05 08:30:00", "end": "2026-04-17", "unit": "working-days", "n": 15.0}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}
