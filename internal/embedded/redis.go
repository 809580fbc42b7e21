package embedded

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Redis starts redis-server, if it is installed, as a child process that keeps
// its data in dir, writes every change through to the disk before it answers,
// and never evicts. Else it starts a volatile Redis inside the program; an
// empty dir asks for that one.
func Redis(dir string) (*Service, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil || dir == "" {
		m := miniredis.NewMiniRedis()
		if err := m.StartAddr("127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("embedded redis: %w", err)
		}
		return &Service{Name: "Redis (miniredis) " + Label, Network: "tcp", Addr: m.Addr(), Volatile: true,
			stop: func() error { m.Close(); return nil }}, nil
	}
	// The child works in the folder, so the path must stand on its own.
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("embedded redis: %w", err)
	}
	near, unlock, err := lock(dir)
	if err != nil {
		return nil, fmt.Errorf("embedded redis: %w", err)
	}
	s, err := child(program, dir, near)
	if err != nil {
		unlock()
		return nil, fmt.Errorf("embedded redis: %w", err)
	}
	stop := s.stop
	s.stop = func() error {
		defer unlock()
		return stop()
	}
	return s, nil
}

// Times a child may take. Loading a large file of changes takes its time.
const (
	startTime = 5 * time.Minute
	stopTime  = 30 * time.Second
	lookAgain = 20 * time.Millisecond
)

// child starts redis-server in a folder that is ours; near is its short name.
func child(program, dir, near string) (*Service, error) {
	socket := filepath.Join(near, "redis.sock")
	// A program that was killed leaves its child behind, with the folder open.
	if _, err := ask(socket, "PING"); err == nil {
		if err := end(socket); err != nil {
			return nil, fmt.Errorf("end a redis-server that was left behind: %w", err)
		}
	}
	if err := mend(dir); err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", dir,
		"--appendonly", "yes", "--appendfsync", "always", "--aof-load-truncated", "no", "--save", "", "--maxmemory-policy", "noeviction",
		"--daemonize", "no", "--logfile", filepath.Join(dir, "redis.log"))
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	died := make(chan error, 1)
	go func() { died <- cmd.Wait() }()
	begin := time.NewTimer(startTime)
	defer begin.Stop()
	for {
		if answer, err := ask(socket, "PING"); err == nil && answer == "+PONG" {
			break
		}
		select {
		case err := <-died:
			return nil, fmt.Errorf("redis-server ended at once (%v); see %s", err, filepath.Join(dir, "redis.log"))
		case <-begin.C:
			cmd.Process.Kill()
			return nil, errors.New("redis-server does not answer")
		case <-tick():
		}
	}
	return &Service{Name: "Redis (redis-server) " + Label, Network: "unix", Addr: socket, stop: func() error {
		if err := end(socket); err != nil {
			cmd.Process.Kill()
			return fmt.Errorf("stop redis-server: %w", err)
		}
		<-died
		return nil
	}}, nil
}

// mend takes a step that was cut off, by a loss of power or a full disk, from the
// end of the log. What redis-server does by itself leaves the beginning of the
// step there, which has effects after one more start.
func mend(dir string) error {
	files := filepath.Join(dir, "appendonlydir")
	if _, err := os.Stat(filepath.Join(files, aofManifest)); err != nil {
		return nil // a new folder
	}
	cmd := exec.Command("redis-check-aof", "--fix", aofManifest)
	cmd.Dir, cmd.Stdin = files, strings.NewReader("y\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("redis-check-aof: %w: %s", err, out)
	}
	return nil
}

// aofManifest lists the files of the log.
const aofManifest = "appendonly.aof.manifest"

// tick is a moment.
func tick() <-chan time.Time { return time.NewTimer(lookAgain).C }

// end asks a server to write everything down and go, and waits until it has.
func end(socket string) error {
	if answer, err := ask(socket, "SHUTDOWN"); err == nil && strings.HasPrefix(answer, "-") {
		return errors.New("it refused to stop: " + answer)
	}
	limit := time.NewTimer(stopTime)
	defer limit.Stop()
	for {
		if _, err := ask(socket, "PING"); err != nil {
			return nil
		}
		select {
		case <-limit.C:
			return errors.New("it does not stop")
		case <-tick():
		}
	}
}

// ask sends a command of one word and gives the first line of the answer.
func ask(socket, word string) (string, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, word+"\r\n"); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadBytes('\n')
	return string(bytes.TrimSpace(line)), err
}
