package policies

import (
	"context"
	"fmt"
	"io/fs"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/rego"

	"fundwatch/policies/regions"
)

// Engine answers the questions with the policy of one region. Many goroutines
// may ask at once.
type Engine struct{ now atomic.Pointer[revision] }

// New makes an engine. It refuses a bundle that does not compile, calls a
// function that policies may not call, or leaves a class of questions without
// answer, and data with a fault.
func New(ctx context.Context, bundle fs.FS, policy regions.Policy) (*Engine, error) {
	e := &Engine{}
	if err := e.Reload(ctx, bundle, policy); err != nil {
		return nil, err
	}
	return e, nil
}

// Reload changes to another policy at once, or keeps the old one and says why.
func (e *Engine) Reload(ctx context.Context, bundle fs.FS, policy regions.Policy) error {
	r, err := build(ctx, bundle, policy, nil)
	if err != nil {
		return err
	}
	e.now.Store(r)
	return nil
}

// Revision is the digest of the policy in force with the region's data.
func (e *Engine) Revision() string { return e.now.Load().id }

// Triage says what becomes of a new finding of a lead. The error is ErrInput,
// ErrUndefined, or that of ctx.
func (e *Engine) Triage(ctx context.Context, in TriageInput) (Decision, error) {
	return e.now.Load().decide(ctx, in)
}

// Referral says to whom a lead or case belongs. The error is ErrInput,
// ErrUndefined, or that of ctx.
func (e *Engine) Referral(ctx context.Context, in ReferralInput) (Decision, error) {
	return e.now.Load().decide(ctx, in)
}

// Listing says where a decision belongs in the published list and the credit
// ledger. The error is ErrInput, ErrUndefined, or that of ctx.
func (e *Engine) Listing(ctx context.Context, in ListingInput) (Decision, error) {
	return e.now.Load().decide(ctx, in)
}

// Publication says whether a record may be published now, and how. The error is
// ErrInput, ErrUndefined, or that of ctx.
func (e *Engine) Publication(ctx context.Context, in PublicationInput) (Decision, error) {
	return e.now.Load().decide(ctx, in)
}

// Replay asks again and compares with the record: nil means the same, a
// *Difference says what is not.
func (e *Engine) Replay(ctx context.Context, r Record, q Question) error {
	if r.Question != q.name() {
		return fmt.Errorf("%w: the record is of another question", ErrInput)
	}
	d, err := e.now.Load().decide(ctx, q)
	if err != nil {
		return err
	}
	now := d.Record
	if now == r {
		return nil
	}
	return &Difference{Input: now.Input != r.Input, Policy: now.Policy != r.Policy, Result: now.Result != r.Result, Now: now}
}

// decide checks the question, and asks the policy unless it has answered all
// that it can see before.
func (r *revision) decide(ctx context.Context, q Question) (Decision, error) {
	if err := q.check(); err != nil {
		return Decision{}, err
	}
	q = q.canonical()
	input, err := digest(q)
	if err != nil {
		return Decision{}, err
	}
	seen := q.see(r.edges)
	d, ok := r.cache.get(seen)
	if !ok {
		if d, err = r.ask(ctx, q.name(), seen); err != nil {
			return Decision{}, err
		}
		r.cache.put(seen, d)
	}
	d.Record.Input = input
	return d, nil
}

// ask evaluates the policy.
func (r *revision) ask(ctx context.Context, name string, seen visible) (Decision, error) {
	if err := ctx.Err(); err != nil {
		return Decision{}, fmt.Errorf("policies: %s: %w", name, err)
	}
	query := r.queries[name]
	rs, err := query.Eval(ctx, rego.EvalParsedInput(seen.value()))
	if err != nil {
		return Decision{}, fmt.Errorf("policies: %s: %w", name, err)
	}
	if len(rs) == 0 {
		return Decision{}, &Undefined{name}
	}
	d, err := decode(rs[0].Expressions[0].Value)
	if err != nil {
		return Decision{}, fmt.Errorf("policies: %s: %w", name, err)
	}
	d.Record = Record{Question: name, Policy: r.id}
	d.Record.Result, err = d.digest()
	return d, err
}
