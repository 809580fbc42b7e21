package cases

import (
	"errors"
	"fmt"

	"fundwatch/internal/journal"
)

var (
	// ErrStale says that the partition has a newer owner. Stop working on it.
	ErrStale = errors.New("分区已由新一代消费者接管 the partition has a newer owner")
	// ErrLarge says that the line of a step is too large. Nothing was done; make
	// smaller steps.
	ErrLarge = journal.ErrLarge
	// ErrMissing says that there is no such lead or case.
	ErrMissing = errors.New("未找到 not found")
)

// OffsetError says that a step does not begin where the partition stands. Where
// Have is below From, messages would be lost; where it lies inside, the batch
// was cut otherwise before: go on from Have. Nothing was done.
type OffsetError struct {
	Partition int
	Have      int64 // the offset Redis holds
	From, To  int64
}

// Error says so to a person.
func (e *OffsetError) Error() string {
	return fmt.Sprintf("分区 %d 的位点不符 partition %d stands at offset %d, the step goes from %d to %d", e.Partition, e.Partition, e.Have, e.From, e.To)
}

// VersionError says that a lead changed since the person saw it. Nothing was
// done: show what it is now.
type VersionError struct {
	Lead       string
	Have, Want int64
}

// Error says so to a person.
func (e *VersionError) Error() string {
	return fmt.Sprintf("线索 %s 已被修改 lead %s has version %d, not %d", e.Lead, e.Lead, e.Have, e.Want)
}

// StatusError says that what was asked for cannot be done to a lead in its
// status. Nothing was done.
type StatusError struct {
	Lead   string
	Status Status
}

// Error says so to a person.
func (e *StatusError) Error() string {
	return fmt.Sprintf("线索 %s 的状态不允许 lead %s is %s", e.Lead, e.Lead, e.Status)
}
