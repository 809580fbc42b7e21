// Package knowledge reads the knowledge base (知识库) and the registries that
// detectors check claims against: see docs/formats.md.
//
// A knowledge folder holds up to ten CSV files (RFC 4180, UTF-8, with header).
// [Load] reads all of them or none: as long as there is one bad row anywhere
// there is no [Knowledge], and every [Problem] of every row of every file is
// named. A Knowledge is never changed after it was read; any number of
// goroutines may read it.
//
// # Tables
//
// Every file is optional, unknown columns are ignored, absent columns are
// empty, an empty cell means "no limit". A file's code columns must be there
// and filled (in brackets listed values that are needed just so):
//
//	diagnoses.csv        diag_prefix
//	exclusive_pairs.csv  item_a, item_b (span, not_payable)
//	institutions.csv     fixmedins_code
//	interactions.csv     item_a, item_b
//	inventory.csv        fixmedins_code, med_list_codg, month
//	items.csv            med_list_codg
//	persons.csv          psn_no
//	practitioners.csv    code
//	required_with.csv    item, one_of
//	suspensions.csv      subject_kind, code
//
// # What is a problem
//
//   - Of a file: no header; a column of the table twice in the header; a code
//     column missing. A column that is not the table's may stand twice.
//   - Of a row: bad quoting, another number of cells than the header (then
//     nothing else is said of the row), invalid UTF-8 in any cell.
//   - Of a value: what section 1 calls a problem; a number below zero (lon and
//     lat apart), lon beyond ±180, lat beyond ±90; a value outside its listed
//     set; a uscc that fails GB 32100-2015 (see [ValidUSCC]); an admdvs that is
//     not six digits beginning with the code of a province (see
//     [ValidDivision]). A psn_no is not an identity number and has no check.
//   - Between values: valid_from after valid_to, from after to (told under the
//     former); item_a = item_b (told under item_b).
//   - Between rows, told at the later one under the first column of the key:
//     two rows of one institution, practitioner or person, of one institution,
//     item and month in inventory.csv, of the same two items (in either order)
//     and span in exclusive_pairs.csv.
//
// A check that needs a value that cannot be read is not made.
//
// # What is not a problem
//
// Nothing is a problem that section 3 does not name. In particular these are
// read as they stand: age_min_days above age_max_days (no age fits),
// window_days without max_per_window or the other way round (no window limit),
// a window_days of 0 (no window: whoever divides by it must look), a brdy
// after a death_date, one of lon and lat alone (no place), several rows of one
// diag_prefix, equal rows of items.csv (the later wins), a one_of that names
// the item itself, a '/' in suspensions' code column, codes that no other file
// knows. A blank span in required_with.csv is read as visit, the wider of the
// two; a blank kind stays unknown.
//
// Numbers, days and degrees stand in their cells exactly, without white space
// around them; everything else, month and the names in the header included,
// is trimmed of Unicode white space.
//
// # Hash
//
// [Knowledge.Hash] is "sha256:" and the lower-case hex SHA-256 of, for each of
// the ten files that is there, in the order above (that of their names): the
// name, a line feed, the length in bytes in decimal, a line feed, the bytes as
// they are (a byte order mark included). An empty folder and [Empty] have the
// hash of nothing. Other files of the folder do not count. In a shell:
//
//	cd DIR; for f in diagnoses exclusive_pairs … suspensions; do
//	  [ -f $f.csv ] && printf '%s.csv\n%d\n' $f $(wc -c <$f.csv) && cat $f.csv
//	done | sha256sum
//
// # Personal data
//
// persons.csv is personal data, and so are names in other files. A Problem
// names file, line and column, never a value.
package knowledge
