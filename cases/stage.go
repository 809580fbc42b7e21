package cases

// Statuses of cases, in the order of the procedure.
const (
	Opened        Status = "opened"        // leads lie together, or a check found something; whether to file is open
	Investigating Status = "investigating" // officers are named
	Noticed       Status = "noticed"       // the notice before a decision was served
	Heard         Status = "heard"         // what the party had to say was heard, or it had nothing
	Decided       Status = "decided"
	Served        Status = "served" // the decision was served and has effect
	Executed      Status = "executed"
	Closed        Status = "closed"
	NotFiled      Status = "not-filed"
	Transferred   Status = "transferred"
)

// Stages lists the statuses of cases, as the procedure goes.
func Stages() []Status {
	return []Status{Opened, Filed, Investigating, Noticed, Heard, Decided, Served, Executed, Closed, NotFiled, Transferred}
}
