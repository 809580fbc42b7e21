package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// MaxEvidence is the most pieces of evidence in a file, MaxBytes the most bytes
// of one.
const (
	MaxEvidence = 500
	MaxBytes    = 20 << 20
)

// Evidence is a document of the file by its content. Its bytes lie elsewhere,
// under their hash.
type Evidence struct {
	Hash  string `json:"sha256"` // of the bytes, 64 hex digits
	Size  int64  `json:"size,string"`
	Type  string `json:"type"` // media type, see [EvidenceTypes]
	Kind  string `json:"kind"` // see [EvidenceKinds]
	Title string `json:"title"`
	By    string `json:"by"`
	At    string `json:"at"`
}

// EvidenceKinds are the kinds of evidence of 行政处罚法46.
func EvidenceKinds() []string {
	return []string{"documentary", "physical", "audiovisual", "electronic", "testimony", "party", "expert", "record"}
}

// EvidenceTypes are the media types that a file takes.
func EvidenceTypes() []string {
	return []string{"application/pdf", "image/jpeg", "image/png", "text/plain", "audio/mpeg", "video/mp4", "application/zip"}
}

// HashOf gives the hash under which bytes are kept.
func HashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// isHash tells a hash from other texts.
func isHash(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

// has tells whether evidence of a hash lies in the file.
func (f *File) has(hash string) bool {
	for i := range f.Evidence {
		if f.Evidence[i].Hash == hash {
			return true
		}
	}
	return false
}

// take reads fee lines and evidence as Redis holds them.
func (f *File) take(lines, evidence map[string]string) error {
	for _, id := range sorted(lines) {
		l, err := parseLine(id, lines[id])
		if err != nil {
			return err
		}
		f.Lines = append(f.Lines, l)
	}
	for _, hash := range sorted(evidence) {
		var e Evidence
		if err := json.Unmarshal([]byte(evidence[hash]), &e); err != nil {
			return fmt.Errorf("evidence %s cannot be read", hash)
		}
		f.Evidence = append(f.Evidence, e)
	}
	return nil
}

var errEvidence = errors.New("evidence has a hash, a size, a media type, a kind and a title that a file takes")

// check refuses evidence that a file does not take.
func (e *Evidence) check() error {
	if !isHash(e.Hash) || e.Size <= 0 || e.Size > MaxBytes || e.Title == "" || len(e.Title) > maxReason ||
		!slices.Contains(EvidenceTypes(), e.Type) || !slices.Contains(EvidenceKinds(), e.Kind) {
		return errEvidence
	}
	return nil
}
