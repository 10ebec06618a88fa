package proof_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// Most tests here wait for other processes and for time-outs; more of them than processors may do so at once.
	prefer("test.parallel", "16")
	prefer("rapid.checks", "30")
	// A toxic of the proxy waits for ever to hand on what nobody reads any more.
	toxics := goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run")
	goleak.VerifyTestMain(m, toxics, goleak.Cleanup(func(code int) {
		shop.clear()
		os.Exit(code)
	}))
}

// prefer changes the default of a flag. RAPID_CHECKS counts like its flag.
func prefer(name, value string) {
	flag.Parse()
	given := name == "rapid.checks" && os.Getenv("RAPID_CHECKS") != ""
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
