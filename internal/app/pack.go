package app

import (
	"context"
	"runtime"
	"slices"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/policies/regions"
	"fundwatch/web/desk"
)

// batchOfMessages is how many claims are decoded together.
const batchOfMessages = 1000

// detectOver gives what evidence packs are made with: every detector, with the
// knowledge and the settings of the region, over claims as one closed set. It is
// the engine of scan.
func detectOver(region string, known *knowledge.Knowledge) (desk.Detect, error) {
	settings := &detectors.Settings{Region: region}
	profile, has, err := regions.Load(regions.Builtin(), region)
	if err != nil {
		return nil, err
	}
	if has {
		if settings, err = profile.Settings(all.Detectors()); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, messages [][]byte) ([]detectors.Finding, int, error) {
		intake, left, err := intakeOf(messages, detectors.Fields(all.Detectors()))
		if err != nil || intake == nil {
			return nil, left, err
		}
		workers := runtime.GOMAXPROCS(0)
		pool, _ := intake.Net(workers)
		intake.All.Release()
		defer pool.Release()
		result, err := (&detectors.Run{Pool: pool, Knowledge: known, Detectors: all.Detectors(), Settings: settings, Workers: workers}).Do(ctx)
		if err != nil {
			return nil, left, err
		}
		return result.Findings, left, nil
	}, nil
}

// intakeOf decodes messages; left are those that are no claims by the contract,
// or of an identity that came before. The intake is nil where there is none.
func intakeOf(messages [][]byte, keep claim.FieldSet) (intake *claim.Intake, left int, err error) {
	seed, err := newSeed()
	if err != nil || len(messages) == 0 {
		return nil, 0, err
	}
	alloc := memory.NewGoAllocator()
	intake = claim.NewIntake(alloc, seed, keep)
	for some := range slices.Chunk(messages, batchOfMessages) {
		dec := claim.NewDecoder(alloc, seed, keep, true)
		for _, m := range some {
			if len(dec.Decode(m)) > 0 {
				left++
			}
		}
		for _, v := range intake.Add(dec.Batch) {
			if v != claim.Accepted {
				left++
			}
		}
		if dec.Batch != intake.All {
			dec.Batch.Release()
		}
	}
	return intake, left, nil
}
