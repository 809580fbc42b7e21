package policies

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Kept is a decision as it is kept: the answer with its reasons and clauses,
// the question as it was put, and the digests of both in its record. It holds no
// code of a person or an institution.
type Kept struct {
	Decision
	Asked json.RawMessage `json:"asked"` // the canonical question
}

// Keep puts a decision and its question together for keeping.
func Keep(q Question, d Decision) (Kept, error) {
	asked, err := canonicalJSON(q.canonical())
	if err != nil {
		return Kept{}, err
	}
	return Kept{d, asked}, nil
}

// JSON is the bytes that are kept.
func (k *Kept) JSON() ([]byte, error) {
	raw, err := canonicalJSON(k)
	if err != nil {
		return nil, fmt.Errorf("policies: keep: %w", err)
	}
	return raw, nil
}

// ErrKept says that what was kept is no decision, or not the one its record is
// of.
var ErrKept = errors.New("保存的判定与其记录不符 what was kept is not the decision of its record")

// ReadKept reads what JSON gave, and checks it against its own record.
func ReadKept(raw []byte) (Kept, error) {
	var k Kept
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&k); err != nil {
		return Kept{}, fmt.Errorf("%w: %w", ErrKept, err)
	}
	result, err := k.Decision.digest()
	if err != nil {
		return Kept{}, err
	}
	var asked bytes.Buffer // however somebody has indented it since
	if err := json.Compact(&asked, k.Asked); err != nil {
		return Kept{}, fmt.Errorf("%w: %w", ErrKept, err)
	}
	k.Asked = asked.Bytes()
	if digestOf(k.Asked) != k.Record.Input || result != k.Record.Result || k.Path == "" {
		return Kept{}, ErrKept
	}
	return k, nil
}

// Question gives the question as it was put.
func (k *Kept) Question() (Question, error) { return ParseQuestion(k.Record.Question, k.Asked) }

// ParseQuestion reads a question of a name. It fails with ErrInput for another
// name, an unknown member or a value of another kind.
func ParseQuestion(name string, raw []byte) (Question, error) {
	switch name {
	case TriageInput{}.name():
		return parse[TriageInput](raw)
	case ReferralInput{}.name():
		return parse[ReferralInput](raw)
	case ListingInput{}.name():
		return parse[ListingInput](raw)
	case PublicationInput{}.name():
		return parse[PublicationInput](raw)
	case AuthzInput{}.name():
		return parse[AuthzInput](raw)
	}
	return nil, fmt.Errorf("%w: 没有这个问题 no such question", ErrInput)
}

func parse[Q Question](raw []byte) (Question, error) {
	var q Q
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&q); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return q, nil
}

// Ask puts any question but that of authz, which [Authz.Allow] answers. The
// error is ErrInput, ErrUndefined, or that of ctx.
func (e *Engine) Ask(ctx context.Context, q Question) (Decision, error) {
	if q.name() == (AuthzInput{}).name() {
		return Decision{}, fmt.Errorf("%w: asked of another engine", ErrInput)
	}
	return e.now.Load().decide(ctx, q)
}

// Again asks a kept question again: nil means the same answer by the same
// policy, a *Difference says what is not.
func (e *Engine) Again(ctx context.Context, k *Kept) error {
	q, err := k.Question()
	if err != nil {
		return err
	}
	return e.Replay(ctx, k.Record, q)
}
