package app

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTheLogNamesNobodysAddress: neither of whom a handler panics for, nor of
// what package net says of a connection.
func TestTheLogNamesNobodysAddress(t *testing.T) {
	var b bytes.Buffer
	s := &server{log: slog.New(slog.NewTextHandler(&b, nil))}
	at := httptest.NewUnstartedServer(nil)
	at.Config = s.httpServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("虚构") }))
	at.Start()
	if _, err := http.Get(at.URL); err == nil {
		t.Error("an answer")
	}
	at.Close()
	log := s.httpServer(nil).ErrorLog
	for _, a := range []net.Addr{&net.TCPAddr{IP: net.ParseIP("203.0.113.7"), Port: 4711}, &net.TCPAddr{IP: net.ParseIP("2001:db8::7"), Port: 4711}, &net.TCPAddr{IP: net.ParseIP("fe80::7"), Port: 1, Zone: "eth0"}} {
		log.Printf("http: TLS handshake error from %s: read tcp 192.0.2.1:443->%s: reset", a, a)
	}
	said := b.String()
	if !strings.Contains(said, "panic serving") || strings.Count(said, "TLS handshake error") != 3 {
		t.Error(said)
	}
	for _, no := range []string{"203.0.113", "2001:db8", "fe80", "127.0.0.1", "192.0.2", "4711"} {
		if strings.Contains(said, no) {
			t.Errorf("%s is in the log:\n%s", no, said)
		}
	}
}
