// Package worker does what happens to the messages of a partition: it reads
// them, keeps the claims of its persons, runs the detectors over the persons
// whose findings a message can change, asks policy what becomes of new
// findings, and hands over all effects of a batch as one step together with
// the next offset.
//
// # What it remembers
//
// The claims of a window in memory ([claim.Book]) and, of each person with
// findings, the findings that stand. Nothing of it is kept elsewhere: after a
// restart it is worked out again, from the messages that are still in Kafka.
// The store says up to where effects were done; what lies before is read
// without effect.
//
// # Why nothing is done twice and nothing is lost
//
// A batch is in the store wholly or not at all, with its offset, fenced by the
// generation of its owner. When a step fails, memory may be ahead of the store;
// then it is thrown away and begun anew from the store's offset. While a step is
// on its way the next batch is worked on already; it is stored only after the
// step, and thrown away with it.
//
// # What does not depend on how messages arrive
//
// Findings follow from the claims alone (detectors are pure functions of all
// claims of a person), the path of triage from the finding alone: policy is
// asked as of the finding's last day, without what else its lead holds. So
// totals and paths are the same however messages fell into batches, whichever
// partition was quicker, and after every restart. For the same reason no case is
// opened here: the ground of a finding may come and go within an hour, with a
// refund. That a lead holds findings whose path is a case is counted, and a case
// is opened from it when they have stood.
package worker
