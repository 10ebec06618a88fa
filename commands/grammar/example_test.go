package grammar_test

import (
	"errors"
	"fmt"

	"ringside/commands/grammar"
)

func ExampleParse() {
	request, err := grammar.Parse("/battle-score", "“demo” ADD pk-live1 1,000 —dry-run")
	fmt.Println(request.Battle, request.Verb, request.Changes, request.DryRun, err)
	fmt.Println(request.Line())
	// Output:
	// demo add [{pk-live1 1000}] true <nil>
	// /battle-score demo add pk-live1 1000 --dry-run
}

func ExampleError() {
	_, err := grammar.Parse("/battle-score", "demo adn pk-live1 1k")
	var refused *grammar.Error
	if errors.As(err, &refused) {
		fmt.Println(refused)
		fmt.Println(refused.Try)
	}
	// Output:
	// After the battle “demo” comes add or set, not “adn”. Did you mean “add”?
	// [/battle-score demo add pk-live1 1000]
}

func ExampleNearest() {
	fmt.Println(grammar.Nearest("pk-lvie1", []string{"pk-live2", "pk-live1"}))
	fmt.Println(grammar.Nearest("studio", []string{"pk-live2", "pk-live1"}))
	// Output:
	// pk-live1 true
	//  false
}

func ExampleFormatInt() {
	fmt.Println(grammar.FormatInt(1340))
	// Output: 1,340
}
