package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
)

// Config is how an installation is set. Default has the values of what nobody
// set.
type Config struct {
	Region    string   // six digits of the pooling region
	Parts     []string // of PartWorker, PartRelay, PartHTTP
	Kafka     Kafka
	Redis     Redis
	Archive   Archive
	Knowledge Knowledge
	HTTP      HTTP
	Desk      Desk
	Lists     Lists
	Cases     Cases
	Tips      Tips

	Inspections Inspections
	Metrics     Metrics
	Log         Log
	Worker      Worker
}

// Parts of the server.
const (
	PartWorker = "worker" // claims become findings
	PartRelay  = "relay"  // the outbox goes to Kafka
	PartHTTP   = "http"   // institutions send claims
)

// Secret is a text that is never printed.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "（隐藏 hidden）"
}

// GoString hides the secret from %#v too.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// TLS says how a connection is encrypted.
type TLS struct {
	Enabled    bool
	CAFile     string // PEM; empty: those of the system
	CertFile   string // PEM; a certificate of our own, if the server asks for one
	KeyFile    string // PEM
	ServerName string // empty: the host of the address
}

// SASL is a login to Kafka.
type SASL struct {
	Mechanism    string // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512; empty: none
	User         string
	PasswordFile string
	Password     Secret // of the file, or of the environment
}

// Topics are the names of the topics.
type Topics struct {
	Claims   string
	Dead     string
	Findings string
	Journal  string
}

// Kafka says where Kafka is and what its topics are like.
type Kafka struct {
	Brokers       []string // host:port
	ClientID      string
	Group         string // consumer group
	TLS           TLS
	SASL          SASL
	Topics        Topics
	Partitions    int // of the topic of claims, for ever
	Replicas      int
	RetentionDays int // of the topic of claims; 0: for ever
}

// Redis says where the state lives.
type Redis struct {
	Addrs        []string // host:port, or the path of a socket
	TLS          TLS
	User         string
	PasswordFile string
	Password     Secret // of the file, or of the environment
	Cluster      bool
	DB           int
	Embedded     bool // keeps nothing and has nothing to check: for tests only
	MaxOutbox    int  // messages that may wait for the relay; 0: no limit
}

// Archive says where consumed claims are kept in columns.
type Archive struct {
	URL string // file:///… or s3://…; empty: no archive
	// WaitingBytes is how much of a partition may wait in memory while the
	// archive cannot be written.
	WaitingBytes int
}

// Knowledge says where the tables of the knowledge base lie.
type Knowledge struct {
	Dir string // empty: none
}

// HTTP is the intake of claims from institutions.
type HTTP struct {
	Addr        string
	TokensFile  string
	CertFile    string
	KeyFile     string
	BehindProxy bool // something before us ends TLS
	// TrustedProxies are whose X-Forwarded-For says where a request comes from:
	// addresses or networks. Limits of tips and of tries to sign in go by it.
	TrustedProxies []string
	MaxBodyBytes   int
	MaxClaims      int // of one request
	MaxInFlight    int // requests at a time
}

// Proxies are the networks of trusted proxies; what is none was told when the
// settings were checked.
func (h *HTTP) Proxies() (out []netip.Prefix) {
	for _, text := range h.TrustedProxies {
		if p, ok := networkOf(text); ok {
			out = append(out, p)
		}
	}
	return out
}

// networkOf reads an address or a network.
func networkOf(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	return p.Masked(), err == nil && p.Bits() > 0
}

// Lists is where published lists lie and what signs them.
type Lists struct {
	Dir     string // folder of the editions; empty: none are published here
	KeyFile string // of the key that signs; empty: they are shown and not published here
}

// Cases is what the procedure of cases needs from this place.
type Cases struct {
	EvidenceURL string // file:///… or s3://…; empty: no evidence can be filed
	TermsFile   string // JSON of terms that no text sets; empty: none
}

// Tips is how tips are taken.
type Tips struct {
	Custodians []string // two public keys (age1…); empty: only tips without a name
}

// Inspections is what of draws everybody sees, besides hashes and seeds.
type Inspections struct {
	Publish []string // objects, results; empty: neither
	Basis   string   // the text that says so
}

// Desk is the pages for staff. They are served where HTTP is.
type Desk struct {
	SecretFile   string // what only this installation knows; empty: no pages
	SecondFactor bool   // everybody who signs in needs one
	Claims       bool   // show the claims that findings rest on
	ExportsDir   string // folder for long exports; empty: the system's for what passes
	OIDC         OIDC
}

// OIDC is another house that vouches for people.
type OIDC struct {
	Issuer       string // empty: none
	ClientID     string
	SecretFile   string
	ClientSecret Secret // of the file, or of the environment
	Claim        string // which claim is the login
	Address      string // of this server, as browsers know it
}

// Metrics says where Prometheus asks.
type Metrics struct {
	Addr string // empty: nowhere
}

// Log says what is written to standard error, and how.
type Log struct {
	Level  string // debug, info, warn, error
	Format string // text, json
}

// Worker says how claims are worked on.
type Worker struct {
	BatchBytes    int
	BatchMessages int
	WindowDays    int // how far back claims of a person are kept in memory
	StandHours    int // how long findings stand before policy opens a case from their lead
}

// Default gives what holds where nobody set anything.
func Default() Config {
	return Config{
		Parts: []string{PartWorker, PartRelay, PartHTTP},
		Kafka: Kafka{ClientID: "fundwatch", Group: "fundwatch", Partitions: 12, Replicas: 1,
			Topics: Topics{Claims: "claims", Dead: "claims.dead", Findings: "findings", Journal: "journal"}},
		Redis:   Redis{MaxOutbox: 100_000},
		Archive: Archive{WaitingBytes: 64 << 20},
		HTTP:    HTTP{Addr: "127.0.0.1:8080", MaxBodyBytes: 32 << 20, MaxClaims: 1000, MaxInFlight: 8},
		Desk:    Desk{SecondFactor: true, Claims: true, OIDC: OIDC{Claim: "preferred_username"}},
		Metrics: Metrics{Addr: "127.0.0.1:9090"},
		Log:     Log{Level: "info", Format: "text"},
		Worker:  Worker{BatchBytes: 16 << 20, BatchMessages: 8192, WindowDays: 400, StandHours: 24},
	}
}

// Client makes what a TLS client needs; nil where TLS is not enabled. read
// gives the content of a file.
func (t TLS) Client(read func(string) ([]byte, error)) (*tls.Config, error) {
	if !t.Enabled {
		return nil, nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := read(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read ca_file: %w", err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("ca_file 中没有证书 (no certificate in ca_file)")
		}
	}
	if t.CertFile == "" {
		return out, nil
	}
	cert, err := read(t.CertFile)
	if err != nil {
		return nil, fmt.Errorf("read cert_file: %w", err)
	}
	key, err := read(t.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("read key_file: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		// The reason may quote the key file's content: it does not leave here.
		return nil, errors.New("cert_file 与 key_file 不成对或不可读 (cert_file and key_file are no pair)")
	}
	out.Certificates = []tls.Certificate{pair}
	return out, nil
}
