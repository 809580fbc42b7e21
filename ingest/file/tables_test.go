package file

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	pq "github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
	"fundwatch/claim/parquet"
)

// rowsOf are the rows of one table, cells by column.
type rowsOf []map[string]string

// tablesOf puts messages into tables, in their order. All values must be texts.
func tablesOf(msgs []string) map[claim.Table]rowsOf {
	out := map[claim.Table]rowsOf{claim.Settlements: nil, claim.Lines: nil, claim.Diagnoses: nil}
	for _, m := range msgs {
		var c struct {
			Setlinfo            map[string]string
			Diseinfo, Feedetail []map[string]any
		}
		if err := json.Unmarshal([]byte(m), &c); err != nil {
			panic(err)
		}
		out[claim.Settlements] = append(out[claim.Settlements], c.Setlinfo)
		for t, list := range map[claim.Table][]map[string]any{claim.Lines: c.Feedetail, claim.Diagnoses: c.Diseinfo} {
			for _, item := range list {
				row := map[string]string{"fixmedins_code": c.Setlinfo["fixmedins_code"], "setl_id": c.Setlinfo["setl_id"]}
				for name, v := range item {
					if name != "drugtracinfo" {
						row[name] = fmt.Sprint(v)
						continue
					}
					var codes []string
					for _, trace := range v.([]any) {
						codes = append(codes, fmt.Sprint(trace.(map[string]any)["drug_trac_codg"]))
					}
					row["drug_trac_codg"] = strings.Join(codes, "|")
				}
				out[t] = append(out[t], row)
			}
		}
	}
	return out
}

// columnsOf are all columns of a table.
func columnsOf(t claim.Table) []string {
	var names []string
	if t != claim.Settlements {
		names = append(names, "fixmedins_code", "setl_id")
	}
	for _, f := range t.Fields() {
		names = append(names, f.String())
	}
	if t == claim.Lines {
		names = append(names, "drug_trac_codg")
	}
	return names
}

func (rows rowsOf) csv(names ...string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(names)
	for _, row := range rows {
		cells := make([]string, len(names))
		for i, n := range names {
			cells[i] = row[n]
		}
		w.Write(cells)
	}
	w.Flush()
	return b.String()
}

// parquet writes the rows, all columns as texts, or each of its own kind.
func (rows rowsOf) parquet(t claim.Table, typed bool, dict func(name string) bool) string {
	var b bytes.Buffer
	var cols []parquet.WriteColumn
	var batch []parquet.Values
	for _, name := range columnsOf(t) {
		col := parquet.WriteColumn{Name: name, Kind: parquet.Text, Dict: dict(name)}
		v := parquet.Values{Texts: make([]string, len(rows)), Ints: make([]int64, len(rows)), Null: make([]bool, len(rows))}
		f, err := claim.FieldByName(t, name)
		if typed && err == nil && !f.Coded() {
			col.Kind, col.Scale = map[claim.Kind]parquet.Kind{claim.KindTime: parquet.Timestamp, claim.KindDay: parquet.Date,
				claim.KindWhole: parquet.Integer}[f.Spec().Kind], f.Spec().Kind.Scale()
			if col.Kind == 0 {
				col.Kind = parquet.Decimal
			}
			col.Dict = false
		}
		for i, row := range rows {
			v.Null[i] = row[name] == ""
			if col.Kind == parquet.Text {
				v.Texts[i] = row[name]
			} else if x, rule := f.Value([]byte(row[name])); rule != claim.OK {
				panic(row[name])
			} else if !v.Null[i] {
				v.Ints[i] = x
			}
		}
		cols, batch = append(cols, col), append(batch, v)
	}
	w := parquet.NewWriter(&b, cols)
	if err := w.Write(batch); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// csvFiles and parquetFiles are the files of a folder that holds the tables.
func csvFiles(tables map[claim.Table]rowsOf) map[string]string {
	out := map[string]string{}
	for t, rows := range tables {
		out[t.String()+".csv"] = rows.csv(columnsOf(t)...)
	}
	return out
}

func parquetFiles(tables map[claim.Table]rowsOf, typed bool, dict func(string) bool) map[string]string {
	out := map[string]string{}
	for t, rows := range tables {
		out[t.String()+".parquet"] = rows.parquet(t, typed, dict)
	}
	return out
}

func noDict(string) bool { return false }
func aDict(string) bool  { return true }

// stories are claims with everything in them that netting knows.
func stories(n int) []string {
	out := []string{claimtest.Set(claimtest.Example, "diseinfo[0].diag_srt_no", `"1"`)}
	for i := range n {
		visit := i / 6
		switch i % 6 {
		case 0, 1:
			out = append(out, claimtest.Claim(fmt.Sprintf("H%d/S%d visit=M%d person=P%d bill_no=票%d hifp_pay=1.5; 1 5.25 50/40 pric=9.523809 trace=t%d,u%d; 2 1 0.01 rxno=R_1 prd_days=0.5; dx I10 a,\"b\"; dx I%d",
				i%3, i, visit, visit%7, i, i, i%5, i)))
		case 2:
			out = append(out, claimtest.Claim(fmt.Sprintf("S%d visit=M%d person=P%d; 9 -1 -10 of=1; 3 -0.5 -5/-4 of=1", i, visit, visit%7)))
		case 3:
			out = append(out, claimtest.Claim(fmt.Sprintf("H%d/S%d visit=M%d refunds=S%d fund_pay_sumamt=-7; 1 -5 -50", (i-2)%3, i, visit, i-2)))
		case 4:
			out = append(out, claimtest.Claim(fmt.Sprintf("S%d visit=M%d at=%d med_type=21 begntime=2026-03-01_00:00:00 endtime=2026-03-09_10:00:00 brdy=0001-01-01", i, visit, i%28+1)))
		default:
			out = append(out, claimtest.Claim(fmt.Sprintf("S%d visit=M%d; 1 2 3; 2 -1 -1 of=1; dx J18; dx J18; dx J18", i, visit)))
		}
	}
	return out
}

func TestTablesAndLinesGiveTheSame(t *testing.T) {
	msgs := stories(120)
	tables := tablesOf(msgs)
	want := reading{}.read(t, write(t, map[string]string{"a.jsonl": strings.Join(msgs, "\n")}))
	if want.err != nil || want.claims.Claims != len(msgs) || want.claims.Cancelled == 0 {
		t.Fatalf("%v %+v", want.err, want)
	}
	forms := map[string]map[string]string{
		"CSV":                   csvFiles(tables),
		"Parquet texts":         parquetFiles(tables, false, noDict),
		"Parquet dictionaries":  parquetFiles(tables, false, aDict),
		"Parquet own kinds":     parquetFiles(tables, true, noDict),
		"Parquet of both kinds": parquetFiles(tables, true, func(name string) bool { return len(name)%2 == 0 }),
	}
	for name, files := range forms {
		for _, workers := range []int{1, 2, 5} {
			want.equal(t, name, reading{workers: workers}.read(t, write(t, files)))
		}
		// All the same again in lines: every claim is a duplicate.
		files["z.jsonl"] = strings.Join(msgs, "\n")
		both := reading{workers: 2}.read(t, write(t, files))
		if both.err != nil || both.tally.Duplicates != len(msgs) || both.history != want.history || len(both.rejects) > 0 {
			t.Errorf("%s and lines: %v %+v %.2000q", name, both.err, both.tally, both.rejects)
		}
		few := claim.FieldSet(0).With(claim.PsnNo)
		if got := (reading{keep: few}).read(t, write(t, files)); got.tally.Duplicates != len(msgs) || len(got.rejects) > 0 {
			t.Errorf("%s and lines, few fields kept: %+v", name, got.tally)
		}
	}
}

// Columns of several pages, whose dictionaries outgrow what a writer allows.
func TestParquetColumnsOfManyPages(t *testing.T) {
	tables := map[claim.Table]rowsOf{}
	claims := tablesOf(claimtest.Claims("S1 hifp_pay=1; 1 2 10/8 prd_days=1; 2 1 5", "S1; 1 3 12.5 bilg_dr_codg=D; 2 1 5/5; dx I10"))
	long := strings.Repeat("long", 28)
	for i := range 10_000 {
		from := claims[claim.Settlements][i%2]
		id := fmt.Sprintf("%s-%d", long, i)
		edit := func(row map[string]string, more ...string) map[string]string {
			out := map[string]string{"setl_id": id}
			for name, cell := range row {
				if name != "setl_id" {
					out[name] = cell
				}
			}
			for j := 0; j < len(more); j += 2 {
				out[more[j]] = more[j+1]
			}
			return out
		}
		tables[claim.Settlements] = append(tables[claim.Settlements], edit(from, "psn_no", fmt.Sprint("P", i%500), "mdtrt_id", id))
		for _, l := range claims[claim.Lines][i%2*2 : i%2*2+2] {
			tables[claim.Lines] = append(tables[claim.Lines], edit(l, "med_list_codg", fmt.Sprint("item", i%300)))
		}
	}
	want := reading{workers: 2}.read(t, write(t, csvFiles(tables)))
	if want.claims.Claims != 10_000 || want.claims.Lines != 20_000 {
		t.Fatalf("%v %+v %.500q", want.err, want.claims, want.rejects)
	}
	want.equal(t, "dictionaries", reading{workers: 2}.read(t, write(t, parquetFiles(tables, true, aDict))))
	want.equal(t, "plain", reading{workers: 3}.read(t, write(t, parquetFiles(tables, true, noDict))))
}

// Other values in one form than in the other are conflicts.
func TestTablesAndLinesConflict(t *testing.T) {
	base := "S1 bill_no=B; 1 2 10/8 rxno=R trace=a,b; dx I10; dx I11"
	for _, other := range []string{"S1; 1 2 10/8 rxno=R trace=a,b; dx I10; dx I11", "S1 bill_no=B; 1 2 10/8 rxno=R trace=a; dx I10; dx I11",
		"S1 bill_no=B; 1 2 10/8 rxno=R trace=a,b; dx I11; dx I10", "S1 bill_no=B; 1 2 10 rxno=R trace=a,b; dx I10; dx I11",
		"S1 bill_no=B; 1 2 10/8 trace=a,b bilg_dr_codg=R; dx I10; dx I11", "S1 bill_no=B; 1 2 10/8 rxno=R trace=a,b; dx I10",
		"S1 bill_no=B refd_setl_flag=0; 1 2 10/8 rxno=R trace=a,b; dx I10; dx I11"} {
		files := csvFiles(tablesOf([]string{claimtest.Claim(base)}))
		files["a.jsonl"] = claimtest.Claim(other)
		if got := (reading{}).read(t, write(t, files)); got.told(t) != "settlements.csv:1 setlinfo.setl_id conflict" {
			t.Errorf("%s: %s", other, got.told(t))
		}
		if got := (reading{}).read(t, write(t, csvFiles(tablesOf([]string{claimtest.Claim(base)}))), write(t, parquetFiles(tablesOf(claimtest.Claims(other)), true, aDict))); got.tally.Conflicts != 1 {
			t.Errorf("%s: %+v", other, got.tally)
		}
	}
}

func TestRowOrderIsFree(t *testing.T) {
	msgs := stories(60)
	want := reading{}.read(t, write(t, map[string]string{"a.jsonl": strings.Join(msgs, "\n")}))
	tables := tablesOf(msgs)
	rapid.Check(t, func(rt *rapid.T) {
		shuffled := map[claim.Table]rowsOf{claim.Settlements: rapid.Permutation(tables[claim.Settlements]).Draw(rt, "settlements"),
			claim.Lines: rapid.Permutation(tables[claim.Lines]).Draw(rt, "lines")}
		// Diagnoses of a claim keep their order: claims are interleaved anew.
		keys := make([]string, len(tables[claim.Diagnoses]))
		of := map[string]rowsOf{}
		for i, row := range tables[claim.Diagnoses] {
			keys[i] = row["fixmedins_code"] + "/" + row["setl_id"]
			of[keys[i]] = append(of[keys[i]], row)
		}
		for _, k := range rapid.Permutation(keys).Draw(rt, "diagnoses") {
			shuffled[claim.Diagnoses] = append(shuffled[claim.Diagnoses], of[k][0])
			of[k] = of[k][1:]
		}
		files := csvFiles(shuffled)
		if rapid.Bool().Draw(rt, "Parquet") {
			files = parquetFiles(shuffled, rapid.Bool().Draw(rt, "typed"), aDict)
		}
		got := reading{workers: 2}.read(t, write(t, files))
		if got.err != nil || got.history != want.history || got.claims != want.claims || len(got.rejects) > 0 {
			rt.Fatalf("%v %+v %q\n%s\nwant\n%s", got.err, got.claims, got.rejects, got.history, want.history)
		}
	})
}

// cells draws a table's row of good values, now and then a bad one.
func cells(t *rapid.T, tab claim.Table, faults int) map[string]string {
	pools := map[claim.Kind][]string{claim.KindCode: {"A", "B", " A ", "", "药\u3000"}, claim.KindText: {"x|y", "a,\"b\"", ""}, claim.KindMoney: {"0", "1.00", "12.3"},
		claim.KindQuantity: {"1", "2.50", "-1"}, claim.KindPrice: {"0", "1.5"}, claim.KindWhole: {"1", "", "02"}, claim.KindTime: {"2026-03-05 08:30:00", "2026-03-06 00:00:00"},
		claim.KindDay: {"1970-01-31", "0001-01-01"}}
	closed := map[string][]string{"gend": {"1", " 2"}, "refd_setl_flag": {"0", "", "1"}, "insuplc_admdvs": {"152921"}, "mdtrtarea_admvs": {"152900"},
		"med_type": {"11", "21"}, "begntime": {"2026-03-05 08:30:00", ""}, "prd_days": {"", "3"}, "acct_pay": {"0", "1", "-1"}, "init_setl_id": {"S1", "S2"}}
	wrong := []string{"a|b", "a/b", "", "x", "\x7f", "-1", "0", "1.0000001", "123456789012345", "2026-02-29 00:00:00", "2026-02-29", "3", " 1", "+1", "1e2"}
	out := map[string]string{}
	for _, f := range tab.Fields() {
		pool := pools[f.Spec().Kind]
		if p, ok := closed[f.String()]; ok {
			pool = p
		} else if f.Spec().Required {
			pool = pool[:min(3, len(pool))]
		}
		if rapid.IntRange(1, 100).Draw(t, "fault") <= faults {
			pool = wrong
		}
		out[f.String()] = rapid.SampledFrom(pool).Draw(t, f.String())
	}
	return out
}

// Claims with all sorts of problems: the same problems of the same claims,
// whether they come in lines or in tables, and the same claims in the end.
func TestProblemsAreTheSameInTablesAndLines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var msgs []string
		tables := map[claim.Table]rowsOf{claim.Settlements: nil, claim.Lines: nil, claim.Diagnoses: nil}
		faults := rapid.SampledFrom([]int{0, 1, 5}).Draw(rt, "faults")
		for i := range rapid.IntRange(1, 8).Draw(rt, "claims") {
			setl := cells(rt, claim.Settlements, faults)
			setl["fixmedins_code"], setl["setl_id"] = "H1", fmt.Sprint("S", i)
			if faults > 0 && rapid.IntRange(0, 6).Draw(rt, "odd identity") == 0 {
				setl["setl_id"] += "/x"
			}
			tables[claim.Settlements] = append(tables[claim.Settlements], setl)
			msg := map[string]any{"setlinfo": setl}
			for _, tab := range []claim.Table{claim.Lines, claim.Diagnoses} {
				var list []map[string]any
				for j := range rapid.IntRange(0, 4).Draw(rt, tab.String()) {
					row := cells(rt, tab, faults)
					if tab == claim.Lines && rapid.IntRange(0, 12).Draw(rt, "own number") > 0 {
						row["feedetl_sn"] = fmt.Sprint(j)
					}
					item := map[string]any{}
					for name, v := range row {
						item[name] = v
					}
					if tab == claim.Lines {
						codes := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", " a ", "", "a/b", "a\x01"}), 0, 3).Draw(rt, "traces")
						if faults == 0 {
							codes = slices.DeleteFunc(codes, func(c string) bool { return c == "a\x01" })
						}
						var traces []any
						for _, c := range codes {
							traces = append(traces, map[string]string{"drug_trac_codg": c})
						}
						item["drugtracinfo"], row["drug_trac_codg"] = traces, strings.Join(codes, "|")
					}
					row["fixmedins_code"], row["setl_id"] = setl["fixmedins_code"], setl["setl_id"]
					list, tables[tab] = append(list, item), append(tables[tab], row)
				}
				msg[map[claim.Table]string{claim.Lines: "feedetail", claim.Diagnoses: "diseinfo"}[tab]] = list
			}
			text, err := json.Marshal(msg)
			if err != nil {
				rt.Fatal(err)
			}
			msgs = append(msgs, string(text))
		}
		want := reading{}.read(t, write(t, map[string]string{"settlements.jsonl": strings.Join(msgs, "\n")}))
		forms := map[string]func() map[string]string{"csv": func() map[string]string { return csvFiles(tables) },
			"dictionaries": func() map[string]string { return parquetFiles(tables, false, aDict) },
			"plain":        func() map[string]string { return parquetFiles(tables, false, noDict) }}
		form := rapid.SampledFrom([]string{"csv", "dictionaries", "plain"}).Draw(rt, "form")
		got := reading{workers: 2}.read(t, write(t, forms[form]()))
		if a, b := sortedProblems(t, got), sortedProblems(t, want); got.err != nil || a != b || got.history != want.history || got.claims != want.claims {
			rt.Fatalf("%s: %v\n%s\n%s\nin lines\n%s\n%s", form, got.err, a, got.history, b, want.history)
		}
		checkRaw(rt, got.parsed(t))
	})
}

// sortedProblems are the rejects without the form of the file, the problems of
// each sorted.
func sortedProblems(t testing.TB, o *outcome) string {
	var out []string
	for _, r := range o.parsed(t) {
		r.File, _, _ = strings.Cut(r.File, ".")
		slices.SortFunc(r.Problems, func(a, b struct{ Field, Rule, Sentence string }) int {
			return strings.Compare(a.Field+" "+a.Rule, b.Field+" "+b.Rule)
		})
		out = append(out, r.short())
	}
	return strings.Join(out, "\n")
}

// checkRaw decodes the raw bytes of rejected claims of tables: the same
// problems.
func checkRaw(t rapid.TB, rejects []rejected) {
	for _, r := range rejects {
		d := claim.NewDecoder(memory.NewGoAllocator(), claim.Seed{}, claim.AllFields, true)
		var got, want []string
		for _, p := range d.Decode(r.Raw) {
			got = append(got, p.Field+" "+string(p.Rule))
		}
		for _, p := range r.Problems {
			want = append(want, p.Field+" "+p.Rule)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("the raw claim has the problems %q, want %q: %s", got, want, r.Raw)
		}
	}
}

const setlHeader = "fixmedins_code,setl_id,mdtrt_id,psn_no,insutype,med_type,setl_time,gend,brdy,insuplc_admdvs,mdtrtarea_admvs,medfee_sumamt,fund_pay_sumamt,acct_pay,psn_cash_pay\n"
const lineHeader = "fixmedins_code,setl_id,feedetl_sn,fee_ocur_time,med_list_codg,med_chrgitm_type,cnt,pric,det_item_fee_sumamt\n"

func setlRow(id string) string {
	return "H1," + id + ",M1,P1,310,11,2026-03-09 10:00:00,1,1970-01-31,152921,152921,0,0,0,0\n"
}

func lineRow(id, sn string) string {
	return "H1," + id + "," + sn + ",2026-03-05 09:00:00,A,09,1,1,1\n"
}

func TestCSVTables(t *testing.T) {
	odd := func(id, old, new string) string { return strings.Replace(setlRow(id), old, new, 1) }
	for _, c := range []struct {
		name                     string
		setl, lines, diagnoses   string
		claims, lineCount, count int // of claims as sent; of messages
		rejects                  string
	}{
		{"settlements alone", setlHeader + setlRow("S1"), "", "", 1, 0, 1, ""},
		{"no rows", setlHeader, lineHeader, "fixmedins_code,setl_id,diag_code\n", 0, 0, 0, ""},
		{"a mark, carriage returns, no last line feed", mark + strings.ReplaceAll(setlHeader+strings.TrimSuffix(setlRow("S1"), "\n"), "\n", "\r\n"), "", "", 1, 0, 1, ""},
		{"unknown columns, others in any order", "x,psn_no," + strings.Replace(setlHeader, "psn_no,", "", 1) + "7,P1," + strings.Replace(setlRow("S1"), "P1,", "", 1), "", "", 1, 0, 1, ""},
		{"a second row is a conflict, whatever it says", setlHeader + setlRow("S1") + setlRow("S1") + odd("S1", "P1", "P2") + odd("S1", ",1,1970", ",x,1970"),
			lineHeader + lineRow("S1", "1"), "", 1, 1, 4,
			"settlements.csv:2 setlinfo.setl_id conflict\nsettlements.csv:3 setlinfo.setl_id conflict\nsettlements.csv:4 setlinfo.setl_id conflict"},
		{"also where the first one has a problem", setlHeader + odd("S1", "P1", "") + setlRow("S1"), lineHeader + lineRow("S1", "1"), "", 0, 0, 2,
			"settlements.csv:1 setlinfo.psn_no required\nsettlements.csv:2 setlinfo.setl_id conflict"},
		{"also where the identity is no code", setlHeader + odd("S|", "P1", "P1") + odd("S|", "P1", "P2"), lineHeader + lineRow("S|", "1"), "", 0, 0, 2,
			"settlements.csv:1 setlinfo.setl_id characters\nsettlements.csv:2 setlinfo.setl_id conflict"},
		{"identities are trimmed", setlHeader + setlRow("S1") + setlRow(" S1 "), lineHeader + lineRow("S1\u3000", "1"), "", 1, 1, 2,
			"settlements.csv:2 setlinfo.setl_id conflict"},
		{"rows without identity are no conflict", setlHeader + setlRow("") + setlRow(" "), "", "", 0, 0, 2,
			"settlements.csv:1 setlinfo.setl_id required\nsettlements.csv:2 setlinfo.setl_id required"},
		{"what is missing is told once", "begntime,endtime,refd_setl_flag," + setlHeader + "2026-03-02 00:00:00,2026-03-01 00:00:00,1," + odd("S1", ",11,", ",,"), "", "", 0, 0, 1,
			"settlements.csv:1 setlinfo.endtime before-begntime, setlinfo.init_setl_id required, setlinfo.med_type required"},
		{"orphans", setlHeader + setlRow("S1"), lineHeader + lineRow("S2", "1") + lineRow("S1", "1") + lineRow("", "2"), "setl_id,fixmedins_code,diag_code\nS1,H1,I10\nS1,H2,I10\n", 1, 1, 4,
			"diagnoses.csv:2 setlinfo.setl_id no-settlement\nlines.csv:1 setlinfo.setl_id no-settlement\nlines.csv:3 setlinfo.setl_id no-settlement"},
		{"orphans of which all is wrong", setlHeader, lineHeader + "H1,S2,|,,,,0,x,y\n", "", 0, 0, 1, "lines.csv:1 setlinfo.setl_id no-settlement"},
		{"lines of a table without identity", setlHeader + setlRow("S1"), "feedetl_sn\n1\n", "", 1, 0, 2, "lines.csv:1 setlinfo.setl_id no-settlement"},
		{"the same number in two claims", setlHeader + setlRow("S1") + setlRow("S2"), lineHeader + lineRow("S1", "1") + lineRow("S2", "1") + lineRow("S2", "2") + lineRow("S1", "2"), "", 2, 4, 2, ""},
		{"a number repeated in a claim, together and scattered", setlHeader + setlRow("S1") + setlRow("S2") + setlRow("S3"),
			lineHeader + lineRow("S1", "1") + lineRow("S1", "1") + lineRow("S2", "1") + lineRow("S3", "1") + lineRow("S2", " 1"), "", 1, 1, 3,
			"settlements.csv:1 feedetail[1].feedetl_sn repeated\nsettlements.csv:2 feedetail[1].feedetl_sn repeated"},
		{"scattered by an orphan", setlHeader + setlRow("S1"), lineHeader + lineRow("S1", "1") + lineRow("S9", "1") + lineRow("S1", "1"), "", 0, 0, 2,
			"lines.csv:2 setlinfo.setl_id no-settlement\nsettlements.csv:1 feedetail[1].feedetl_sn repeated"},
		{"too few cells, too many cells", setlHeader + "H1,S1\n" + setlRow("S2") + strings.TrimSuffix(setlRow("S3"), "\n") + ",x\n", lineHeader + lineRow("S2", "1") + "H1,S2\n" + lineRow("S1", "1"), "", 1, 1, 5,
			"lines.csv:2 columns\nlines.csv:3 setlinfo.setl_id no-settlement\nsettlements.csv:1 columns\nsettlements.csv:3 columns"},
		{"quoting", "bill_no,drg_code," + setlHeader + "\"a,\"\"b\"\"\",\"c\nd\"," + setlRow("S1") + "\"a\"b,," + setlRow("S2") + "a\"b,," + setlRow("S3") + "\"a b\",\"\"," + setlRow("S4"), "", "", 1, 0, 4,
			"settlements.csv:1 setlinfo.drg_code characters\nsettlements.csv:2 csv\nsettlements.csv:3 csv"},
		{"a quote that does not end takes the rest", "bill_no," + setlHeader + "," + setlRow("S1") + "\"," + setlRow("S2") + "," + setlRow("S3"), "", "", 1, 0, 2, "settlements.csv:2 csv"},
		{"empty lines are no rows", setlHeader + "\n" + odd("S1", "P1", "") + "\r\n\n" + setlRow("S2"), "", "", 1, 0, 2, "settlements.csv:1 setlinfo.psn_no required"},
		{"invalid UTF-8", setlHeader + odd("S1", "P1", "P\xff") + odd("S\xc0", "P1", "P1"), lineHeader + lineRow("S\xc0", "1"), "", 0, 0, 2,
			"settlements.csv:1 setlinfo.psn_no utf-8\nsettlements.csv:2 setlinfo.setl_id utf-8"},
		{"trace codes", setlHeader + setlRow("S1"), "drug_trac_codg,drug_trac_code," + lineHeader + "a|b|a,," + lineRow("S1", "1") + ",c| d ||," + lineRow("S1", "2") + " ,e," + lineRow("S1", "3") + "f,g," + lineRow("S1", "4"), "", 1, 4, 1, ""},
		{"trace codes that are none", setlHeader + setlRow("S1"), "drug_trac_codg," + lineHeader + "a|b\x01|\x7f," + lineRow("S1", "1"), "", 0, 0, 1,
			"settlements.csv:1 feedetail[0].drugtracinfo[1].drug_trac_codg characters, feedetail[0].drugtracinfo[2].drug_trac_codg characters"},
		{"lines of a refund settlement have any sign", "refd_setl_flag,init_setl_id," + setlHeader + "1,S0," + odd("S1", ",0,0,0,0", ",-1,-1,-1,-1") + "0,," + odd("S2", ",0,0,0,0", ",-1,0,0,0"),
			lineHeader + strings.Replace(lineRow("S1", "1"), "1,1,1\n", "1,1,-1\n", 1) + strings.Replace(lineRow("S2", "1"), "1,1,1\n", "1,1,-1\n", 1), "", 1, 1, 2,
			"settlements.csv:2 feedetail[0].det_item_fee_sumamt sign, setlinfo.medfee_sumamt sign"},
	} {
		files := map[string]string{"settlements.csv": c.setl}
		if c.lines != "" {
			files["lines.csv"] = c.lines
		}
		if c.diagnoses != "" {
			files["diagnoses.csv"] = c.diagnoses
		}
		got := reading{workers: 2}.read(t, write(t, files))
		if got.err != nil {
			t.Errorf("%s: %v", c.name, got.err)
			continue
		}
		if told := got.told(t); told != c.rejects || got.claims.Claims != c.claims || got.claims.Lines != c.lineCount || got.tally.Messages != c.count {
			t.Errorf("%s: %d claims, %d lines, %d messages, rejects\n%s\nwant %d, %d, %d,\n%s", c.name, got.claims.Claims, got.claims.Lines, got.tally.Messages, told,
				c.claims, c.lineCount, c.count, c.rejects)
		}
		if c.name == "trace codes" {
			for _, want := range []string{`["a" "b"]`, `["c" "d"]`, `["e"]`, `["f"]`} {
				if !strings.Contains(got.history, want) {
					t.Errorf("no traces %s in %s", want, got.history)
				}
			}
		}
		for _, r := range got.parsed(t) {
			if !json.Valid(r.Raw) {
				t.Errorf("%s: raw bytes are no JSON: %q", c.name, r.Raw)
			}
		}
	}
}

func TestRawClaimsOfTablesNameTheValues(t *testing.T) {
	files := map[string]string{"settlements.csv": "x," + setlHeader + "7," + strings.Replace(setlRow("S1"), ",1,1970", ",女<,1970", 1) + "8," + setlRow("S1"),
		"lines.csv": "drug_trac_codg," + lineHeader + "a|b," + lineRow("S1", "1") + "," + lineRow("S2", "\"2,\"\"\""), "diagnoses.csv": "fixmedins_code,setl_id,diag_code,diag_name\nH1,S1,I10,\n"}
	got := reading{}.read(t, write(t, files)).parsed(t)
	for i, want := range []string{
		`{"feedetail":[{"fixmedins_code":"H1","setl_id":"S2","feedetl_sn":"2,\"","fee_ocur_time":"2026-03-05 09:00:00","med_list_codg":"A","med_chrgitm_type":"09","cnt":"1","pric":"1","det_item_fee_sumamt":"1"}]}`,
		`{"setlinfo":{"fixmedins_code":"H1","setl_id":"S1","mdtrt_id":"M1","psn_no":"P1","insutype":"310","med_type":"11","setl_time":"2026-03-09 10:00:00","gend":"女<","brdy":"1970-01-31","insuplc_admdvs":"152921","mdtrtarea_admvs":"152921","medfee_sumamt":"0","fund_pay_sumamt":"0","acct_pay":"0","psn_cash_pay":"0"},"diseinfo":[{"fixmedins_code":"H1","setl_id":"S1","diag_code":"I10"}],"feedetail":[{"drugtracinfo":[{"drug_trac_codg":"a"},{"drug_trac_codg":"b"}],"fixmedins_code":"H1","setl_id":"S1","feedetl_sn":"1","fee_ocur_time":"2026-03-05 09:00:00","med_list_codg":"A","med_chrgitm_type":"09","cnt":"1","pric":"1","det_item_fee_sumamt":"1"}]}`,
		`{"setlinfo":{"fixmedins_code":"H1","setl_id":"S1","mdtrt_id":"M1","psn_no":"P1","insutype":"310","med_type":"11","setl_time":"2026-03-09 10:00:00","gend":"1","brdy":"1970-01-31","insuplc_admdvs":"152921","mdtrtarea_admvs":"152921","medfee_sumamt":"0","fund_pay_sumamt":"0","acct_pay":"0","psn_cash_pay":"0"}}`,
	} {
		var a, b any
		if json.Unmarshal(got[i].Raw, &a) != nil || json.Unmarshal([]byte(want), &b) != nil || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("reject %d:\n%s\nwant\n%s", i, got[i].Raw, want)
		}
	}
}

func TestRawClaimsHaveNoNameTwice(t *testing.T) {
	files := map[string]string{"settlements.csv": setlHeader + strings.Replace(setlRow("S1"), ",1,1970", ",x,1970", 1),
		"lines.csv": "drug_trac_code,drug_trac_codg," + lineHeader + "b,a|c," + lineRow("S1", "1") + "d|\x01, ," + lineRow("S1", "2") + "\x01,e," + lineRow("S1", "3")}
	got := reading{}.read(t, write(t, files)).parsed(t)
	checkRaw(t, got)
	for _, want := range []string{`"drugtracinfo":[{"drug_trac_codg":"a"},{"drug_trac_codg":"c"}]`, `"drugtracinfo":[{"drug_trac_codg":"d"},{"drug_trac_codg":"\u0001"}]`,
		`"drugtracinfo":[{"drug_trac_codg":"e"}]`} {
		if !bytes.Contains(got[0].Raw, []byte(want)) {
			t.Errorf("no %s in %s", want, got[0].Raw)
		}
	}
}

// What a ragged row says must be in its dead letter, or nobody can repair it.
func TestRawOfRaggedRowsNamesTheirCells(t *testing.T) {
	got := reading{}.read(t, write(t, map[string]string{"settlements.csv": setlHeader + "H1,S1,M7\n"})).parsed(t)
	for _, cell := range []string{"H1", "S1", "M7"} {
		if !bytes.Contains(got[0].Raw, []byte(cell)) {
			t.Errorf("no %s in %s", cell, got[0].Raw)
		}
	}
}

// Cells go by the header as far as it goes, unknown columns too; a row that is
// no CSV keeps its text.
func TestRawOfBrokenRows(t *testing.T) {
	header := "x,x,extra," + lineHeader
	lines := mark + header + "1,2,3,H1,S1\n" + // too few
		"\n\r\n1,,3," + strings.TrimSuffix(lineRow("S1", "2"), "\n") + ",,y\n" + // too many
		"\n\r\n\"a\"b,药\r\n" + // no CSV
		"1,2,3," + lineRow("S9", "4") + // an orphan
		"c\"d,e"
	files := map[string]string{"settlements.csv": setlHeader + setlRow("S1") + "\"S2\nH1\n\n", "lines.csv": lines, "diagnoses.csv": "setl_id,fixmedins_code\nS1\n"}
	got := reading{}.read(t, write(t, files)).parsed(t)
	want := []string{
		`diagnoses.csv:1 {"diseinfo":[{"setl_id":"S1"}]}`,
		`lines.csv:1 {"feedetail":[{"x":"1","fixmedins_code":"H1","setl_id":"S1","extra":["2","3"]}]}`,
		`lines.csv:2 {"feedetail":[{"x":"1","fixmedins_code":"H1","setl_id":"S1","feedetl_sn":"2","fee_ocur_time":"2026-03-05 09:00:00","med_list_codg":"A","med_chrgitm_type":"09","cnt":"1","pric":"1","det_item_fee_sumamt":"1","extra":["3","","y"]}]}`,
		`lines.csv:3 {"feedetail":[{"csv":"\"a\"b,药"}]}`,
		`lines.csv:4 {"feedetail":[{"fixmedins_code":"H1","setl_id":"S9","feedetl_sn":"4","fee_ocur_time":"2026-03-05 09:00:00","med_list_codg":"A","med_chrgitm_type":"09","cnt":"1","pric":"1","det_item_fee_sumamt":"1"}]}`,
		`lines.csv:5 {"feedetail":[{"csv":"c\"d,e"}]}`,
		`settlements.csv:2 {"setlinfo":{"csv":"\"S2\nH1\n"}}`,
	}
	for i, r := range got {
		var raw any
		err := json.Unmarshal(r.Raw, &raw)
		plain := strings.ReplaceAll(string(r.Raw), `\r`, "\r")
		if text := fmt.Sprintf("%s:%d %s", r.File, r.Line, plain); i >= len(want) || err != nil || text != want[i] {
			t.Errorf("%v\n%s\nwant\n%s", err, text, want[min(i, len(want)-1)])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d rejects, want %d", len(got), len(want))
	}
}

// A quote that does not end takes the rest, of which not all is kept.
func TestRawOfEndlessRows(t *testing.T) {
	text := "\"S1" + strings.Repeat("x", claim.MaxMessage)
	got := reading{}.read(t, write(t, map[string]string{"settlements.csv": setlHeader + text})).parsed(t)
	var raw struct{ Setlinfo struct{ CSV string } }
	if err := json.Unmarshal(got[0].Raw, &raw); err != nil || len(got) != 1 || raw.Setlinfo.CSV != text[:keptOfTooLong] {
		t.Errorf("%v: %d bytes of %d are kept", err, len(raw.Setlinfo.CSV), len(text))
	}
}

// Equal input gives equal bytes.
func TestRejectsOfTablesAreTheSameEveryTime(t *testing.T) {
	setl, lines := "gend,"+strings.Replace(setlHeader, "gend,", "x,", 1), "drug_trac_codg,"+lineHeader
	for i := range 5 {
		setl += "x," + setlRow(fmt.Sprint("S", i))
		for sn := range 20 {
			lines += "\x01|\x02," + lineRow(fmt.Sprint("S", i), fmt.Sprint(sn/2))
		}
	}
	dir := write(t, map[string]string{"settlements.csv": setl, "lines.csv": lines + lineRow("S9", "1")})
	want := reading{}.read(t, dir)
	for range 10 {
		want.equal(t, "again", reading{workers: 2}.read(t, dir))
	}
}

func TestCSVTablesThatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ name, file, text, says string }{
		{"no header", "lines.csv", "", "no header"},
		{"a column twice", "lines.csv", "cnt," + lineHeader, `"cnt"`},
		{"a trace column twice", "lines.csv", "drug_trac_codg,drug_trac_codg," + lineHeader, `"drug_trac_codg"`},
		{"a key twice", "diagnoses.csv", "setl_id,setl_id,fixmedins_code\n", `"setl_id"`},
		{"a header that is no CSV", "lines.csv", "a\"b,c\n", ""},
	} {
		dir := write(t, map[string]string{"settlements.csv": setlHeader, c.file: c.text})
		got := reading{}.read(t, dir)
		if got.err == nil || !strings.Contains(got.err.Error(), filepath.Join(dir, c.file)) || !strings.Contains(got.err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, got.err)
		}
	}
	if got := (reading{}).read(t, write(t, map[string]string{"settlements.csv": "x,x," + setlHeader + "1,2," + setlRow("S1")})); got.err != nil || got.claims.Claims != 1 {
		t.Errorf("an unknown column twice: %v", got.err)
	}
}

// foreign writes a Parquet file with columns of any type.
func foreign(cols map[string]foreignColumn) string {
	group := pq.Group{}
	var names []string
	rows := 0
	for name, c := range cols {
		group[name] = pq.Optional(c.node)
		names = append(names, name)
		rows = len(c.values)
	}
	slices.Sort(names) // as a Group has them
	var b bytes.Buffer
	w := pq.NewWriter(&b, pq.NewSchema("schema", group))
	for i := range rows {
		var row pq.Row
		for at, name := range names {
			v := cols[name].values[i]
			if v.IsNull() {
				row = append(row, v.Level(0, 0, at))
			} else {
				row = append(row, v.Level(0, 1, at))
			}
		}
		if _, err := w.WriteRows([]pq.Row{row}); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

type foreignColumn struct {
	node   pq.Node
	values []pq.Value
}

// foreignSettlement is a row of settlements as texts, but for some columns; as
// many rows as these have values.
func foreignSettlement(other map[string]foreignColumn) map[string]foreignColumn {
	cols := map[string]foreignColumn{}
	for i, name := range strings.Split(strings.TrimSpace(setlHeader), ",") {
		col := foreignColumn{node: pq.String()}
		for _, c := range other {
			for row := range c.values {
				cell := strings.Split(strings.TrimSpace(setlRow(fmt.Sprint("S", row+1))), ",")[i]
				col.values = append(col.values, pq.ByteArrayValue([]byte(cell)))
			}
		}
		cols[name] = col
	}
	for name, c := range other {
		cols[name] = c
	}
	return cols
}

func ints(node pq.Node, v int64) foreignColumn {
	return foreignColumn{node, []pq.Value{pq.Int64Value(v)}}
}
func int32s(node pq.Node, v int32) foreignColumn {
	return foreignColumn{node, []pq.Value{pq.Int32Value(v)}}
}

// What typed columns mean, and values in them that the contract refuses.
func TestTypedParquetColumns(t *testing.T) {
	const at = 1773050400 // 2026-03-09 10:00:00
	for _, c := range []struct {
		column string
		value  foreignColumn
		want   string // in the history, or the rule
	}{
		{"setl_time", ints(pq.TimestampAdjusted(pq.Millisecond, false), at*1e3), "setl_time=1773050400 "},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Microsecond, false), at*1e6), "setl_time=1773050400 "},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Nanosecond, false), at*1e9), "setl_time=1773050400 "},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Nanosecond, false), at*1e9+1), "time"},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Millisecond, false), at*1e3+500), "time"},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Millisecond, false), -62135596800000), "setl_time=-62135596800 "}, // 0001-01-01 00:00:00
		{"setl_time", ints(pq.TimestampAdjusted(pq.Millisecond, false), -62135596800001), "time"},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Millisecond, false), -62135596801000), "time"},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Microsecond, false), 253402300799000000), "setl_time=253402300799 "}, // 9999-12-31 23:59:59
		{"setl_time", ints(pq.TimestampAdjusted(pq.Microsecond, false), 253402300800000000), "time"},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Microsecond, false), -9223372036854775808), "time"},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Millisecond, false), 9223372036854775807), "time"},
		{"brdy", int32s(pq.Date(), 30), "brdy=30 "},
		{"brdy", int32s(pq.Date(), -719162), "brdy=-719162 "},
		{"brdy", int32s(pq.Date(), -719163), "day"},
		{"brdy", int32s(pq.Date(), 2932896), "brdy=2932896 "},
		{"brdy", int32s(pq.Date(), 2932897), "day"},
		{"medfee_sumamt", ints(pq.Decimal(2, 18, pq.Int64Type), 1230), "medfee_sumamt=1230 "},
		{"medfee_sumamt", int32s(pq.Decimal(1, 9, pq.Int32Type), 123), "medfee_sumamt=1230 "},
		{"medfee_sumamt", ints(pq.Decimal(0, 18, pq.Int64Type), 12), "medfee_sumamt=1200 "},
		{"medfee_sumamt", ints(pq.Decimal(4, 18, pq.Int64Type), 123000), "medfee_sumamt=1230 "},
		{"medfee_sumamt", ints(pq.Decimal(4, 18, pq.Int64Type), 123001), "decimals"},
		{"medfee_sumamt", ints(pq.Decimal(2, 18, pq.Int64Type), 9999999999999999), "medfee_sumamt=9999999999999999 "},
		{"medfee_sumamt", ints(pq.Decimal(2, 18, pq.Int64Type), 10000000000000000), "digits"},
		{"medfee_sumamt", ints(pq.Decimal(2, 18, pq.Int64Type), -1), "sign"},
		{"medfee_sumamt", ints(pq.Int(64), 12), "medfee_sumamt=1200 "},
		{"medfee_sumamt", ints(pq.Int(64), 99999999999999), "medfee_sumamt=9999999999999900 "},
		{"medfee_sumamt", ints(pq.Int(64), 100000000000000), "digits"},
		{"medfee_sumamt", ints(pq.Int(64), 9223372036854775807), "digits"},
		{"medfee_sumamt", ints(pq.Int(64), -9223372036854775808), "digits"},
		{"medfee_sumamt", ints(pq.Uint(64), -1), "digits"}, // 2^64-1
		{"medfee_sumamt", int32s(pq.Int(8), 12), "medfee_sumamt=1200 "},
		{"medfee_sumamt", foreignColumn{pq.Int(64), []pq.Value{{}}}, "required"},
		{"begntime", ints(pq.TimestampAdjusted(pq.Nanosecond, false), at*1e9), "begntime=1773050400 "},
		{"begntime", ints(pq.TimestampAdjusted(pq.Millisecond, false), -62135596800000), "begntime=-62135596800 "},
		{"begntime", ints(pq.TimestampAdjusted(pq.Millisecond, false), -62135596801000), "time"},
		{"begntime", ints(pq.TimestampAdjusted(pq.Millisecond, false), 253402300799000), "begntime=253402300799 "},
		{"begntime", ints(pq.TimestampAdjusted(pq.Millisecond, false), 253402300800000), "time"},
		{"hifp_pay", ints(pq.Decimal(2, 18, pq.Int64Type), 9999999999999999), "hifp_pay=9999999999999999 "},
		{"hifp_pay", ints(pq.Decimal(1, 18, pq.Int64Type), 1000000000000000), "digits"},
		{"hifp_pay", ints(pq.Decimal(3, 18, pq.Int64Type), 1230), "hifp_pay=123 "},
		{"hifp_pay", ints(pq.Decimal(2, 18, pq.Int64Type), -5), "sign"},
		{"hifp_pay", foreignColumn{pq.Int(64), []pq.Value{{}}}, "setl_time"},
		{"brdy", foreignColumn{pq.Date(), []pq.Value{{}}}, "required"},
		{"begntime", foreignColumn{pq.TimestampAdjusted(pq.Nanosecond, false), []pq.Value{{}}}, "setl_time"},
		{"gend", foreignColumn{pq.Enum(), []pq.Value{pq.ByteArrayValue([]byte(" 1 "))}}, "gend=1 "},
		{"gend", foreignColumn{pq.String(), []pq.Value{pq.ByteArrayValue([]byte("\xff"))}}, "utf-8"},
		{"setl_time", foreignColumn{pq.String(), []pq.Value{pq.ByteArrayValue([]byte("2026-03-09 10:00:00"))}}, "setl_time=1773050400 "},
		{"unknown", foreignColumn{pq.Leaf(pq.DoubleType), []pq.Value{pq.DoubleValue(1)}}, "setl_time"},
		{"lon", foreignColumn{pq.Leaf(pq.BooleanType), []pq.Value{pq.BooleanValue(true)}}, "setl_time"},
	} {
		if f, err := claim.FieldByName(claim.Settlements, c.column); err == nil && !f.Spec().Required {
			c.value.values = append(c.value.values, pq.Value{}) // with a null the values go another way
		}
		dir := write(t, map[string]string{"settlements.parquet": foreign(foreignSettlement(map[string]foreignColumn{c.column: c.value}))})
		got := reading{}.read(t, dir)
		if got.err != nil {
			t.Errorf("%s %v: %v", c.column, c.value, got.err)
			continue
		}
		told := got.told(t)
		if ok := strings.Contains(got.history, c.want) || told == "settlements.parquet:1 setlinfo."+c.column+" "+c.want; !ok {
			t.Errorf("%s %v: %s%s, want %s", c.column, c.value, got.history, told, c.want)
		}
	}
}

func TestParquetColumnsOfAWrongType(t *testing.T) {
	for _, c := range []struct {
		column string
		value  foreignColumn
		says   string
	}{
		{"medfee_sumamt", foreignColumn{pq.Leaf(pq.DoubleType), []pq.Value{pq.DoubleValue(1)}}, "DOUBLE"},
		{"medfee_sumamt", foreignColumn{pq.Leaf(pq.FloatType), []pq.Value{pq.FloatValue(1)}}, "FLOAT"},
		{"medfee_sumamt", foreignColumn{pq.Leaf(pq.BooleanType), []pq.Value{pq.BooleanValue(true)}}, "BOOLEAN"},
		{"medfee_sumamt", int32s(pq.Date(), 1), "DATE"},
		{"medfee_sumamt", ints(pq.TimestampAdjusted(pq.Microsecond, false), 1), "TIMESTAMP"},
		{"setl_time", ints(pq.TimestampAdjusted(pq.Microsecond, true), 1), "UTC"},
		{"setl_time", ints(pq.Int(64), 1), "INT"},
		{"setl_time", int32s(pq.Date(), 1), "DATE"},
		{"brdy", ints(pq.TimestampAdjusted(pq.Microsecond, false), 1), "TIMESTAMP"},
		{"setl_id", ints(pq.Int(64), 1), "INT"},
		{"gend", foreignColumn{pq.Leaf(pq.BooleanType), []pq.Value{pq.BooleanValue(true)}}, "BOOLEAN"},
		{"psn_no", foreignColumn{pq.Leaf(pq.ByteArrayType), []pq.Value{pq.ByteArrayValue([]byte("P1"))}}, "BYTE_ARRAY"},
	} {
		bad := write(t, map[string]string{"settlements.parquet": foreign(foreignSettlement(map[string]foreignColumn{c.column: c.value}))})
		got := reading{}.read(t, bad)
		path := filepath.Join(bad, "settlements.parquet")
		if got.err == nil || !strings.Contains(got.err.Error(), path) || !strings.Contains(got.err.Error(), `"`+c.column+`"`) || !strings.Contains(got.err.Error(), c.says) {
			t.Errorf("%s %s: %v", c.column, c.says, got.err)
		}
	}
}

// A wrong type in the last input is an error before the first is read.
func TestWrongTypesAreToldBeforeAnythingRuns(t *testing.T) {
	wrong := foreignSettlement(map[string]foreignColumn{"acct_pay": {pq.Leaf(pq.DoubleType), []pq.Value{pq.DoubleValue(1)}}})
	dir := write(t, map[string]string{"a.jsonl": bad("S1"), "z/settlements.parquet": foreign(wrong)})
	got := reading{}.read(t, filepath.Join(dir, "a.jsonl"), filepath.Join(dir, "z"))
	if got.err == nil || len(got.rejects) > 0 {
		t.Errorf("%v, but %d rejects were told", got.err, len(got.rejects))
	}
}

func TestBrokenParquetFiles(t *testing.T) {
	whole := parquetFiles(tablesOf(stories(20)), true, aDict)
	for _, cut := range []int{0, 4, 100, len(whole["lines.parquet"]) - 1} {
		files := map[string]string{"settlements.parquet": whole["settlements.parquet"], "lines.parquet": whole["lines.parquet"][:cut]}
		dir := write(t, files)
		if got := (reading{}).read(t, dir); got.err == nil || !strings.Contains(got.err.Error(), filepath.Join(dir, "lines.parquet")) {
			t.Errorf("cut to %d bytes: %v", cut, got.err)
		}
	}
}

// Tables of both forms in one folder.
func TestCSVAndParquetSideBySide(t *testing.T) {
	msgs := stories(300)
	want := reading{}.read(t, write(t, map[string]string{"a.jsonl": strings.Join(msgs, "\n")}))
	tables := tablesOf(msgs)
	c, p := csvFiles(tables), parquetFiles(tables, true, noDict)
	for _, files := range []map[string]string{
		{"settlements.csv": c["settlements.csv"], "lines.parquet": p["lines.parquet"], "diagnoses.parquet": p["diagnoses.parquet"]},
		{"settlements.parquet": p["settlements.parquet"], "lines.csv": c["lines.csv"], "diagnoses.csv": c["diagnoses.csv"]},
	} {
		for _, workers := range []int{1, 4} {
			want.equal(t, fmt.Sprint(workers, " workers"), reading{workers: workers}.read(t, write(t, files)))
		}
	}
}

// Files of a folder count by name: m.jsonl comes before settlements.csv, where
// the claims of tables are.
func TestTheOrderOfTablesAndLinesInAFolder(t *testing.T) {
	dir := write(t, map[string]string{"m.jsonl": claimtest.Claim("S1 person=m"), "settlements.csv": setlHeader + setlRow("S1"), "lines.csv": lineHeader})
	got := reading{}.read(t, dir)
	if told := got.told(t); told != "settlements.csv:1 setlinfo.setl_id conflict" {
		t.Errorf("%s", told)
	}
}

// Rejects are told in the order of files, wherever the claims stand.
func TestRejectsOfTablesStandWhereTheirFilesDo(t *testing.T) {
	files := map[string]string{"a.jsonl": "x", "diagnoses.csv": "setl_id,fixmedins_code\nS9,H1\n", "e.jsonl": bad("S2"), "lines.csv": lineHeader + lineRow("S8", "1"),
		"m.jsonl": claimtest.Claim("S1 person=m") + "\nx", "settlements.csv": setlHeader + setlRow("S1") + setlRow("S3"), "z.jsonl": claimtest.Claim("S3 person=z")}
	got := reading{workers: 2}.read(t, write(t, files))
	want := "a.jsonl:1 json\ndiagnoses.csv:1 setlinfo.setl_id no-settlement\ne.jsonl:1 setlinfo.gend sex\nlines.csv:1 setlinfo.setl_id no-settlement\n" +
		"m.jsonl:2 json\nsettlements.csv:1 setlinfo.setl_id conflict\nz.jsonl:1 setlinfo.setl_id conflict"
	if told := got.told(t); told != want || got.tally.Messages != 9 || got.claims.Claims != 2 {
		t.Errorf("%+v %+v\n%s\nwant\n%s", got.tally, got.claims, told, want)
	}
	// A failure between the tables gives back what was built of them.
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	files["m.jsonl.gz"] = "broken"
	r := &Reader{Alloc: alloc, Keep: claim.AllFields, Workers: 2}
	if _, _, err := r.Read(context.Background(), []string{write(t, files)}); err == nil {
		t.Error("no error")
	}
	alloc.AssertSize(t, 0)
}

// Progress moves while columns are read and ends at the size of the files.
func TestProgressOfTables(t *testing.T) {
	tables := tablesOf(stories(300))
	empty := map[claim.Table]rowsOf{claim.Settlements: nil, claim.Lines: nil}
	for name, files := range map[string]map[string]string{"CSV": csvFiles(tables), "Parquet": parquetFiles(tables, true, aDict), "no rows": csvFiles(empty),
		"no columns": {"settlements.csv": "x\n1\n"}} {
		size := int64(0)
		for _, text := range files {
			size += int64(len(text))
		}
		var calls []int64
		r := &Reader{Alloc: memory.NewGoAllocator(), Keep: claim.AllFields, Workers: 3, Progress: func(done, total int64) {
			if total != size || len(calls) > 0 && done < calls[len(calls)-1] {
				t.Errorf("%s: %d of %d after %d, the files have %d", name, done, total, calls, size)
			}
			calls = append(calls, done)
		}}
		dir := write(t, files)
		for range 2 { // a Reader can be used again
			calls = nil
			if _, _, err := r.Read(context.Background(), []string{dir}); err != nil {
				t.Fatal(err)
			}
			if calls[len(calls)-1] != size || name == "Parquet" && len(calls) < 20 || name == "CSV" && len(calls) < 3 {
				t.Errorf("%s: %d, the files have %d", name, calls, size)
			}
		}
	}
}

func TestSharesAreExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		weights := rapid.SliceOf(rapid.Int64Range(0, 1<<38)).Draw(rt, "weights")
		s := shares{size: rapid.Int64Range(0, 1<<50).Draw(rt, "size")}
		for _, w := range weights {
			s.all += w
		}
		sum := int64(0)
		for _, w := range weights {
			n := s.next(w)
			if n < 0 {
				rt.Fatalf("a share of %d", n)
			}
			sum += n
		}
		if s.all > 0 && sum != s.size || sum+s.rest() != s.size {
			rt.Fatalf("%d and %d of %d", sum, s.rest(), s.size)
		}
	})
}

func TestCancellationOfTables(t *testing.T) {
	before := runtime.NumGoroutine()
	tables := tablesOf(stories(30))
	for _, files := range []map[string]string{csvFiles(tables), parquetFiles(tables, true, aDict)} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if got := (reading{workers: 3, ctx: ctx}).read(t, write(t, files)); !errors.Is(got.err, context.Canceled) {
			t.Errorf("%v", got.err)
		}
	}
	noMoreGoroutines(t, before)
}

func TestMemoryComesBackAfterAFailureInTables(t *testing.T) {
	files := parquetFiles(tablesOf(stories(30)), true, aDict)
	broken := []byte(files["lines.parquet"])
	for i := 4; i < len(broken)/2; i++ {
		broken[i] ^= 0x55 // pages, not the footer
	}
	for _, workers := range []int{1, 4} {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		r := &Reader{Alloc: alloc, Keep: claim.AllFields, Workers: workers}
		dir := write(t, map[string]string{"settlements.parquet": files["settlements.parquet"], "lines.parquet": string(broken), "diagnoses.parquet": files["diagnoses.parquet"]})
		if _, _, err := r.Read(context.Background(), []string{dir}); err == nil || !strings.Contains(err.Error(), "lines.parquet") {
			t.Errorf("broken pages: %v", err)
		}
		alloc.AssertSize(t, 0)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	r := &Reader{Alloc: alloc, Keep: claim.AllFields, Workers: 2}
	if _, _, err := r.Read(ctx, []string{write(t, parquetFiles(tablesOf(stories(30)), true, aDict))}); err == nil {
		t.Fatal("no error")
	}
	alloc.AssertSize(t, 0)
}

// FuzzTables reads any bytes as tables: nothing panics and every row of
// settlements is accounted for.
func FuzzTables(f *testing.F) {
	files := csvFiles(tablesOf(stories(6)))
	f.Add(files["settlements.csv"], files["lines.csv"], files["diagnoses.csv"])
	f.Add(setlHeader+setlRow("S1")+setlRow("S1"), "drug_trac_codg,"+lineHeader+"a|\x01,"+lineRow("S1", "1")+lineRow("S2", "1"), "setl_id,fixmedins_code\nS1,H1\n")
	f.Add("setl_id\n\"\n", "a\"", mark)
	dir := f.TempDir()
	writeTo(f, dir, map[string]string{"z.jsonl": ""})
	f.Fuzz(func(t *testing.T, settlements, lines, diagnoses string) {
		if len(settlements)+len(lines)+len(diagnoses) > 1<<16 {
			return
		}
		sub := filepath.Join(dir, "in")
		writeTo(t, sub, map[string]string{"settlements.csv": settlements, "lines.csv": lines, "diagnoses.csv": diagnoses})
		one := reading{workers: 1}.read(t, sub)
		two := reading{workers: 2}.read(t, sub)
		if (one.err == nil) != (two.err == nil) {
			t.Fatal(one.err, two.err)
		}
		if one.err != nil {
			return
		}
		one.equal(t, "again", two)
		for _, r := range one.parsed(t) {
			if !json.Valid(r.Raw) || len(r.Problems) == 0 {
				t.Fatalf("%s %q", r.short(), r.Raw)
			}
		}
		empty := filepath.Join(dir, "z.jsonl") // two inputs need fingerprints
		one.equal(t, "with fingerprints", reading{workers: 2}.read(t, sub, empty))
	})
}
