// Package detectors says what a detector is and runs detectors over claims.
//
// A detector is a value ([Detector]) in a folder of its own: its name, its
// words, its law, its parameters, the columns it reads, and one function. The
// function is pure: it sees a closed set of net claims and nothing else, no
// clock, no file, no other detector. So its findings cannot depend on the
// order in which claims came, on batches, or on how many goroutines ran it.
//
// Four kinds of detectors differ in the set they look at:
//
//   - Lines: net fee lines, one by one, whose item has a row in force that says
//     something
//   - Claims: any range of claims, one by one
//   - Person: all claims of one person; Rests says on what its findings rest (Near
//     and May say more of it), so that the stream need not look at a person whole
//     for every new claim
//   - Trace: all fee lines that carry one drug trace code
//
// [Run] gives each detector what it asks for and gathers the findings. The
// exact definition of every detector is in its own documentation and, for all
// of them together, in CATALOGUE.md.
package detectors
