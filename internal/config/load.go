package config

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sources are where settings come from; later ones count.
type Sources struct {
	File  string   // name of the file, for messages
	YAML  []byte   // its content; empty: none
	Env   []string // NAME=value, all of the environment
	Flags []string // key=value
	// Embedded says that Kafka and Redis are started by the program, which
	// then knows their addresses.
	Embedded bool
	// Without names what the command has no use for, so that it need not be
	// set: redis, http.
	Without []string
	// Read gives the content of a file that a setting names.
	Read func(name string) ([]byte, error)
}

// Problem is one thing that is wrong with a configuration. It never holds the
// value of a secret.
type Problem struct {
	Where string `json:"where"` // file:line, the name in the environment, or the flag
	Key   string `json:"key"`
	ZH    string `json:"sentence_zh"`
	EN    string `json:"sentence_en"`
}

// String is for people.
func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s (%s)", p.Where, p.Key, p.ZH, p.EN)
}

// Loaded is a configuration with where its values came from.
type Loaded struct {
	Config
	from     map[string]string // key → where
	problems []Problem
}

// Value is one setting as it holds.
type Value struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
	From  string `json:"from"`
}

const byDefault = "默认 default"

// Load reads a configuration and gives all its problems; it holds only if there
// are none.
func Load(s Sources) (*Loaded, []Problem) {
	l := &Loaded{Config: Default(), from: map[string]string{}}
	l.file(s)
	l.environment(s.Env)
	for _, f := range s.Flags {
		key, value, ok := strings.Cut(f, "=")
		if where := "--set " + key; !ok {
			l.problem(where, key, "应写作 键=值", "want key=value")
		} else if st := find(key); st == nil {
			l.unknown(where, key, nearest(key, keys))
		} else if _, secret := st.at(&l.Config).(*Secret); secret {
			l.problem(where, key, "口令不从命令行来", "a secret does not come from the command line")
		} else {
			l.set(st, where, value)
		}
	}
	l.secrets(s.Read)
	l.check(s)
	return l, l.problems
}

// Values lists every setting as it holds, with secrets hidden.
func (l *Loaded) Values() []Value {
	out := make([]Value, len(settings))
	for i := range settings {
		s := &settings[i]
		out[i] = Value{Key: s.key, From: l.where(s.key)}
		switch v := s.at(&l.Config).(type) {
		case *string:
			out[i].Value = *v
		case *[]string:
			out[i].Value = append([]string{}, *v...)
		case *int:
			out[i].Value = *v
		case *bool:
			out[i].Value = *v
		case *Secret:
			out[i].Value = v.String()
		}
	}
	return out
}

func (l *Loaded) where(key string) string {
	if w := l.from[key]; w != "" {
		return w
	}
	return byDefault
}

func (l *Loaded) problem(where, key, zh, en string) {
	l.problems = append(l.problems, Problem{where, key, zh, en})
}

func (l *Loaded) unknown(where, key, near string) {
	if near == "" {
		l.problem(where, key, "没有这一项", "unknown")
		return
	}
	l.problem(where, key, "没有这一项，是否指 "+near, "unknown; did you mean "+near+"?")
}

// set takes a value as text.
func (l *Loaded) set(s *setting, where, text string) {
	l.from[s.key] = where
	text = strings.TrimSpace(text)
	switch v := s.at(&l.Config).(type) {
	case *string:
		*v = text
	case *Secret:
		*v = Secret(text)
	case *[]string:
		*v = nil
		for one := range strings.SplitSeq(text, ",") {
			if one = strings.TrimSpace(one); one != "" {
				*v = append(*v, one)
			}
		}
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			l.problem(where, s.key, "应为整数", "want a whole number")
			return
		}
		*v = n
	case *bool:
		if text != "true" && text != "false" {
			l.problem(where, s.key, "应为 true 或 false", "want true or false")
			return
		}
		*v = text == "true"
	}
}

func (l *Loaded) environment(env []string) {
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, EnvPrefix) || name == EnvPrefix+"CONFIG" || strings.HasPrefix(name, EnvPrefix+"TEST_") {
			continue
		}
		i := slices.IndexFunc(settings, func(s setting) bool { return s.env() == name })
		if i < 0 {
			l.unknown("环境变量 environment", name, nearest(name, envNames))
			continue
		}
		l.set(&settings[i], name, value)
	}
}

// file reads the YAML.
func (l *Loaded) file(s Sources) {
	d := yaml.NewDecoder(bytes.NewReader(s.YAML))
	var doc yaml.Node
	err := d.Decode(&doc)
	if err == io.EOF {
		return
	}
	if err != nil {
		// The reason of the library may quote the file.
		l.problem(place(s.File, lineOf(err)), "", "不是 YAML", "not YAML")
		return
	}
	if d.Decode(new(yaml.Node)) != io.EOF {
		l.problem(s.File, "", "只能有一份文档", "more than one document")
	}
	if len(doc.Content) == 1 && doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Tag == "!!null" {
		return
	}
	l.group(s.File, "", doc.Content[0])
}

// group reads the keys of one level.
func (l *Loaded) group(file, prefix string, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.MappingNode {
		l.problem(place(file, n.Line), strings.TrimSuffix(prefix, "."), "应为若干 键: 值", "want keys and values")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key, where := prefix+name.Value, place(file, name.Line)
		s := find(key)
		_, group := sections[key]
		switch {
		case seen[key]:
			l.problem(where, key, "重复出现", "given twice")
		case group:
			l.group(file, key+".", value)
		case s == nil:
			l.unknown(where, key, nearest(key, keys))
		default:
			l.node(s, where, value)
		}
		seen[key] = true
	}
}

// node reads one value.
func (l *Loaded) node(s *setting, where string, n *yaml.Node) {
	at := s.at(&l.Config)
	_, list := at.(*[]string)
	_, secret := at.(*Secret)
	switch {
	case secret:
		l.problem(where, s.key, "口令不写在配置文件里，请用 "+s.key+"_file 或 "+s.env(), "a secret does not stand in this file: use "+s.key+"_file or "+s.env())
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
	case n.Kind == yaml.ScalarNode:
		l.set(s, where, n.Value)
	case n.Kind == yaml.SequenceNode && list:
		var all []string
		for _, one := range n.Content {
			if one.Kind != yaml.ScalarNode {
				l.problem(place(strings.TrimSuffix(where, ":"+strconv.Itoa(n.Line)), one.Line), s.key, "应为一列文字", "want a list of texts")
				return
			}
			all = append(all, strings.TrimSpace(one.Value))
		}
		l.from[s.key] = where
		*at.(*[]string) = all
	default:
		l.problem(where, s.key, "应为一个值", "want one value")
	}
}

func place(file string, line int) string {
	if line == 0 {
		return file
	}
	return file + ":" + strconv.Itoa(line)
}

// lineOf finds the line in what the library says: "yaml: line 3: …".
func lineOf(err error) int {
	_, after, ok := strings.Cut(err.Error(), "line ")
	number, _, _ := strings.Cut(after, ":")
	n, _ := strconv.Atoi(number)
	if !ok {
		return 0
	}
	return n
}

// secrets reads the files that hold passwords.
func (l *Loaded) secrets(read func(string) ([]byte, error)) {
	for i := range settings {
		s := &settings[i]
		secret, ok := s.at(&l.Config).(*Secret)
		file := find(s.key + "_file")
		if !ok || file == nil {
			continue
		}
		name := *file.at(&l.Config).(*string)
		switch {
		case name == "":
		case *secret != "":
			l.problem(l.where(file.key), file.key, "与 "+s.env()+" 同时给出", "given beside "+s.env())
		default:
			b, err := read(name)
			if err != nil {
				l.problem(l.where(file.key), file.key, "无法读取此文件", "the file cannot be read")
				continue
			}
			*secret = Secret(strings.TrimRight(string(b), "\r\n"))
			l.from[s.key] = l.where(file.key)
		}
	}
}
