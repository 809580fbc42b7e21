package app

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"fundwatch/internal/config"
)

func committed(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestExampleIsFresh(t *testing.T) {
	if committed(t, "deploy/fundwatch.example.yaml") != string(config.Example()) {
		t.Error("deploy/fundwatch.example.yaml is stale: go generate ./internal/config")
	}
}

type composed struct {
	Services map[string]struct {
		Image       string
		Command     []string
		Environment map[string]string
		Volumes     []string
		Ports       []string
		ReadOnly    bool     `yaml:"read_only"`
		CapDrop     []string `yaml:"cap_drop"`
		Healthcheck struct{ Test []string }
		Grace       string `yaml:"stop_grace_period"`
	}
	Volumes map[string]any
}

// TestComposeKeepsItsPromises: data survive, nothing is open to the network,
// and the settings are those of this program.
func TestComposeKeepsItsPromises(t *testing.T) {
	var c composed
	if err := yaml.Unmarshal([]byte(committed(t, "docker-compose.yml")), &c); err != nil {
		t.Fatal(err)
	}
	for name, s := range c.Services {
		if len(s.Healthcheck.Test) == 0 || len(s.Volumes) == 0 || s.Grace == "" {
			t.Errorf("%s: no health check, volume or time to stop", name)
		}
		for _, v := range s.Volumes {
			if from, _, _ := strings.Cut(v, ":"); !slices.Contains(keysOf(c.Volumes), from) {
				t.Errorf("%s: %s is no volume", name, from)
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, p)
			}
		}
	}
	redis := strings.Join(c.Services["redis"].Command, " ")
	for _, want := range []string{"--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"} {
		if !strings.Contains(redis, want) {
			t.Errorf("redis: %s is missing", want)
		}
	}
	k := c.Services["kafka"]
	if !strings.HasPrefix(k.Image, "apache/kafka:4") || k.Environment["KAFKA_PROCESS_ROLES"] != "broker,controller" || k.Environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] != "false" {
		t.Errorf("kafka: %+v", k)
	}
	if _, version, _ := strings.Cut(k.Image, ":"); !strings.Contains(committed(t, ".ci/kafka.pom.xml"), "<version>"+version+"</version>") {
		t.Errorf("kafka: %s is not the version that CI tests against", version)
	}
	f := c.Services["fundwatch"]
	if !f.ReadOnly || !slices.Contains(f.CapDrop, "ALL") {
		t.Error("fundwatch may do more than it needs")
	}
	var env []string
	for name, value := range f.Environment {
		if name == "FUNDWATCH_REGION" {
			value = "152900"
		}
		env = append(env, name+"="+value)
	}
	if _, problems := config.Load(config.Sources{Env: env, Read: func(string) ([]byte, error) { return make([]byte, 48), nil }}); len(problems) > 0 {
		t.Error(problems)
	}
}

func keysOf(m map[string]any) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// TestUnitIsHardened: what the unit promises.
func TestUnitIsHardened(t *testing.T) {
	have := map[string]string{}
	for line := range strings.SplitSeq(committed(t, "deploy/fundwatch.service"), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") && have[name] == "" {
			have[name] = value
		}
	}
	for name, want := range map[string]string{
		"User": "fundwatch", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
		"PrivateDevices": "yes", "MemoryDenyWriteExecute": "yes", "CapabilityBoundingSet": "", "SystemCallFilter": "@system-service",
		"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "UMask": "0077", "LimitCORE": "0", "KillSignal": "SIGTERM",
		"Restart": "on-failure", "RestartPreventExitStatus": "2",
	} {
		if value, ok := have[name]; !ok && want != "" || value != want {
			t.Errorf("%s=%s, want %s", name, value, want)
		}
	}
	command := strings.Fields(have["ExecStart"])
	if len(command) < 2 || command[1] != "serve" {
		t.Errorf("ExecStart=%s", have["ExecStart"])
	}
}

func TestImageIsStaticAndNotRoot(t *testing.T) {
	text := committed(t, "Dockerfile")
	for _, want := range []string{`(?m)^FROM scratch$`, `CGO_ENABLED=0`, `(?m)^USER 65532`, `(?m)^ENTRYPOINT \["/fundwatch"\]`, `(?m)^HEALTHCHECK `} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("Dockerfile: no %s", want)
		}
	}
	if _, err := os.Stat("../../default.pgo"); errors.Is(err, os.ErrNotExist) {
		t.Error("there is no profile to build with")
	}
}
