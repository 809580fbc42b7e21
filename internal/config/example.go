package config

import (
	"fmt"
	"strings"
)

//go:generate sh -c "go run ../.. config example >../../deploy/fundwatch.example.yaml"

// Example is a commented file with every key and its default.
func Example() []byte {
	c := Default()
	// What must be given stands there invented.
	c.Region = "152900"
	c.Kafka.Brokers = []string{"127.0.0.1:9092"}
	c.Redis.Addrs = []string{"127.0.0.1:6379"}
	c.HTTP.TokensFile = "/etc/fundwatch/tokens"
	var b strings.Builder
	b.WriteString("# fundwatch 配置 · configuration. 由 fundwatch config example 生成 · generated.\n" +
		"# 每一项都可由环境变量（FUNDWATCH_ 加大写的键，点改下划线）或 --set 键=值 覆盖。\n" +
		"# Every key can be set by the environment (FUNDWATCH_KAFKA_BROKERS) or by --set key=value.\n" +
		"# 口令不写在这里：写在单独的文件里，或用环境变量。\n" +
		"# No passwords here: they come from files of their own or from the environment.\n")
	open := ""
	for i := range settings {
		s := &settings[i]
		group, name := "", s.key
		if at := strings.LastIndexByte(s.key, '.'); at >= 0 {
			group, name = s.key[:at], s.key[at+1:]
		}
		openGroup(&b, open, group)
		open = group
		indent := strings.Repeat("  ", strings.Count(s.key, "."))
		if _, secret := s.at(&c).(*Secret); secret {
			fmt.Fprintf(&b, "%s# %s：只来自环境变量 · only from the environment: %s\n", indent, name, s.env())
			continue
		}
		fmt.Fprintf(&b, "%s# %s · %s\n%s%s: %s\n", indent, s.zh, s.en, indent, name, written(s.at(&c)))
	}
	return []byte(b.String())
}

// openGroup writes the names of the groups that begin.
func openGroup(b *strings.Builder, open, group string) {
	if group == open {
		return
	}
	parts := strings.Split(group, ".")
	for n := range parts {
		prefix := strings.Join(parts[:n+1], ".")
		if open == prefix || strings.HasPrefix(open, prefix+".") {
			continue
		}
		indent := strings.Repeat("  ", n)
		if n == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, "%s# %s\n%s%s:\n", indent, sections[prefix], indent, parts[n])
	}
}

func written(at any) string {
	switch v := at.(type) {
	case *string:
		return quoted(*v)
	case *[]string:
		all := make([]string, len(*v))
		for i, one := range *v {
			all[i] = quoted(one)
		}
		return "[" + strings.Join(all, ", ") + "]"
	case *int:
		return fmt.Sprint(*v)
	case *bool:
		return fmt.Sprint(*v)
	}
	return ""
}

func quoted(s string) string { return `"` + s + `"` }
