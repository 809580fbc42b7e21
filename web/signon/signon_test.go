package signon

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// other is another house (虚构), with one person.
type other struct {
	*httptest.Server
	key       *rsa.PrivateKey
	claims    map[string]any
	challenge string // that the code was given for
}

func newOther(t *testing.T) *other {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	h := &other{key: key}
	mux := http.NewServeMux()
	answer := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(v)
		}
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		answer(map[string]any{"issuer": h.URL, "authorization_endpoint": h.URL + "/auth", "token_endpoint": h.URL + "/token", "jwks_uri": h.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})(w, r)
	})
	enc := base64.RawURLEncoding.EncodeToString
	mux.HandleFunc("/keys", answer(map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k",
		"n": enc(key.N.Bytes()), "e": enc(big.NewInt(int64(key.E)).Bytes())}}}))
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if r.FormValue("code") != "good" || enc(sum[:]) != h.challenge {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		answer(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": h.token()})(w, r)
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

// token signs the claims.
func (h *other) token() string {
	enc := base64.RawURLEncoding.EncodeToString
	body, _ := json.Marshal(h.claims)
	text := enc([]byte(`{"alg":"RS256","kid":"k"}`)) + "." + enc(body)
	sum := sha256.Sum256([]byte(text))
	sig, _ := rsa.SignPKCS1v15(rand.Reader, h.key, crypto.SHA256, sum[:])
	return text + "." + enc(sig)
}

func TestOnlyATokenThatHoldsGivesALogin(t *testing.T) {
	h := newOther(t)
	s := New(Options{Issuer: h.URL, ClientID: "fundwatch", Back: "https://desk.example/back"})
	address, err := s.Address(t.Context(), "state", "nonce", "verifier-verifier-verifier-verifier-verifier")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if q := u.Query(); err != nil || q.Get("state") != "state" || q.Get("nonce") != "nonce" || q.Get("redirect_uri") != "https://desk.example/back" || q.Get("code_challenge_method") != "S256" {
		t.Fatal(address, err)
	}
	h.challenge = u.Query().Get("code_challenge")
	for name, c := range map[string]struct {
		code  string
		claim string
		value any
		want  string
	}{
		"holds":            {code: "good", want: "wang"},
		"another nonce":    {code: "good", claim: "nonce", value: "other"},
		"for another":      {code: "good", claim: "aud", value: "someone"},
		"of another house": {code: "good", claim: "iss", value: "https://else.example"},
		"too old":          {code: "good", claim: "exp", value: time.Now().Add(-time.Hour).Unix()},
		"no login":         {code: "good", claim: "preferred_username", value: ""},
		"wrong code":       {code: "bad"},
	} {
		h.claims = map[string]any{"iss": h.URL, "aud": "fundwatch", "sub": "1", "nonce": "nonce", "preferred_username": "wang",
			"exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix()}
		if c.claim != "" {
			h.claims[c.claim] = c.value
		}
		login, err := s.Login(t.Context(), c.code, "nonce", "verifier-verifier-verifier-verifier-verifier")
		if login != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, login, err)
		}
	}
	if _, err := s.Login(t.Context(), "good", "nonce", "another-verifier-another-verifier-another-ve"); err == nil {
		t.Error("a code was taken with another verifier")
	}
	if _, err := New(Options{Issuer: "http://127.0.0.1:1"}).Address(t.Context(), "s", "n", "v"); err == nil {
		t.Error("a house that is away has an address")
	}
}
