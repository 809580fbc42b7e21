package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	arrow "github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/internal/trial"
)

// visitsAYear is about what the simulator gives a person.
const visitsAYear = 8.5

// remember fills a book with a year of claims of so many persons, as a worker
// does, and prints what it holds: by part, by claim and by person.
func remember(ctx context.Context, persons, batch int) error {
	place, err := trial.NewPlace(ctx, 1, int(float64(persons)*visitsAYear), 0)
	if err != nil {
		return err
	}
	own := slices.DeleteFunc(all.Detectors(), func(d *detectors.Detector) bool { return d.Trace != nil }) // as a worker has
	alloc, keep := arrow.NewGoAllocator(), detectors.Fields(own)
	dec := claim.NewDecoder(alloc, claim.Seed{1, 2}, keep, true)
	book := claim.NewBook(alloc, claim.Seed{1, 2}, keep)
	var took time.Duration
	add := func() {
		began := time.Now()
		book.Add(dec.Batch)
		took += time.Since(began)
		dec.Batch.Reset()
		dec.Reset(dec.Batch)
	}
	for c := range place.Each() {
		if dec.Decode(c); dec.Batch.Rows(claim.Settlements) == batch {
			add()
		}
	}
	add()
	runtime.GC()
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	printParts(book, heap.HeapAlloc)
	fmt.Printf("added %.0f claims/s\n", float64(book.Rows(claim.Settlements))/took.Seconds())
	return nil
}

// printParts prints the parts of a book, the largest first.
func printParts(book *claim.Book, heap uint64) {
	parts := book.Memory()
	slices.SortFunc(parts, func(a, b claim.Part) int { return b.Held - a.Held })
	claims, people := float64(book.Rows(claim.Settlements)), float64(len(book.Everybody()))
	var used, held int
	for _, p := range parts {
		used, held = used+p.Used, held+p.Held
		fmt.Printf("%-55s %8.2f used %8.2f held\n", p.Name, float64(p.Used)/claims, float64(p.Held)/claims)
	}
	fmt.Printf("%.0f persons, %.0f claims of %.1f lines and %.1f diagnoses; bytes a claim: %.0f used %.0f held %.0f on the heap; a person: %.0f used %.0f held\n",
		people, claims, float64(book.Rows(claim.Lines))/claims, float64(book.Rows(claim.Diagnoses))/claims,
		float64(used)/claims, float64(held)/claims, float64(heap)/claims, float64(used)/people, float64(held)/people)
}
