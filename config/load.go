package config

import (
	"fmt"
	"io"
	"os"
)

// maxFile bounds the settings file in bytes.
const maxFile = 1 << 20

// Option changes where Load reads from.
type Option func(*vault)

// WithEnv makes Load look up environment variables with lookup instead of os.LookupEnv.
func WithEnv(lookup func(name string) (string, bool)) Option {
	return func(v *vault) { v.env = lookup }
}

// WithFiles makes Load read the settings file and the files of secrets with read.
func WithFiles(read func(path string) ([]byte, error)) Option {
	return func(v *vault) { v.file = read }
}

// Load reads and checks the settings file at path. A relative path in it starts, like path itself, in the
// working directory.
//
// If the file is read but not good, the error is an *Error with everything that is wrong at once.
func Load(path string, opts ...Option) (*Config, error) {
	v := vault{env: os.LookupEnv, file: readFile}
	for _, option := range opts {
		option(&v)
	}
	if allowed, ok := v.env(PlainSecrets); ok && allowed == "1" {
		v.plain = true
	}
	data, err := v.file(path)
	if err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	return build(path, data, v)
}

// build turns the bytes of a settings file into a Config.
func build(path string, data []byte, v vault) (*Config, error) {
	r := &report{file: path, meant: make(map[string]bool)}
	if len(data) > maxFile {
		r.add(Problem{Text: fmt.Sprintf("the file holds more than %d bytes", maxFile)})
		return nil, r.err()
	}
	doc, problem := parse(data)
	if problem != nil {
		r.add(*problem)
		return nil, r.err()
	}
	r.lines = doc.lines
	d := newDraft(v)
	d.fill(doc, r)
	c := d.finish(r)
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// readFile reads a file up to the size at which both settings and secrets are refused.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return data, err
}
