// Package file brings claims in from files: lines of JSON (.jsonl, .gz, .zst),
// folders of such files, and folders of tables (settlements, lines, diagnoses
// as .csv or .parquet).
//
// Nothing is lost on the way: every message is accepted, a duplicate, or a
// [Reject] with all its problems and its raw bytes. What cannot be read at all
// (a missing file, a broken archive, a table with a column of a wrong type) is
// an error that names the file. Results do not depend on the order in which
// inputs are named, on the number of workers or on how the reading is cut.
package file
