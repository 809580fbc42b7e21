package journal

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestJudge(t *testing.T) {
	good := "# Memory\r\nmaxmemory_policy:noeviction\r\n# Persistence\r\naof_enabled:1\r\nrole:master\r\n"
	for name, c := range map[string]struct {
		info string
		want error
	}{
		"good":          {good, nil},
		"evicts":        {strings.Replace(good, "noeviction", "allkeys-lru", 1), ErrEvicts},
		"forgets":       {strings.Replace(good, "aof_enabled:1", "aof_enabled:0", 1), ErrForgets},
		"replica":       {strings.Replace(good, "master", "slave", 1), ErrReplica},
		"reads its log": {strings.Replace(good, "aof_enabled:1", "loading:1\r\naof_enabled:0", 1), errLoading},
		"has read it":   {good + "loading:0\r\n", nil},
		"does not tell": {"role:master\r\nmaxmemory_policy:noeviction\r\n", ErrForgets},
	} {
		if err := judge(c.info); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// What is written is read again, whatever the texts.
func TestLinesAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		l := Line{
			Chain: text.Draw(t, "chain"), Seq: rapid.Int64Range(1, maxInteger).Draw(t, "seq"), At: text.Draw(t, "at"),
			Kind: text.Draw(t, "kind"), Object: text.Draw(t, "object"), Who: text.Draw(t, "who"), ID: text.Draw(t, "id"),
			Body: map[string]string{"reason": text.Draw(t, "reason")},
			Ops:  []Op{{"op": "x", "list": []string{text.Draw(t, "item")}, "by": map[string]string{"a": text.Draw(t, "v")}}},
		}
		raw, err := l.seal()
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseLine(raw)
		if err != nil {
			t.Fatalf("%v: %q", err, raw)
		}
		if got.Hash != l.Hash || got.Body["reason"] != l.Body["reason"] {
			t.Fatalf("read %+v", got)
		}
	})
}

func TestCanonicalRefusesWhatIsNotExact(t *testing.T) {
	for _, v := range []any{1.5, int64(1 << 53), "\xff", map[string]string{"名": "x"}, nil, true} {
		if b, err := appendCanonical(nil, v); err == nil {
			t.Errorf("%v was written as %s", v, b)
		}
	}
}
