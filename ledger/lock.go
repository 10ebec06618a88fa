package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

const maxHolder = 256

// lock keeps other processes away from a ledger's file. The system frees it when the process dies.
type lock struct {
	file   *flock.Flock
	reused bool // the file was there already
}

// acquire takes the lock that stands beside path, and writes the holder into it.
func acquire(path, holder string) (*lock, error) {
	name := realName(path) + ".lock"
	_, unknown := os.Stat(name)
	file := flock.New(name)
	got, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the ledger %s: %w", path, err)
	}
	if !got {
		return nil, errors.Join(&LockedError{Path: path, Holder: readHolder(name)}, file.Close())
	}
	if err := os.WriteFile(name, []byte(holder+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the ledger %s: %w", path, err), file.Close())
	}
	return &lock{file: file, reused: unknown == nil}, nil
}

// realName follows links, so that one file has one lock whatever it is called.
func realName(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}

func (l *lock) release() error {
	if err := l.file.Unlock(); err != nil {
		return fmt.Errorf("unlock the ledger: %w", err)
	}
	return nil
}

// readHolder returns what the holder wrote, cut to a line that can be shown.
func readHolder(name string) string {
	text, err := os.ReadFile(name) //nolint:gosec // the lock beside the ledger that the settings name
	line, _, _ := strings.Cut(string(text), "\n")
	if err != nil || line == "" {
		return "another process"
	}
	return line[:min(len(line), maxHolder)]
}
