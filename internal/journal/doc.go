// Package journal is the one door for writes: a change of the state in Redis
// and the line that tells of it are one atomic step, or neither happens.
//
// The journal is the record and Redis only the view. A [Line] carries the
// operations it stands for, so the state can be made again from the lines
// alone ([Rebuild]) and compared ([Digest]).
//
// # Chains
//
// A writer has a chain of its own: one for each partition of the claims, one
// for staff. The SHA-256 of a line covers the hash of the line before it. Go
// works it out, since Lua in Redis has no SHA-256, from the head of the chain
// it last saw; Redis compares heads, and a stranger's head is answered by the
// right one. A partition has one owner, so the calm case is one round trip.
//
// The step also twists all chains into one order: each line gets the next
// number and the weave, the SHA-1 of the weave before and the line's hash. A
// [Record] is a line with its number and weave. So no line can be changed,
// removed, put in, moved within its chain or against another chain, and none
// cut off at the end, without [Verify] naming the first place that differs.
// SHA-1 is what Lua has; it only orders hashes of SHA-256.
//
// # Outbox
//
// Messages for Kafka and the record itself are appended to a stream in the same
// step. A [Relay] carries them out at least once and in order, the record of a
// step after its messages, and trims what was acknowledged. Readers drop what
// they have seen ([Once]).
//
// # Rooms
//
// What an operation does is said by the room that owns it, as Lua ([Ops]): a
// check that may refuse and an apply that may not. All checks of a line are
// made before anything is written. The journal knows none of them.
package journal
