// Package source finds out where a request comes from, for limits by source. Who
// wants to be taken for somebody else can write any header: what counts is who
// is at the other end, and the word of proxies that are trusted.
package source

import (
	"net/http"
	"net/netip"
	"strings"
)

// Rule says what stands between us and browsers.
type Rule struct {
	BehindProxy bool           // browsers come through a proxy
	Proxies     []netip.Prefix // those whose X-Forwarded-For is believed
}

// Of is the network that a request comes from. It is the zero prefix where that
// is not known: what comes through a proxy that nobody declared would all be one
// source. So behind a proxy an address counts only by the word of one that is
// trusted, and a peer on this machine never.
func (u Rule) Of(r *http.Request) netip.Prefix {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	a := peer.Addr().Unmap()
	if !u.trusted(a) {
		if u.BehindProxy || len(u.Proxies) > 0 || a.IsLoopback() {
			return netip.Prefix{}
		}
		return network(a)
	}
	// Each proxy adds at the end whom it has heard; what stands before the last
	// that we trust could be anybody's invention.
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= 0; i-- {
		text := strings.TrimSpace(said[i])
		a, err := netip.ParseAddr(strings.Trim(text, "[]"))
		if err != nil {
			with, err := netip.ParseAddrPort(text) // some add the port
			if err != nil {
				return netip.Prefix{}
			}
			a = with.Addr()
		}
		if a = a.Unmap(); !u.trusted(a) {
			return network(a)
		}
	}
	return netip.Prefix{}
}

func (u Rule) trusted(a netip.Addr) bool {
	for _, p := range u.Proxies {
		if p.Contains(a.WithZone("")) {
			return true
		}
	}
	return false
}

// network is the part of an address that one source has to itself: all of an
// address of IPv4, the first 64 bits of one of IPv6.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // bits fit
	return p
}
