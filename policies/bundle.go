package policies

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"fundwatch/policies/regions"
)

//go:embed rego
var builtin embed.FS

// Builtin is the policy that comes with the program.
func Builtin() fs.FS { return builtin }

// allowed are the built-in functions that policies may call: pure and quick
// ones. Network, clock, chance, environment and unbounded ones are not there.
var allowed = strings.Fields(`
	and array.concat assign concat count eq equal gt gte internal.member_2 internal.member_3
	lt lte min max minus neq object.get object.union or rego.metadata.rule sort startswith`)

// capabilities is what OPA can do without what policies may not.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return !slices.Contains(allowed, b.Name) })
	c.AllowNet = []string{}
	return c
}

// modules reads the Rego files of a bundle, without tests, and gives their
// digest.
func modules(bundle fs.FS) (map[string]*ast.Module, []byte, error) {
	out, sum := map[string]*ast.Module{}, sha256.New()
	err := fs.WalkDir(bundle, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".rego") || strings.HasSuffix(path, "_test.rego") {
			return err
		}
		text, err := fs.ReadFile(bundle, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%d %s %d\n", len(path), path, len(text))
		sum.Write(text)
		m, err := ast.ParseModuleWithOpts(path, string(text), ast.ParserOptions{
			ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: capabilities(),
		})
		out[path] = m
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("policies: bundle: %w", err)
	}
	return out, sum.Sum(nil), nil
}

// revision is one policy with the data of one region, ready to be asked.
type revision struct {
	id      string // digest of the policy and the data
	edges   edges
	queries map[string]rego.PreparedEvalQuery // by question
	cache   cache
}

// build compiles a bundle strictly with the region's data and asks it every
// class of question: one that has no answer refuses the bundle. With grants the
// question is who may do what, without them all the others.
func build(ctx context.Context, bundle fs.FS, policy regions.Policy, grants Grants) (*revision, error) {
	if err := policy.Validate(); err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	mods, sum, err := modules(bundle)
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true)
	if compiler.Compile(mods); compiler.Failed() {
		return nil, fmt.Errorf("policies: bundle: %w", compiler.Errors)
	}
	id, raw, err := revisionOf(sum, &policy)
	if err != nil {
		return nil, err
	}
	store, err := dataStore(raw, grants)
	if err != nil {
		return nil, err
	}
	questions, asked := regions.Questions(), classes(&policy)
	questions = questions[:len(questions)-1]
	if grants != nil {
		table, err := json.Marshal(grants)
		if err != nil {
			return nil, fmt.Errorf("policies: grants: %w", err)
		}
		id = hashOf(sum, raw, table)
		questions, asked = []string{AuthzInput{}.name()}, authzClasses(grants)
	}
	r := &revision{id: id, edges: edgesOf(&policy), queries: map[string]rego.PreparedEvalQuery{}}
	for _, name := range questions {
		r.queries[name], err = rego.New(
			rego.Query("data."+name+".decision"), rego.Compiler(compiler), rego.Store(store),
			rego.StrictBuiltinErrors(true),
		).PrepareForEval(ctx)
		if err != nil {
			return nil, fmt.Errorf("policies: %s: %w", name, err)
		}
	}
	for _, q := range asked {
		if _, err := r.decide(ctx, q); err != nil {
			return nil, fmt.Errorf("policies: a class of questions has no answer: %w", err)
		}
	}
	return r, nil
}

// revisionOf names a policy with a region's data, and gives these as JSON.
func revisionOf(sum []byte, policy *regions.Policy) (id string, raw []byte, err error) {
	if raw, err = json.Marshal(policy); err != nil {
		return "", nil, fmt.Errorf("policies: data: %w", err)
	}
	return hashOf(sum, raw), raw, nil
}

func hashOf(parts ...[]byte) string {
	all := sha256.Sum256(slices.Concat(parts...))
	return "sha256:" + hex.EncodeToString(all[:])
}

// dataStore holds the region's data as data.policy and the grants as
// data.roles.
func dataStore(policy []byte, grants Grants) (storage.Store, error) {
	var data any
	dec := json.NewDecoder(bytes.NewReader(policy))
	dec.UseNumber()
	if err := dec.Decode(&data); err != nil {
		return nil, fmt.Errorf("policies: data: %w", err)
	}
	roles := map[string]any{}
	for role, may := range grants {
		list := make([]any, len(may))
		for i, p := range may {
			list[i] = p
		}
		roles[role] = list
	}
	return inmem.NewFromObjectWithOpts(map[string]any{"policy": data, "roles": roles},
		inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true)), nil
}
