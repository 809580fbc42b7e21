package app

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"fundwatch/tips"
)

// demoCustodians are the secret keys of the two custodians of a demonstration.
// They are made when it starts for the first time in its folder and are of no
// other installation; in earnest no server knows the secret of a custodian.
type demoCustodians [2]string

// demoCustodianNote begins the file of the keys.
const demoCustodianNote = "# 虚构的保管人私钥，只用于本文件夹中的演示 · secret keys of invented custodians, of the demonstration in this folder alone\n"

// openDemoCustodians reads the keys of an earlier run, or makes them.
func openDemoCustodians(path string) (keys demoCustodians, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		for i := range keys {
			if keys[i], _, err = tips.NewKey(); err != nil {
				return keys, err
			}
		}
		return keys, writeSecret(path, demoCustodianNote+keys[0]+"\n"+keys[1]+"\n")
	}
	if err != nil {
		return keys, err
	}
	lines := strings.Fields(strings.TrimPrefix(string(b), demoCustodianNote))
	if len(lines) != len(keys) {
		return keys, fmt.Errorf("%s: 应有两把私钥 want two keys", path)
	}
	copy(keys[:], lines)
	for _, key := range keys {
		if _, err := tips.PublicOf(key); err != nil {
			return keys, fmt.Errorf("%s: %w", path, err)
		}
	}
	return keys, nil
}

// public are the keys that the server is told.
func (keys demoCustodians) public() string {
	var out [2]string
	for i, key := range keys {
		out[i], _ = tips.PublicOf(key) // they were read or made so
	}
	return strings.Join(out[:], ",")
}
