package secret_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"

	"ringside/secret"
)

// panicking names the environment variable that tells a copy of this test program how to die.
const panicking = "RINGSIDE_TEST_PANIC"

func panics() map[string]any {
	v, a := secret.New(hidden), holder()
	return map[string]any{
		"value": v, "pointer": &v, "struct": a, "struct pointer": &a, "slice": []secret.Value{v},
		"error": fmt.Errorf("calling with %v", a), "error type": &holdingError{v}, "text": fmt.Sprint(a),
	}
}

// TestMain dies with what the environment asks for, or else runs the tests.
func TestMain(m *testing.M) {
	if cause, ok := panics()[os.Getenv(panicking)]; ok {
		panic(cause)
	}
	os.Exit(m.Run())
}

func TestRecoveredPanicsHideIt(t *testing.T) {
	t.Parallel()
	for name, cause := range panics() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				r := recover()
				mustHide(t, fmt.Sprintf("%v %+v %#v\n%s", r, r, r, debug.Stack()))
			}()
			panic(cause)
		})
	}
}

// The stack of a program that dies shows the arguments of its functions as numbers, and the cause in words.
func TestTheLastWordsOfTheProgramHideIt(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name := range panics() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), program)
			cmd.Env = append(os.Environ(), panicking+"="+name, "GOTRACEBACK=all")
			words, err := cmd.CombinedOutput()
			var died *exec.ExitError
			if !errors.As(err, &died) || !strings.Contains(string(words), "panic: ") {
				t.Fatalf("the program ended with %v and said %q, want a panic", err, words)
			}
			mustHide(t, string(words))
		})
	}
}
