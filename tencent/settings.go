package tencent

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"ringside/secret"
)

// Defaults and bounds of Settings.
const (
	DefaultCallsPerSecond = 100
	DefaultTimeout        = 5 * time.Second

	// ServerTimeout is how long Tencent's own back end works on a call before it gives up
	// (https://trtc.io/document/63398). A caller that waits less than that learns nothing.
	ServerTimeout = 3 * time.Second

	maxCallsPerSecond = 10000
	maxTimeout        = time.Minute
)

// Settings says which app to call, as whom, where and how fast.
type Settings struct {
	SDKAppID       int64         // the app's number, greater than 0
	Admin          string        // an App administrator account of that app
	SecretKey      secret.Value  // the app's key, from which signatures are made; it never travels
	Region         string        // one of Regions; may be empty only if BaseURL is set
	BaseURL        string        // instead of the region's https address: a proxy or a simulator; may hold a path
	CallsPerSecond int           // ceiling of each command in any one-second window; 0 is DefaultCallsPerSecond
	Timeout        time.Duration // for one call, longer than ServerTimeout; 0 is DefaultTimeout
}

// Regions returns the names that Settings.Region may have.
func Regions() []string { return []string{"china", "singapore", "usa", "jakarta"} }

// domain returns the vendor's host for a region of the app, https://trtc.io/document/68255.
func domain(region string) (string, bool) {
	switch region {
	case "china":
		return "console.tim.qq.com", true
	case "singapore":
		return "adminapisgp.im.qcloud.com", true
	case "usa":
		return "adminapiusa.im.qcloud.com", true
	case "jakarta":
		return "adminapiidn.im.qcloud.com", true
	default:
		return "", false
	}
}

// withDefaults fills in what was left out.
func (s Settings) withDefaults() Settings {
	if s.CallsPerSecond == 0 {
		s.CallsPerSecond = DefaultCallsPerSecond
	}
	if s.Timeout == 0 {
		s.Timeout = DefaultTimeout
	}
	return s
}

// validate names everything that is wrong, all at once.
func (s Settings) validate() error {
	var faults []error
	if s.SDKAppID <= 0 {
		faults = append(faults, errors.New("the app id must be a number greater than 0"))
	}
	if s.Admin == "" || strings.ContainsFunc(s.Admin, unicode.IsControl) {
		faults = append(faults, errors.New("the administrator account is empty or holds a control character"))
	}
	if s.SecretKey.Empty() {
		faults = append(faults, errors.New("the secret key is empty"))
	}
	if s.CallsPerSecond < 1 || s.CallsPerSecond > maxCallsPerSecond {
		faults = append(faults, fmt.Errorf("calls per second must be 1 to %d", maxCallsPerSecond))
	}
	if s.Timeout <= ServerTimeout || s.Timeout > maxTimeout {
		faults = append(faults, fmt.Errorf(
			"the timeout must be longer than the %s after which Tencent gives up, and at most %s", ServerTimeout, maxTimeout))
	}
	if _, err := s.base(); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// base returns the address in front of "/v4/…". Its errors do not repeat the address, which may hold a password.
func (s Settings) base() (*url.URL, error) {
	host, known := domain(s.Region)
	if !known && (s.Region != "" || s.BaseURL == "") {
		return nil, fmt.Errorf("the region %q is not one of %s", s.Region, strings.Join(Regions(), ", "))
	}
	if s.BaseURL == "" {
		return &url.URL{Scheme: "https", Host: host, Path: "/"}, nil
	}
	base, err := url.Parse(s.BaseURL)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Hostname() == "" {
		return nil, errors.New("the base address is not an http or https address")
	}
	if base.User != nil || base.RawQuery != "" || base.ForceQuery || base.Fragment != "" {
		return nil, errors.New("the base address may not hold a user, a query or a fragment")
	}
	if base.Path == "" {
		base.Path = "/" // JoinPath keeps a rootless path rootless, which is no address.
	}
	return base, nil
}
