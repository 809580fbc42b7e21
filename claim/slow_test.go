package claim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A second decoder of messages, slow and plain: encoding/json and the words of
// the contract, nothing of this package but names. Tests hold the real decoder
// against it.

// contractFields are the fields of the contract in its order.
var contractFields = map[Table][]string{
	Settlements: strings.Fields(`setl_id mdtrt_id psn_no fixmedins_code insutype med_type setl_time begntime endtime gend brdy
		insuplc_admdvs mdtrtarea_admvs dscg_maindiag_code medfee_sumamt inscp_scp_amt fund_pay_sumamt hifp_pay acct_pay
		psn_cash_pay bill_no drg_code refd_setl_flag init_setl_id`),
	Lines: strings.Fields(`feedetl_sn init_feedetl_sn rxno fee_ocur_time med_list_codg medins_list_codg med_chrgitm_type
		chrgitm_lv cnt pric det_item_fee_sumamt inscp_scp_amt bilg_dr_codg bilg_dept_codg prd_days trdn_flag etip_flag
		dscg_tkdrug_flag`),
	Diagnoses: strings.Fields(`diag_type maindiag_flag diag_srt_no diag_code diag_name`),
}

func contractKind(name string) Kind {
	switch {
	case name == "pric":
		return KindPrice
	case name == "cnt" || name == "prd_days":
		return KindQuantity
	case name == "diag_srt_no":
		return KindWhole
	case name == "diag_name":
		return KindText
	case name == "brdy":
		return KindDay
	case strings.HasSuffix(name, "time"):
		return KindTime
	case strings.HasSuffix(name, "_amt"), strings.HasSuffix(name, "_sumamt"), strings.HasSuffix(name, "_pay"):
		return KindMoney
	}
	return KindCode
}

var numberText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// node is a JSON value whose members keep their order.
type node struct {
	kind    byte // { [ " 0 for a number, t for true and false, n
	members []nodeMember
	items   []*node
	text    string // of a string; the digits of a number; the word
}

type nodeMember struct {
	name  string
	value *node
}

func (n *node) get(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return &node{kind: 'n'}
}

// slowTree reads JSON and collects why the contract refuses it: any of the
// rules may be the one that is told. Of text that is not JSON at all the tree
// is nil and any rule is possible, as the fault may come after another.
func slowTree(msg []byte) (*node, []Rule) {
	if !json.Valid(msg) {
		return nil, []Rule{RuleJSON, RuleDuplicate, RuleDepth}
	}
	var why []Rule
	if !utf8.Valid(msg) || loneSurrogate(msg) {
		why = append(why, RuleJSON)
	}
	dec := json.NewDecoder(bytes.NewReader(msg))
	dec.UseNumber()
	root := slowNode(dec, 1, &why)
	if _, err := dec.Token(); err != io.EOF {
		panic(fmt.Sprintf("valid JSON with more behind it: %v", err))
	}
	return root, why
}

func slowNode(dec *json.Decoder, depth int, why *[]Rule) *node {
	token, err := dec.Token()
	if err != nil {
		panic(err)
	}
	switch v := token.(type) {
	case json.Delim:
		if depth > 64 {
			*why = append(*why, RuleDepth)
		}
		n := &node{kind: byte(v)}
		seen := map[string]bool{}
		for dec.More() {
			if v == '[' {
				n.items = append(n.items, slowNode(dec, depth+1, why))
				continue
			}
			name, err := dec.Token()
			if err != nil {
				panic(err)
			}
			if seen[name.(string)] {
				*why = append(*why, RuleDuplicate)
			}
			seen[name.(string)] = true
			n.members = append(n.members, nodeMember{name.(string), slowNode(dec, depth+1, why)})
		}
		if _, err := dec.Token(); err != nil {
			panic(err)
		}
		return n
	case string:
		return &node{kind: '"', text: v}
	case json.Number:
		return &node{kind: '0', text: v.String()}
	case bool:
		return &node{kind: 't', text: strconv.FormatBool(v)}
	}
	return &node{kind: 'n', text: "null"}
}

// loneSurrogate looks for an escaped surrogate without its pair in valid JSON.
func loneSurrogate(msg []byte) bool {
	var high bool // the last escape was a first half
	for i := 0; i < len(msg); i++ {
		if msg[i] != '\\' {
			if high {
				return true
			}
			continue
		}
		i++
		if msg[i] != 'u' {
			if high {
				return true
			}
			continue
		}
		r, err := strconv.ParseUint(string(msg[i+1:i+5]), 16, 16)
		if err != nil {
			panic(err)
		}
		i += 4
		switch first, second := r>>10 == 0x36, r>>10 == 0x37; {
		case second != high:
			return true
		case second:
			high = false
		default:
			high = first
		}
	}
	return high
}

// slowClaim is what the slow decoder makes of a message: its problems as
// "field rule", or its values.
type slowClaim struct {
	structural []Rule // one of these is the only problem
	problems   []string
	setl       map[string]string // values by name; absent ones are not there
	lines      []map[string]string
	diagnoses  []map[string]string
}

func slowDecode(msg []byte) *slowClaim {
	root, why := slowTree(msg)
	switch {
	case len(why) > 0:
		return &slowClaim{structural: why}
	case root.kind != '{':
		return &slowClaim{structural: []Rule{RuleObject}}
	}
	s := &slowClaim{}
	s.read(root)
	slices.Sort(s.problems)
	return s
}

func (s *slowClaim) problem(field string, rule Rule) {
	s.problems = append(s.problems, field+" "+string(rule))
}

func (s *slowClaim) read(root *node) {
	setl, bad := map[string]string{}, map[string]bool{}
	unknown := root.get("setlinfo").kind != '{'
	if unknown {
		s.problem("setlinfo", RuleObject)
	} else {
		setl, bad = s.object(root.get("setlinfo"), Settlements, "setlinfo.")
	}
	s.setl = setl
	lists := map[string]bool{}
	for _, name := range []string{"diseinfo", "feedetail"} {
		lists[name] = s.list(root.get(name), name, func(item *node, path string) {
			if name == "diseinfo" {
				if d, _ := s.object(item, Diagnoses, path); len(d) > 0 { // else it says nothing
					s.diagnoses = append(s.diagnoses, d)
				}
				return
			}
			s.line(item, path, unknown || setl["refd_setl_flag"] == "1" || bad["refd_setl_flag"])
		})
	}
	sns := map[string]bool{}
	for i, l := range s.lines {
		if sn := l["feedetl_sn"]; sn != "" {
			if sns[sn] {
				s.problem(l["path"]+"feedetl_sn", RuleRepeated)
			}
			sns[sn] = true
		}
		delete(s.lines[i], "path")
	}
	if !unknown {
		s.between(setl, bad, lists["feedetail"])
	}
}

// between makes the checks between the fields of a settlement.
func (s *slowClaim) between(setl map[string]string, bad map[string]bool, linesKnown bool) {
	need := strings.Fields(`setl_id mdtrt_id psn_no fixmedins_code insutype med_type setl_time gend brdy insuplc_admdvs
		mdtrtarea_admvs medfee_sumamt fund_pay_sumamt acct_pay psn_cash_pay`)
	if regexp.MustCompile(`^(21|22|23|24|52)`).MatchString(setl["med_type"]) {
		need = append(need, "begntime", "endtime")
	}
	refund := setl["refd_setl_flag"] == "1"
	if refund {
		need = append(need, "init_setl_id")
	}
	for _, name := range need {
		if setl[name] == "" && !bad[name] {
			s.problem("setlinfo."+name, RuleRequired)
		}
	}
	if setl["begntime"] != "" && setl["endtime"] != "" && setl["endtime"] < setl["begntime"] {
		s.problem("setlinfo.endtime", RuleOrder)
	}
	negative, all := false, linesKnown
	for _, l := range s.lines {
		negative = negative || strings.HasPrefix(l["cnt"], "-")
		all = all && l["cnt"] != ""
		if l["cnt"] == "0" {
			delete(l, "cnt")
		}
	}
	if refund || bad["refd_setl_flag"] || negative || !all {
		return
	}
	for _, name := range strings.Fields("medfee_sumamt inscp_scp_amt fund_pay_sumamt hifp_pay acct_pay psn_cash_pay") {
		if strings.HasPrefix(setl[name], "-") {
			s.problem("setlinfo."+name, RuleSign)
		}
	}
}

func (s *slowClaim) line(item *node, path string, free bool) {
	l, bad := s.object(item, Lines, path)
	for _, name := range strings.Fields("feedetl_sn fee_ocur_time med_list_codg med_chrgitm_type cnt pric det_item_fee_sumamt") {
		if l[name] == "" && !bad[name] {
			s.problem(path+name, RuleRequired)
		}
	}
	if l["cnt"] != "" && l["cnt"] != "0" && !free {
		for _, name := range []string{"det_item_fee_sumamt", "inscp_scp_amt"} {
			if m := l[name]; m != "" && m != "0" && strings.HasPrefix(m, "-") != strings.HasPrefix(l["cnt"], "-") {
				s.problem(path+name, RuleSign)
			}
		}
	}
	codes := map[string]bool{}
	s.list(item.get("drugtracinfo"), path+"drugtracinfo", func(trace *node, path string) {
		var found string
		for _, name := range []string{"drug_trac_code", "drug_trac_codg"} {
			if text, rule := slowText(KindCode, name, trace.get(name)); rule != OK {
				s.problem(path+name, rule)
			} else if text != "" {
				found = text
			}
		}
		if found != "" {
			codes[found] = true
		}
	})
	var sorted []string
	for c := range codes {
		sorted = append(sorted, c)
	}
	slices.Sort(sorted)
	if len(sorted) > 0 {
		l["drugtracinfo"] = strings.Join(sorted, "|")
	}
	l["path"] = path
	s.lines = append(s.lines, l)
}

// list reads a list of objects and says whether all of it is known.
func (s *slowClaim) list(n *node, path string, each func(item *node, path string)) bool {
	if n.kind == 'n' {
		return true
	}
	if n.kind != '[' {
		s.problem(path, RuleList)
		return false
	}
	known := true
	for i, item := range n.items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item.kind != '{' {
			s.problem(at, RuleObject)
			known = false
			continue
		}
		each(item, at+".")
	}
	return known
}

// object reads the fields of a table: values as trimmed texts of numbers
// without superfluous zeros, as texts otherwise.
func (s *slowClaim) object(n *node, t Table, path string) (values map[string]string, bad map[string]bool) {
	values, bad = map[string]string{}, map[string]bool{}
	for _, name := range contractFields[t] {
		v, rule := slowText(contractKind(name), name, n.get(name))
		if rule != OK {
			s.problem(path+name, rule)
			bad[name] = true
			v = ""
		}
		if rule == RuleNotZero {
			v = "0" // wrong, but known
		}
		if v != "" {
			values[name] = v
		}
	}
	return values, bad
}

func slowText(k Kind, name string, n *node) (string, Rule) {
	number := k == KindMoney || k == KindQuantity || k == KindPrice || k == KindWhole
	switch {
	case n.kind == 'n':
		return "", OK
	case n.kind == '"' || n.kind == '0' && number:
	case number:
		return "", RuleNumber
	default:
		return "", RuleString
	}
	trimmed := strings.TrimFunc(n.text, unicode.IsSpace)
	switch {
	case trimmed == "":
		return "", OK
	case k == KindText:
		return trimmed, OK
	case k == KindTime:
		return slowDate("2006-01-02 15:04:05", n.text, RuleTime)
	case k == KindDay:
		return slowDate("2006-01-02", n.text, RuleDay)
	case number:
		return slowNumberText(k, name, n.text)
	}
	return trimmed, slowCode(name, trimmed)
}

func slowDate(layout, text string, rule Rule) (string, Rule) {
	if at, err := time.Parse(layout, text); err != nil || at.Format(layout) != text || at.Year() < 1 {
		return "", rule
	}
	return text, OK
}

func slowNumberText(k Kind, name, text string) (string, Rule) {
	for _, nk := range numberKinds {
		if nk.kind != k {
			continue
		}
		v, rule := slowNumber(nk.scale, nk.digits, k == KindWhole, text)
		switch {
		case rule != OK:
			return "", rule
		case name == "cnt" && v == 0:
			return "", RuleNotZero
		case (name == "pric" || name == "prd_days") && v < 0:
			return "", RuleNegative
		case v == 0:
			return "0", OK
		}
		sign, digits := "", fmt.Sprintf("%0*d", nk.scale+1, v)
		if v < 0 {
			sign, digits = "-", fmt.Sprintf("%0*d", nk.scale+1, -v)
		}
		out := sign + digits[:len(digits)-nk.scale]
		if decimals := strings.TrimRight(digits[len(digits)-nk.scale:], "0"); decimals != "" {
			out += "." + decimals
		}
		return out, OK
	}
	panic(name)
}

func slowCode(name, text string) Rule {
	slash := strings.Contains(" psn_no mdtrt_id fixmedins_code setl_id feedetl_sn init_setl_id init_feedetl_sn ", " "+name+" ")
	for _, r := range text {
		if r < 0x20 || r == 0x7f || r == '|' || r == '/' && slash {
			return RuleCharacters
		}
	}
	for pattern, c := range map[string]struct {
		names string
		rule  Rule
	}{
		"^[0129]$":   {"gend", RuleSex},
		"^[01]$":     {"refd_setl_flag", RuleRefundFlag},
		"^[0-9]{6}$": {"insuplc_admdvs mdtrtarea_admvs", RuleDivision},
	} {
		if slices.Contains(strings.Fields(c.names), name) && !regexp.MustCompile(pattern).MatchString(text) {
			return c.rule
		}
	}
	return OK
}

// content is all that counts when two messages are compared.
func (s *slowClaim) content() string {
	lines := slices.Clone(s.lines)
	slices.SortFunc(lines, func(a, b map[string]string) int { return strings.Compare(a["feedetl_sn"], b["feedetl_sn"]) })
	out, err := json.Marshal([]any{s.setl, lines, s.diagnoses})
	if err != nil {
		panic(err)
	}
	return string(out)
}

// batchClaim reads settlement c of a batch as a slowClaim.
func batchClaim(b *Batch, c int) *slowClaim {
	s := &slowClaim{setl: batchRow(b, Settlements, c)}
	for l, owner := range b.Owners(Lines) {
		if int(owner) != c {
			continue
		}
		row := batchRow(b, Lines, l)
		var traces []string
		b.Traces(l, func(code []byte) { traces = append(traces, string(code)) })
		slices.Sort(traces)
		if len(traces) > 0 {
			row["drugtracinfo"] = strings.Join(traces, "|")
		}
		s.lines = append(s.lines, row)
	}
	for d, owner := range b.Owners(Diagnoses) {
		if int(owner) == c {
			s.diagnoses = append(s.diagnoses, batchRow(b, Diagnoses, d))
		}
	}
	return s
}

func batchRow(b *Batch, t Table, row int) map[string]string {
	out := map[string]string{}
	for _, f := range t.Fields() {
		var text string
		switch {
		case f.Coded():
			text = b.Dicts.Of(f).Text(b.Codes(f)[row])
		case b.Numbers(f)[row] == None64:
		case f.Spec().Kind == KindTime:
			text = FormatTime(b.Numbers(f)[row])
		case f.Spec().Kind == KindDay:
			text = FormatDay(b.Numbers(f)[row])
		default:
			text = TrimNumber(f.Spec().Kind, b.Numbers(f)[row])
		}
		if text != "" {
			out[f.String()] = text
		}
	}
	return out
}

// slowNet nets messages without problems as the contract words it and writes
// what counts as historyText does.
func slowNet(msgs []string) string {
	var claims []*slowClaim
	for _, m := range msgs {
		claims = append(claims, slowDecode([]byte(m)))
	}
	order := func(a, b *slowClaim) int {
		return slices.Compare([]string{a.setl["setl_time"], a.setl["fixmedins_code"], a.setl["setl_id"]},
			[]string{b.setl["setl_time"], b.setl["fixmedins_code"], b.setl["setl_id"]})
	}
	slices.SortFunc(claims, order)
	refund := func(c *slowClaim) bool { return c.setl["refd_setl_flag"] == "1" }
	named := func(x *slowClaim) bool {
		return !refund(x) && slices.ContainsFunc(claims, func(r *slowClaim) bool {
			return refund(r) && r.setl["fixmedins_code"] == x.setl["fixmedins_code"] && r.setl["init_setl_id"] == x.setl["setl_id"]
		})
	}
	positive := func(l map[string]string) bool { return !strings.HasPrefix(l["cnt"], "-") }
	isReturn := func(c *slowClaim) bool { return len(c.lines) > 0 && !slices.ContainsFunc(c.lines, positive) }
	var part, counting []*slowClaim
	for _, c := range claims {
		if refund(c) || named(c) {
			continue
		}
		if counting = append(counting, c); !isReturn(c) {
			part = append(part, c)
		}
	}
	sums := map[string][3]float64{} // by claim and line; numbers of the stories are small
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic(err)
		}
		return v
	}
	key := func(c *slowClaim, sn string) string {
		return c.setl["fixmedins_code"] + "/" + c.setl["setl_id"] + "/" + sn
	}
	for _, c := range counting {
		for _, r := range c.lines {
			if positive(r) || r["init_feedetl_sn"] == "" {
				continue
			}
			for _, owner := range append([]*slowClaim{c}, part...) { // its own claim, else the first
				if owner.setl["mdtrt_id"] != c.setl["mdtrt_id"] || !slices.Contains(part, owner) {
					continue
				}
				y := slices.IndexFunc(owner.lines, func(l map[string]string) bool {
					return l["feedetl_sn"] == r["init_feedetl_sn"] && positive(l)
				})
				if y < 0 {
					continue
				}
				inscp := r["inscp_scp_amt"]
				if inscp == "" {
					inscp = r["det_item_fee_sumamt"]
				}
				s := sums[key(owner, r["init_feedetl_sn"])]
				sums[key(owner, r["init_feedetl_sn"])] = [3]float64{s[0] + number(r["cnt"]), s[1] + number(r["det_item_fee_sumamt"]), s[2] + number(inscp)}
				break
			}
		}
	}
	byPerson := map[string]string{}
	var persons []string
	for _, c := range part {
		text := c.setl["psn_no"] + " " + c.setl["fixmedins_code"] + "/" + c.setl["setl_id"]
		var net, void []string
		for _, l := range c.lines {
			s := sums[key(c, l["feedetl_sn"])]
			sent := l["cnt"] + " " + l["det_item_fee_sumamt"]
			one := func(a, b, inscp string) string {
				out := " " + l["feedetl_sn"] + " " + a + " " + b
				if inscp != "" {
					out += "/" + inscp
				}
				if a+" "+b != sent {
					out += " (" + sent + ")"
				}
				if l["drugtracinfo"] != "" {
					out += " " + strings.ReplaceAll(l["drugtracinfo"], "|", ",")
				}
				return out
			}
			if !positive(l) || number(l["cnt"])+s[0] <= 0 {
				void = append(void, " ~"+one(l["cnt"], l["det_item_fee_sumamt"], l["inscp_scp_amt"]))
				continue
			}
			inscp := ""
			if l["inscp_scp_amt"] != "" {
				inscp = fmt.Sprint(number(l["inscp_scp_amt"]) + s[2])
			}
			net = append(net, one(fmt.Sprint(number(l["cnt"])+s[0]), fmt.Sprint(number(l["det_item_fee_sumamt"])+s[1]), inscp))
		}
		slices.Sort(net)
		slices.Sort(void)
		for _, l := range append(net, void...) {
			text += ";" + l
		}
		for _, d := range c.diagnoses {
			text += "; dx " + d["diag_code"]
		}
		if byPerson[c.setl["psn_no"]] == "" {
			persons = append(persons, c.setl["psn_no"])
		}
		byPerson[c.setl["psn_no"]] += text + "\n"
	}
	slices.Sort(persons)
	var out strings.Builder
	for _, p := range persons {
		out.WriteString(byPerson[p])
	}
	return out.String()
}
