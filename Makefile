# For people. CI runs .ci/run, which is also `make check`. Everything here needs Go; `make test` needs a C
# compiler too, for the race detector.

FUZZTIME ?= 100000x
BENCH    ?= .
LINT      = go tool -modfile=tools/go.mod golangci-lint

.PHONY: check test lint fuzz prove bench demo build

check: ## all that CI does
	bash .ci/run

test: ## vet, and every test under the race detector
	go vet ./...
	go test -race -timeout 30m ./...

lint: ## the linters of .golangci.yml; the first run builds them, which takes a minute
	$(LINT) run ./...

# A number of inputs and not a time: at the end of a time, Go 1.26 now and then fails with "context deadline exceeded"
# although nothing was found (https://go.dev/issue/75804).
fuzz: ## every fuzz target for FUZZTIME inputs
	@grep -rlE '^func Fuzz' --include='*_test.go' . | sort | while read -r file; do \
		for target in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file"); do \
			echo "fuzz $$target in $$(dirname "$$file")"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x \
				"$$(dirname "$$file")" </dev/null || exit 1; \
		done; \
	done

prove: ## the proofs of the promise at full length: about an hour
	go test -count=1 -timeout 60m -run 'TestModel$$' ./proof -rapid.checks=3000
	PROOF_ALONE=1 go test -count=1 -timeout 20m -run 'ShareTheCeiling|DatabaseAway|TakeOver|Orphan' -v ./proof
	PROOF_KILLS=100 go test -count=1 -timeout 60m -run 'TestReplicas$$' -v ./proof
	PROOF_KILLS=300 go test -count=1 -timeout 60m -run 'TestKill$$' -v ./proof
	go test -count=1 -timeout 20m -run 'TestProxy|Synced' -v ./proof
	bash proof/mutate.sh

bench: ## every benchmark that matches BENCH
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

demo: ## a rehearsal in this terminal: no account, no network
	go run ./cmd/ringside demo

build: ## one static binary in dist/
	CGO_ENABLED=0 go build -trimpath -o dist/ringside ./cmd/ringside
