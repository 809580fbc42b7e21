package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	_ "gocloud.dev/blob/memblob"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
	"fundwatch/ingest/archive"
)

// stores are a bucket in memory and one behind S3's protocol, on loopback.
func stores(t *testing.T) map[string]*Bucket {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "invented")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "invented")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
	backend := s3mem.New()
	if err := backend.CreateBucket("archive"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	out := map[string]*Bucket{}
	for name, address := range map[string]string{
		"memory": "mem://?prefix=fundwatch/",
		"s3":     "s3://archive?region=cn-1&use_path_style=true&prefix=fundwatch/&request_checksum_calculation=when_required&response_checksum_validation=when_required&endpoint=" + server.URL,
	} {
		b, err := Open(context.Background(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
		out[name] = b
	}
	return out
}

func TestABucketIsAStore(t *testing.T) {
	ctx := context.Background()
	for what, b := range stores(t) {
		t.Run(what, func(t *testing.T) {
			var want []string
			for i := range 1100 { // more than a page
				name := fmt.Sprintf("claims/p=00001/%04d", i)
				want = append(want, name)
				if err := b.Write(ctx, name, []byte(name)); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.Write(ctx, "claims/p=00002/x", []byte("old")); err != nil {
				t.Fatal(err)
			}
			long := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // in several parts
			if err := b.Write(ctx, "claims/p=00002/x", long); err != nil {
				t.Fatal(err)
			}
			if got, err := b.Read(ctx, "claims/p=00002/x"); err != nil || !bytes.Equal(got, long) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if got, err := b.List(ctx, "claims/p=00001/"); err != nil || !slices.Equal(got, want) {
				t.Errorf("%d names, %v", len(got), err)
			}
			for range 2 { // what is gone may be deleted again
				if err := b.Delete(ctx, "claims/p=00002/x"); err != nil {
					t.Error(err)
				}
			}
			if _, err := b.Read(ctx, "claims/p=00002/x"); !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
			if got, err := b.List(ctx, "claims/p=00002/"); err != nil || len(got) > 0 {
				t.Error(got, err)
			}
		})
	}
}

func TestAnArchiveInABucket(t *testing.T) {
	ctx := context.Background()
	for what, b := range stores(t) {
		t.Run(what, func(t *testing.T) {
			a := &archive.Archive{Store: b, Alloc: memory.NewGoAllocator(), Seed: claim.Seed{1, 2}, Keep: claim.AllFields}
			for i := range int64(3) {
				d := claim.NewDecoder(a.Alloc, a.Seed, claim.AllFields, true)
				if ps := d.Decode([]byte(claimtest.Claim(fmt.Sprintf("S%d; 1 3 30 trace=a,b", i)))); len(ps) > 0 {
					t.Fatal(ps)
				}
				w := a.Begin(7, i)
				if err := w.Add(d.Batch, []int64{i}, nil); err != nil {
					t.Fatal(err)
				}
				if _, err := w.Commit(ctx, archive.End{To: i + 1, Messages: 1, Arrived: claim.None64}); err != nil {
					t.Fatal(err)
				}
			}
			for _, ranges := range []int{3, 1} {
				claims, found := 0, 0
				next, err := a.Load(ctx, 7, claim.None64, func(l *archive.Loaded) error {
					found++
					claims += l.Batch.Rows(claim.Settlements)
					l.Batch.Release()
					return nil
				})
				if err != nil || next != 3 || claims != 3 || found != ranges {
					t.Fatalf("next %d, %d claims in %d ranges, %v", next, claims, found, err)
				}
				if _, err := a.Compact(ctx, 7, 1<<40, 100); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for _, address := range []string{"", "ftp://x", "s3://"} {
		if b, err := Open(context.Background(), address); err == nil {
			b.Close()
			t.Errorf("%q was opened", address)
		}
	}
}
