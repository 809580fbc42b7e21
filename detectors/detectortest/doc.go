// Package detectortest is the one harness for all detectors: a detector is
// tested by telling stories, not by writing test code.
//
// # The anatomy of a detector
//
// A detector is one folder below detectors/row, detectors/person or
// detectors/trace:
//
//	person/overlappingstays/
//	├── overlappingstays.go      one value, Detector, and one pure function
//	└── testdata/
//	    ├── two-houses.txtar     stories with a finding
//	    └── transfer.txtar       stories without one
//
// The value says everything that is not logic: id, both languages, law,
// official classes, parameters with their range, the claim columns it reads
// (Reads) and the knowledge columns without which it is silent (Uses). The
// function sees a closed set of net claims and nothing else. `go run
// ./detectors/gen new person/mynewcheck S17-my-new-check` makes such a folder,
// `go run ./detectors/gen` lists it and writes CATALOGUE.md. There is no test
// file: a test in detectors/all runs this harness over every detector.
//
// # A scenario
//
// A scenario is a txtar file named after its story. Before the first section
// stand the story in Chinese (first line), in English (second line) and, when
// it helps the reader, why the boundary lies where it does:
//
//	一个人同时住两家医院。
//	One person in two beds at once.
//	The overlap is 12 h 00 min 01 s: one second above the tolerance.
//	-- claims.csv --
//	setl_id,fixmedins_code,begntime,endtime,fund_pay_sumamt,note
//	S1,H1,2026-03-01 08:00:00,2026-03-05 20:00:01,900.00,
//	S2,H2,2026-03-05 08:00:00,2026-03-09 08:00:00,700.00,早了一天
//	-- want --
//	institution H2: 70000 fen, 2026-03-01..2026-03-09
//	  settlements H1/S1 H2/S2
//	  facts overlap_hours=12
//
// Sections:
//
//   - claims.csv, lines.csv, diagnoses.csv: tables with only the columns that
//     matter; trailing empty cells may be left out, a line that begins with #
//     is a remark, and so is a column named note. Everything else is filled in
//     (see below).
//   - claims.jsonl: messages of the contract's shape as they are, for what
//     tables cannot say.
//   - knowledge/FILE.csv: knowledge and registries, see docs/formats.md.
//   - params: a name and its value a line; several values of a list are joined
//     by |.
//   - want: the findings, one a block, or the word nothing.
//
// Filled in are: psn_no P1, fixmedins_code H1, mdtrt_id "M" and the setl_id,
// insutype 310, med_type 21 where there is a begntime and else 11, gend 1, brdy
// 1970-01-01, division 152921; setl_time is the endtime or else 2026-03-10
// 10:00:00; fund_pay_sumamt is medfee_sumamt, and that the sum of the line
// amounts. A line belongs to the claim of its setl_id (its fixmedins_code is
// only needed when two institutions use that id) and gets a feedetl_sn from 1,
// item X, quantity 1, price 10, the amount that comes out of these, and the
// time at which its stay began or its claim was settled. A time may be written
// as a day (08:00:00 is meant).
//
// Work the wanted findings out by hand from the definition and write them down
// first; only then let the harness speak. `go test ./detectors/all -run
// 'TestScenarios/S05' -update` rewrites the want sections with what was found;
// review reads the diff. Test data is invented, and names say so (虚构).
//
// # What every detector promises
//
// Each scenario goes the way real messages go: contract JSON, [claim.Decoder],
// [claim.Intake], netting, [detectors.Run]. Beyond what the scenario wants,
// [Check] holds every detector to these promises, without a line of test code
// for each:
//
//   - the findings do not depend on the order in which messages arrive, on
//     where batches are cut, on the number of workers, or on messages that
//     come again; nor, but for detectors that look beyond one person, on how
//     persons are spread over runs
//   - the same input gives the same bytes
//   - every finding has evidence, and no two have one id
//   - no column is read that Reads does not declare, none is needed beyond
//     those, and none is declared in vain (but for those that every finding
//     shows anyway)
//   - every knowledge column of Uses matters in some scenario, no other one
//     does, and without the files of Uses the detector is silent
//   - parameters at the ends of their range, and any optional field left empty
//     in all claims, make it neither panic nor lose its evidence
//   - all Arrow memory is given back
//   - at least one scenario has a finding and at least one has none
//
// What is wrong with the values themselves, all at once, is told by [Validate].
package detectortest
