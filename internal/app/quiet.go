package app

import (
	"context"
	"log/slog"
	"regexp"
)

// withoutAddresses logs without the addresses of networks. The server of HTTP
// writes whose handshake failed, or for whom a handler panicked; the public
// pages promise that no address is kept.
type withoutAddresses struct{ slog.Handler }

// peers are addresses as package net writes them, with or without a port.
var peers = regexp.MustCompile(`\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\w+)?\](:\d+)?|\b\d{1,3}(\.\d{1,3}){3}(:\d+)?`)

// Handle hands on a record whose message names no address.
func (h withoutAddresses) Handle(ctx context.Context, r slog.Record) error {
	r.Message = peers.ReplaceAllString(r.Message, "(地址不记录 address not kept)")
	return h.Handler.Handle(ctx, r)
}
