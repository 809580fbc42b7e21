// Package web is what others see over HTTP: the intake of claims from
// institutions, and, in a room of their own, the pages for staff.
//
// An institution has a token of its own and may send only its own claims. It is
// told that a claim was accepted only when all replicas of the log have it; a
// request with one bad claim is refused whole, with every problem named. Nothing
// that was sent is ever logged or repeated in an answer: it is personal data.
package web
