// Package tips keeps what people report (举报线索): what they say, the messages
// to and fro, and who they are, if they say so.
//
// Whoever reports gets a receipt of 16 digits, once; only a keyed hash of it is
// kept. With it they see what became of their tip, write more and read answers,
// without an account. What is said is sealed with the installation's secret
// before it reaches Redis or the journal.
//
// Who they are is encrypted to two custodians, one around the other (age), so
// that only both keys together open it. Every opening is a line of the journal
// with its reason, and the tip shows it to whoever reported.
package tips
