// Package kafka brings claims in from Kafka and sends messages there.
//
// A [Consumer] gives each partition to one [Handler] at a time and drives it
// from the offset the handler itself remembers: offset and effects lie in one
// store, written in one step, so a message that comes again has no effect.
// What Kafka remembers of offsets is for dashboards only. A partition whose
// messages are gone stops with a [GapError], it never skips.
//
// A [Producer] answers only when all replicas have the message. A message may
// arrive twice, never not at all without an error.
//
// Keys and values are personal data. No error and no event of this package
// holds them.
package kafka
