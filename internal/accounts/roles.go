package accounts

import (
	"errors"
	"fmt"
	"slices"
)

// Role is what a person is here for.
type Role string

// The roles.
const (
	Inspector    Role = "inspector"    // double-random inspections, on site
	Investigator Role = "investigator" // leads and cases
	Head         Role = "head"         // of the bureau: approves what others propose
	Reviewer     Role = "reviewer"     // legal review of cases
	Disclosure   Role = "disclosure"   // published lists and repair of credit
	Supervisor   Role = "supervisor"   // the money of the fund
	System       Role = "system"       // administrator: that it runs
	Security     Role = "security"     // administrator: who may do what
	Audit        Role = "audit"        // administrator: who did what
)

// Permission is what a route asks for.
type Permission string

// The permissions. Every other one needs a role; SignedIn is anybody known,
// Public anybody at all.
const (
	Public       Permission = "public"
	SignedIn     Permission = "signed-in"
	LeadRead     Permission = "lead.read"
	LeadDecide   Permission = "lead.decide"
	ClaimRead    Permission = "claim.read" // any claim of the counties, whether or not a finding rests on it
	CaseRead     Permission = "case.read"
	CaseFile     Permission = "case.file"    // see evidence and documents
	CaseWork     Permission = "case.work"    // handle a case, and propose
	CaseReview   Permission = "case.review"  // legal review
	CaseApprove  Permission = "case.approve" // approve what others propose
	TipRead      Permission = "tip.read"
	TipWork      Permission = "tip.work"   // take down, answer, tie to a case
	TipReveal    Permission = "tip.reveal" // open who sent it, with both custodians
	PersonReveal Permission = "person.reveal"
	DetectorRead Permission = "detector.read"
	DeadRead     Permission = "dead.read"
	DeadSettle   Permission = "dead.settle"
	SystemRead   Permission = "system.read"
	AuditRead    Permission = "audit.read"
	UserRead     Permission = "user.read"
	UserWrite    Permission = "user.write"
	ListRead     Permission = "list.read"  // the credit ledger and listings
	ListWrite    Permission = "list.write" // move listings and publish editions

	InspectionRead    Permission = "inspection.read"
	InspectionWork    Permission = "inspection.work"    // libraries, plans, the draw, what was found
	InspectionApprove Permission = "inspection.approve" // a plan that somebody else made
)

// table says which role may do what. It is the only place that does.
var table = []struct {
	role Role
	may  []Permission
}{
	{Inspector, []Permission{LeadRead, ClaimRead, CaseRead, DetectorRead, InspectionRead, InspectionWork, InspectionApprove}},
	{Investigator, []Permission{LeadRead, LeadDecide, ClaimRead, CaseRead, CaseFile, CaseWork, TipRead, TipWork, PersonReveal, DetectorRead, ListRead, InspectionRead}},
	{Head, []Permission{LeadRead, ClaimRead, CaseRead, CaseFile, CaseApprove, TipRead, TipReveal, DetectorRead, ListRead, InspectionRead, InspectionApprove}},
	{Reviewer, []Permission{LeadRead, ClaimRead, CaseRead, CaseFile, CaseReview, DetectorRead}},
	{Disclosure, []Permission{CaseRead, DetectorRead, ListRead, ListWrite, InspectionRead}},
	{Supervisor, []Permission{LeadRead, CaseRead, DetectorRead, SystemRead, ListRead, InspectionRead, InspectionApprove}},
	{System, []Permission{SystemRead, DeadRead, DeadSettle, DetectorRead}},
	{Security, []Permission{UserRead, UserWrite}},
	{Audit, []Permission{AuditRead, UserRead, SystemRead}},
}

// Roles lists all roles, as people are shown them.
func Roles() []Role {
	out := make([]Role, len(table))
	for i := range table {
		out[i] = table[i].role
	}
	return out
}

// Permissions lists what roles can give.
func Permissions() []Permission {
	return []Permission{LeadRead, LeadDecide, ClaimRead, CaseRead, CaseFile, CaseWork, CaseReview, CaseApprove, TipRead, TipWork, TipReveal, PersonReveal, DetectorRead, DeadRead, DeadSettle, SystemRead, AuditRead, UserRead, UserWrite, ListRead, ListWrite,
		InspectionRead, InspectionWork, InspectionApprove}
}

// May reports whether one of the roles gives a permission.
func May(roles []Role, p Permission) bool {
	return slices.ContainsFunc(With(p), func(r Role) bool { return slices.Contains(roles, r) })
}

// With lists the roles that give a permission.
func With(p Permission) (out []Role) {
	for _, row := range table {
		if slices.Contains(row.may, p) {
			out = append(out, row.role)
		}
	}
	return out
}

// Administrators are three people.
var administrators = []Role{System, Security, Audit}

// ErrRole says that there is no such role, or that it was given twice.
var ErrRole = errors.New("没有这个角色，或重复 a role is none, or comes twice")

// ErrRoles says that one person may not have these roles together.
var ErrRoles = errors.New("三员须由三人担任，也不兼其他角色 the three administrators are three people without another role")

// CheckRoles refuses roles that nobody may have together, and roles that there
// are not.
func CheckRoles(roles []Role) error {
	for i, r := range roles {
		if !slices.Contains(Roles(), r) || slices.Contains(roles[:i], r) {
			return fmt.Errorf("%w: %q", ErrRole, string(r))
		}
	}
	if len(roles) > 1 && slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(administrators, r) }) {
		return ErrRoles
	}
	return nil
}
