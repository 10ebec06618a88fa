package config

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// webAddress passes an absolute http or https address of a server, with or without a path. The address is
// not repeated in the message: a password may stand in it.
//
// Plain http is for test servers and proxies nearby. To a public host it would show the signature that
// every call to Tencent carries in its address, or a platform's token, to whoever is on the way.
func webAddress(text string) string {
	const want = "must be an absolute address such as https://proxy.example/path, without user, query or fragment"
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return want
	case u.User != nil, u.RawQuery != "", u.ForceQuery, strings.Contains(text, "#"):
		return want
	case !validPort(u.Port(), true):
		return want
	case u.Scheme == "http" && !nearby(u.Hostname()):
		return "plain http is for this machine or a private network only: the address carries credentials; use https"
	}
	return ""
}

// nearby reports whether host is this machine, a private address or a bare name such as that of a
// container beside this one.
func nearby(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".internal")
}

// listenAddress passes host:port, the host being an address, a name or nothing for every interface.
func listenAddress(text string) string {
	host, port, err := net.SplitHostPort(text)
	if err != nil || !validPort(port, false) || strings.ContainsFunc(host, notInHost) {
		return quote(text) + ` is not an address to listen on; write it like "127.0.0.1:8080", or "" to listen nowhere`
	}
	return ""
}

func notInHost(r rune) bool {
	return r > unicode.MaxASCII || !(isDigit(r) || unicode.IsLetter(r) || strings.ContainsRune("-.:%_", r))
}

func validPort(port string, mayLack bool) bool {
	if port == "" {
		return mayLack
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == port
}

// publicKey passes an Ed25519 public key in hexadecimal digits.
func publicKey(text string) string {
	if key, err := hex.DecodeString(text); err != nil || len(key) != 32 {
		return "must be the 64 hexadecimal digits from the app's page at Discord"
	}
	return ""
}

// account passes an identifier of Tencent's, which signs every call.
func account(text string) string {
	const most = 32
	if len(text) > most || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Sprintf("must be an account of 1 to %d letters, digits and marks, without spaces", most)
	}
	return ""
}

// label passes a name for people, short and in one line.
func label(text string) string {
	const most = 64
	if utf8.RuneCountInString(text) > most || strings.TrimSpace(text) != text || strings.ContainsFunc(text, notPrinted) {
		return fmt.Sprintf("must be a name of up to %d characters, in one line and without spaces around it", most)
	}
	return ""
}

// glob passes a pattern of rooms or battles.
func glob(text string) string {
	const most = 128
	if text == "" || len(text) > most || strings.ContainsFunc(text, notPrinted) {
		return fmt.Sprintf("must be a pattern of 1 to %d characters, such as pk-*", most)
	}
	return ""
}

func notPrinted(r rune) bool { return !unicode.IsGraphic(r) }

// language passes the languages that this build speaks.
func language(text string) string {
	if text == "en" {
		return ""
	}
	return quote(text) + " is not available: this build speaks en"
}
