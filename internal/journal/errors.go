package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrFull says that too many messages wait for the relay. Nothing was done;
	// try again when Kafka takes them.
	ErrFull = errors.New("发件箱已满 the outbox is full")
	// ErrRebuild says that the state is being rebuilt, or that a rebuild did not
	// finish. Nothing was done.
	ErrRebuild = errors.New("正在重建 the state is being rebuilt")
	// ErrReused says that an operation id was used for another request.
	ErrReused = errors.New("操作编号已用于另一请求 the operation id was used for another request")
	// ErrNumber says that a number would not come back from JSON as it was.
	ErrNumber = errors.New("数过大 a number is beyond 2^53: write it as a text")
	// ErrLarge says that a line is too large for Kafka. Nothing was done; split
	// the step.
	ErrLarge = fmt.Errorf("步骤过大 a line is larger than %d bytes", MaxLine)
)

// MaxLine is how many bytes a line may have: with the record around it, it must
// fit the megabyte that Kafka takes by default.
const MaxLine = 900_000

// Refused says that a check of an operation failed. Nothing was done.
type Refused struct {
	Op     int    // which operation of the line, from 0
	Reason string // a word of the room that owns it
	Found  string // what the check found
}

// Error says so to a person.
func (r *Refused) Error() string { return fmt.Sprintf("operation %d refused: %s", r.Op, r.Reason) }
