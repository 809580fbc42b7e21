package app

import (
	"crypto/rand"
	"fmt"
	"os"

	"fundwatch/tips"
)

// openTips opens the tips of the region; nil without a secret, since nothing
// could be sealed.
func (s *services) openTips() (*tips.Store, error) {
	if s.cfg.Desk.SecretFile == "" {
		return nil, nil
	}
	secret, err := os.ReadFile(s.cfg.Desk.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("desk.secret_file: %w", err)
	}
	var c tips.Custodians
	copy(c[:], s.cfg.Tips.Custodians)
	t, err := tips.Open(tips.Options{Journal: s.journal, Secret: secret, Chance: rand.Reader, Custodians: c})
	if err != nil {
		return nil, fmt.Errorf("tips: %w", err)
	}
	return t, nil
}
