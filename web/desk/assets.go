package desk

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed static
var static embed.FS

// assets are the style, the script and the icon, by names that hold the hash
// of their content: they may be kept for ever.
type assets struct {
	url    map[string]string // by file
	byName map[string]asset
}

type asset struct {
	kind         string
	plain, small []byte // small is gzip
}

func loadAssets() (*assets, error) {
	a := &assets{url: map[string]string{}, byName: map[string]asset{}}
	files, err := fs.ReadDir(static, "static")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		b, err := static.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, err
		}
		var small bytes.Buffer
		z := gzip.NewWriter(&small)
		if _, err := z.Write(b); err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name(), err)
		}
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name(), err)
		}
		sum := sha256.Sum256(b)
		ext := path.Ext(f.Name())
		name := strings.TrimSuffix(f.Name(), ext) + "." + hex.EncodeToString(sum[:8]) + ext
		kind := map[string]string{".js": "text/javascript; charset=utf-8"}[ext]
		if kind == "" {
			kind = mime.TypeByExtension(ext)
		}
		a.url[f.Name()] = "/static/" + name
		a.byName[name] = asset{kind: kind, plain: b, small: small.Bytes()}
	}
	return a, nil
}

// showStatic gives the style, the script or the icon.
func showStatic(d *Desk, w http.ResponseWriter, r *http.Request) error {
	a, ok := d.assets.byName[r.PathValue("file")]
	if !ok {
		return errNothing
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.small
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // whoever has gone away does not see it
	return nil
}
