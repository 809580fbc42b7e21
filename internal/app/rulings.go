package app

import (
	"context"
	"errors"

	"fundwatch/blacklist"
	"fundwatch/detectors"
	"fundwatch/policies"
	"fundwatch/policies/regions"
	"fundwatch/web/desk"
)

// ruled puts a question to policy and gives the answer as pages and the journal
// take it. Where policy has no answer the ruling has no path and a person
// decides.
func ruled(ctx context.Context, engine *policies.Engine, q policies.Question) (desk.Ruling, error) {
	d, err := engine.Ask(ctx, q)
	if errors.Is(err, policies.ErrUndefined) || errors.Is(err, policies.ErrInput) {
		return desk.Ruling{Revision: engine.Revision()}, nil
	}
	if err != nil {
		return desk.Ruling{}, err
	}
	k, err := policies.Keep(q, d)
	if err != nil {
		return desk.Ruling{}, err
	}
	raw, err := k.JSON()
	if err != nil {
		return desk.Ruling{}, err
	}
	out := desk.Ruling{Path: d.Path, Also: d.Also, Basis: d.Basis, Undefined: d.Undefined, Revision: d.Record.Policy, Record: string(raw)}
	for _, r := range d.Reasons {
		out.Reasons = append(out.Reasons, desk.RulingReason{Code: r.Code, What: desk.Words{ZH: r.ZH, EN: r.EN}, Path: r.Path, Basis: r.Basis})
	}
	for _, c := range d.Clocks {
		out.Clocks = append(out.Clocks, c.Name)
	}
	return out, nil
}

// refer asks policy to whom a lead or a case belongs.
func (s *server) refer(ctx context.Context, m desk.Matter) (desk.Ruling, error) {
	engine, _, err := s.policy(ctx)
	if err != nil {
		return desk.Ruling{}, err
	}
	in := policies.ReferralInput{Grade: m.Grade, Subject: m.Subject, Basis: m.Basis, AmountFen: m.Amount, Verified: m.Verified, Intent: policies.Intent(m.Intent), Today: m.Today}
	for _, sign := range m.Signs {
		in.Signs = append(in.Signs, policies.Sign(sign))
	}
	return ruled(ctx, engine, in)
}

// deskLists is what pages of listings work with.
func (s *server) deskLists(ctx context.Context) (desk.Lists, error) {
	engine, data, err := s.policy(ctx)
	if err != nil {
		return desk.Lists{}, err
	}
	var repair blacklist.Repair
	if v := data.Values["repair_clean_months"]; v.Number != nil {
		repair = blacklist.Repair{Months: *v.Number, Clause: v.Clause}
	}
	out := desk.Lists{Store: s.lists.WithRepair(repair), Advise: func(ctx context.Context, e *blacklist.Entry) (desk.Advice, error) {
		return adviseListing(ctx, engine, data, e)
	}}
	out.Ask = s.askPublication
	if s.cfg.Lists.Dir != "" && s.cfg.Lists.KeyFile != "" {
		out.Publish = s.publishList
	}
	return out, nil
}

// adviseListing asks policy where an entry of the ledger belongs, and finds how
// long its class stays published. A class without numbers is not to be listed.
func adviseListing(ctx context.Context, engine *policies.Engine, data *regions.Policy, e *blacklist.Entry) (desk.Advice, error) {
	in := policies.ListingInput{Subject: e.Subject.Kind, Measure: policies.Measure(e.Measure), Effective: true, Revoked: e.Revoked != "", Social: e.Social,
		Juvenile: e.Juvenile && e.Subject.Kind == detectors.PersonKind}
	if in.Measure == policies.MeasureMoney {
		in.AmountFen = e.AmountFen
	}
	x, err := ruled(ctx, engine, in)
	if err != nil {
		return desk.Advice{}, err
	}
	if x.Path == "" {
		return desk.Advice{Proposal: blacklist.Proposal{Class: "ledger"}, Reasons: []desk.Words{{ZH: "政策没有答复，由人决定。", EN: "Policy has no answer; a person decides."}}}, nil
	}
	months := func(which string) int64 {
		if n := data.Values["publish_"+x.Path+"_"+which+"_months"].Number; n != nil {
			return *n
		}
		return 0
	}
	a := desk.Advice{Proposal: blacklist.Proposal{Class: x.Path, Least: months("least"), Most: months("most"), Basis: x.Basis, Revision: x.Revision, Decision: x.Record}}
	for _, r := range x.Reasons {
		a.Reasons = append(a.Reasons, r.What)
	}
	return a, nil
}

// askPublication asks policy whether a record may be in the next edition.
func (s *services) askPublication(ctx context.Context, a blacklist.Asked) (blacklist.Verdict, error) {
	engine, _, err := s.policy(ctx)
	if err != nil {
		return blacklist.Verdict{}, err
	}
	x, err := ruled(ctx, engine, policies.PublicationInput{Subject: a.Kind, Class: policies.Class(a.Class), Told: a.Told, Over: a.Over, Objection: policies.Objection(a.Objection),
		Revoked: a.Revoked, Secret: a.Secret, Juvenile: a.Juvenile, Months: a.Months})
	v := blacklist.Verdict{Path: x.Path, Decision: x.Record}
	for _, r := range x.Reasons {
		v.Reasons = append(v.Reasons, blacklist.Why{Code: r.Code, ZH: r.What.ZH, EN: r.What.EN, Basis: r.Basis})
	}
	return v, err
}
