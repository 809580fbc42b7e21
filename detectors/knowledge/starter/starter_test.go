package starter

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	whole    = `^[0-9]{1,9}$`
	quantity = `^[0-9]{1,12}(\.[0-9]{1,4})?$`
	price    = `^[0-9]{1,10}(\.[0-9]{1,6})?$`
	flag     = `^[01]$`
	code     = `^[^\s|]+$`
	list     = `^[^\s|]+(\|[^\s|]+)*$`
)

// cells says what every column of contract section 3 may hold besides nothing.
var cells = map[string]map[string]string{
	"items.csv": {"med_list_codg": code, "name": `\S`, "kind": `^(drug|service|material|herb)$`, "valid_from": "day", "valid_to": "day",
		"scope": `^(in|out)$`, "price_cap": price, "price_cap_lv1": price, "price_cap_lv2": price, "price_cap_lv3": price, "gend": `^[12]$`,
		"age_min_days": whole, "age_max_days": whole, "med_types": list, "insutypes": list, "hosp_lv_min": `^[123]$`, "depts": list,
		"diag_prefixes": list, "diag_forbidden": list, "max_per_day": quantity, "max_per_stay": quantity, "max_days": quantity,
		"window_days": whole, "max_per_window": quantity, "per_day": flag, "minutes": quantity, "once_in_life": flag, "action_group": `\S`},
	"exclusive_pairs.csv": {"item_a": code, "item_b": code, "span": `^(day|visit)$`, "not_payable": `^[ab]$`},
	"required_with.csv":   {"item": code, "one_of": list, "span": `^(day|visit)$`},
	"interactions.csv":    {"item_a": code, "item_b": code, "kind": `^(interaction|incompatible)$`},
	"diagnoses.csv":       {"diag_prefix": code, "gend": `^[12]$`, "age_min_days": whole, "age_max_days": whole},
}

func TestEveryCellKeepsTheContract(t *testing.T) {
	for file, columns := range cells {
		for i, row := range read(t, file) {
			for column, value := range row {
				form, known := columns[column]
				switch {
				case !known:
					t.Errorf("%s: no column %s in the contract", file, column)
				case value == "":
				case form == "day":
					if _, err := time.Parse(time.DateOnly, value); err != nil {
						t.Errorf("%s line %d: %s %q", file, i+2, column, value)
					}
				case !regexp.MustCompile(form).MatchString(value):
					t.Errorf("%s line %d: %s %q", file, i+2, column, value)
				}
			}
			if row["valid_to"] != "" && row["valid_from"] > row["valid_to"] {
				t.Errorf("%s line %d: ends before it begins", file, i+2)
			}
			if lo, hi := row["age_min_days"], row["age_max_days"]; lo != "" && hi != "" && (len(lo) > len(hi) || len(lo) == len(hi) && lo > hi) {
				t.Errorf("%s line %d: ages %s to %s", file, i+2, lo, hi)
			}
		}
	}
}

// The forms of national codes: X or Z and 19 or 22 more for drugs, T and 9
// digits for herbs, C and 19 digits for materials, 11 to 15 digits for services.
func TestItemCodesHaveTheNationalForm(t *testing.T) {
	forms := map[string]string{"drug": `^(X[A-Z][0-9]{2}[A-Z]{2}[A-Z][0-9]{3}[A-Z][0-9]{3}[0-9]{9}|Z[A-Z][0-9]{2}[A-Z]{2}A[0-9]{13}|Z[A-Z0-9]{19})$`,
		"herb": `^T[0-9]{9}$`, "material": `^C[0-9]{19}$`, "service": `^[0-9]{11,15}$`}
	kinds := map[string]int{}
	for i, row := range read(t, "items.csv") {
		kinds[row["kind"]]++
		if !regexp.MustCompile(forms[row["kind"]]).MatchString(row["med_list_codg"]) {
			t.Errorf("line %d: %s of kind %s", i+2, row["med_list_codg"], row["kind"])
		}
	}
	for kind := range forms {
		if kinds[kind] < 20 {
			t.Errorf("%d items of kind %s", kinds[kind], kind)
		}
	}
}

func TestTablesNameItemsThatAreThere(t *testing.T) {
	items := map[string]bool{}
	for _, row := range read(t, "items.csv") {
		items[row["med_list_codg"]] = true
	}
	for _, file := range []string{"exclusive_pairs.csv", "required_with.csv", "interactions.csv"} {
		seen := map[string]bool{}
		for i, row := range read(t, file) {
			named := append(strings.Split(row["one_of"], "|"), row["item_a"], row["item_b"], row["item"])
			for _, c := range named {
				if c != "" && !items[c] {
					t.Errorf("%s line %d: no item %s", file, i+2, c)
				}
			}
			pair := []string{row["item_a"], row["item_b"]}
			slices.Sort(pair)
			key := strings.Join(append(pair, row["item"], row["span"]), " ")
			if seen[key] || row["item_a"] != "" && row["item_a"] == row["item_b"] {
				t.Errorf("%s line %d: twice, or with itself: %s", file, i+2, key)
			}
			seen[key] = true
		}
	}
}

func TestDiagnosisFacts(t *testing.T) {
	facts := map[string]map[string]string{}
	for _, row := range read(t, "diagnoses.csv") {
		if facts[row["diag_prefix"]] == nil {
			facts[row["diag_prefix"]] = row
		}
	}
	for prefix, gend := range map[string]string{"C61": "1", "N40": "1", "C53": "2", "N70": "2", "N77": "2", "O80": "2"} {
		if facts[prefix]["gend"] != gend {
			t.Errorf("%s: sex %q, want %q", prefix, facts[prefix]["gend"], gend)
		}
	}
	if facts["P59"]["age_max_days"] != "28" || facts["O80"]["age_min_days"] == "" || facts["O80"]["age_max_days"] == "" {
		t.Errorf("ages: P59 %v, O80 %v", facts["P59"], facts["O80"])
	}
}

func read(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := Files.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, cell := range r {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}
