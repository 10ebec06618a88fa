package grammar_test

import (
	"strings"
	"testing"

	"ringside/commands/grammar"
)

func BenchmarkParse(b *testing.B) {
	const nine = "aZ+/09abcdefgh== add pk-live1 100 pk-live2 1,340 pk-live3 50 pk-live4 100 pk-live5 100 " +
		"pk-live6 100 pk-live7 100 pk-live8 100 pk-live9 100"
	for name, text := range map[string]string{
		"OneRoom":   "demo add pk-live1 100",
		"NineRooms": nine,
		"DryRun":    "demo add pk-live1 100 —dry-run",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := grammar.Parse(scoreCommand, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRefuse(b *testing.B) {
	for name, text := range map[string]string{
		"Slip":  "demo adn pk-live1 100",
		"Worst": strings.Repeat("a1 1k ", 32),
		"Long":  strings.Repeat("x ", grammar.MaxText/2),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := grammar.Parse(scoreCommand, text); err == nil {
					b.Fatal("was read")
				}
			}
		})
	}
}

func BenchmarkLine(b *testing.B) {
	request, err := grammar.Parse(scoreCommand, "demo add pk-live1 100")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = request.Line()
	}
}
