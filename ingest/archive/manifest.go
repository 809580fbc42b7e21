package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"fundwatch/claim"
)

// Errors of ranges; both are wrapped with the names of what they are about.
var (
	// ErrDamaged says that bytes are not those that were written.
	ErrDamaged = errors.New("归档文件已损坏或被改动 (archive file damaged or changed)")
	// ErrOrder says that two ranges of a partition do not fit: something is
	// missing between them, or they overlap in part.
	ErrOrder = errors.New("归档的偏移区间不连续或重叠 (ranges with a gap or an overlap)")
)

// Sum is what is known of a file before it is read.
type Sum struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func sumOf(data []byte) Sum {
	h := sha256.Sum256(data)
	return Sum{int64(len(data)), hex.EncodeToString(h[:])}
}

// Range is what was written of a range of offsets. Times are seconds of the
// wall clock, claim.None64 where there is none.
type Range struct {
	Partition int
	From, To  int64 // offsets From to To-1
	Messages  int64 // in the log, those that are no claim of the archive too

	Claims, Lines, Diagnoses int64
	FirstSetl, LastSetl      int64 // setl_time of the claims
	Arrived                  int64 // the latest time of a message, where the writer told it

	Files [3]Sum // by claim.Table
}

// Latest is the later of the last settlement and the last arrival, None64 when
// there is neither.
func (r *Range) Latest() int64 { return max(r.LastSetl, r.Arrived) }

// String names the range for people.
func (r *Range) String() string { return r.span().in(r.Partition) }

func (r *Range) span() span { return span{r.From, r.To} }

// span is a range of offsets, as names have it.
type span struct{ from, to int64 }

func (s span) String() string { return fmt.Sprintf("%019d-%019d", s.from, s.to) }

func (s span) in(partition int) string { return partitionName(partition) + "/" + s.String() }

func (s span) holds(o span) bool { return s.from <= o.from && o.to <= s.to }

func (s span) meets(o span) bool { return s.from < o.to && o.from < s.to }

func partitionName(p int) string { return fmt.Sprintf("p=%05d", p) }

var (
	spanForm      = regexp.MustCompile(`^(\d{19})-(\d{19})$`)
	partitionForm = regexp.MustCompile(`^p=(\d{5,9})$`)
)

func parseSpan(name string) (span, bool) {
	m := spanForm.FindStringSubmatch(name)
	if m == nil {
		return span{}, false
	}
	from, err1 := strconv.ParseInt(m[1], 10, 64)
	to, err2 := strconv.ParseInt(m[2], 10, 64)
	return span{from, to}, err1 == nil && err2 == nil && from < to
}

func parsePartition(name string) (int, bool) {
	m := partitionForm.FindStringSubmatch(name)
	if m == nil {
		return 0, false
	}
	p, err := strconv.Atoi(m[1])
	return p, err == nil && partitionName(p) == name
}

// Names of the objects of a range.
const manifestName = "manifest.json"

var allTables = [3]claim.Table{claim.Settlements, claim.Lines, claim.Diagnoses}

func tableName(t claim.Table) string { return t.String() + ".parquet" }

// isOurs reports whether a range has an object of this name.
func isOurs(name string) bool {
	for _, t := range allTables {
		if name == tableName(t) {
			return true
		}
	}
	return name == manifestName
}

// manifestVersion is that of the form of manifest and tables.
const manifestVersion = 1

// manifest is the form of a Range in manifest.json.
type manifest struct {
	Version   int            `json:"version"`
	Partition int            `json:"partition"`
	From      int64          `json:"from"`
	To        int64          `json:"to"`
	Messages  int64          `json:"messages"`
	Claims    int64          `json:"claims"`
	Lines     int64          `json:"lines"`
	Diagnoses int64          `json:"diagnoses"`
	FirstSetl string         `json:"first_setl_time,omitempty"`
	LastSetl  string         `json:"last_setl_time,omitempty"`
	Arrived   string         `json:"arrived,omitempty"`
	Files     map[string]Sum `json:"files"`
	// SHA256 is of this JSON with SHA256 empty.
	SHA256 string `json:"sha256"`
}

func (m manifest) bytes() []byte {
	m.SHA256 = ""
	plain, err := json.Marshal(m)
	if err == nil {
		m.SHA256 = sumOf(plain).SHA256
		plain, err = json.MarshalIndent(m, "", "  ")
	}
	if err != nil {
		panic(err) // numbers and texts always marshal
	}
	return append(plain, '\n')
}

func (r *Range) manifest() []byte {
	m := manifest{Version: manifestVersion, Partition: r.Partition, From: r.From, To: r.To, Messages: r.Messages,
		Claims: r.Claims, Lines: r.Lines, Diagnoses: r.Diagnoses,
		FirstSetl: formatTime(r.FirstSetl), LastSetl: formatTime(r.LastSetl), Arrived: formatTime(r.Arrived), Files: map[string]Sum{}}
	for _, t := range allTables {
		m.Files[tableName(t)] = r.Files[t]
	}
	return m.bytes()
}

func formatTime(seconds int64) string {
	if seconds == claim.None64 {
		return ""
	}
	return claim.FormatTime(seconds)
}

func parseTime(text string) (int64, error) {
	if text == "" {
		return claim.None64, nil
	}
	v, rule := claim.ParseTime([]byte(text))
	if rule != claim.OK {
		return 0, errors.New("not a time")
	}
	return v, nil
}

// parseManifest reads the manifest of a range whose name says partition and
// span. Anything but the very bytes that were written is ErrDamaged.
func parseManifest(data []byte, partition int, s span) (*Range, error) {
	var head struct{ Version int }
	if err := json.Unmarshal(data, &head); err == nil && head.Version > manifestVersion {
		return nil, fmt.Errorf("版本 %d 较新，请升级程序 (written by a newer version)", head.Version)
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil || !bytes.Equal(m.bytes(), data) || m.Version != manifestVersion {
		return nil, ErrDamaged
	}
	if m.Partition != partition || m.From != s.from || m.To != s.to {
		return nil, fmt.Errorf("%w: 清单属于 %s (the manifest is of another range)", ErrDamaged, span{m.From, m.To}.in(m.Partition))
	}
	r := &Range{Partition: partition, From: s.from, To: s.to, Messages: m.Messages, Claims: m.Claims, Lines: m.Lines, Diagnoses: m.Diagnoses}
	var errs [3]error
	r.FirstSetl, errs[0] = parseTime(m.FirstSetl)
	r.LastSetl, errs[1] = parseTime(m.LastSetl)
	r.Arrived, errs[2] = parseTime(m.Arrived)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	for _, t := range allTables {
		sum, ok := m.Files[tableName(t)]
		if !ok {
			return nil, fmt.Errorf("%w: no sum of %s", ErrDamaged, tableName(t))
		}
		r.Files[t] = sum
	}
	return r, nil
}
