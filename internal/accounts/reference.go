package accounts

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// ErrReference is a reference that this installation did not make.
var ErrReference = errors.New("引用无效 no such reference")

// Reference gives a text to stand for a personal number in addresses: equal for
// equal numbers, and to be read by this installation only. The nonce is made
// from the number itself, as in SIV.
func (s *Store) Reference(number string) string {
	nonce := s.synthetic(number)
	block, _ := aes.NewCipher(s.refs[32:]) // 32 bytes: cannot fail
	a, _ := cipher.NewGCM(block)
	return base64.RawURLEncoding.EncodeToString(a.Seal(nonce, nonce, []byte(number), nil))
}

// Number gives back what a reference stands for.
func (s *Store) Number(reference string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(reference)
	if err != nil || len(b) < 12 {
		return "", ErrReference
	}
	block, _ := aes.NewCipher(s.refs[32:])
	a, _ := cipher.NewGCM(block)
	number, err := a.Open(nil, b[:12], b[12:], nil)
	if err != nil || !hmac.Equal(s.synthetic(string(number)), b[:12]) {
		return "", ErrReference
	}
	return string(number), nil
}

func (s *Store) synthetic(number string) []byte {
	h := hmac.New(sha256.New, s.refs[:32])
	h.Write([]byte(number))
	return h.Sum(nil)[:12]
}
