package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"fundwatch/blacklist/edition"
)

func (e *env) listCommand() *cobra.Command {
	return parent("list", "公布的名单：密钥、发布、查验 · published lists: a key, the next edition, the check of a folder",
		e.listKeyCommand(), e.listPublishCommand(), e.listVerifyCommand())
}

func (e *env) listKeyCommand() *cobra.Command {
	var out string
	asJSON := false
	c := &cobra.Command{
		Use:   "key NAME",
		Short: "生成签名密钥，写入文件（不打印），打印验证公钥 · make a key that signs, print its verifier key",
		Args:  exactly(1, "NAME"),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usage("缺少 --out KEYFILE (missing)")
			}
			return e.makeListKey(args[0], out, asJSON)
		},
	}
	c.Flags().StringVar(&out, "out", "", "密钥文件，须尚不存在，只有本人可读 (file of the key, new, readable by you alone)")
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

func (e *env) makeListKey(name, path string, asJSON bool) error {
	secret, verifier, err := edition.NewKey(rand.Reader, name)
	if errors.Is(err, edition.ErrKeyName) {
		return usage("%v", err)
	}
	if err != nil {
		return err
	}
	if err := writeSecret(path, secret+"\n"); err != nil {
		return err
	}
	if asJSON {
		return writeJSON(e.out, map[string]string{"key": verifier, "file": path})
	}
	_, err = fmt.Fprintln(e.out, verifier)
	return err
}

// writeSecret makes a new file that its owner alone may read.
func writeSecret(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// publishOptions are the flags of list publish.
type publishOptions struct {
	records, removals, day, key string
	json                        bool
}

func (e *env) listPublishCommand() *cobra.Command {
	var o publishOptions
	c := &cobra.Command{
		Use:   "publish DIR",
		Short: "在文件夹中加一期名单，整期写成或完全不写 · add the next edition to a folder, whole or not at all",
		Args:  exactly(1, "DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, f := range []struct{ name, value string }{{"records", o.records}, {"day", o.day}, {"key", o.key}} {
				if f.value == "" {
					return usage("缺少 --%s (missing)", f.name)
				}
			}
			if !edition.ValidDay(o.day) {
				return usage("--day 应为 YYYY-MM-DD 的日期 (want a day)")
			}
			return e.publishList(args[0], &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.records, "records", "", "新一期的全部记录，每行一个 JSON (records.jsonl, the whole new edition)")
	f.StringVar(&o.removals, "removals", "", "移出的理由：id,reason,day (removals.csv, why records are no longer there)")
	f.StringVar(&o.day, "day", "", "公布日期，YYYY-MM-DD (day of the edition)")
	f.StringVar(&o.key, "key", "", "签名密钥文件 (file of the key that signs)")
	f.BoolVar(&o.json, "json", false, "打印 JSON (print JSON)")
	return c
}

func (e *env) publishList(dir string, o *publishOptions) error {
	key, err := e.readListKey(o.key)
	if err != nil {
		return err
	}
	if inside(dir, o.key) {
		return fmt.Errorf("%s：密钥文件在要公布的文件夹里，请移走 (the key lies in the folder that is published)", o.key)
	}
	want, err := readWanted(o)
	if err != nil {
		return err
	}
	folder, err := openListFolder(dir)
	if err != nil {
		return err
	}
	defer folder.close()
	published, problems, err := edition.Publish(folder, key, want)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if len(problems) > 0 {
		return e.tellListProblems(problems, o)
	}
	return e.tellPublished(published, o)
}

// inside says that a file lies in a folder or below it.
func inside(dir, file string) bool {
	d, err := filepath.Abs(dir)
	f, err2 := filepath.Abs(file)
	rel, err3 := filepath.Rel(d, f)
	return errors.Join(err, err2, err3) == nil && filepath.IsLocal(rel)
}

func (e *env) readListKey(path string) (*edition.Key, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(e.err, "%s：密钥文件他人可读，请改为 0600 (others may read the key)\n", path)
	}
	key, err := edition.ReadKey(string(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// readWanted reads what the edition is to hold, with all problems of all files.
func readWanted(o *publishOptions) (edition.Wanted, error) {
	want := edition.Wanted{Day: o.day}
	b, err := os.ReadFile(o.records)
	if err != nil {
		return want, err
	}
	want.Records, want.Problems = edition.ReadRecords(b)
	if o.removals == "" {
		return want, nil
	}
	if b, err = os.ReadFile(o.removals); err != nil {
		return want, err
	}
	var more []edition.Problem
	want.Removals, more = edition.ReadRemovals(b)
	want.Problems = append(want.Problems, more...)
	return want, nil
}

func (e *env) tellListProblems(problems []edition.Problem, o *publishOptions) error {
	names := map[string]string{edition.InRecords: filepath.Base(o.records), edition.InRemovals: "removals.csv", edition.InKey: filepath.Base(o.key)}
	if o.removals != "" {
		names[edition.InRemovals] = filepath.Base(o.removals)
	}
	type row struct {
		File     string `json:"file"`
		Line     int    `json:"line"`
		Path     string `json:"path"`
		Sentence string `json:"sentence"`
	}
	rows, lines := make([]row, len(problems)), make([]string, len(problems))
	for i, p := range problems {
		if name, ok := names[p.File]; ok {
			p.File = name
		}
		rows[i], lines[i] = row{p.File, p.Line, p.Path, p.Sentence}, fmt.Sprint(p)
	}
	if !o.json {
		return fmt.Errorf("没有写出任何文件 (nothing was written):\n%s", strings.Join(lines, "\n"))
	}
	if err := writeJSON(e.out, map[string]any{"problems": rows}); err != nil {
		return err
	}
	return errAnswer
}

func (e *env) tellPublished(p *edition.Published, o *publishOptions) error {
	if o.json {
		return writeJSON(e.out, struct {
			edition.Entry
			Key         string `json:"key"`
			Records     int    `json:"records"`
			Added       int    `json:"added"`
			Changed     int    `json:"changed"`
			Removed     int    `json:"removed"`
			Unneeded    []int  `json:"unneeded"`
			Interrupted int    `json:"interrupted"`
			Undone      bool   `json:"undone"`
		}{p.Entry, p.Key, p.Records, p.Added, p.Changed, p.Removed, append([]int{}, p.Unneeded...), p.Interrupted, p.Undone})
	}
	switch {
	case p.Undone:
		fmt.Fprintf(e.out, "第 %d 期的发布曾经中断，未曾生效，残留文件已清除 (a publication of this edition was stopped and had no effect; its files were cleared away)\n", p.Interrupted)
	case p.Interrupted > 0:
		fmt.Fprintf(e.out, "第 %d 期的发布曾经中断，该期已完整 (the publication of this edition was stopped after it was whole)\n", p.Interrupted)
	}
	for _, line := range p.Unneeded {
		fmt.Fprintf(e.out, "%s:%d: 上一期没有这个 id，此行未用 (not an id that this edition removes; not used)\n", filepath.Base(o.removals), line)
	}
	_, err := fmt.Fprintf(e.out, "第 %d 期，%s：%d 条，新增 %d，变更 %d，移出 %d (edition, records, added, changed, removed)\n%s\n",
		p.Edition, p.Day, p.Records, p.Added, p.Changed, p.Removed, p.List)
	return err
}

func (e *env) listVerifyCommand() *cobra.Command {
	var key string
	asJSON := false
	c := &cobra.Command{
		Use:   "verify DIR",
		Short: "查验整个文件夹，指出第一个不符的文件和原因 · check a whole folder, name the first file that fails and why",
		Args:  exactly(1, "DIR"),
		RunE: func(c *cobra.Command, args []string) error {
			key = strings.TrimSpace(key)
			if c.Flags().Changed("key") && !edition.ValidVerifier(key) {
				return usage("--key 不是验证公钥 (not a verifier key)")
			}
			return e.verifyList(args[0], key, asJSON)
		},
	}
	c.Flags().StringVar(&key, "key", "", "验证公钥，从别处得到的 (verifier key, from another place than the folder)")
	c.Flags().BoolVar(&asJSON, "json", false, "打印 JSON (print JSON)")
	return c
}

func (e *env) verifyList(dir, key string, asJSON bool) error {
	report, fail, err := edition.Verify(os.DirFS(dir), key)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if fail != nil {
		if asJSON {
			err = writeJSON(e.out, map[string]any{"holds": false, "file": fail.File, "reason": fail.Reason})
		} else {
			_, err = fmt.Fprintf(e.out, "不符 (does not hold): %s: %s\n", fail.File, fail.Reason)
		}
		return errors.Join(err, errAnswer)
	}
	if asJSON {
		return writeJSON(e.out, map[string]any{"holds": true, "key": report.Key, "editions": append([]edition.Entry{}, report.Editions...),
			"records": report.Records, "interrupted": report.Interrupted})
	}
	return e.tellList(report, key)
}

func (e *env) tellList(r *edition.Report, key string) error {
	n := len(r.Editions)
	switch {
	case r.Interrupted > n:
		fmt.Fprintf(e.out, "第 %d 期的发布曾经中断，未生效；下次发布时清除残留文件 (the publication of this edition was stopped and had no effect; the next one clears it away)\n", r.Interrupted)
	case r.Interrupted > 0:
		fmt.Fprintf(e.out, "第 %d 期的发布曾经中断，该期已完整 (the publication of this edition was stopped after it was whole)\n", r.Interrupted)
	}
	if n == 0 {
		_, err := fmt.Fprintln(e.out, "尚无任何一期 (no edition yet)")
		return err
	}
	last := r.Editions[n-1]
	_, err := fmt.Fprintf(e.out, "相符：共 %d 期，最后一期 %s，%d 条 (holds: editions, day of the last, its records)\n%s\n%s\n", n, last.Day, r.Records, last.List, r.Key)
	if key == "" && err == nil {
		_, err = fmt.Fprintln(e.out, "公钥取自文件夹本身；请与从别处得到的公钥核对，或用 --key (the key is the folder's own word: compare it, or use --key)")
	}
	return err
}
