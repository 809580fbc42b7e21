package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fundwatch/cases"
)

// inventedRefer is a policy of tests (虚构): to the police what was verified and
// shown to aim at deceit, what is not to the bureau, and signs beside it.
func inventedRefer(_ context.Context, m Matter) (Ruling, error) {
	x := Ruling{Path: "administrative", Revision: "r1", Reasons: []RulingReason{{Code: "unverified", What: Words{"虚构：尚未核实", "invented: not verified"}, Path: "administrative", Basis: []string{"条例25"}}}}
	if m.Verified && m.Intent == "shown" && slices.Contains(m.Basis, "条例38") {
		x.Path, x.Clocks = "police", []string{"transfer-decision"}
		x.Reasons = []RulingReason{{Code: "crime", What: Words{"虚构：金额较大", "invented: a large amount"}, Path: "police", Basis: []string{"条例48"}}}
	}
	if slices.Contains(m.Signs, "practice") {
		x.Also = append(x.Also, "health")
	}
	if slices.Contains(m.Signs, "drug-channel") {
		x.Also, x.Undefined = append(x.Also, "drug"), []string{"departments.drug", "values.criminal_large_fen"}
	}
	raw, err := json.Marshal(map[string]any{"path": x.Path, "asked": m})
	x.Record = string(raw)
	return x, err
}

// TestPolicySaysToWhomACaseBelongs: on the pages of the lead and the case, with
// the department of the region, its clause, and what no text defines.
func TestPolicySaysToWhomACaseBelongs(t *testing.T) {
	h, id := bureau(t)
	h.get("jiang", "/leads/"+h.leadID(inRight)).want(t, 200, "按政策归谁", "盟、旗（区）医疗保障局", "阿署办发〔2020〕30号25、29", "虚构：尚未核实", "条例25", "未核实的不移送公安")
	h.get("jiang", "/cases/"+id).want(t, 200, "按政策归谁", "盟、旗（区）医疗保障局", "写明目的和迹象后再问")
	at := "/cases/" + id + "/referral"
	h.get("jiang", at+"?intent=shown&sign=practice&sign=drug-channel").want(t, 200, "盟、旗（区）医疗保障局", "卫生健康部门", "药品监督管理部门", "接收部门：药品监督管理部门", "本地“数额较大”的起点", "阿署办发〔2020〕30号29",
		"/cases/"+id+"/transfer?intent=shown&amp;sign=practice&amp;sign=drug-channel")
	h.get("jiang", at+"?intent=maybe").want(t, http.StatusBadRequest)
	h.get("jiang", at+"?sign=rich").want(t, http.StatusBadRequest)

	h.carry(id, cases.Investigating)
	h.enterAgain("jiang")
	h.deed("jiang", id, "verify", "lines", "H15292100001/S1/1", "verified", "31.00").want(t, http.StatusSeeOther)
	var p referralPage
	if err := json.Unmarshal([]byte(h.get("jiang", at+"?intent=shown", asJSON).text), &p); err != nil || p.Referral == nil {
		t.Fatal(err)
	}
	if x := p.Referral; x.Path != "police" || x.Department.Clause != "阿署办发〔2020〕30号29" || !x.Department.Own || !x.Verified || len(x.Clocks) != 1 {
		t.Errorf("%+v", x)
	}
	if i := slices.IndexFunc(p.Departments, func(d departmentRow) bool { return d.Path == "drug" }); i < 0 || p.Departments[i].Clause != "" || len(p.Departments) != 7 {
		t.Errorf("departments %+v", p.Departments)
	}
}

// TestATransferShowsWhatPolicyAdvises: the advised department is first and
// chosen, another can be taken, and both lines of the journal hold the decision.
func TestATransferShowsWhatPolicyAdvises(t *testing.T) {
	for _, to := range []string{"police", "market"} {
		h, id := bureau(t)
		h.carry(id, cases.Investigating)
		h.enterAgain("jiang")
		h.deed("jiang", id, "verify", "lines", "H15292100001/S1/1", "verified", "31.00").want(t, http.StatusSeeOther)
		at := "/cases/" + id + "/transfer"
		var p movePage
		if err := json.Unmarshal([]byte(h.get("jiang", at+"?intent=shown&sign=practice", asJSON).text), &p); err != nil {
			t.Fatal(err)
		}
		c := p.Fields[0].Choices
		if p.Fields[0].Name != "to" || c[0].Value != "police" || c[1].Value != "health" || c[0].What.ZH != "公安机关，依据阿署办发〔2020〕30号29 · 政策建议" || strings.Contains(c[2].What.ZH, "建议") || len(c) != 7 {
			t.Errorf("choices %+v", c)
		}
		h.get("jiang", at+"?intent=shown&sign=practice").want(t, 200, `<option value="police" selected>`, `name="intent" value="shown"`, `name="sign" value="practice"`)
		if a := h.get("jiang", at); strings.Contains(a.text, " selected>") {
			t.Error("a department is chosen where the case belongs to the bureau")
		}
		h.deed("jiang", id, "transfer", "to", to, "documents", "虚构材料", "intent", "shame").want(t, http.StatusBadRequest)
		h.deed("jiang", id, "transfer", "to", to, "documents", "虚构材料", "intent", "shown", "sign", "practice").want(t, http.StatusSeeOther)
		h.enterAgain("zhang")
		a := h.get("zhang", "/cases/"+id)
		a.want(t, 200, "提请时政策的建议：公安机关")
		if other := strings.Contains(a.text, "提请人选择了其他机关"); other != (to != "police") {
			t.Errorf("to %s: said to be another: %v", to, other)
		}
		h.approve(id).want(t, http.StatusSeeOther)
		h.sync()
		kept := map[string]string{}
		for _, m := range h.log["journal"] {
			var r struct {
				Line struct {
					Kind string            `json:"kind"`
					Body map[string]string `json:"body"`
				} `json:"line"`
			}
			if err := json.Unmarshal(m.Value, &r); err != nil {
				t.Fatal(err)
			}
			if d := r.Line.Body["decision"]; d != "" {
				kept[r.Line.Kind] = d
			}
		}
		if len(kept) != 2 || kept["case.propose"] != kept["case.transfer"] || !strings.Contains(kept["case.transfer"], `"path":"police"`) || strings.Contains(kept["case.transfer"], inLeft.Code) {
			t.Errorf("the journal holds %v", kept)
		}
	}
}
