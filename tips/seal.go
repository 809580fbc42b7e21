package tips

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// Custodians are the two public keys (age1…) that identities are encrypted to.
type Custodians [2]string

// ErrCustodians says that there are not two different custodians.
var ErrCustodians = errors.New("须有两个不同的保管人公钥 two different custodians are needed")

// recipients reads the keys; the zero value is no custodians.
func (c Custodians) recipients() (out [2]*age.X25519Recipient, err error) {
	for i, text := range c {
		if out[i], err = age.ParseX25519Recipient(text); err != nil {
			return out, ErrCustodians
		}
	}
	if c[0] == c[1] {
		return out, ErrCustodians
	}
	return out, nil
}

// NewKey makes the pair of keys of a custodian, as age-keygen does: the secret
// one (AGE-SECRET-KEY-…) and the public one (age1…). It is for demonstrations:
// in earnest custodians make their own, and nobody else sees the secret.
func NewKey() (secret, public string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make a key of a custodian: %w", err)
	}
	return id.String(), id.Recipient().String(), nil
}

// PublicOf gives the public key that belongs to a secret one.
func PublicOf(secret string) (string, error) {
	id, err := age.ParseX25519Identity(strings.TrimSpace(secret))
	if err != nil {
		return "", ErrKeys // the cause may quote the key
	}
	return id.Recipient().String(), nil
}

// identitySize is what an identity is padded to, so that its length tells
// nothing of it.
const identitySize = 2048

// lock encrypts to the first custodian, and that to the second.
func (c Custodians) lock(identity string) (string, error) {
	to, err := c.recipients()
	if err != nil {
		return "", err
	}
	if len(identity) > identitySize-2 {
		return "", ErrLong
	}
	data := make([]byte, identitySize)
	binary.BigEndian.PutUint16(data, uint16(len(identity)))
	copy(data[2:], identity)
	for _, r := range to {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, r)
		if err == nil {
			_, err = w.Write(data)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			return "", fmt.Errorf("encrypt an identity: %w", err)
		}
		data = b.Bytes()
	}
	return base64.StdEncoding.EncodeToString(data), nil
}

// ErrKeys says that an identity does not open with these keys.
var ErrKeys = errors.New("两把私钥须分属两位保管人且与本举报相符 the keys of both custodians are needed")

// unlock opens what lock closed, with both keys (AGE-SECRET-KEY-…) in any order.
func unlock(locked string, keys [2]string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(locked)
	if err != nil {
		return "", ErrKeys
	}
	var own [2]*age.X25519Identity
	for i, text := range keys {
		if own[i], err = age.ParseX25519Identity(strings.TrimSpace(text)); err != nil {
			return "", ErrKeys // the cause may quote a key
		}
	}
	for _, order := range [2][2]*age.X25519Identity{{own[1], own[0]}, {own[0], own[1]}} {
		if text, ok := open(data, order); ok {
			return text, nil
		}
	}
	return "", ErrKeys
}

func open(data []byte, keys [2]*age.X25519Identity) (string, bool) {
	for _, key := range keys {
		r, err := age.Decrypt(bytes.NewReader(data), key)
		if err != nil {
			return "", false
		}
		if data, err = io.ReadAll(io.LimitReader(r, 1<<16)); err != nil {
			return "", false
		}
	}
	if len(data) != identitySize {
		return "", false
	}
	n := int(binary.BigEndian.Uint16(data))
	return string(data[2 : 2+min(n, identitySize-2)]), true
}

// vault seals texts with the installation's secret.
type vault struct {
	aead   cipher.AEAD
	mac    []byte
	chance io.Reader
}

func newVault(secret []byte, chance io.Reader) (vault, error) {
	block, err := aes.NewCipher(derive(secret, "tips seal"))
	if err != nil {
		return vault{}, fmt.Errorf("open tips: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return vault{}, fmt.Errorf("open tips: %w", err)
	}
	return vault{aead, derive(secret, "tips receipt"), chance}, nil
}

func derive(secret []byte, what string) []byte {
	m := hmac.New(sha256.New, secret)
	_, _ = m.Write([]byte(what)) // a hash never fails
	return m.Sum(nil)
}

// seal closes a text; about binds it to the tip it belongs to.
func (v *vault) seal(about, text string) (string, error) {
	nonce := make([]byte, v.aead.NonceSize())
	if _, err := io.ReadFull(v.chance, nonce); err != nil {
		return "", fmt.Errorf("seal a tip: %w", err)
	}
	return base64.StdEncoding.EncodeToString(v.aead.Seal(nonce, nonce, []byte(text), []byte(about))), nil
}

var errSealed = errors.New("a tip does not open with the secret of this installation")

func (v *vault) unseal(about, sealed string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(b) < v.aead.NonceSize() {
		return "", errSealed
	}
	n := v.aead.NonceSize()
	text, err := v.aead.Open(nil, b[:n], b[n:], []byte(about))
	if err != nil {
		return "", errSealed
	}
	return string(text), nil
}

// receiptOf gives the receipt of a submission: 16 digits that follow from its
// random id and the secret, so that a form sent twice shows the same.
func (v *vault) receiptOf(act string) string {
	sum := derive(v.mac, "number "+act)
	return fmt.Sprintf("%016d", binary.BigEndian.Uint64(sum)%1e16)
}

// hash gives what is kept of a receipt.
func (v *vault) hash(receipt string) string {
	return hex.EncodeToString(derive(v.mac, "hash "+receipt))
}
