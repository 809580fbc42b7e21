// Package bucket keeps an archive in a store that speaks S3. It is a room of its
// own, so that only the program that wants it carries the driver.
package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob" // the scheme s3://
	"gocloud.dev/gcerrors"
)

// Bucket is an archive.Store in a bucket.
type Bucket struct{ b *blob.Bucket }

// Open opens a bucket by its address,
//
//	s3://name?prefix=fundwatch/&region=cn-1&endpoint=https://s3.example&use_path_style=true
//
// of which only the name is needed. Stores other than Amazon's often need
// request_checksum_calculation=when_required and
// response_checksum_validation=when_required as well; the archive holds sums of
// its own. Who one is, the driver learns in the usual
// places (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or its files); never
// from the address. Nothing is asked of the store yet.
func Open(ctx context.Context, address string) (*Bucket, error) {
	b, err := blob.OpenBucket(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	return &Bucket{b}, nil
}

// Close gives back what the driver holds.
func (s *Bucket) Close() error { return s.b.Close() }

// List asks for all pages.
func (s *Bucket) List(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	for it := s.b.List(&blob.ListOptions{Prefix: prefix}); ; {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			slices.Sort(out)
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, err)
		}
		out = append(out, o.Key)
	}
}

// Read reads a whole object.
func (s *Bucket) Read(ctx context.Context, name string) ([]byte, error) {
	data, err := s.b.ReadAll(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return data, nil
}

// Write writes an object; S3 shows it whole or not at all.
func (s *Bucket) Write(ctx context.Context, name string, data []byte) error {
	if err := s.b.WriteAll(ctx, name, data, &blob.WriterOptions{ContentType: "application/octet-stream"}); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// Delete deletes an object.
func (s *Bucket) Delete(ctx context.Context, name string) error {
	if err := s.b.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete: %w", err)
	}
	return nil
}
