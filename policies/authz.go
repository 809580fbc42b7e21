package policies

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"fundwatch/policies/regions"
)

// Object is where what somebody wants to act on belongs.
type Object string

// The objects.
const (
	ObjectNone   Object = ""       // a list, a page: it shows only what is theirs
	ObjectCounty Object = "county" // belongs to a county
	ObjectRegion Object = "region" // belongs to no county
)

var objects = []Object{ObjectNone, ObjectCounty, ObjectRegion}

// AuthzInput is what the question of who may do what may know. It names
// nobody.
type AuthzInput struct {
	Roles      []string `json:"roles"`
	Permission string   `json:"permission"`
	Whole      bool     `json:"whole"`   // the person sees the whole region
	Object     Object   `json:"object"`  // where it belongs
	Own        bool     `json:"own"`     // to a county of theirs
	Recused    bool     `json:"recused"` // the person must stand aside
	Second     bool     `json:"second"`  // a second person is asked for, and the first was this one
}

// Grants is the table of permissions by role.
type Grants map[string][]string

// Authz answers who may do what, with a table of grants. Many goroutines may
// ask at once; answers are remembered.
type Authz struct{ in *revision }

// NewAuthz makes it. It refuses what [New] refuses.
func NewAuthz(ctx context.Context, bundle fs.FS, policy regions.Policy, grants Grants) (*Authz, error) {
	r, err := build(ctx, bundle, policy, grants)
	if err != nil {
		return nil, err
	}
	return &Authz{r}, nil
}

// Allow says whether it is allowed, in [Decision.Path]: allow or deny, and why.
// The error is ErrInput, ErrUndefined, or that of ctx; with an error nothing is
// allowed.
func (a *Authz) Allow(ctx context.Context, in AuthzInput) (Decision, error) {
	return a.in.decide(ctx, in)
}

// Revision is the digest of the policy, the region's data and the grants.
func (a *Authz) Revision() string { return a.in.id }

func (AuthzInput) name() string { return "authz" }

func (in AuthzInput) canonical() Question {
	in.Roles = sortedSet(in.Roles)
	return in
}

func (in AuthzInput) check() error {
	return faulty(map[string]bool{
		"object":     slices.Contains(objects, in.Object) && (in.Object == ObjectCounty || !in.Own),
		"permission": in.Permission != "",
		"roles":      !slices.ContainsFunc(in.Roles, func(r string) bool { return r == "" || strings.Contains(r, "|") }),
	})
}

type seenAuthz struct {
	roles, permission, object   string
	whole, own, recused, second bool
}

func (in AuthzInput) see(edges) visible {
	return seenAuthz{
		roles: strings.Join(in.Roles, "|"), permission: in.Permission, object: string(in.Object),
		whole: in.Whole, own: in.Own, recused: in.Recused, second: in.Second,
	}
}

func (s seenAuthz) value() ast.Value {
	return ast.NewObject(
		texts("roles", s.roles), text("permission", s.permission), text("object", s.object),
		yesNo("whole", s.whole), yesNo("own", s.own), yesNo("recused", s.recused), yesNo("second", s.second),
	)
}

// authzClasses are the classes of authz: nobody, every role alone and with an
// administrator's, a permission that it gives and some that it may not.
func authzClasses(grants Grants) (out []Question) {
	add := func(roles []string, permissions ...string) {
		for _, p := range permissions {
			for _, object := range objects {
				for bits := range 16 {
					in := AuthzInput{Roles: roles, Permission: p, Object: object, Whole: bits&1 > 0, Own: bits&2 > 0, Recused: bits&4 > 0, Second: bits&8 > 0}
					if in.check() == nil {
						out = append(out, in)
					}
				}
			}
		}
	}
	add(nil, "none", "public", "signed-in")
	for role, may := range grants {
		given := append([]string{"none"}, may...)
		add([]string{role}, given[:min(2, len(given))]...)
		add([]string{role, "system"}, given[len(given)-1])
	}
	return out
}
