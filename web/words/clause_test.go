package words

import (
	"strings"
	"testing"
)

// TestClausesAreNamedOnce: what names several clauses is taken apart.
func TestClausesAreNamedOnce(t *testing.T) {
	got := strings.Join(Clauses([]string{"条例34", "行政处罚法48"}, []string{"行政处罚法48；条例34", "条例33；某办法5、6"}), "|")
	if got != "条例34|行政处罚法48|条例33|某办法5、6" {
		t.Error(got)
	}
}
