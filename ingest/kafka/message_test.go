package kafka_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"fundwatch/claim/claimtest"
	"fundwatch/ingest/kafka"
)

// TestPartitionOfIsKafkasOwn has its numbers from
// org.apache.kafka.common.utils.Utils.murmur2 of kafka-clients 4.4.0, and
// toPositive of it modulo 12 and 64. Keys are invented (虚构).
func TestPartitionOfIsKafkasOwn(t *testing.T) {
	for _, x := range []struct {
		hex    string
		hash   uint32
		of12   int
		of64   int
		reader string
	}{
		{"", 275646681, 9, 25, "empty"},
		{"61", 2731586172, 4, 60, "a"},
		{"6162", 316155434, 2, 42, "ab"},
		{"616263", 479470107, 3, 27, "abc"},
		{"61626364", 2971317748, 8, 52, "abcd"},
		{"5031", 573694915, 7, 3, "P1"},
		{"5032", 3131370037, 5, 53, "P2"},
		{"5031353239303030303030303031", 2872137393, 1, 49, "P1529000000001"},
		{"e8999ae69e84", 3214223421, 1, 61, "虚构"},
		{"e58f82e4bf9de4babae4b880e58fb7", 2973914731, 11, 43, "参保人一号"},
		{"32313030303030303030303030303030303031", 705432860, 8, 28, "2100000000000000001"},
		{"6162636465666768696a6b6c6d6e6f707172737475767778797a", 1196651483, 11, 27, "a to z"},
		{"00", 375494588, 8, 60, "zero byte"},
		{"efbfbf", 2143854725, 5, 5, "U+FFFF"},
	} {
		key, err := hex.DecodeString(x.hex)
		if err != nil {
			t.Fatal(err)
		}
		if got := kafka.Murmur2(key); got != x.hash {
			t.Errorf("%s: hash %d, want %d", x.reader, got, x.hash)
		}
		if a, b, c := kafka.PartitionOf(key, 1), kafka.PartitionOf(key, 12), kafka.PartitionOf(key, 64); a != 0 || b != x.of12 || c != x.of64 {
			t.Errorf("%s: partitions %d %d %d, want 0 %d %d", x.reader, a, b, c, x.of12, x.of64)
		}
	}
	// Every length up to 300, folded into one number.
	long := make([]byte, 300)
	for i := range long {
		long[i] = byte(i*7 + 200)
	}
	var sum uint64
	for n := range 301 {
		sum = sum*31 + uint64(kafka.Murmur2(long[:n]))
	}
	if sum != 9211705012945065077 {
		t.Errorf("sum over lengths %d", sum)
	}
}

func TestSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		partitions := make([]int, rapid.IntRange(0, 40).Draw(t, "partitions"))
		for i := range partitions {
			partitions[i] = i
		}
		had, generations := map[string][]int{}, map[string]int64{}
		for i := range rapid.IntRange(1, 7).Draw(t, "members") {
			id := fmt.Sprintf("m%d", i)
			had[id] = rapid.SliceOfNDistinct(rapid.IntRange(0, 45), 0, 10, rapid.ID[int]).Draw(t, id)
			generations[id] = rapid.Int64Range(0, 3).Draw(t, id+" generation")
		}
		got := kafka.SpreadOf(had, generations, partitions)
		owner := map[int]string{}
		least, most := len(partitions), 0
		for id := range had {
			for _, p := range got[id] {
				if owner[p] != "" {
					t.Fatalf("partition %d has two owners", p)
				}
				owner[p] = id
			}
			least, most = min(least, len(got[id])), max(most, len(got[id]))
		}
		if len(owner) != len(partitions) || most-least > 1 {
			t.Fatalf("%d of %d partitions given, between %d and %d each", len(owner), len(partitions), least, most)
		}
		// Given out once, nothing moves when the same members meet again.
		again := map[string]int64{}
		for id := range had {
			again[id] = 9
		}
		if next := kafka.SpreadOf(got, again, partitions); fmt.Sprint(next) != fmt.Sprint(got) {
			t.Fatalf("moved without reason: %v then %v", got, next)
		}
	})
}

func TestSpreadMovesLittle(t *testing.T) {
	got := kafka.SpreadOf(map[string][]int{"a": {0, 1, 2, 3, 4, 5}, "b": {6, 7, 8, 9, 10, 11}, "c": nil},
		map[string]int64{"a": 5, "b": 5}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	if fmt.Sprint(got) != "map[a:[0 1 2 3] b:[6 7 8 9] c:[4 5 10 11]]" {
		t.Errorf("a third member: %v", got)
	}
	got = kafka.SpreadOf(map[string][]int{"away": {0, 1}, "here": {0, 1}}, map[string]int64{"away": 3, "here": 8}, []int{0, 1})
	if fmt.Sprint(got) != "map[away:[1] here:[0]]" {
		t.Errorf("a member that was away: %v", got)
	}
}

func TestKeyOf(t *testing.T) {
	for _, x := range []struct{ in, want string }{
		{`{"setlinfo":{"setl_id":"S1","psn_no":"P1"}}`, "P1"},
		{" {\t\"feedetail\" : [ {\"a\":[1,{}]} , 2.5,null,true,\"}\" ] , \"setlinfo\" : { \"x\":{\"psn_no\":\"no\"}, \"psn_no\" : \" P2 \" ", "P2"},
		{`{"setlinfo":{"psn_no":"参保人一号"`, "参保人一号"},
		{`{"setlinfo":{"psn_no":"A\"\\\u0042"}}`, `A"\B`},
		{`{"setl\u0069nfo":{"psn_no":"P3"}}`, "P3"},
		{`{"setlinfo":{"psn_no":"P4","psn_no":"P5"}}`, "P4"},
		{`{"other":{"psn_no":"no"},"setlinfo":{}}`, ""},
		{`{"setlinfo":{"psn_no":12}}`, ""},
		{`{"setlinfo":{"psn_no":""}}`, ""},
		{`{"setlinfo":{"psn_no":" \u3000 "}}`, ""},
		{`{"setlinfo":[{"psn_no":"no"}]}`, ""},
		{`[{"setlinfo":{"psn_no":"no"}}]`, ""},
		{`{"a":[1,2`, ""},
		{`{"a":}`, ""},
		{`{"setlinfo":{"psn_no":"P`, ""},
		{`{"setlinfo":{"psn_no":"\uZZZZ"}}`, ""},
		{``, ""},
		{`nonsense`, ""},
	} {
		got, ok := kafka.KeyOf([]byte(x.in))
		if string(got) != x.want && ok || ok != (x.want != "") {
			t.Errorf("%s: %q %v, want %q", x.in, got, ok, x.want)
		}
	}
	if got, ok := kafka.KeyOf([]byte(claimtest.Example)); !ok || string(got) != "P1" {
		t.Errorf("the contract's own claim: key %q", got)
	}
}

func FuzzKeyOf(f *testing.F) {
	f.Add([]byte(`{"feedetail":[{"cnt":"1"}],"setlinfo":{"setl_id":"S1","psn_no":"P1"}}`))
	f.Add([]byte(`{"a":"\\\"","setlinfo":{"psn_no":"\u0050"}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		before := bytes.Clone(in)
		key, ok := kafka.KeyOf(in)
		if !bytes.Equal(in, before) {
			t.Fatal("the message was changed")
		}
		if ok && len(key) == 0 {
			t.Fatal("an empty key is none")
		}
		// Where both names stand once and plainly, the key is what
		// encoding/json reads.
		var m, info map[string]json.RawMessage
		var want string
		if !utf8.Valid(in) || bytes.ContainsRune(in, '\\') || bytes.Count(in, []byte("psn_no")) != 1 || bytes.Count(in, []byte("setlinfo")) != 1 ||
			json.Unmarshal(in, &m) != nil || json.Unmarshal(m["setlinfo"], &info) != nil || json.Unmarshal(info["psn_no"], &want) != nil {
			return
		}
		if want = strings.TrimSpace(want); string(key) != want || ok != (want != "") {
			t.Fatalf("key %q, want %q", key, want)
		}
	})
}
