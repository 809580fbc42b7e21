package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"fundwatch/detectors/knowledge"
	"fundwatch/inspection"
)

// demoInspectors are invented (虚构).
var demoInspectors = [][]string{
	{"I01", "虚构 甲", "YB-001", "", "一科", "医药", ""}, {"I02", "虚构 乙", "YB-002", "", "一科", "财务", ""},
	{"I03", "虚构 丙", "YB-003", "", "二科", "计算机", ""}, {"I04", "虚构 丁", "YB-004", "", "二科", "医药", ""},
	{"I05", "虚构 戊", "YB-005", "", "旗县", "医药", ""}, {"I06", "虚构 己", "YB-006", "", "旗县", "财务", ""},
}

// demoInspections makes the libraries of inspections from the invented place, a
// campaign that was drawn and one that waits for approval; once.
func (e *env) demoInspections(ctx context.Context, s *inspection.Store, known *knowledge.Knowledge) error {
	if shelf, err := s.Shelf(ctx, inspection.Inspectors); err != nil || shelf.Current != "" {
		return err
	}
	for _, kind := range inspection.Kinds() {
		text, err := demoLibrary(kind, known)
		if err != nil {
			return err
		}
		id, err := s.Import(ctx, kind, text, e.demoAct("planner"))
		if err != nil {
			return err
		}
		if err := s.Use(ctx, kind, id, 0, e.demoAct("planner")); err != nil {
			return err
		}
	}
	id, err := e.demoCampaign(ctx, s, "重点检查（演示）", `{"kind":["hospital"],"credit":["C","D"]}`)
	if err != nil {
		return err
	}
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Approve(ctx, id, c.Version, c.SHA256, e.demoAct("supervisor")); err != nil {
		return err
	}
	if err := s.Draw(ctx, id, c.Version+1, "314159", "314159", e.demoAct("planner")); err != nil {
		return err
	}
	_, err = e.demoCampaign(ctx, s, "零售药店抽查（演示）", `{"kind":["pharmacy"]}`)
	return err
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

// demoLibrary is a library of the invented place.
func demoLibrary(kind inspection.Kind, known *knowledge.Knowledge) ([]byte, error) {
	rows := [][]string{kind.Columns()}
	if kind == inspection.Inspectors {
		rows = append(rows, demoInspectors...)
	} else {
		for i, code := range slices.Sorted(maps.Keys(known.Institutions)) {
			in := known.Institutions[code]
			rows = append(rows, []string{code, in.Name, in.Kind.String(), in.Admdvs, []string{"A", "B", "C", "D"}[i%4]})
		}
	}
	var b bytes.Buffer
	err := csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes(), err
}
