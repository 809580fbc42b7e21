// Package signon signs people in who have shown who they are to another house:
// by OpenID Connect, which the gateways of governments and Keycloak, Casdoor
// and the like speak. It learns a login and nothing else; what that login may
// do is for accounts.
package signon

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Options name the other house.
type Options struct {
	Issuer   string // its address, as its tokens have it
	ClientID string
	Secret   string // empty: a public client, with PKCE alone
	Back     string // address of ours to which people are sent back
	Claim    string // which claim is the login; empty: preferred_username
}

// OIDC asks one other house. The first question finds out how it is asked, so
// that ours can start while the other is away.
type OIDC struct {
	o Options

	mu       sync.Mutex
	provider *oidc.Provider
}

// New makes a door to the other house.
func New(o Options) *OIDC {
	if o.Claim == "" {
		o.Claim = "preferred_username"
	}
	return &OIDC{o: o}
}

func (s *OIDC) ask(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider == nil {
		p, err := oidc.NewProvider(context.WithoutCancel(ctx), s.o.Issuer) // it keeps its context
		if err != nil {
			return nil, nil, fmt.Errorf("ask the other house how it is asked: %w", err)
		}
		s.provider = p
	}
	return s.provider, &oauth2.Config{ClientID: s.o.ClientID, ClientSecret: s.o.Secret, Endpoint: s.provider.Endpoint(), RedirectURL: s.o.Back,
		Scopes: []string{oidc.ScopeOpenID, "profile"}}, nil
}

// Address gives where a person is sent, with what must come back.
func (s *OIDC) Address(ctx context.Context, state, nonce, verifier string) (string, error) {
	_, c, err := s.ask(ctx)
	if err != nil {
		return "", err
	}
	return c.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// errToken says nothing of what was in the token: it is personal data.
var errToken = errors.New("the other house gave no token that holds")

// Login gives the login of a person who came back with a code.
func (s *OIDC) Login(ctx context.Context, code, nonce, verifier string) (string, error) {
	p, c, err := s.ask(ctx)
	if err != nil {
		return "", err
	}
	t, err := c.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", errors.New("the other house did not take the code")
	}
	raw, _ := t.Extra("id_token").(string)
	token, err := p.Verifier(&oidc.Config{ClientID: s.o.ClientID}).Verify(ctx, raw)
	if err != nil || token.Nonce != nonce {
		return "", errToken
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return "", errToken
	}
	login, _ := claims[s.o.Claim].(string)
	if login == "" {
		return "", fmt.Errorf("the token has no claim %s", s.o.Claim)
	}
	return login, nil
}
