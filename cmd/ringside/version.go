package main

import (
	"fmt"
	"runtime/debug"
)

// versionCmd is `ringside version`.
type versionCmd struct{}

// Run prints what this binary was built from.
func (versionCmd) Run(s streams) error {
	version, commit, built := "unknown", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version, built = info.Main.Version, info.GoVersion
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = " commit " + setting.Value
			}
		}
	}
	_, err := fmt.Fprintf(s.out, "ringside %s%s %s\n", version, commit, built)
	return err
}
