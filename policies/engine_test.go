package policies

import (
	"testing"

	"fundwatch/policies/regions"
)

// alxa is the policy of Alxa League.
func alxa(t testing.TB) regions.Policy {
	t.Helper()
	p, err := regions.LoadPolicy(regions.Builtin(), "152900")
	if err != nil {
		t.Fatal(err)
	}
	return p
}
