// Package cases keeps what becomes of findings: leads, and the cases opened
// from them.
//
// The findings of one subject under one scheme (F01 to F69) gather in a [Lead].
// It shows exact totals and some of the evidence; the findings themselves go to
// topic findings. A lead becomes a [Case] by a decision of policy or by hand,
// or is dismissed with a reason.
//
// # Steps
//
// The worker of a partition sends what a batch of messages changed as one
// [Step]. [Store.Apply] does it in one call of Redis, whole or not at all, and
// the partition's offset is part of it: a step that comes again has no effect,
// a step of an owner that lost the partition is refused ([ErrStale]), and so is
// one that does not begin where the last one ended ([OffsetError]).
//
// Steps carry differences only, which add up in any order. So the totals do not
// depend on how messages fell into batches or which partition was quicker.
// Amounts are whole fen and are never added in Lua, whose numbers round.
//
// # Staff
//
// [Store.OpenCase], [Store.DismissLead] and [Store.ReopenLead] name the version
// they saw; another one is a [VersionError]. The version of a lead moves when
// its status does, not with each finding: a busy lead can still be filed.
package cases
