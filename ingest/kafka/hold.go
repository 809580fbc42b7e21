package kafka

// HoldError is why a handler takes no batch at the moment: something that it
// needs is out of order, or a message that it can do nothing with. The partition
// stands still, nothing is lost, and it is tried again every Options.Retry.
type HoldError struct {
	ZH, EN string // sentences for people, without personal data
	Err    error  // the cause
}

// Error tells the sentences and the cause.
func (e *HoldError) Error() string { return e.ZH + " " + e.EN + " " + e.Err.Error() }

// Unwrap gives the cause.
func (e *HoldError) Unwrap() error { return e.Err }
