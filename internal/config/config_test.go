package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// files gives the content of files by name.
func files(all map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		text, ok := all[name]
		if !ok {
			return nil, errors.New("no such file")
		}
		return []byte(text), nil
	}
}

const sound = `
region: "152900"
kafka: {brokers: [127.0.0.1:9092]}
redis: {addrs: 127.0.0.1:6379}
http: {tokens_file: tokens}
`

func load(yaml string, env, flags []string) (*Loaded, []Problem) {
	return Load(Sources{File: "f.yaml", YAML: []byte(yaml), Env: env, Flags: flags, Read: files(map[string]string{
		"tokens": "", "password": "secret-of-file\n", "/etc/fundwatch/tokens": ""})})
}

func TestLaterSourcesCount(t *testing.T) {
	l, problems := load(sound+"log: {level: warn}\nworker: {window_days: 30}\n",
		[]string{"FUNDWATCH_LOG_LEVEL=error", "FUNDWATCH_PARTS=relay, http", "FUNDWATCH_TEST_KAFKA=x", "HOME=y"}, []string{"log.level=debug"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if l.Log.Level != "debug" || l.Worker.WindowDays != 30 || !slices.Equal(l.Parts, []string{"relay", "http"}) {
		t.Errorf("%+v", l.Config)
	}
}

func TestUnknownKeysAreToldWithLineAndNearest(t *testing.T) {
	_, problems := load(sound+"worker:\n  windw_days: 3\nlog: {levle: info}\n", []string{"FUNDWATCH_KAFKA_BROKER=x:1"}, []string{"regoin=1"})
	want := []string{
		"f.yaml:7: worker.windw_days: 没有这一项，是否指 worker.window_days (unknown; did you mean worker.window_days?)",
		"f.yaml:8: log.levle: 没有这一项，是否指 log.level (unknown; did you mean log.level?)",
		"环境变量 environment: FUNDWATCH_KAFKA_BROKER: 没有这一项，是否指 FUNDWATCH_KAFKA_BROKERS (unknown; did you mean FUNDWATCH_KAFKA_BROKERS?)",
		"--set regoin: regoin: 没有这一项，是否指 region (unknown; did you mean region?)",
	}
	var have []string
	for _, p := range problems {
		have = append(have, p.String())
	}
	if !slices.Equal(have, want) {
		t.Errorf("have\n%s", strings.Join(have, "\n"))
	}
}

// TestEveryMistakeIsTold has one mistake a row: the key it is told at.
func TestEveryMistakeIsTold(t *testing.T) {
	for set, key := range map[string]string{
		"region=15290":                      "region",
		"parts=worker,worker":               "parts",
		"parts=workers":                     "parts",
		"kafka.brokers=":                    "kafka.brokers",
		"kafka.brokers=host":                "kafka.brokers",
		"redis.addrs=a:1,b:2":               "redis.addrs",
		"kafka.topics.dead=claims":          "kafka.topics.dead",
		"kafka.topics.dead=a b":             "kafka.topics.dead",
		"kafka.sasl.user=u":                 "kafka.sasl.mechanism",
		"kafka.sasl.mechanism=PLAIN":        "kafka.sasl.user",
		"redis.user=u":                      "redis.user",
		"redis.tls.ca_file=tokens":          "redis.tls.enabled",
		"http.addr=0.0.0.0:80":              "http.addr",
		"http.tokens_file=none":             "http.tokens_file",
		"http.max_claims=0":                 "http.max_claims",
		"http.max_claims=many":              "http.max_claims",
		"http.behind_proxy=yes":             "http.behind_proxy",
		"http.trusted_proxies=proxy":        "http.trusted_proxies",
		"http.trusted_proxies=0.0.0.0/0":    "http.trusted_proxies",
		"archive.url=ftp://x":               "archive.url",
		"cases.evidence_url=ftp://x":        "cases.evidence_url",
		"tips.custodians=age1x":             "tips.custodians",
		"inspections.publish=names":         "inspections.publish",
		"inspections.publish=objects":       "inspections.basis",
		"archive.url=s3://user:pass@bucket": "archive.url",
		"log.format=xml":                    "log.format",
		"redis.password_file=none":          "redis.password_file",
		"redis.password=x":                  "redis.password",
		"kafka.replicas=0":                  "kafka.replicas",
		"metrics.addr=nowhere":              "metrics.addr",
		"kafka.tls.cert_file=tokens":        "kafka.tls.cert_file",
		"worker.window_days=0":              "worker.window_days",
	} {
		_, problems := load(sound, nil, []string{set})
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Key == key }) {
			t.Errorf("%s: no problem at %s: %v", set, key, problems)
		}
	}
	if _, problems := load("region: 1\nlog: {level: x, format: y}\n", nil, nil); len(problems) < 6 {
		t.Errorf("not all at once: %v", problems)
	}
}

func TestYAMLThatIsNone(t *testing.T) {
	for text, line := range map[string]string{
		"a: [": "f.yaml:1", "region: x\n\tparts: y": "f.yaml:2", "- a": "f.yaml:1", "kafka: 3": "f.yaml:1",
		sound + "region: \"1\"\n": "f.yaml:6", "region: [a]": "f.yaml:1", "region: a\n---\nregion: b": "f.yaml",
	} {
		_, problems := load(text, nil, nil)
		if len(problems) == 0 || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Where == line }) {
			t.Errorf("%q: %v", text, problems)
		}
	}
}

func TestSecretsNeverShow(t *testing.T) {
	l, problems := load(strings.Replace(sound, "addrs: 127.0.0.1:6379", "addrs: 127.0.0.1:6379, password: in-the-file", 1), nil, nil)
	if len(problems) != 1 || strings.Contains(fmt.Sprint(problems), "in-the-file") || l.Redis.Password != "" {
		t.Errorf("a password in the file: %v", problems)
	}
	l, problems = load(sound, []string{"FUNDWATCH_REDIS_PASSWORD=secret-of-env"}, []string{"kafka.sasl.mechanism=SCRAM-SHA-256", "kafka.sasl.user=u", "kafka.sasl.password_file=password"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if l.Kafka.SASL.Password != "secret-of-file" || l.Redis.Password != "secret-of-env" {
		t.Error("secrets were not read")
	}
	asJSON, err := json.Marshal(struct {
		Values []Value
		Config Config
	}{l.Values(), l.Config})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(asJSON), fmt.Sprintf("%v %+v %#v", l.Config, l.Config, l.Config)} {
		if strings.Contains(text, "secret-of") {
			t.Error("a secret shows")
		}
	}
}

// TestExampleIsSound: what the example says is what holds by default.
func TestExampleIsSound(t *testing.T) {
	l, problems := load(string(Example()), nil, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	plain, _ := load("", nil, nil)
	given := []string{"region", "kafka.brokers", "redis.addrs", "http.tokens_file"}
	for i, v := range l.Values() {
		if fmt.Sprint(v.Value) != fmt.Sprint(plain.Values()[i].Value) && !slices.Contains(given, v.Key) {
			t.Errorf("%s: %v, by default %v", v.Key, v.Value, plain.Values()[i].Value)
		}
		if v.From == byDefault && !strings.HasSuffix(v.Key, ".password") && !strings.HasSuffix(v.Key, ".client_secret") {
			t.Errorf("%s does not stand in the example", v.Key)
		}
	}
}

// TestDeskSettings: a short secret, and a sign-on that cannot be, are told.
func TestDeskSettings(t *testing.T) {
	flags := []string{"region=152900", "desk.secret_file=secret", "desk.oidc.issuer=http://sso.example", "desk.oidc.address=ftp://desk"}
	_, problems := Load(Sources{Flags: flags, Embedded: true, Read: files(map[string]string{"secret": "short"})})
	var keys []string
	for _, p := range problems {
		keys = append(keys, p.Key)
	}
	slices.Sort(keys)
	if want := []string{"desk.oidc.address", "desk.oidc.client_id", "desk.oidc.issuer", "desk.secret_file"}; !slices.Equal(keys, want) {
		t.Errorf("problems %v, want %v", keys, want)
	}
	flags = []string{"region=152900", "desk.secret_file=secret", "desk.oidc.issuer=https://sso.example/realm", "desk.oidc.address=https://desk.example", "desk.oidc.client_id=fw", "desk.oidc.client_secret_file=client"}
	l, problems := Load(Sources{Flags: flags, Embedded: true, Read: files(map[string]string{"secret": strings.Repeat("s", 32), "client": "secret-of-client\n"})})
	if len(problems) > 0 || l.Desk.OIDC.ClientSecret != "secret-of-client" {
		t.Error(problems)
	}
}

func TestEmbeddedNeedsNoAddresses(t *testing.T) {
	if _, problems := Load(Sources{Flags: []string{"region=152900"}, Embedded: true, Read: files(nil)}); len(problems) > 0 {
		t.Error(problems)
	}
	_, problems := Load(Sources{Flags: []string{"region=152900", "redis.addrs=a:1", "http.addr=0.0.0.0:1"}, Embedded: true, Read: files(nil)})
	if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Key == "redis.addrs" }) || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Key == "http.addr" }) {
		t.Error(problems)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(sound, "log.level=x")
	f.Add("a: &a [*a]", "=")
	f.Add(string(Example()), "region=1")
	f.Fuzz(func(_ *testing.T, yaml, flag string) {
		l, _ := load(yaml, nil, []string{flag})
		l.Values()
	})
}
