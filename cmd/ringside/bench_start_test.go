package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/config"
)

const (
	restFor   = 3 * time.Second // before the memory of a process at rest is read
	readyPoll = time.Millisecond
)

// BenchmarkStartUp starts the built program and stops it again, in each of Slack's modes, on a ledger that is there
// already.
//
//	first-up  from the start of the process to its own word that it is up, when it has to make its ledger
//	up-p50    the same on a ledger that is there already
//	ready-p50 from the start of the process to /readyz saying yes: ledger, Tencent and Slack have answered
//	rest-MB   resident memory of the last process after some seconds in which nobody asked for anything
func BenchmarkStartUp(b *testing.B) {
	program := filepath.Join(b.TempDir(), "ringside")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v:\n%s", err, said)
	}
	for _, mode := range []string{"http", "socket"} {
		b.Run(mode, func(b *testing.B) {
			path := newBenchWorld(b).settings(b, mode)
			first := startProcess(b, program, path) // makes the ledger
			first.stop(b)
			var up, ready []time.Duration
			var last *process
			b.ResetTimer()
			for n := range b.N {
				last = startProcess(b, program, path)
				up, ready = append(up, last.up), append(ready, last.ready(b))
				b.StopTimer()
				if n == b.N-1 {
					b.ReportMetric(last.restingMB(b), "rest-MB")
				}
				last.stop(b)
				b.StartTimer()
			}
			b.ReportMetric(micros([]time.Duration{first.up}, 50)/1e3, "first-up-ms")
			b.ReportMetric(micros(up, 50)/1e3, "up-p50-ms")
			b.ReportMetric(micros(ready, 50)/1e3, "ready-p50-ms")
		})
	}
}

// process is the program as a process of its own.
type process struct {
	command *exec.Cmd
	began   time.Time
	up      time.Duration
	listen  string
	said    chan struct{} // closed at the end of its log
}

func startProcess(b *testing.B, program, settings string) *process {
	b.Helper()
	p := &process{command: exec.CommandContext(context.Background(), program, "serve", "--config", settings, "--log-format", "json"), said: make(chan struct{})}
	log, err := p.command.StderrPipe()
	mustB(b, err)
	p.began = time.Now()
	mustB(b, p.command.Start())
	lines := bufio.NewScanner(log)
	for p.listen == "" && lines.Scan() {
		var line struct{ Msg, Listen string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ringside is up" {
			p.up, p.listen = time.Since(p.began), line.Listen
		}
	}
	go func() {
		defer close(p.said)
		_, _ = io.Copy(io.Discard, log)
	}()
	if p.listen == "" {
		p.stop(b)
		b.Fatalf("it did not come up: %s", lines.Text())
	}
	return p
}

// ready asks until the process says that it is ready.
func (p *process) ready(b *testing.B) time.Duration {
	b.Helper()
	limit, cancel := context.WithTimeout(b.Context(), benchLimit)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	for {
		request, err := http.NewRequestWithContext(limit, http.MethodGet, "http://"+p.listen+"/readyz", http.NoBody)
		mustB(b, err)
		response, err := client.Do(request)
		mustB(b, err)
		_, _ = io.Copy(io.Discard, response.Body)
		mustB(b, response.Body.Close())
		if response.StatusCode == http.StatusOK {
			return time.Since(p.began)
		}
		<-poll.C
	}
}

// restingMB leaves the process alone for a while and returns its resident memory in millions of bytes.
func (p *process) restingMB(b *testing.B) float64 {
	b.Helper()
	rest := time.NewTimer(restFor)
	defer rest.Stop()
	<-rest.C
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.command.Process.Pid), "status"))
	if err != nil {
		b.Logf("the memory at rest is only known on Linux: %v", err)
		return 0
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "VmRSS:" {
			kB, err := strconv.ParseFloat(fields[1], 64)
			mustB(b, err)
			return kB * 1024 / 1e6
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

func (p *process) stop(b *testing.B) {
	b.Helper()
	_ = p.command.Process.Signal(syscall.SIGTERM)
	<-p.said
	err := p.command.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		b.Error(err)
	}
}

// BenchmarkNewService builds everything that `ringside serve` runs, inside this process and on a ledger that is
// there already.
func BenchmarkNewService(b *testing.B) {
	settings, err := config.Load(newBenchWorld(b).settings(b, "http"))
	mustB(b, err)
	stopped, stop := context.WithCancel(b.Context())
	stop()
	b.ReportAllocs()
	for b.Loop() {
		svc, err := newService(b.Context(), settings, zap.NewNop())
		mustB(b, err)
		b.StopTimer()
		mustB(b, svc.run(stopped))
		mustB(b, svc.close(context.Background()))
		b.StartTimer()
	}
}
