package config_test

import (
	"testing"

	"ringside/config"
)

// BenchmarkLoad reads the whole example, as every start of the program does.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	env := config.WithEnv(func(name string) (string, bool) { return "value", name != config.PlainSecrets })
	for b.Loop() {
		if _, err := config.Load(example, env); err != nil {
			b.Fatal(err)
		}
	}
}
