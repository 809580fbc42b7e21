package app

import (
	"io"
	"os"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far long work is, on standard error and only when that is
// a terminal. The zero bar shows nothing.
type progress struct {
	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

// newProgress begins a bar of some length in bytes or pieces.
func (e *env) newProgress(what string, bytes bool) *progress {
	p := &progress{}
	if !isTerminal(e.err) {
		return p
	}
	p.bar = progressbar.NewOptions64(1, progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(e.err),
		progressbar.OptionShowBytes(bytes), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
	return p
}

// at moves the bar; the total may change on the way.
func (p *progress) at(done, total int64) {
	if p.bar == nil || total == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar.ChangeMax64(max(total, done))
	p.bar.Set64(done)
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Finish()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is the width of the terminal that standard output is, 0 when it is
// none.
func (e *env) width() int {
	f, ok := e.out.(*os.File)
	if !ok {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return w
}
