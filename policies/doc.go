// Package policies decides what becomes of a finding (triage), to whom a lead or
// case belongs (referral), where a decision about somebody is listed (listing),
// whether a record is published (publication) and who may do what (authz). It
// asks written policy in Rego with the data of the region; it never says whether
// something is a finding, never sees a case, and knows no person by name or
// number.
//
// A decision that the policy does not make is ErrUndefined and goes to a
// person. A number that no text of the region defines is named in the decision
// (Undefined): the path then is the careful one, and a person decides.
package policies

//go:generate go test . -count=1 -run ^TestPageIsFresh$ -update
