package draw

import (
	"bytes"
	"fmt"
	"slices"
)

// Difference is the error of a file that does not hold: the first thing in it
// that is not what it must be.
type Difference struct {
	Where    string `json:"where"`    // path in the file, empty for the file as a whole
	Sentence string `json:"sentence"` // Chinese, then English
}

// Error is where, and what.
func (d *Difference) Error() string {
	if d.Where == "" {
		return d.Sentence
	}
	return d.Where + ": " + d.Sentence
}

func differs(where, format string, args ...any) *Difference {
	return &Difference{where, fmt.Sprintf(format, args...)}
}

// ReadCommit reads commit.json and works it out again. Its error is a
// Difference where the bytes are not those that a commit would have.
func ReadCommit(text []byte) (*Commit, error) {
	v, err := readCanonical(text)
	if err != nil {
		return nil, err
	}
	c, err := remake("", v)
	if err != nil {
		return nil, err
	}
	return c, compare("", c.tree(), v)
}

// Verify draws again from draw.json alone, and compares. With the bytes of
// commit.json it compares that with the commit in the draw first. Its error is
// a Difference.
func Verify(text, commit []byte) (*Draw, error) {
	v, err := readCanonical(text)
	if err != nil {
		return nil, err
	}
	file, ok := v.(map[string]any)
	if !ok {
		return nil, differs("", "不是对象 (not an object)")
	}
	if commit != nil {
		if err := sameCommit(file["commit"], commit); err != nil {
			return nil, err
		}
	}
	c, err := remake("commit", file["commit"])
	if err != nil {
		return nil, err
	}
	if err := compare("commit", c.tree(), file["commit"]); err != nil {
		return nil, err
	}
	if err := compare("commit_sha256", c.SHA256(), file["commit_sha256"]); err != nil {
		return nil, err
	}
	seed, ok := file["seed"].(string)
	if !ok {
		return nil, differs("seed", "不是文本 (not a text)")
	}
	d, err := c.Run(seed)
	if err != nil {
		return nil, differs("strata", "无法重新抽取 (cannot be drawn again): %v", err)
	}
	if err := compare("", d.tree(), v); err != nil {
		return nil, err
	}
	return d, nil
}

// readCanonical reads bytes that must be canonical JSON.
func readCanonical(text []byte) (any, error) {
	v, err := parseJSON(text, fileDepth)
	if err != nil {
		return nil, differs("", "%v", err)
	}
	if want := appendCanonical(nil, v); !bytes.Equal(want, text) {
		at := 0
		for at < len(want) && at < len(text) && want[at] == text[at] {
			at++
		}
		return nil, differs("", "第 %d 字节起不是 RFC 8785 规范 JSON (not canonical from this byte on)", at+1)
	}
	return v, nil
}

// sameCommit compares the commit in a draw with the bytes of commit.json.
func sameCommit(have any, commit []byte) error {
	want, err := readCanonical(commit)
	if err != nil {
		return differs("commit.json", "%v", err)
	}
	return compare("commit", want, have)
}

// remake makes a commit of the plan, objects and inspectors in v.
func remake(path string, v any) (*Commit, error) {
	at := func(name string) string { return join(path, name) }
	file, ok := v.(map[string]any)
	if !ok {
		return nil, differs(path, "不是对象 (not an object)")
	}
	objects, err := rows(at("objects"), ObjectColumns, file["objects"])
	if err != nil {
		return nil, err
	}
	inspectors, err := rows(at("inspectors"), InspectorColumns, file["inspectors"])
	if err != nil {
		return nil, err
	}
	plan, ps := readPlan(at("plan")+".", file["plan"])
	c, err := fix(at("plan")+".", plan, objects, inspectors, ps)
	if ps, bad := err.(Problems); bad {
		return nil, differs(ps[0].Where, "%s", ps[0].Sentence)
	}
	return c, err
}

// rows reads a list of objects with the same columns of texts. An empty list
// does not tell its columns, and is taken to have those that it must have.
func rows(path string, columns []string, v any) (*Table, error) {
	t := &Table{Name: path, Columns: columns}
	list, ok := v.([]any)
	if !ok {
		return nil, differs(path, "不是列表 (not a list)")
	}
	for i, v := range list {
		members, ok := v.(map[string]any)
		if !ok {
			return nil, differs(fmt.Sprintf("%s[%d]", path, i), "不是对象 (not an object)")
		}
		columns := sortedNames(members)
		if i == 0 {
			t.Columns = columns
		} else if !slices.Equal(columns, t.Columns) {
			return nil, differs(fmt.Sprintf("%s[%d]", path, i), "列与第一行不同 (other columns than the first row)")
		}
		row := Row{}
		for _, name := range columns {
			cell, ok := members[name].(string)
			if !ok {
				return nil, differs(fmt.Sprintf("%s[%d].%s", path, i, name), "不是文本 (not a text)")
			}
			row[name] = cell
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// compare finds the first thing in which have is not want.
func compare(path string, want, have any) error {
	switch want := want.(type) {
	case map[string]any:
		if have, ok := have.(map[string]any); ok {
			return compareMembers(path, want, have)
		}
	case []any:
		if have, ok := have.([]any); ok {
			return compareLists(path, want, have)
		}
	default:
		if bytes.Equal(appendCanonical(nil, want), appendCanonical(nil, have)) {
			return nil
		}
	}
	return differs(path, "文件中是 %s，应为 %s (the file has the first, it must be the second)", brief(have), brief(want))
}

func compareMembers(path string, want, have map[string]any) error {
	for _, name := range sortedNames(want) {
		member, there := have[name]
		if !there {
			return differs(join(path, name), "缺少 (missing)")
		}
		if err := compare(join(path, name), want[name], member); err != nil {
			return err
		}
	}
	for _, name := range sortedNames(have) {
		if _, there := want[name]; !there {
			return differs(join(path, name), "多余 (does not belong here)")
		}
	}
	return nil
}

func compareLists(path string, want, have []any) error {
	for i := range min(len(want), len(have)) {
		if err := compare(fmt.Sprintf("%s[%d]", path, i), want[i], have[i]); err != nil {
			return err
		}
	}
	if len(want) != len(have) {
		return differs(path, "文件中有 %d 项，应有 %d 项 (the file has the first number, it must be the second)", len(have), len(want))
	}
	return nil
}

// brief is the beginning of a value as JSON.
func brief(v any) string {
	const most = 80
	text := string(appendCanonical(nil, v))
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
