// Package desk is where the staff of a region work: its pages, and the same
// answers as JSON.
//
// # One table
//
// Every address is a row of [table]: method, pattern, the permission it asks
// for, the scope it is checked against, its place in the menu, and its
// handler. The mux, the menu, /openapi.json and the test of who may do what
// are made from it, so none of them can forget an address.
//
// # One page, one file
//
// A page is a struct, a handler and a template. The struct is the JSON answer;
// the template shows the same struct. Whoever sends "Accept: application/json"
// gets the one, everybody else the other. What may not be seen is masked before
// it enters the struct, so it is in neither.
//
// A handler returns an error; errors are pages and JSON too, with a code, a
// sentence and what to do ([problem]).
//
// # What it may do
//
// The desk asks the rooms (cases, accounts, recall) and changes nothing but
// through them. It works without a script; script and style come from this
// server alone, named by their content. Nothing personal stands in an address:
// a person goes by a reference that only this installation can read.
package desk
