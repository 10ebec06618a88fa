// Package browser_test looks at Ringside's pages in a real browser: Debian's Chromium, driven by Node. To run it:
// apt-get install chromium nodejs npm, then npm ci in this folder.
package browser_test

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/web/overlay"
)

// patience bounds one script; each of its waits is bounded by itself and says what it waited for.
const patience = 5 * time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOverlayModules(t *testing.T) {
	t.Parallel()
	run(t, tools(t), "overlay.unit.mjs")
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	node := tools(t)
	h := newHouse()
	p := newPlace(t, func() (http.Handler, func()) {
		pages, err := overlay.New(h, h)
		if err != nil {
			t.Error(err)
			return http.NotFoundHandler(), func() {}
		}
		return pages.Handler(), pages.Close
	})
	run(t, node, "overlay.test.mjs", p.url(), controlled(t, p, h.orders()))
}

// tools returns Node's path when all that a page needs to be looked at is here. Where CI is "true", it has to be.
func tools(t *testing.T) (node string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "Node is missing: apt-get install nodejs npm")
	}
	if _, err := exec.LookPath(chromium()); err != nil {
		missing(t, "Chromium is missing: apt-get install chromium, or set CHROMIUM to its path")
	}
	if _, err := os.Stat("node_modules/playwright-core/package.json"); err != nil {
		missing(t, "node_modules is missing: npm ci in web/browser")
	}
	return node
}

func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why) //nolint:forbidigo // a desk without a browser can still run all other tests
}

func chromium() string { return cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium") }

// run runs a script of this folder, and fails with what it said.
func run(t *testing.T, node string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, args...)
	cmd.Env = append(os.Environ(), "CHROMIUM="+chromium())
	cmd.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		t.Errorf("node %v: %v\n%s", args, err, said.Bytes())
	}
}
