package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/internal/accounts"
	"fundwatch/policies"
	"fundwatch/policies/regions"
)

func (e *env) policyCommand() *cobra.Command {
	return parent("policy", "政策：检查、提问、说明、复核 · policies: check, ask, explain, replay",
		e.policyCheckCommand(), e.policyShowCommand(), e.policyAskCommand(), e.policyExplainCommand(), e.policyReplayCommand())
}

// profiles gives the profiles of a folder, or those of the program.
func profiles(args []string) fs.FS {
	if len(args) == 1 {
		return os.DirFS(args[0])
	}
	return regions.Builtin()
}

func upToOne(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage("不认识 %q (unexpected argument)", args[1])
	}
	return nil
}

func (e *env) policyCheckCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "check [DIR]",
		Short: "检查各地参数和政策：每个数须有条款，每类问题须有答案 · every number has its clause, every class of question an answer",
		Args:  upToOne,
		RunE: func(c *cobra.Command, args []string) error {
			err := e.checkPolicies(c.Context(), profiles(args), asJSON)
			if err != nil && len(args) == 1 {
				err = fmt.Errorf("%s: %w", args[0], err)
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

// checkPolicies tells all that is wrong with profiles, and whether the policy
// answers with them.
func (e *env) checkPolicies(ctx context.Context, from fs.FS, asJSON bool) error {
	faults, err := regions.Check(from)
	if err != nil {
		return err
	}
	codes, err := regions.Codes(from)
	if err != nil {
		return err
	}
	for _, code := range codes {
		err := compiles(ctx, from, code)
		for _, sentence := range sentences(err) {
			faults = append(faults, regions.Fault{File: code + "/policy.json", Sentence: sentence})
		}
	}
	if faults == nil {
		faults = []regions.Fault{}
	}
	if asJSON {
		err = writeJSON(e.out, map[string]any{"regions": codes, "faults": faults})
	} else {
		for _, f := range faults {
			fmt.Fprintf(e.out, "%s\t%s\t%s\n", f.File, f.At, f.Sentence)
		}
		_, err = fmt.Fprintf(e.out, "%d 个统筹区，%d 处错误 (regions; faults)\n", len(codes), len(faults))
	}
	if err == nil && len(faults) > 0 {
		return errAnswer
	}
	return err
}

func compiles(ctx context.Context, from fs.FS, code string) error {
	p, err := regions.LoadPolicy(from, code)
	if err != nil {
		return err
	}
	if _, err := policies.New(ctx, policies.Builtin(), p); err != nil {
		return err
	}
	_, err = policies.NewAuthz(ctx, policies.Builtin(), p, grants())
	return err
}

// sentences gives the lines of an error, one fault each.
func sentences(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

// grants is the table of accounts as policy takes it.
func grants() policies.Grants {
	out := policies.Grants{}
	for _, role := range accounts.Roles() {
		out[string(role)] = []string{}
	}
	for _, p := range accounts.Permissions() {
		for _, role := range accounts.With(p) {
			out[string(role)] = append(out[string(role)], string(p))
		}
	}
	return out
}

// bookOf lays the policy of a region open, with the texts that its clauses name.
func bookOf(region string) (regions.Book, error) {
	p, err := regions.LoadPolicy(regions.Builtin(), region)
	if err != nil {
		return regions.Book{}, err
	}
	book, err := policies.BookOf(policies.Builtin(), p)
	if err != nil {
		return book, err
	}
	if book.Own, err = regions.Own(regions.Builtin(), region); err != nil {
		return book, err
	}
	book.Texts, err = regions.Texts(regions.Builtin())
	return book, err
}

// policyFlags are the flags of the commands that ask a region's policy without
// a server.
type policyFlags struct {
	region string
	json   bool
}

func (f *policyFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.region, "region", "", "统筹区代码，如 152900 (division code of the region)")
	c.Flags().BoolVar(&f.json, "json", false, "打印 JSON (print JSON)")
}

// load reads the policy of the region.
func (f *policyFlags) load() (regions.Policy, error) {
	if f.region == "" {
		return regions.Policy{}, usage("缺少 --region (missing)")
	}
	if _, known, err := regions.Load(regions.Builtin(), f.region); err != nil || !known {
		return regions.Policy{}, usage("没有统筹区 %s 的参数 (no profile of this region)", f.region)
	}
	return regions.LoadPolicy(regions.Builtin(), f.region)
}

func (e *env) policyShowCommand() *cobra.Command {
	var f policyFlags
	c := &cobra.Command{
		Use:   "show",
		Short: "列出一地的数值、期限和部门，各附条款；未规定的也列出 · numbers, periods and departments of a region with their clauses",
		Args:  nothingElse,
		RunE: func(*cobra.Command, []string) error {
			p, err := f.load()
			if err != nil {
				return err
			}
			if f.json {
				return writeJSON(e.out, p)
			}
			return e.printPolicy(&p)
		},
	}
	f.add(c)
	return c
}

const openValue = "未规定 undefined"

func (e *env) printPolicy(p *regions.Policy) error {
	var b bytes.Buffer
	for _, n := range regions.Names() {
		value, clause := openValue, ""
		if s, ok := p.Values[n.Name]; ok {
			value, clause = s.Text()+" "+string(n.Unit), s.Clause
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", n.Name, value, n.ZH, clause)
	}
	for _, n := range regions.ClockNames() {
		value, clause := openValue, ""
		if c, ok := p.Clocks[n.Name]; ok {
			value, clause = c.Text(), c.Clause
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", n.Name, value, n.ZH, clause)
	}
	for _, path := range regions.ReferralPaths() {
		value, clause := openValue, ""
		if d, ok := p.Departments[path]; ok {
			value, clause = d.ZH, d.Clause
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", path, value, "部门", clause)
	}
	_, err := b.WriteTo(e.out)
	return err
}

func (e *env) policyAskCommand() *cobra.Command {
	var f policyFlags
	c := &cobra.Command{
		Use:   "ask QUESTION FILE",
		Short: "向政策提一个问题（triage、referral、listing、publication、authz），FILE 为 JSON，- 为标准输入 · put one question",
		Args:  exactly(2, "QUESTION FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.askPolicy(c.Context(), &f, args[0], args[1])
		},
	}
	f.add(c)
	return c
}

func (e *env) askPolicy(ctx context.Context, f *policyFlags, name, file string) error {
	p, err := f.load()
	if err != nil {
		return err
	}
	in, err := e.readInput(file)
	if err != nil {
		return err
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, 1<<20))
	if err != nil {
		return err
	}
	q, err := policies.ParseQuestion(name, raw)
	if err != nil {
		return usage("%v", err)
	}
	d, err := decideAnything(ctx, p, q)
	if err != nil {
		return err
	}
	k, err := policies.Keep(q, d)
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(e.out, k)
	}
	return e.printDecision(&k)
}

// decideAnything puts a question to the engine that answers it.
func decideAnything(ctx context.Context, p regions.Policy, q policies.Question) (policies.Decision, error) {
	if in, ok := q.(policies.AuthzInput); ok {
		a, err := policies.NewAuthz(ctx, policies.Builtin(), p, grants())
		if err != nil {
			return policies.Decision{}, err
		}
		return a.Allow(ctx, in)
	}
	engine, err := policies.New(ctx, policies.Builtin(), p)
	if err != nil {
		return policies.Decision{}, err
	}
	return engine.Ask(ctx, q)
}

// printDecision tells a decision to a person: where to, why, by which clauses.
func (e *env) printDecision(k *policies.Kept) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\t%s", k.Record.Question, k.Path)
	if k.To.ZH != "" {
		fmt.Fprintf(&b, "\t%s %s（%s）", k.To.ZH, k.To.EN, k.To.Clause)
	}
	b.WriteString("\n")
	if len(k.Also) > 0 {
		fmt.Fprintf(&b, "\t并行 beside it: %s\n", strings.Join(k.Also, ", "))
	}
	for _, r := range k.Reasons {
		fmt.Fprintf(&b, "\t%s\t%s %s\t%s\n", r.Code, r.ZH, r.EN, strings.Join(r.Basis, "；"))
	}
	for _, c := range k.Clocks {
		fmt.Fprintf(&b, "\t期限 clock: %s (%s)\n", c.Name, c.Unit)
	}
	for _, name := range k.Undefined {
		fmt.Fprintf(&b, "\t未规定，由人决定 undefined, goes to a person: %s\n", name)
	}
	fmt.Fprintf(&b, "\t问题 question %s\n\t政策 policy   %s\n\t结果 result   %s\n", k.Record.Input, k.Record.Policy, k.Record.Result)
	_, err := b.WriteTo(e.out)
	return err
}
