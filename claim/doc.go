// Package claim is the vocabulary of fundwatch: what a settlement is, how its
// values are read, and how many of them lie side by side in Arrow columns.
//
// A claim (结算) is one settlement of a designated institution with its fee
// lines (费用明细) and diagnoses. The national interface standard names the
// fields; this package keeps those names (see [Field]).
//
// The way of a claim through this package:
//
//	JSON or table rows ──[Decoder], [Tables]──▶ [Batch] ──[Intake]──▶ one Batch ──[Intake.Net]──▶ [Pool] ──[Pool.Lay]──▶ [History]
//
// A Batch holds what was sent, message by message, as Arrow records with int32
// codes for texts and whole numbers for money, quantities, prices, times and
// days. A Pool knows what counts after refunds, returns and cancellations; a
// History holds that of some persons, one after the other, ready for the
// detectors.
//
// The package never reads a clock, never writes a log and never decodes Arrow
// IPC bytes. Whatever bytes come in, every problem of a message is returned as
// data ([Problem]); nothing panics and nothing is dropped silently.
package claim
