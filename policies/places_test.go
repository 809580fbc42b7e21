package policies

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fundwatch/policies/regions"
)

func fen(n int64) regions.Setting {
	return regions.Setting{Number: &n, Unit: regions.Fen, Clause: "条例25"}
}

func percent(n int64) regions.Setting {
	return regions.Setting{Number: &n, Unit: regions.Percent, Clause: "条例35"}
}

// places are engines of the four regions.
func places(t *testing.T) map[string]*Engine {
	t.Helper()
	out := map[string]*Engine{}
	for code, name := range map[string]string{"152900": "alxa", "360900": "yichun", "410900": "puyang", "511725": "quxian"} {
		p, err := regions.LoadPolicy(regions.Builtin(), code)
		if err != nil {
			t.Fatal(err)
		}
		e, err := New(context.Background(), Builtin(), p)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = e
	}
	return out
}

// TestPlacesDifferWhereTheirTextsDo: one question, four answers, each by the
// clause of its own place, or of the country where the place says nothing.
func TestPlacesDifferWhereTheirTextsDo(t *testing.T) {
	all := places(t)
	const a, y, q = "阿署办发〔2020〕30号", "宜府办字〔2020〕90号", "渠府发〔2021〕7号"
	verified := ReferralInput{Grade: "violation", Subject: "institution", Verified: true, Intent: IntentNone, AmountFen: 5, Basis: []string{"条例38(三)"}, Today: anyDay}
	deceit, price, head, official, breach, none := verified, verified, verified, verified, verified, verified
	deceit.Intent, deceit.AmountFen = IntentShown, 2_000_000
	price.Basis, price.Signs = nil, []Sign{Price}
	head.Signs = []Sign{GraveHead}
	official.Subject = Official
	breach.AmountFen = 0
	none.Basis = nil
	type answer struct{ path, also, clause string }
	for name, c := range map[string]struct {
		q    Question
		want map[string]answer
	}{
		// Alxa 29 names six departments; Yichun six (two) three; Quxian four (one)
		// seven; Puyang five (three) names the police for data only.
		"deceit of a large amount": {deceit, map[string]answer{
			"alxa": {"police", "administrative", a + "29"}, "yichun": {"police", "administrative", y + "六(二)"},
			"puyang": {"police", "administrative", "行政执法机关移送涉嫌犯罪案件的规定5；条例22"}, "quxian": {"police", "administrative", q + "四(一)"}}},
		"a public official": {official, map[string]answer{
			"alxa": {"discipline", "", a + "29"}, "yichun": {"discipline", "", "行政执法机关移送涉嫌犯罪案件的规定19"},
			"puyang": {"discipline", "", "行政执法机关移送涉嫌犯罪案件的规定19"}, "quxian": {"discipline", "", q + "四(一)"}}},
		// Yichun six (two): false publicity, unlawful advertising, unfair prices.
		"prices": {price, map[string]answer{
			"alxa": {"market", "agency", a + "29"}, "yichun": {"market", "agency", "条例22；" + y + "六(二)（虚假宣传、违法医疗广告、不正当价格）"},
			"puyang": {"market", "agency", "条例22"}, "quxian": {"market", "agency", q + "四(一)"}}},
		// Yichun four (four): what needs a penalty is handed to the bureau of the
		// same level.
		"a loss without deceit": {verified, map[string]answer{
			"alxa": {"administrative", "", "条例38"}, "yichun": {"administrative", "", "条例38；" + y + "四(四)（需要给予行政处罚的移交）"},
			"puyang": {"administrative", "", "条例38"}, "quxian": {"administrative", "", "条例38"}}},
		// Quxian four (three): handling of a head who acted gravely is proposed to
		// the competent department.
		"a head who acted gravely": {head, map[string]answer{
			"alxa": {"administrative", "", ""}, "yichun": {"administrative", "", ""}, "puyang": {"administrative", "", ""},
			"quxian": {"administrative", "health", q + "四(三)（向行政主管部门提出处理建议）"}}},
		// Alxa 27: the service agreement and its monitoring.
		"a breach of the agreement": {none, map[string]answer{
			"alxa": {"agency", "", "条例13；" + a + "27"}, "yichun": {"agency", "", y + "四(四)"}, "puyang": {"agency", "", "濮政办〔2021〕25号四(三)"}, "quxian": {"agency", "", q + "四(一)"}}},
		"no loss": {breach, map[string]answer{
			"alxa": {"agency", "", a + "27、28"}, "yichun": {"agency", "", y + "四(四)"}, "puyang": {"agency", "", "濮政办〔2021〕25号四(三)"}, "quxian": {"agency", "", q + "四(一)"}}},
		// Quxian four (two): what institutions did against the rules is disclosed.
		"listing of a breach": {ListingInput{Subject: "institution", Measure: MeasureAgreement, Effective: true}, map[string]answer{
			"alxa": {"ledger", "", "条例13、33"}, "yichun": {"ledger", "", "条例13、33"}, "puyang": {"ledger", "", "条例13、33"},
			"quxian": {"minor", "ledger", q + "四(二)（信息强制披露制度）"}}},
		// Alxa 30 and Quxian four (three): into the credit system.
		"listing of a restriction": {ListingInput{Subject: "institution", Measure: MeasureRestriction, Effective: true}, map[string]answer{
			"alxa": {"serious", "ledger platform", "条例33；" + a + "30（将涉骗行为纳入信用体系）"}, "yichun": {"serious", "ledger platform", "条例33"},
			"puyang": {"serious", "ledger platform", "条例33"}, "quxian": {"serious", "ledger platform", "条例33；" + q + "四(三)（信用信息共享平台）"}}},
		// Inner Mongolia's rules of credit: six months without a new breach.
		"repair after four months": {PublicationInput{Subject: "institution", Class: Ordinary, Told: true, Over: true, Objection: ObjectionAnswered, Repaired: true, Months: 4, CleanMonths: 4}, map[string]answer{
			"alxa": {"publish", "", ""}, "yichun": {"remove", "", "国家发展改革委令第36号"}, "puyang": {"remove", "", "国家发展改革委令第36号"}, "quxian": {"remove", "", "国家发展改革委令第36号"}}},
	} {
		for place, want := range c.want {
			d := ask(t, all[place], c.q)
			if d.Path != want.path || strings.Join(d.Also, " ") != want.also {
				t.Errorf("%s in %s: %s beside %v, not %s beside %s", name, place, d.Path, d.Also, want.path, want.also)
			}
			if want.clause != "" && !slices.Contains(d.Basis, want.clause) {
				t.Errorf("%s in %s: %v, not by %s", name, place, d.Basis, want.clause)
			}
			for _, clause := range d.Basis {
				for of, text := range map[string]string{"alxa": "阿署办发", "yichun": "宜府办字", "puyang": "濮政办", "quxian": "渠府发"} {
					if strings.Contains(clause, text) && of != place {
						t.Errorf("%s in %s: by the text of %s: %s", name, place, of, clause)
					}
				}
			}
		}
	}
}

// TestOpenNumbersGoToAPersonEverywhere: no place has what no text sets.
func TestOpenNumbersGoToAPersonEverywhere(t *testing.T) {
	for place, e := range places(t) {
		for name, q := range map[string]Question{
			"values.case_amount_fen":    TriageInput{Grade: "violation", Subject: "institution", AmountFen: 5, Basis: []string{"条例38(三)"}, Today: anyDay},
			"values.criminal_large_fen": ReferralInput{Grade: "violation", Subject: "institution", Verified: true, Intent: IntentShown, AmountFen: 500_000, Basis: []string{"条例40(一)"}, Today: anyDay},
			"departments.drug":          ReferralInput{Grade: "violation", Subject: "institution", Intent: IntentUnknown, Signs: []Sign{DrugChannel}, Basis: []string{"条例38(五)"}, Today: anyDay},
			"values.large_fine_fen":     ListingInput{Subject: "institution", Measure: MeasureMoney, AmountFen: 5, Effective: true},
			"clocks.listing-objection":  PublicationInput{Subject: "institution", Class: Minor, Told: true, Objection: ObjectionNone},
		} {
			if d := ask(t, e, q); !slices.Contains(d.Undefined, name) {
				t.Errorf("%s: %s is not told as undefined: %v", place, name, d.Undefined)
			}
		}
	}
}

// TestEveryAuthzClassHasOneAnswer, with the reasons that lead to it.
func TestEveryAuthzClassHasOneAnswer(t *testing.T) {
	p := alxa(t)
	g := Grants{"inspector": {"lead.read", "case.read"}, "system": {"dead.read"}, "idle": {}}
	a, err := NewAuthz(context.Background(), Builtin(), p, g)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, q := range authzClasses(g) {
		d, err := a.Allow(context.Background(), q.(AuthzInput))
		if err != nil {
			t.Fatal(err)
		}
		sound(t, &p, q, d)
		seen[d.Reasons[0].Code]++
	}
	for code := range p.Authz.Ways {
		if seen[code] == 0 {
			t.Errorf("%s never decides", code)
		}
	}
	if b, err := NewAuthz(context.Background(), Builtin(), p, Grants{"inspector": {"lead.read"}}); err != nil || b.Revision() == a.Revision() {
		t.Errorf("another table of grants is the same policy: %v", err)
	}
}
