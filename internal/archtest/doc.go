// Package archtest holds the house together. Its tests read the source of the
// whole project in-process and say which file breaks which rule: who may
// import whom, which library belongs to which room, who may look at the clock,
// how long a function may be, what must carry a comment.
//
// The rules are tables: rooms_test.go (rooms, libraries, guarded names) and
// measures_test.go (limits and their exceptions). words_test.go looks after
// what is written: machine paths, links of documents, rules without a word. A folder that no row names
// fails until somebody writes its row, with the reason. Every check is proved
// able to fail in proof_test.go.
//
// The package has no code of its own and nobody imports it.
package archtest
