// Package inspection keeps campaigns of double-random inspections (双随机抽查):
// the libraries of objects and inspectors (检查对象名录库, 执法检查人员名录库),
// plans that a second person approves, the commit that fixes everything but
// chance, the draw, and what was found on site.
//
// The state is small. A library is the CSV that was imported, a campaign its
// plan, the libraries it rests on, the SHA-256 of its commit, its seed and the
// SHA-256 of its draw. Commit and draw themselves follow from these by package
// draw, and are compared with their hashes whenever they are worked out.
//
//	planned ──approve (another person)──▶ committed ──seed──▶ drawn
//	   └──────────────┴──withdraw──▶ withdrawn
//
// There is no way back from drawn, and no second draw.
package inspection
