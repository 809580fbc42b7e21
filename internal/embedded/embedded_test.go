package embedded

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// dial makes a connection for one topic and partition.
func dial(t *testing.T, s *Service) *kafka.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := kafka.DialLeader(ctx, s.Network, s.Addr, "t", 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestKafkaKeepsItsDataAndListensOnLoopback(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kafka")
	s, err := Kafka(dir)
	if err != nil {
		t.Fatal(err)
	}
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		t.Fatalf("listens on %s, want loopback", s.Addr)
	}
	if s.Volatile || !strings.Contains(s.Name, "嵌入式") {
		t.Errorf("%+v", s)
	}
	if _, err := Kafka(dir); !errors.Is(err, errInUse) {
		t.Errorf("a second broker in the same folder: %v, want errInUse", err)
	}
	any, err := kafka.Dial(s.Network, s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer any.Close()
	if err := any.CreateTopics(kafka.TopicConfig{Topic: "t", NumPartitions: 1, ReplicationFactor: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := dial(t, s).WriteMessages(kafka.Message{Value: []byte("虚构")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if s, err = Kafka(dir); err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	m, err := dial(t, s).ReadMessage(1 << 10)
	if err != nil || string(m.Value) != "虚构" {
		t.Fatalf("after a restart: %q, %v", m.Value, err)
	}
}

func TestRedisWithoutAFolderSaysThatItForgets(t *testing.T) {
	s, err := Redis("")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if !s.Volatile || s.Network != "tcp" || !strings.HasPrefix(s.Addr, "127.0.0.1:") || !strings.Contains(s.Name, "嵌入式") {
		t.Errorf("%+v", s)
	}
}

// A folder may have a longer path than a socket: the services work there, and
// nobody else may at the same time.
func TestLongFolder(t *testing.T) {
	dir := filepath.Join(short(t), strings.Repeat("very-long-name-", 8), "data")
	k, err := Kafka(filepath.Join(dir, "kafka"))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Stop()
	if _, err := Kafka(filepath.Join(dir, "kafka")); !errors.Is(err, errInUse) {
		t.Errorf("a second broker in the folder: %v", err)
	}
	r, err := Redis(filepath.Join(dir, "redis"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	if r.Network == "unix" && say(t, r, "PING") != "+PONG" {
		t.Error("redis-server does not answer")
	}
}

// short gives a folder whose path leaves room for the name of a socket.
func short(t *testing.T) string {
	dir, err := os.MkdirTemp("", "fw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func say(t *testing.T, s *Service, command string) string {
	t.Helper()
	answer, err := ask(s.Addr, command)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestRedisKeepsItsDataWhenKilledAndEndsWhatWasLeftBehind(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed")
	}
	dir := short(t)
	s, err := Redis(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Volatile || s.Network != "unix" {
		t.Errorf("%+v", s)
	}
	if _, err := Redis(dir); !errors.Is(err, errInUse) {
		t.Errorf("a second server in the same folder: %v, want errInUse", err)
	}
	if got := say(t, s, "SET k 1"); got != "+OK" {
		t.Fatal(got)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}

	// A server that somebody left behind in the folder.
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := child(program, dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := say(t, orphan, "INCR k"); got != ":2" {
		t.Fatalf("after a restart k is %s, want :2", got)
	}
	if s, err = Redis(dir); err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if got := say(t, s, "INCR k"); got != ":3" {
		t.Fatalf("after an orphan k is %s, want :3", got)
	}
	for setting, want := range map[string]string{"appendfsync": "always", "appendonly": "yes", "maxmemory-policy": "noeviction"} {
		if got := config(t, s, setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
}

// A step that was cut off at the end of the log goes wholly, also after one more
// start: redis-server by itself would then do its beginning.
func TestRedisForgetsAStepThatWasCutOff(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed")
	}
	dir := short(t)
	const step = `EVAL "return redis.call('INCR', 'a') + redis.call('INCR', 'b')" 0`
	for round, want := range []string{":2", ":2", ":4"} { // the first step is cut off
		s, err := Redis(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := say(t, s, step); got != want {
			t.Errorf("round %d: %s, want %s", round, got, want)
		}
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		if round > 0 {
			continue
		}
		logs, err := filepath.Glob(filepath.Join(dir, "appendonlydir", "*.incr.aof"))
		if err != nil || len(logs) != 1 {
			t.Skip("a Redis of before 7 keeps its log otherwise:", logs, err)
		}
		info, err := os.Stat(logs[0])
		if err == nil {
			err = os.Truncate(logs[0], info.Size()-20)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// config asks for a setting; the answer has two bulk strings.
func config(t *testing.T, s *Service, name string) string {
	t.Helper()
	conn, err := net.Dial("unix", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("CONFIG GET " + name + "\r\n")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(buf[:n])), "\r\n")
	return lines[len(lines)-1]
}
