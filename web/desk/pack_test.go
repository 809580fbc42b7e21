package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/xuri/excelize/v2"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
)

// detect runs the engine over claims.
func detect(ctx context.Context, messages [][]byte) ([]detectors.Finding, int, error) {
	if len(messages) == 0 {
		return nil, 0, nil
	}
	alloc, seed := memory.NewGoAllocator(), claim.Seed{1, 2}
	dec, left := claim.NewDecoder(alloc, seed, claim.AllFields, true), 0
	for _, m := range messages {
		if len(dec.Decode(m)) > 0 {
			left++
		}
	}
	intake := claim.NewIntake(alloc, seed, claim.AllFields)
	intake.Add(dec.Batch)
	pool, _ := intake.Net(1)
	intake.All.Release()
	defer pool.Release()
	result, err := (&detectors.Run{Pool: pool, Knowledge: knowledge.Empty(), Detectors: all.Detectors(), Settings: &detectors.Settings{Region: "152900"}, Workers: 1}).Do(ctx)
	if err != nil {
		return nil, left, err
	}
	return result.Findings, left, nil
}

// TestTheEvidencePackOfATip: two stays of an invented person overlap; the pack
// of the person has the finding with each line, that of one institution has not;
// the workbook has the same and goes into the file of the case; who made it is on
// record, and nothing names the person.
func TestTheEvidencePackOfATip(t *testing.T) {
	h, opened := bureau(t, func(o *Options) { o.Detect = detect })
	h.claim("H15292200001/S7 person=" + person + " med_type=21 begntime=2026-01-02_08:00:00 endtime=2026-01-09_09:00:00 setl_time=2026-01-09_10:00:00 medfee_sumamt=77.00 fund_pay_sumamt=50.00; 1 1 77 item=X7")
	h.sync()
	tip := h.tell()
	path := "/tips/" + tip + "/pack"
	pack := func(pairs ...string) (p packPage) {
		h.enterAgain("jiang")
		form := map[string][]string{}
		for i := 0; i < len(pairs); i += 2 {
			form[pairs[i]] = []string{pairs[i+1]}
		}
		a := h.ask("jiang", http.MethodPost, path, form, asJSON)
		a.want(t, http.StatusOK)
		if strings.Contains(a.text, person) {
			t.Error("the number of the person is shown")
		}
		if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	h.get("jiang", "/tips/"+tip).want(t, http.StatusOK, "证据包", path)
	period := []string{"from", "2026-01-01", "to", "2026-01-31"}
	p := pack(append(period, "person", person)...)
	if p.Claims != 2 || p.Found == 0 || p.Found != len(p.Findings) || p.Union <= 0 || len(p.Totals) == 0 {
		t.Fatalf("%+v", p)
	}
	cites := 0
	for _, f := range p.Findings {
		for _, l := range f.Rests {
			if cites++; l.Claim == "" || l.Line.Amount == "" {
				t.Errorf("a line without amount: %+v", l)
			}
		}
		if len(f.Rests) == 0 || f.Known || f.Ground.Doc.ZH == "" {
			t.Errorf("%+v", f)
		}
	}
	// What the stream has on these claims is told beside it.
	if len(p.Others.Findings) == 0 {
		t.Error("nothing of the stream")
	}
	if one := pack(append(period, "person", h.users.Reference(person), "institution", "H15292200001")...); one.Claims != 1 || one.Found >= p.Found {
		t.Errorf("%d claims, %d findings; of both %d", one.Claims, one.Found, p.Found)
	}
	if none := pack("person", person, "from", "2025-01-01", "to", "2025-01-31"); none.Claims != 0 || none.Found != 0 {
		t.Errorf("%+v", none)
	}
	h.enterAgain("jiang")
	h.post("jiang", path, append(period, "institution", "H0")...).want(t, http.StatusUnprocessableEntity)
	h.post("jiang", path, period...).want(t, http.StatusUnprocessableEntity)
	h.post("jiang", path, "person", person, "from", "2026-01-01").want(t, http.StatusUnprocessableEntity)
	h.post("gong", path, append(period, "person", person)...).want(t, http.StatusForbidden)
	asked := append(period, "person", person)
	h.post("jiang", path, asked...).want(t, http.StatusOK, "只就读出的这些结算", "H15292200001/S7")
	a := h.post("jiang", path+".xlsx", asked...)
	a.want(t, http.StatusOK)
	if rows := packRows(t, a.Body.Bytes()); rows != cites+1 {
		t.Errorf("%d rows of lines, want %d", rows, cites+1)
	}
	h.post("jiang", path+"/file", asked...).want(t, http.StatusUnprocessableEntity) // not tied
	h.post("jiang", "/tips/"+tip+"/move", "version", jsonNumber(h.tip("jiang", tip).Version), "to", "tied", "case", opened, "reason", "虚构").want(t, http.StatusSeeOther)
	h.enterAgain("jiang")
	h.post("jiang", path+"/file", append(asked, "version", h.version(opened))...).want(t, http.StatusSeeOther)
	c, err := h.cases.Case(t.Context(), opened)
	if err != nil || len(c.File.Evidence) != 1 {
		t.Fatal(c.File.Evidence, err)
	}
	if content, err := h.o.Papers.Read(t.Context(), PaperName(c.File.Evidence[0].Hash)); err != nil || packRows(t, content) != cites+1 {
		t.Error("the workbook is not what was filed", err)
	}
	h.sync()
	made := 0
	for _, act := range h.o.Trail.About("tip:" + tip) {
		if strings.Contains(act.Reason, person) {
			t.Error("the journal names the person")
		}
		if act.Kind == "tip.pack" || act.Kind == "tip.pack.export" {
			made++
		}
	}
	if made < 6 {
		t.Errorf("%d packs on record", made)
	}
}

// packRows counts the rows of the lines in a workbook.
func packRows(t *testing.T, content []byte) int {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("依据的明细")
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}
