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
	var c *Config
	err := load(path, opts, func(d *draft, doc document, r *report) {
		d.fill(doc, r)
		c = d.finish(r)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// LoadLedger reads the [ledger] section of the settings file at path and nothing else of it, for what needs no other
// setting and above all no other secret. Its errors are those of Load.
func LoadLedger(path string, opts ...Option) (Ledger, error) {
	var l Ledger
	err := load(path, opts, func(d *draft, doc document, r *report) {
		sections := d.sections()
		unknownSections(r.at(""), doc.tree, sections) // one may be a misspelt [ledger]
		for _, s := range sections {
			if raw, there := doc.tree[s.name]; s.name == "ledger" {
				fillOnce(s, raw, there, r)
			}
		}
		d.finishLedger(r.at("ledger.dsn"))
		l = d.Ledger
	})
	if err != nil {
		return Ledger{}, err
	}
	return l, nil
}

// load reads a settings file and lets use make of it what it needs, or report what is wrong.
func load(path string, opts []Option, use func(*draft, document, *report)) error {
	v := vault{env: os.LookupEnv, file: readFile}
	for _, option := range opts {
		option(&v)
	}
	if allowed, ok := v.env(PlainSecrets); ok && allowed == "1" {
		v.plain = true
	}
	data, err := v.file(path)
	if err != nil {
		return fmt.Errorf("reading the settings: %w", err)
	}
	r := &report{file: path, meant: make(map[string]bool)}
	if len(data) > maxFile {
		r.add(Problem{Text: fmt.Sprintf("the file holds more than %d bytes", maxFile)})
		return r.err()
	}
	doc, problem := parse(data)
	if problem != nil {
		r.add(*problem)
		return r.err()
	}
	r.lines = doc.lines
	use(newDraft(v), doc, r)
	return r.err()
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
