package cases_test

import (
	"slices"
	"strings"
	"testing"

	"fundwatch/cases"
)

// TestArticlesAreReadAsPeopleWriteThem: in figures and in Chinese, with the
// name of the regulation and without, several at once; other regulations are
// left alone.
func TestArticlesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"条例38(三)": "条例38", "条例３８": "条例38", "条例38、40": "条例38 条例40", "条例38（三）和第40条": "条例38 条例40", "条例第四十一条第二款": "条例41",
		"《医疗保障基金使用监督管理条例》第三十八条第三项、第四十条第一款第（二）项": "条例38 条例40", "依据条例40(一)、行政处罚法28": "条例40",
		"医疗机构管理条例38": "", "药品管理法实施条例第40条": "", "行政处罚法38": "", "社会保险法87": "", "条例": "", "条例9999": "", "条例一百零二": "条例102", "条例四十": "条例40",
		"行政处罚法9（限制从业，虚构案例）": "", "条例38(三)；条例38(四)": "条例38",
	} {
		if got := strings.Join(cases.Articles(text), " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func times(name string, least, most int64, may bool) cases.FineRange {
	return cases.FineRange{Article: name, Times: true, Least: least, Most: most, May: may, Clause: name + "（虚构）"}
}

// TestAFineKeepsToTheRangeOfItsArticle: over the money that was verified, which
// is 1,000 yuan here. Below it a ground of the law is needed, above it none helps.
func TestAFineKeepsToTheRangeOfItsArticle(t *testing.T) {
	p := procedure()
	p.Fines = map[string]cases.FineRange{"条例38": times("条例38", 1, 2, false), "条例40": times("条例40", 2, 5, false), "条例41": times("条例41", 2, 5, true),
		"条例39": {Article: "条例39", Least: 1_000_000, Most: 5_000_000, May: true, Clause: "条例39"}}
	for _, c := range []struct {
		article, fine, ground string
		fits                  bool
	}{
		{"条例38(三)", "1000", "", true}, {"条例38(三)", "2000", "", true}, {"条例38(三)", "999.99", "", false}, {"条例38(三)", "2000.01", "", false},
		{"条例38(三)", "999.99", "32-1", true}, {"条例38(三)", "2000.01", "32-1", false}, {"条例38(三)", "1500", "32-1", false},
		{"条例38(三)", "0", "", false}, {"条例38(三)", "0", "33", true}, {"条例38(三)", "1", "33", false}, {"条例第三十八条", "999.99", "", false},
		{"条例40", "1999.99", "", false}, {"条例40", "2000", "", true}, {"条例40", "5000", "", true}, {"条例40", "5000.01", "", false},
		{"条例41", "0", "", true}, {"条例41", "1", "", false}, {"条例41", "2000", "", true},
		{"条例39", "9999.99", "", false}, {"条例39", "10000", "", true}, {"条例39", "50000.01", "", false}, {"条例39", "0", "", true},
		{"条例38、40", "1000", "", true}, {"条例38、40", "5000", "", true}, {"条例38、40", "5000.01", "", false}, {"条例38、40", "999", "", false},
		{"条例38、39", "51999", "", true}, {"条例38、39", "52000.01", "", false},
		{"社会保险法87", "1", "", true}, {"条例36", "1", "", true},
	} {
		w := newWalk(t).to(cases.Investigating)
		w.p = p
		w.do("jia", "verify")
		w.day = "2026-03-05"
		err := w.try("jia", "notice", with("article", c.article), with("fine", c.fine), with("ground", c.ground))
		if got := lacking(err); (len(got) == 0) != c.fits || !c.fits && !slices.Equal(got, []string{"fine-range"}) {
			t.Errorf("%s, %s yuan, ground %q: %v %v", c.article, c.fine, c.ground, got, err)
		}
	}
	w := newWalk(t).to(cases.Investigating)
	w.p = p
	w.do("jia", "verify")
	w.day = "2026-03-05"
	err := w.try("jia", "notice", with("fine", "3000"))
	if err == nil || !strings.Contains(err.Error(), "罚款 3000.00 元，应为 1000.00 至 2000.00 元") || !strings.Contains(err.Error(), "条例38（虚构）") {
		t.Errorf("it does not say the range and the clause: %v", err)
	}
	// Where nothing was lost, the article has no fine.
	w.do("jia", "verify", func(d *cases.Deed) {
		d.Lines = []cases.Line{{ID: "H1/S1/1", AtRisk: 60_000}, {ID: "H1/S1/2", AtRisk: 50_000}}
	})
	if got := lacking(w.try("jia", "notice", with("refund", "0"), with("fine", "100"))); !slices.Equal(got, []string{"fine-range"}) {
		t.Errorf("a fine over nothing: %v", got)
	}
	if err := w.try("jia", "notice", with("refund", "0"), with("fine", "0")); err != nil {
		t.Error(err)
	}
}

// TestTheDecisionIsBoundedToo: by its own article and ground, and only where it
// penalises.
func TestTheDecisionIsBoundedToo(t *testing.T) {
	heard := func() *walk {
		w := newWalk(t).to(cases.Heard)
		w.p.Fines = map[string]cases.FineRange{"条例38": times("条例38", 1, 2, false)}
		w.do("li", "review")
		w.day = "2026-03-11"
		return w
	}
	if got := lacking(heard().try("jia", "decide", with("fine", "500"))); !slices.Equal(got, []string{"fine-range"}) {
		t.Errorf("half of the loss: %v", got)
	}
	w := heard()
	w.do("jia", "decide", with("fine", "500"), with("ground", "32-4"))
	w.do("zhang", cases.ApproveIt)
	if d := w.c.File.Decision; d.Fine != 50_000 || d.Ground != "32-4" || cases.GroundWords(d.Ground).ZH == "" {
		t.Errorf("decided %+v", d)
	}
	if err := heard().try("jia", "decide", with("kind", "no-penalty"), with("fine", "0")); err != nil {
		t.Error(err)
	}
}
