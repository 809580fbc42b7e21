// Package draw draws inspections at random (双随机抽查) so that anyone can do it
// again: objects (检查对象) and the inspectors of each (执法检查人员).
//
// First a Commit fixes everything but chance, and its SHA-256 is made public.
// Then a seed becomes known that nobody could foresee, and Run draws. Verify
// repeats it all from the published file alone. Every order is that of tickets
// (Rivest's consistent sampler without replacement): whoever is taken off a
// list changes nobody else's place.
//
// The package needs nothing but the standard library, so that a stranger can
// read all of it. docs/verify-a-draw.md tells how to check a draw without it.
package draw
