#!/usr/bin/env bash
# Breaks the program in one small way after the other and demands that the tests notice:
#   bash proof/mutate.sh [NAME…]
# Each proof/mutations/NAME.patch says in a sentence what it breaks, then on lines "Test: PACKAGE NAME" which tests must
# fail. It works on a copy of the tree; the tree itself is never touched.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tree=$PWD
exec </dev/null

fail() { printf 'mutate: %s\n' "$*" >&2; exit 1; }

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar -C "$tree" --exclude=./.git --exclude=./dist -cf - . | tar -C "$copy" -xf -
cd "$copy"
export RAPID_SEED=1 RAPID_CHECKS=100 RAPID_NOFAILFILE=true RAPID_SHRINKTIME=1s

patches=()
for name in "${@:-*}"; do
	for patch in "$tree"/proof/mutations/$name.patch; do
		[ -f "$patch" ] || fail "there is no mutation $name"
		patches+=("$patch")
	done
done

tests() { sed -nE 's/^Test: ([^ ]+ [^ ]+)$/\1/p' "$@" | sort -u; }

# run PACKAGE TEST LOG: runs one test; what it says goes to LOG.
run() { go test -count=1 -timeout 5m -run "^$2\$" "$1" >"$3" 2>&1; }

log=$copy/mutate.log
while read -r package test; do
	run "$package" "$test" "$log" || { cat "$log"; fail "$test of $package fails before anything is broken"; }
	grep -q '^ok .*no tests to run' "$log" && fail "$package has no test $test"
done < <(tests "${patches[@]}")

survived=0
printf '%-28s %-14s %-46s %s\n' mutation package test verdict
for patch in "${patches[@]}"; do
	name=$(basename "$patch" .patch)
	[ -n "$(tests "$patch")" ] || fail "$name names no test"
	git apply --whitespace=nowarn "$patch" || fail "$name does not apply any more; make it anew"
	go build ./... || fail "$name does not compile"
	while read -r package test; do
		verdict=caught
		if run "$package" "$test" "$log"; then
			verdict=SURVIVED survived=$((survived + 1))
		elif ! grep -Eq '^ *--- FAIL: '"$test"'\b|^panic: |WARNING: DATA RACE' "$log"; then
			cat "$log"
			fail "$name: $test of $package ended without a word on the test"
		fi
		printf '%-28s %-14s %-46s %s\n' "$name" "$package" "$test" "$verdict"
	done < <(tests "$patch")
	git apply --whitespace=nowarn -R "$patch"
done
[ "$survived" = 0 ] || fail "$survived times nobody noticed"
