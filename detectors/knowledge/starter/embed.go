// Package starter carries the demonstration knowledge set: a folder of CSV
// files in the form every knowledge folder has (contract section 3).
//
// Codes and prices are invented. README.md in this folder says where the facts
// come from and how to put a real set in its place.
package starter

import "embed"

// Files holds the CSV files of the set, at the root of the file system.
//
//go:embed *.csv
var Files embed.FS
