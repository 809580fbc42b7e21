package kafka

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// checkpoint says how far a file was sent: its first Lines lines, Bytes bytes
// unpacked, with their digest, so that another file of the same name, or one
// that was changed, is sent anew. It holds nothing of the claims.
type checkpoint struct {
	Version  int           `json:"version"`
	Cluster  string        `json:"cluster"` // Kafka's id of it: what one has, another has not
	Topic    string        `json:"topic"`
	File     string        `json:"file"` // name without folder
	Lines    int           `json:"lines"`
	Bytes    int64         `json:"bytes"`
	Messages int           `json:"messages"`
	SHA256   string        `json:"sha256"`
	Offsets  map[int]int64 `json:"offsets"` // after the last message of each partition: a log that ends before was made anew
}

const checkpointVersion = 1

// readCheckpoint reads what write wrote. Whatever else stands in the file is an
// error, and then the file is sent from its beginning.
func readCheckpoint(data []byte) (*checkpoint, error) {
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	var c checkpoint
	if err := in.Decode(&c); err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	if c.Version != checkpointVersion || c.Lines < 0 || c.Bytes < int64(c.Lines) || c.Messages < 0 || len(c.SHA256) != 64 {
		return nil, errors.New("read checkpoint: not of this version, or impossible")
	}
	if c.Offsets == nil {
		c.Offsets = map[int]int64{}
	}
	return &c, nil
}

// write replaces the file in one step.
func (c *checkpoint) write(path string) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write down how far it was sent: %w", bare(err))
	}
	_, err = f.Write(append(data, '\n'))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write down how far it was sent: %w", bare(err))
	}
	return nil
}
