package draw

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNumbers holds the samples of RFC 8785, appendix B.
func TestNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0", 0x8000000000000000: "0", 0x0000000000000001: "5e-324", 0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308", 0x4340000000000000: "9007199254740992", 0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000", 0x44b52d02c7e14af5: "9.999999999999997e+22", 0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23", 0x444b1ae4d6e2ef4e: "999999999999999700000", 0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21", 0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7", 0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332", 0x41b3de4355555554: "333333333.33333325", 0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334", 0x41b3de4355555557: "333333333.33333343", 0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		if got := string(appendNumber(nil, math.Float64frombits(bits))); got != want {
			t.Errorf("%016x is %s, want %s", bits, got, want)
		}
	}
}

// TestCanonical holds the samples of RFC 8785, sections 3.2.2 and 3.2.3.
func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
		  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`: `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`: `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`,
		"[\"\\b\\t\\n\\f\\r\\u0000\\u001f\\u007f\\u2028<>&\"]": "[\"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028<>&\"]",
		` [ 1 , -0 , -0.0, 1e2, [ ] , { } ] `:                  `[1,0,0,100,[],{}]`,
		"12345678901234567890":                                 "12345678901234567000",
	} {
		v, err := parseJSON([]byte(in), planDepth)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := string(appendCanonical(nil, v)); got != want {
			t.Errorf("%s\nis   %s\nwant %s", in, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, in := range []string{
		"", " ", "nul", "{", `{"a"`, `{"a":1,}`, `[1,]`, `[,1]`, `{"a":1,"a":1}`, `{"a":1,"\u0061":1}`, `"\ud800"`, `"\ude00\ud83d"`, `"\ud83dx"`, `"\ud83d\n"`, "\"\n\"", "\"\x00\"", `"\x"`, `"\u12g4"`, `"\u12`,
		"01", "-", "+1", ".5", "5.", "1e", "1e+", "1e999", "-1e999", "0x1", "NaN", "1 2", "\"\xff\"", "\ufeff1", "tru", "[1", "\"",
		strings.Repeat("[", planDepth+1) + strings.Repeat("]", planDepth+1), strings.Repeat("[", 1_000_000),
	} {
		if v, err := parseJSON([]byte(in), planDepth); err == nil {
			t.Errorf("%.40q is %v", in, v)
		}
	}
	if _, err := parseJSON([]byte(strings.Repeat("[", planDepth)+strings.Repeat("]", planDepth)), planDepth); err != nil {
		t.Error(err)
	}
}

// TestSuite: JSON that the parsing test suite accepts is read, but for what
// canonical JSON refuses, and none that it refuses.
func TestSuite(t *testing.T) {
	text, err := os.ReadFile("../../claim/testdata/json_test_suite/test_parsing.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(text)) {
		name, form, _ := strings.Cut(strings.TrimSpace(line), " ")
		in, err := strconv.Unquote(form)
		if err != nil {
			continue // the long ones: TestRefused has them
		}
		seen++
		_, err = parseJSON([]byte(in), planDepth)
		twice := strings.HasPrefix(name, "y_object_duplicated_key")
		if name[0] == 'y' && (err == nil) == twice || name[0] == 'n' && err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if seen < 300 {
		t.Errorf("only %d", seen)
	}
}

// TestFixedPoint: what is canonical stays as it is.
func TestFixedPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{}
		for range rapid.IntRange(0, 5).Draw(t, "members") {
			v[rapid.String().Draw(t, "name")] = []any{rapid.String().Draw(t, "text"), rapid.Float64().Draw(t, "number"), rapid.Bool().Draw(t, "bool"), nil}
		}
		text := appendCanonical(nil, v)
		back, err := readCanonical(text)
		if err != nil || string(appendCanonical(nil, back)) != string(text) {
			t.Fatalf("%s: %v", text, err)
		}
	})
}
