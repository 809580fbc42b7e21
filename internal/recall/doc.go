// Package recall finds again what lies in Kafka: a finding or a dead letter by
// its key, a claim by what it says, the findings that rest on it, and what
// people did by the journal.
//
// Redis keeps ids, not contents, and Kafka cannot be asked for a key. So an
// [Index] follows a topic from its beginning and remembers for each key where
// its last message lies, in some 30 bytes of memory, whatever its length; the
// message is read when somebody wants to see it. [Claims] and [Citations]
// remember a little more, so that claims can be chosen by it. Nothing is kept on
// disk and nothing can be out of step: after a restart, a rebuild or on another
// server the index comes from the same topic.
//
// Topic claims is kept for some time only. What it no longer has is read from
// the archive, where there is one, by partition and offset.
package recall
