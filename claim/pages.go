package claim

// pageBytes is the size of a page of memory, or a part of it.
const pageBytes = 4096

// written gives n zeros to be read and written in any order. It writes to each
// page once: the system gives a new page twice when it is read first, once to
// be read and once more to be written.
func written[T uint8 | int32 | uint32 | uint64 | place](n int) []T {
	const step = pageBytes / 8
	s := make([]T, n)
	var zero T
	for i := 0; i < n; i += step {
		s[i] = zero
	}
	return s
}
