package desk

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	keys "filippo.io/age"

	"fundwatch/cases"
	"fundwatch/tips"
)

// custodianKeys and custodians are of two invented people, made anew in each
// run of the tests.
var custodianKeys, custodians = func() (own [2]string, public tips.Custodians) {
	for i := range own {
		id, err := keys.GenerateX25519Identity()
		if err != nil {
			panic(err)
		}
		own[i], public[i] = id.String(), id.Recipient().String()
	}
	return own, public
}()

func (h *house) tip(login, id string) (p tipSeen) {
	h.t.Helper()
	h.enterAgain(login)
	if err := json.Unmarshal([]byte(h.get(login, "/tips/"+id, asJSON).text), &p); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// TestATipOnTheDesk: taken down, answered, tied to a case, told in time, opened
// by both custodians with a reason.
func TestATipOnTheDesk(t *testing.T) {
	h, opened := bureau(t)
	a := h.post("jiang", "/tips", "act", strings.Repeat("a", 32), "channel", "phone", "about", "虚构医院", "said", "虚构：多收床位费", "identity", "虚构姓名 虚构电话")
	a.want(t, http.StatusOK, "回执", "只显示这一次")
	receipt := regexp.MustCompile(`<b class="seal">([0-9]{16})</b>`).FindStringSubmatch(a.text)
	id, err := h.o.Tips.ByReceipt(t.Context(), receipt[1])
	if err != nil {
		t.Fatal(err)
	}
	h.get("jiang", "/tips").want(t, http.StatusOK, "虚构医院", "电话", "实名")
	h.get("gong", "/tips").want(t, http.StatusForbidden)
	h.post("jiang", "/tips/"+id+"/answer", "text", "虚构答复").want(t, http.StatusSeeOther)
	p := h.tip("jiang", id)
	h.post("jiang", "/tips/"+id+"/move", "version", "1", "to", "tied", "case", opened, "reason", "虚构").want(t, http.StatusConflict)
	version := func() string { return jsonNumber(h.tip("jiang", id).Version) }
	h.post("jiang", "/tips/"+id+"/move", "version", version(), "to", "tied", "case", "C0", "reason", "虚构").want(t, http.StatusUnprocessableEntity)
	h.post("jiang", "/tips/"+id+"/move", "version", version(), "to", "tied", "case", opened, "reason", "虚构").want(t, http.StatusSeeOther)
	if p = h.tip("jiang", id); p.Tip.Due != "" || p.Tip.Case != opened || len(p.Messages) != 1 {
		t.Errorf("%+v", p)
	}
	// The clock runs from the day of filing.
	h.carry(opened, cases.Filed)
	if p = h.tip("jiang", id); p.Tip.Due != "2026-03-15" || p.Tip.Late {
		t.Errorf("%+v", p.Tip)
	}
	h.now = h.now.Add(11 * 24 * time.Hour)
	if p = h.tip("jiang", id); !p.Tip.Late {
		t.Errorf("%+v", p.Tip)
	}
	h.post("jiang", "/tips/"+id+"/move", "version", version(), "to", "told", "reason", "虚构").want(t, http.StatusSeeOther)
	if p = h.tip("jiang", id); p.Tip.Told != "2026-03-16" || p.Tip.Late {
		t.Errorf("%+v", p.Tip)
	}
	h.enterAgain("zhang")
	reveal := func(login, first, second string) answer {
		return h.post(login, "/tips/"+id+"/reveal", "password_first", first, "password_second", second, "reason", "虚构：须当面核实")
	}
	reveal("jiang", custodianKeys[0], custodianKeys[1]).want(t, http.StatusForbidden)
	reveal("zhang", custodianKeys[0], custodianKeys[0]).want(t, http.StatusUnprocessableEntity, "私钥与本举报不符")
	a = reveal("zhang", custodianKeys[1], custodianKeys[0])
	a.want(t, http.StatusOK, "虚构姓名 虚构电话", "身份被打开 1 次")
	if strings.Contains(a.text, custodianKeys[0]) || strings.Contains(h.get("zhang", "/tips/"+id).text, "虚构姓名") {
		t.Error("a key, or the name after its opening")
	}
	h.sync()
	if acts := h.o.Trail.About("tip:" + id); acts[len(acts)-1].Kind != "tip.opened" || acts[len(acts)-1].Who != "zhang" || acts[len(acts)-1].Reason == "" {
		t.Errorf("not on record: %+v", acts)
	}
}

func jsonNumber(n int64) string { b, _ := json.Marshal(n); return string(b) }
