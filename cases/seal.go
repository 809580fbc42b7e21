package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Seal binds an approval to what was shown: the digest of the whole, and the
// beginnings of the digests of its parts, by which it can be told what changed.
type Seal struct {
	Digest string            // SHA-256, in hex
	Parts  map[string]string // by name: status, leads, lines, evidence and the parts of the file
}

// partDigits is how much of the digest of a part a seal carries: the whole is
// what binds, the parts only tell what changed.
const partDigits = 16

// Seal works out the seal of the case as it is now.
func (c *Case) Seal() (Seal, error) { return c.seal(true) }

// seal leaves the proposal out where it is the proposal that is to be bound.
func (c *Case) seal(proposal bool) (Seal, error) {
	texts, err := c.File.texts()
	if err != nil {
		return Seal{}, err
	}
	if !proposal {
		delete(texts, "proposal")
	}
	texts["status"] = string(c.Status)
	texts["leads"] = strings.Join(c.Leads, " ")
	if c.Check != nil {
		texts["check"] = c.Check.name()
	}
	if c.Tip != nil {
		texts["tip"] = c.Tip.name()
	}
	if texts["joined"] == "" { // proposals from before leads could be joined stay as they were bound
		delete(texts, "joined")
	}
	if texts["lines"], err = text(c.File.Lines); err != nil {
		return Seal{}, err
	}
	if texts["evidence"], err = text(c.File.Evidence); err != nil {
		return Seal{}, err
	}
	s := Seal{Parts: map[string]string{}}
	all := sha256.New()
	for _, name := range sorted(texts) {
		sum := sha256.Sum256([]byte(texts[name]))
		s.Parts[name] = hex.EncodeToString(sum[:])[:partDigits]
		fmt.Fprintf(all, "%s %x\n", name, sum)
	}
	s.Digest = hex.EncodeToString(all.Sum(nil))
	return s, nil
}

func sorted(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// String writes a seal so that a form can carry it.
func (s Seal) String() string {
	var b strings.Builder
	b.WriteString(s.Digest)
	for _, name := range sorted(s.Parts) {
		b.WriteString(" " + name + "=" + s.Parts[name])
	}
	return b.String()
}

// ParseSeal reads what String wrote.
func ParseSeal(text string) (Seal, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 || !isHash(fields[0]) || len(text) > maxReason {
		return Seal{}, fmt.Errorf("a seal is a digest and its parts")
	}
	s := Seal{Digest: fields[0], Parts: map[string]string{}}
	for _, f := range fields[1:] {
		name, part, ok := strings.Cut(f, "=")
		if !ok {
			return Seal{}, fmt.Errorf("a seal is a digest and its parts")
		}
		s.Parts[name] = part
	}
	return s, nil
}

// differences names the parts in which two seals differ, sorted.
func differences(a, b map[string]string) (out []string) {
	for name, part := range a {
		if b[name] != part {
			out = append(out, name)
		}
	}
	for name := range b {
		if _, both := a[name]; !both {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// ProposalStale tells whether the file changed since somebody proposed: then
// the proposal must be made again.
func (c *Case) ProposalStale() bool {
	if c.File.Proposal == nil {
		return false
	}
	s, err := c.seal(false)
	return err != nil || s.Digest != c.File.Proposal.Digest
}

// ProposalChanged names the parts of the file that are not as they were when
// somebody proposed, sorted; none where no proposal waits.
func (c *Case) ProposalChanged() []string {
	if c.File.Proposal == nil {
		return nil
	}
	s, err := c.seal(false)
	if err != nil {
		return nil
	}
	return differences(c.File.Proposal.Parts, s.Parts)
}
