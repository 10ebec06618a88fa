package discordbot_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// update rewrites the golden files instead of comparing with them.
var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	flag.Parse()
	// The library sleeps for a second whenever it closes a connection, and most tests only wait for that.
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	// A session that the library hung in is left behind with its goroutine, and counted; nothing can end it.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"))
}

// golden compares got with a file under testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatalf("writing a golden file: %v", err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading a golden file: %v", err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs; run with -update and read the diff.\ngot:\n%s", path, got)
	}
}
