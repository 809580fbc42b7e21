// Package public serves everybody: the published list with its editions and
// files, how to verify them, draws of inspections, and whether an institution or practitioner is
// restricted. There is no account, no cookie and no script; what is shown was
// verified first.
package public
