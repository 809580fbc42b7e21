package archive

import "context"

// Store keeps objects by name; names have parts between slashes. Folder is one,
// package bucket has another for stores that speak S3.
type Store interface {
	// List gives the names of all objects that begin with prefix, sorted.
	List(ctx context.Context, prefix string) ([]string, error)
	// Read gives the bytes of an object. One that is not there is an error that
	// errors.Is knows as fs.ErrNotExist.
	Read(ctx context.Context, name string) ([]byte, error)
	// Write puts an object, in the place of one of the same name, whole or not
	// at all; once it returns without error the object survives a loss of power.
	Write(ctx context.Context, name string, data []byte) error
	// Delete takes an object away. One that is not there is no error.
	Delete(ctx context.Context, name string) error
}
