package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

// bulkWorld is a world whose terminal may send bulks.
func bulkWorld(t *testing.T) (w *world, settings string) {
	t.Helper()
	w = newWorld(t)
	return w, w.settings(t, "socket", `"score.set", "battle.info"`, `"score.set", "score.bulk", "battle.info"`)
}

// sheet writes rows into a file.
func (w *world) sheet(t *testing.T, rows ...string) string {
	t.Helper()
	path := filepath.Join(w.folder, "scores.csv")
	must(t, os.WriteFile(path, []byte(strings.Join(rows, "\n")), 0o600))
	return path
}

// outcomes returns the one file of outcomes beside the sheet.
func (w *world) outcomes(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(w.folder, pattern))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("files like %s: %q", pattern, found)
	}
	text, err := os.ReadFile(found[0])
	must(t, err)
	return string(text)
}

func TestBulk(t *testing.T) {
	t.Parallel()
	w, settings := bulkWorld(t)
	file := w.sheet(t, "battle,action,room,score", "room:pk-live1,add,pk-live1,100", "room:pk-live1,set,pk-live2,50")
	got := ringside(t, "", "bulk", "--config", settings, "--file", file, "--yes")
	contains(t, got.out, "Change 2 scores in 1 battle?", "rows                           2    in 1 battle", "all 2 rows applied.", "What became of each row: ")
	if got.status != exitDone || got.err != "" || w.score(t, "pk-live1") != 100 || w.score(t, "pk-live2") != 50 {
		t.Errorf("status %d, scores %d and %d: %s\n%s", got.status, w.score(t, "pk-live1"), w.score(t, "pk-live2"), got.err, got.out)
	}
	contains(t, w.outcomes(t, "outcomes-*.csv"), "line,battle,action,room,points,outcome,reason,operation\n2,", ",add,pk-live1,100,applied,,", ",set,pk-live2,50,applied,,")
}

func TestBulkFromTheInput(t *testing.T) {
	t.Parallel()
	w, settings := bulkWorld(t)
	out := filepath.Join(w.folder, "all.csv")
	got := ringside(t, "room:pk-live1;add;pk-live1;1,000\n", "bulk", "--config", settings, "--file", "-", "--yes", "--out", out)
	contains(t, got.out, "all 1 row applied.", "What became of each row: "+out)
	if got.status != exitDone || w.score(t, "pk-live1") != 1000 {
		t.Errorf("status %d, score %d: %s", got.status, w.score(t, "pk-live1"), got.err)
	}
	contains(t, w.outcomes(t, "all.csv"), ",add,pk-live1,1000,applied,")
}

func TestBulkThatIsRefused(t *testing.T) {
	t.Parallel()
	w, settings := bulkWorld(t)
	file := w.sheet(t, "room:pk-live1,ad,pk-live1,100", "room:pk-live1,add,pk-live2,1k")
	must(t, os.WriteFile(filepath.Join(w.folder, "errors.csv"), []byte("mine"), 0o600))
	got := ringside(t, "", "bulk", "--config", settings, "--file", file, "--yes")
	contains(t, got.out, "2 things are wrong with scores.csv, so nothing was sent.", "line 1", "line 2", "All of it: "+filepath.Join(w.folder, "errors-2.csv"))
	if got.status != exitFailed || w.outcomes(t, "errors.csv") != "mine" {
		t.Errorf("status %d: %s", got.status, got.err)
	}
	contains(t, w.outcomes(t, "errors-2.csv"), "line,row,problem\n1,")
}

func TestBulkThatNobodyCanConfirm(t *testing.T) {
	t.Parallel()
	w, settings := bulkWorld(t)
	got := ringside(t, "y\n", "bulk", "--config", settings, "--file", w.sheet(t, "room:pk-live1,add,pk-live1,100"))
	contains(t, got.out, "Change 1 score in 1 battle?", "Cancelled: nothing was sent")
	contains(t, got.err, "--yes")
	if got.status != exitUsage || w.score(t, "pk-live1") != 0 {
		t.Errorf("status %d, score %d", got.status, w.score(t, "pk-live1"))
	}
}

func TestBulkUsage(t *testing.T) {
	t.Parallel()
	w, settings := bulkWorld(t)
	file := w.sheet(t, "room:pk-live1,add,pk-live1,100")
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no file":            {nil, "--file"},
		"a file that is not": {[]string{"--file", filepath.Join(w.folder, "none.csv")}, "--file: "},
		"an --out that is":   {[]string{"--file", file, "--yes", "--out", file}, "is there already, and nothing is overwritten"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ringside(t, "", append([]string{"bulk", "--config", settings}, tc.args...)...)
			contains(t, got.err, tc.want)
			if got.status != exitUsage {
				t.Errorf("status %d", got.status)
			}
		})
	}
}

func TestBulkBesideAServer(t *testing.T) {
	t.Parallel()
	onlyFile(t)
	w, settings := bulkWorld(t)
	serve(t, settings)
	got := ringside(t, "", "bulk", "--config", settings, "--file", w.sheet(t, "room:pk-live1,add,pk-live1,100"), "--yes")
	contains(t, got.err, "process "+fmt.Sprint(os.Getpid()))
	if got.status != exitFailed || w.score(t, "pk-live1") != 0 {
		t.Errorf("status %d, score %d: %s", got.status, w.score(t, "pk-live1"), got.err)
	}
}

// awaits waits until the text is there.
func (l *logs) awaits(t *testing.T, part string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !strings.Contains(l.String(), part) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%q never came in:\n%s", part, l)
		}
	}
}

func TestBulkThatIsStopped(t *testing.T) {
	t.Parallel()
	w, settings := bulkWorld(t)
	w.sim.Script(simulator.Slow(2 * time.Second).On(simulator.SetBattleScore))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, errs := &logs{}, &logs{}
	ended := make(chan int, 1)
	file := w.sheet(t, "room:pk-live1,add,pk-live1,100", "room:pk-live1,set,pk-live2,50")
	go func() {
		ended <- run(ctx, []string{"bulk", "--config", settings, "--file", file, "--yes"}, streams{in: strings.NewReader(""), out: out, err: errs})
	}()
	out.awaits(t, "0 of 2 rows")
	cancel()
	status := <-ended
	contains(t, out.String(), "Stopping bulk ", "Once more ends the program at once.", "stopped; 1 of 2 rows applied.")
	if status != exitFailed || w.score(t, "pk-live1") != 100 || w.score(t, "pk-live2") != 0 {
		t.Errorf("status %d, scores %d and %d: %s", status, w.score(t, "pk-live1"), w.score(t, "pk-live2"), errs.String())
	}
	contains(t, w.outcomes(t, "outcomes-*.csv"), "pk-live2,50,not applied,not sent,")
}
