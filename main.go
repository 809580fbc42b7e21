// Command fundwatch supervises a pooled medical-insurance fund (医保基金监管).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"fundwatch/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the first signal asks to end, the second ends at once
	os.Exit(app.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
