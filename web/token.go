package web

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Tokens knows which institution a token belongs to. It holds hashes only, and
// an institution may have several, so that they can be changed without a gap.
type Tokens struct {
	codes  []string
	hashes [][sha256.Size]byte
}

// ParseTokens reads lines of an institution's code and the SHA-256 of its token
// in hex. Empty lines and those that begin with # are passed over. All mistakes
// are told, with their lines.
func ParseTokens(from io.Reader) (*Tokens, []error) {
	t := &Tokens{}
	var problems []error
	seen := map[[sha256.Size]byte]bool{}
	s := bufio.NewScanner(from)
	for n := 1; s.Scan(); n++ {
		fields := strings.Fields(s.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		var hash [sha256.Size]byte
		if len(fields) != 2 || len(fields[1]) != hex.EncodedLen(len(hash)) {
			problems = append(problems, fmt.Errorf("第 %d 行应为：机构代码 64 位十六进制 (line %d: want a code and 64 hex digits)", n, n))
			continue
		}
		if _, err := hex.Decode(hash[:], []byte(fields[1])); err != nil {
			problems = append(problems, fmt.Errorf("第 %d 行的摘要不是十六进制 (line %d: the digest is not hex)", n, n))
			continue
		}
		if seen[hash] {
			problems = append(problems, fmt.Errorf("第 %d 行的令牌已经出现过 (line %d: this token stood before)", n, n))
			continue
		}
		seen[hash] = true
		t.codes, t.hashes = append(t.codes, fields[0]), append(t.hashes, hash)
	}
	if s.Err() != nil {
		problems = append(problems, fmt.Errorf("令牌文件无法读取 (the file of tokens cannot be read): %w", s.Err()))
	}
	return t, problems
}

// Len is the number of tokens.
func (t *Tokens) Len() int { return len(t.codes) }

// institution gives the code of the institution a token belongs to. It takes
// the same time whichever it is, or none.
func (t *Tokens) institution(token string) (string, bool) {
	have := sha256.Sum256([]byte(token))
	at := -1
	for i := range t.hashes {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(have[:], t.hashes[i][:]), i, at)
	}
	if at < 0 {
		return "", false
	}
	return t.codes[at], true
}

const (
	tokenPrefix = "fw_" // so that a token that lies about is known for one
	tokenBytes  = 32
)

// NewToken makes a token from chance, and the line of the file of tokens for
// it. The token itself is kept nowhere.
func NewToken(chance io.Reader, code string) (token, line string, err error) {
	if code == "" || strings.ContainsFunc(code, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '|' || r == '/' || r == '#' }) {
		return "", "", fmt.Errorf("机构代码不能为空，也不能含空白和 | / # (no such code of an institution)")
	}
	var b [tokenBytes]byte
	if _, err := io.ReadFull(chance, b[:]); err != nil {
		return "", "", fmt.Errorf("make a token: %w", err)
	}
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(token))
	return token, code + " " + hex.EncodeToString(sum[:]), nil
}
