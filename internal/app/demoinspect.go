package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"fundwatch/detectors/knowledge"
	"fundwatch/inspection"
)

// demoInspectors are invented (虚构). Two of them have an account of the
// demonstration.
var demoInspectors = []struct{ id, name, licence, unit, skills, login string }{
	{"I01", "虚构 甲", "虚构-001", "一科", "医药", ""}, {"I02", "虚构 乙", "虚构-002", "一科", "财务", ""},
	{"I03", "虚构 丙", "虚构-003", "二科", "计算机", ""}, {"I04", "虚构 丁", "虚构-004", "二科", "医药", ""},
	{"I05", "虚构 戊", "虚构-005", "旗县", "医药", ""}, {"I06", "虚构 己", "虚构-006", "旗县", "财务", ""},
	{"I07", "王稽核（虚构）", "虚构-007", "稽核", "", "investigator"}, {"I08", "刘执法（虚构）", "虚构-008", "稽核", "", "officer"},
}

// demoDrawn is how many of them take part in draws.
const demoDrawn = 6

// demoCertificate is the certificate of an account, and its last day.
func demoCertificate(login string, now time.Time) (licence, until string) {
	for _, x := range demoInspectors {
		if x.login == login {
			return x.licence, demoValid(now)
		}
	}
	return "", ""
}

func demoValid(now time.Time) string { return now.AddDate(1, 0, 0).Format(time.DateOnly) }

// demoRows are the library of inspectors: ids alone, as draws need whose files
// are public, or the whole one, of which cases take certificates.
func demoRows(bare bool, now time.Time) [][]string {
	if bare {
		rows := [][]string{inspection.Inspectors.Columns()}
		for _, x := range demoInspectors[:demoDrawn] {
			rows = append(rows, []string{x.id, "", "", demoValid(now), x.unit, "", ""})
		}
		return rows
	}
	rows := [][]string{append(slices.Clone(inspection.Inspectors.Columns()), inspection.LoginColumn)}
	for _, x := range demoInspectors {
		rows = append(rows, []string{x.id, x.name, x.licence, demoValid(now), x.unit, x.skills, "", x.login})
	}
	return rows
}

// demoInspections makes the libraries of inspections from the invented place, a
// campaign that was drawn and one that waits for approval; once. Both are
// planned with a library that holds ids alone, so that their files can be
// public; then the one with certificates comes into force.
func (e *env) demoInspections(ctx context.Context, s *inspection.Store, known *knowledge.Knowledge) error {
	if shelf, err := s.Shelf(ctx, inspection.Inspectors); err != nil || shelf.Current != "" {
		return err
	}
	if err := errors.Join(e.demoShelve(ctx, s, inspection.Objects, demoObjects(known)), e.demoShelve(ctx, s, inspection.Inspectors, demoRows(true, e.clock()))); err != nil {
		return err
	}
	id, err := e.demoCampaign(ctx, s, "重点检查（演示）", `{"kind":["hospital"],"credit":["C","D"]}`)
	if err != nil {
		return err
	}
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Approve(ctx, id, c.Version, c.SHA256, inspection.Officers{}, e.demoAct("supervisor")); err != nil {
		return err
	}
	if err := s.Draw(ctx, id, c.Version+1, "314159", "314159", e.demoAct("planner")); err != nil {
		return err
	}
	if _, err = e.demoCampaign(ctx, s, "零售药店抽查（演示）", `{"kind":["pharmacy"]}`); err != nil {
		return err
	}
	return e.demoShelve(ctx, s, inspection.Inspectors, demoRows(false, e.clock()))
}

// demoShelve puts a library into force.
func (e *env) demoShelve(ctx context.Context, s *inspection.Store, kind inspection.Kind, rows [][]string) error {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return err
	}
	shelf, err := s.Shelf(ctx, kind)
	if err != nil {
		return err
	}
	id, err := s.Import(ctx, kind, b.Bytes(), e.demoAct("planner"))
	if err != nil {
		return err
	}
	return s.Use(ctx, kind, id, shelf.Version, e.demoAct("planner"))
}

func (e *env) demoAct(who string) inspection.Act {
	return inspection.Act{ID: newID(), Who: who, Reason: "演示 demonstration", At: e.clock()}
}

func (e *env) demoCampaign(ctx context.Context, s *inspection.Store, name, where string) (string, error) {
	plan := map[string]any{
		"campaign": name, "day": e.clock().Format("2006-01-02"), "seed_source": "演示用的固定种子 a fixed seed, for the demonstration", "inspectors_per_object": 2, "substitutes": 2,
		"strata": []map[string]any{{"name": "一层", "where": json.RawMessage(where), "rate": "0.3"}},
	}
	text, err := json.Marshal(plan)
	if err != nil {
		return "", fmt.Errorf("plan: %w", err)
	}
	return s.Plan(ctx, "", 0, string(text), e.demoAct("planner"))
}

// demoObjects are the institutions of the invented place.
func demoObjects(known *knowledge.Knowledge) [][]string {
	rows := [][]string{inspection.Objects.Columns()}
	for i, code := range slices.Sorted(maps.Keys(known.Institutions)) {
		in := known.Institutions[code]
		rows = append(rows, []string{code, in.Name, in.Kind.String(), in.Admdvs, []string{"A", "B", "C", "D"}[i%4]})
	}
	return rows
}
