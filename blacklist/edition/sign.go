package edition

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// Key signs editions. It is a secret.
type Key struct {
	signer   note.Signer
	verifier string
}

// Verifier is the verifier key: what others check signatures with.
func (k *Key) Verifier() string { return k.verifier }

// ErrKeyName refuses a name of a key: it would break the lines of a note.
var ErrKeyName = errors.New("密钥名称不能为空，不能含空白、加号或控制字符 (a name of a key is not empty and holds no blank, plus sign or control character)")

// NewKey makes a key: the text of the secret and the verifier key. The name is
// printed in every signature; a host name is usual.
func NewKey(random io.Reader, name string) (secret, verifier string, err error) {
	bad := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '+' }
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, bad) {
		return "", "", ErrKeyName
	}
	return note.GenerateKey(random, name)
}

// ReadKey reads the secret that [NewKey] gave; white space around it does not
// count. Errors do not repeat it.
func ReadKey(secret string) (*Key, error) {
	secret = strings.TrimSpace(secret)
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, errors.New("不是签名密钥 (not a key that signs)")
	}
	_, seed, _ := strings.Cut(strings.TrimPrefix(secret, "PRIVATE+KEY+"), "+")
	_, seed, _ = strings.Cut(seed, "+")
	b, err := base64.StdEncoding.DecodeString(seed) // one byte of algorithm, the seed
	if err != nil || len(b) != 1+ed25519.SeedSize {
		return nil, errors.New("不是签名密钥 (not a key that signs)")
	}
	public := ed25519.NewKeyFromSeed(b[1:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), public)
	return &Key{signer, verifier}, err
}

// ValidVerifier reports whether s is a verifier key.
func ValidVerifier(s string) bool {
	_, err := readVerifier(s)
	return err == nil
}

// readVerifier also refuses spellings that mean the same key.
func readVerifier(s string) (note.Verifier, error) {
	v, err := note.NewVerifier(s)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf("%s+%08x+", v.Name(), v.KeyHash())
	if rest, ok := strings.CutPrefix(s, head); !ok || !strictBase64(rest) {
		return nil, errors.New("malformed verifier key")
	}
	return v, nil
}

// strictBase64: the one spelling of its bytes.
func strictBase64(s string) bool {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil && base64.StdEncoding.EncodeToString(b) == s
}

// noteText is what is signed.
func noteText(n int, day, list string) string {
	return fmt.Sprintf("fundwatch list\nedition %d\nday %s\n%s\n", n, day, list)
}

// sign writes a note.
func (k *Key) sign(n int, day, list string) ([]byte, error) {
	return note.Sign(&note.Note{Text: noteText(n, day, list)}, k.signer)
}

// signed is what a note says.
type signed struct{ day, list string }

// openNote checks a note of edition n; the reason is empty when it holds. Only
// the one spelling that [Key.sign] gives holds, so that no byte can change.
func openNote(b []byte, by note.Verifier, n int) (s signed, reason string) {
	opened, err := note.Open(b, note.VerifierList(by))
	unknown, bad := (*note.UnverifiedNoteError)(nil), (*note.InvalidSignatureError)(nil)
	switch {
	case errors.As(err, &unknown):
		return s, fmt.Sprintf("不是由密钥 %s+%08x 签名 (not signed by this key)", by.Name(), by.KeyHash())
	case errors.As(err, &bad):
		return s, "签名不符 (the signature does not hold)"
	case err != nil:
		return s, "不是签名文本 (not a signed note)"
	}
	sig := opened.Sigs[0]
	spelled := fmt.Appendf(nil, "%s\n— %s %s\n", opened.Text, sig.Name, sig.Base64)
	if !bytes.Equal(spelled, b) || !strictBase64(sig.Base64) {
		return s, "签名写法不规范，或另有签名 (the signature is spelled otherwise, or there are others)"
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 5 || opened.Text != noteText(n, strings.TrimPrefix(lines[2], "day "), lines[3]) {
		return s, fmt.Sprintf("不是第 %d 期的签名 (not the note of edition %d)", n, n)
	}
	return signed{strings.TrimPrefix(lines[2], "day "), lines[3]}, ""
}
