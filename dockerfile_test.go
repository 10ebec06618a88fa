// Package ringside_test checks the files at the top of the repository.
package ringside_test

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// instruction is one instruction of a Dockerfile; args are its words without flags such as --from.
type instruction struct {
	name  string
	flags map[string]string
	args  []string
	text  string
}

// readDockerfile returns the instructions of each stage.
func readDockerfile(t *testing.T) [][]instruction {
	t.Helper()
	content, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var stages [][]instruction
	joined := strings.ReplaceAll(string(content), "\\\n", " ")
	for line := range strings.Lines(joined) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parsed := parseInstruction(line)
		if parsed.name == "FROM" {
			stages = append(stages, nil)
		}
		if len(stages) == 0 {
			t.Fatalf("%s stands before the first FROM", line)
		}
		last := len(stages) - 1
		stages[last] = append(stages[last], parsed)
	}
	return stages
}

func parseInstruction(line string) instruction {
	words := strings.Fields(line)
	parsed := instruction{name: words[0], flags: map[string]string{}}
	words = words[1:]
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		key, value, _ := strings.Cut(words[0], "=")
		parsed.flags[key] = value
		words = words[1:]
	}
	parsed.args, parsed.text = words, strings.Join(words, " ")
	return parsed
}

func named(stage []instruction, name string) []instruction {
	return slices.DeleteFunc(slices.Clone(stage), func(i instruction) bool { return i.name != name })
}

// only returns the one instruction of that name.
func only(t *testing.T, stage []instruction, name string) instruction {
	t.Helper()
	found := named(stage, name)
	if len(found) != 1 {
		t.Fatalf("%d instructions %s, want one", len(found), name)
	}
	return found[0]
}

// program returns the words of an instruction in its JSON form, the only one that needs no shell.
func program(t *testing.T, i instruction) []string {
	t.Helper()
	var words []string
	text := strings.TrimPrefix(i.text, "CMD ")
	if err := json.Unmarshal([]byte(text), &words); err != nil || len(words) == 0 {
		t.Fatalf("%s %s is not in JSON form: %v", i.name, i.text, err)
	}
	return words
}

func twoStages(t *testing.T) (build, final []instruction) {
	t.Helper()
	stages := readDockerfile(t)
	if len(stages) != 2 {
		t.Fatalf("%d stages, want 2", len(stages))
	}
	return stages[0], stages[1]
}

func TestDockerfileCopiesWhatExists(t *testing.T) {
	t.Parallel()
	build, final := twoStages(t)
	for _, cp := range named(build, "COPY") {
		for _, source := range cp.args[:len(cp.args)-1] {
			if _, err := os.Stat(source); err != nil {
				t.Errorf("COPY %s: %v", cp.text, err)
			}
		}
	}
	var made strings.Builder
	for _, run := range named(build, "RUN") {
		made.WriteString(run.text + "\n")
	}
	for _, cp := range named(final, "COPY") {
		source := cp.args[0]
		if cp.flags["--from"] != "build" {
			t.Errorf("COPY %s is not from the build stage", cp.text)
		}
		fromImage := source == "/etc/ssl/certs/ca-certificates.crt"
		if !fromImage && !slices.Contains(strings.Fields(made.String()), source) {
			t.Errorf("COPY %s: no RUN makes %s", cp.text, source)
		}
	}
}

func TestDockerignoreKeepsWhatTheRepositoryHolds(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(".dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	for pattern := range strings.Lines(string(content)) {
		pattern = strings.TrimPrefix(strings.TrimSpace(pattern), "/")
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		for _, kept := range []string{".git", "go.mod", "go.sum", "Dockerfile", "cmd", "config.example.toml", "README.md"} {
			if matched, err := filepath.Match(pattern, kept); err != nil || matched {
				t.Errorf("pattern %q leaves out %s (%v)", pattern, kept, err)
			}
		}
	}
}

func TestDockerfileBuildsWithTheGoOfTheModule(t *testing.T) {
	t.Parallel()
	build, _ := twoStages(t)
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)
	if version == nil {
		t.Fatal("go.mod names no Go version")
	}
	if want, got := "golang:"+string(version[1]), build[0].args[0]; got != want {
		t.Errorf("built FROM %s, want %s", got, want)
	}
}

func TestDockerfileIsLocked(t *testing.T) {
	t.Parallel()
	_, final := twoStages(t)
	user := only(t, final, "USER").text
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
		t.Errorf("USER %s, want a number that is not root's", user)
	}
	volume := only(t, final, "VOLUME").text
	if dir := only(t, final, "WORKDIR").text; dir != volume {
		t.Errorf("WORKDIR %s, but the ledger's VOLUME is %s", dir, volume)
	}
	for _, cp := range named(final, "COPY") {
		if owner := cp.flags["--chown"]; cp.args[1] == volume && owner != user {
			t.Errorf("%s belongs to %q, but the program runs as %s", volume, owner, user)
		}
	}
}

func TestDockerfilePortsAgree(t *testing.T) {
	t.Parallel()
	_, final := twoStages(t)
	port := only(t, final, "EXPOSE").text
	listen := flagValue(program(t, only(t, final, "CMD")), "--listen")
	if listen != net.JoinHostPort("0.0.0.0", port) {
		t.Errorf("CMD listens on %q, EXPOSE is %s", listen, port)
	}
	address := flagValue(program(t, only(t, final, "HEALTHCHECK")), "--url")
	if want := "http://127.0.0.1:" + port + "/healthz"; address != want {
		t.Errorf("HEALTHCHECK asks %s, want %s", address, want)
	}
}

func flagValue(words []string, flag string) string {
	at := slices.Index(words, flag)
	if at < 0 || at+1 >= len(words) {
		return ""
	}
	return words[at+1]
}

// TestDockerfileProgram builds the program as the Dockerfile does and runs what the Dockerfile runs.
func TestDockerfileProgram(t *testing.T) {
	t.Parallel()
	build, final := twoStages(t)
	binary := buildAsIn(t, build)
	entry := program(t, only(t, final, "ENTRYPOINT"))
	if len(entry) != 1 || !slices.ContainsFunc(named(final, "COPY"), func(i instruction) bool { return i.args[1] == entry[0] }) {
		t.Fatalf("ENTRYPOINT %v is not what COPY put there", entry)
	}
	serve := program(t, only(t, final, "CMD"))
	health := program(t, only(t, final, "HEALTHCHECK"))
	if health[0] != entry[0] {
		t.Errorf("HEALTHCHECK runs %s, not %s", health[0], entry[0])
	}
	health = health[1:]
	if runtime.GOOS == "linux" {
		checkStatic(t, binary)
	}
	t.Run("CMD", func(t *testing.T) {
		t.Parallel()
		checkFlags(t, binary, serve)
		missing := filepath.Join(t.TempDir(), "missing.toml")
		status, said := runProgram(t, binary, replaceValue(serve, "--config", missing))
		if status == 0 || !strings.Contains(said, "missing.toml") {
			t.Errorf("without a settings file: status %d, want a failure that names it:\n%s", status, said)
		}
	})
	t.Run("HEALTHCHECK", func(t *testing.T) {
		t.Parallel()
		checkFlags(t, binary, health)
		checkHealth(t, binary, health)
	})
}

// buildAsIn runs the go build of the Dockerfile, with only the place of the binary changed.
func buildAsIn(t *testing.T, stage []instruction) string {
	t.Helper()
	runs := slices.DeleteFunc(named(stage, "RUN"), func(i instruction) bool { return !strings.Contains(i.text, "go build") })
	if len(runs) != 1 {
		t.Fatalf("%d RUN lines build, want one", len(runs))
	}
	words := runs[0].args
	start := slices.Index(words, "go")
	binary := filepath.Join(t.TempDir(), "ringside")
	command := exec.CommandContext(t.Context(), "go", replaceValue(words[start+1:], "-o", binary)...)
	command.Env = append(os.Environ(), words[:start]...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", runs[0].text, err, out)
	}
	return binary
}

func replaceValue(words []string, flag, value string) []string {
	words = slices.Clone(words)
	if at := slices.Index(words, flag); at >= 0 && at+1 < len(words) {
		words[at+1] = value
	}
	return words
}

// checkStatic makes sure that the binary needs no loader: the image has none.
func checkStatic(t *testing.T, binary string) {
	t.Helper()
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			t.Error("the binary asks for a dynamic loader")
		}
	}
}

// checkFlags makes sure that the program's own help names the subcommand and every flag of words.
func checkFlags(t *testing.T, binary string, words []string) {
	t.Helper()
	status, help := runProgram(t, binary, []string{words[0], "--help"})
	if status != 0 || !strings.Contains(help, words[0]) {
		t.Fatalf("%s --help: status %d\n%s", words[0], status, help)
	}
	known := strings.FieldsFunc(help, func(r rune) bool { return strings.ContainsRune(" =,\n[]", r) })
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "--") && !slices.Contains(known, word) {
			t.Errorf("%s has no %s", words[0], word)
		}
	}
}

func checkHealth(t *testing.T, binary string, words []string) {
	t.Helper()
	for _, tc := range []struct{ answer, want int }{{http.StatusOK, 0}, {http.StatusServiceUnavailable, 1}} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tc.answer) }))
		status, said := runProgram(t, binary, replaceValue(words, "--url", server.URL+"/healthz"))
		server.Close()
		if status != tc.want {
			t.Errorf("healthz answers %d: status %d, want %d\n%s", tc.answer, status, tc.want, said)
		}
	}
}

// runProgram returns the exit status and all output.
func runProgram(t *testing.T, binary string, args []string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	command := exec.CommandContext(ctx, binary, args...)
	command.Stdout, command.Stderr = &out, &out
	if err := command.Run(); command.ProcessState == nil {
		t.Fatalf("%s %v: %v", binary, args, err)
	}
	return command.ProcessState.ExitCode(), out.String()
}
