package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// syncBytes is about what one intent adds to a ledger's file.
const syncBytes = 16 << 10

// benchMachine says what the figures were measured on.
type benchMachine struct {
	Processors int     `json:"processors"`
	Go         string  `json:"go"`
	System     string  `json:"system"`
	Folder     string  `json:"folder"`
	Sync       float64 `json:"sync_p50_ms"` // of a file in the folder; 0 if it failed
}

func (m benchMachine) String() string {
	return fmt.Sprintf("%d processors, %s, %s; a sync in %s takes %.2f ms", m.Processors, m.System, m.Go, m.Folder, m.Sync)
}

func (b *bench) machine(ctx context.Context) benchMachine {
	m := benchMachine{
		Processors: runtime.GOMAXPROCS(0), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Folder: filepath.Dir(b.folder),
	}
	if f, err := folderSync(ctx, b, benchPlace{}); err == nil {
		m.Sync = inMilliseconds(f.p50)
	}
	return m
}

// folderSync measures the disk alone: as much as one intent writes, over and over in the same file, as a write-ahead log is
// written.
func folderSync(ctx context.Context, b *bench, _ benchPlace) (f figure, err error) {
	file, err := os.CreateTemp(b.folder, "sync-")
	if err != nil {
		return figure{}, err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name()) // the folder goes, too
	}()
	content := make([]byte, syncBytes)
	return b.timed(ctx, func(context.Context) (time.Duration, error) {
		if _, err := file.WriteAt(content, 0); err != nil {
			return 0, err
		}
		began := time.Now()
		err := file.Sync()
		return time.Since(began), err
	})
}
