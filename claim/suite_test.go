package claim

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// jsonSuite reads the texts of the JSON test suite by their names, in order.
func jsonSuite(t testing.TB) (names []string, texts map[string][]byte) {
	f, err := os.Open(filepath.Join("testdata", "json_test_suite", "test_parsing.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	texts = map[string][]byte{}
	for in := bufio.NewScanner(f); in.Scan(); {
		name, form, _ := strings.Cut(in.Text(), " ")
		var text string
		switch how, rest, _ := strings.Cut(form, " "); how {
		case "repeat":
			count, what, _ := strings.Cut(rest, " ")
			n, err1 := strconv.Atoi(count)
			s, err2 := strconv.Unquote(what)
			if err1 != nil || err2 != nil {
				t.Fatal(in.Text())
			}
			text = strings.Repeat(s, n)
		case "nest":
			n, err := strconv.Atoi(rest)
			if err != nil {
				t.Fatal(in.Text())
			}
			text = strings.Repeat("[", n) + strings.Repeat("]", n)
		default:
			if text, err = strconv.Unquote(form); err != nil {
				t.Fatal(in.Text())
			}
		}
		names, texts[name] = append(names, name), []byte(text)
	}
	if len(names) != 318 {
		t.Fatalf("%d texts", len(names))
	}
	return names, texts
}

// Every text of the JSON test suite stands as the value of a member that
// nobody knows. y_ is accepted but for repeated names, n_ is refused; what
// becomes of the texts of which JSON leaves it open is a golden file.
func TestJSONTestSuite(t *testing.T) {
	names, texts := jsonSuite(t)
	golden := []string{"# How texts are taken of which JSON leaves it open (i_), and y_ texts that the contract refuses."}
	for _, name := range names {
		msg := append(append([]byte(`{"x":`), texts[name]...), ","+example[1:]...)
		d := newDecoder()
		verdict := "accepted"
		if p := d.Decode(msg); len(p) > 0 {
			verdict = string(p[0].Rule)
			if len(p) > 1 || p[0].Field != "" {
				t.Errorf("%s: %q", name, told(p))
			}
		}
		switch name[:2] {
		case "n_":
			if verdict == "accepted" {
				t.Errorf("%s is accepted", name)
			}
		case "y_":
			if verdict != "accepted" {
				golden = append(golden, name+" "+verdict)
			}
		default:
			golden = append(golden, name+" "+verdict)
		}
		if verdict == "accepted" && batchClaim(d.Batch, 0).content() != slowDecode([]byte(example)).content() {
			t.Errorf("%s changes the claim", name)
		}
	}
	checkGolden(t, filepath.Join("json_test_suite", "golden.txt"), strings.Join(golden, "\n")+"\n")
}

// checkGolden compares with a file in testdata; UPDATE_GOLDEN=1 writes it.
func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (UPDATE_GOLDEN=1 writes it anew):\n got %s\nwant %s", path, got, want)
	}
}
