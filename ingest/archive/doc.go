// Package archive keeps what a partition consumed, as columns.
//
// The claims of a range of offsets are one folder of tables in the contract's
// form, in Parquet:
//
//	claims/p=00003/0000000000000000100-0000000000000000200/
//	    diagnoses.parquet  lines.parquet  settlements.parquet  manifest.json
//
// The manifest is written last: a range without it does not exist. It holds
// the SHA-256 of every file, which is checked before anything of the file is
// decoded, and of itself. Settlements stand in the order of their arrival and
// carry their offset (kafka_offset), which other readers of the tables ignore.
//
// Files are never changed once they are there. A range that lies within another
// is superseded by it, so that a kill at any moment of a compaction leaves
// every claim exactly once.
//
// Only the owner of a partition writes its ranges, compacts and cleans. An owner
// that was replaced and does not know it yet does no harm: its ranges are the
// same claims, and a range that partly overlaps another is refused.
//
// Names and errors of this package never hold values of claims.
package archive
