package secret_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"ringside/secret"
)

// logged returns what write writes, by both of zap's encoders.
func logged(write func(*zap.Logger)) map[string]string {
	lines := make(map[string]string)
	settings := zap.NewDevelopmentEncoderConfig()
	for name, encoder := range map[string]zapcore.Encoder{
		"json": zapcore.NewJSONEncoder(settings), "console": zapcore.NewConsoleEncoder(settings),
	} {
		var b bytes.Buffer
		write(zap.New(zapcore.NewCore(encoder, zapcore.AddSync(&b), zap.DebugLevel)))
		lines[name] = b.String()
	}
	return lines
}

func TestZapHidesIt(t *testing.T) {
	t.Parallel()
	v, a := secret.New(hidden), holder()
	err := fmt.Errorf("calling with %v", a)
	fields := map[string]zap.Field{
		"Any":               zap.Any("k", v),
		"Any pointer":       zap.Any("k", &v),
		"Any slice":         zap.Any("k", []secret.Value{v}),
		"Any map":           zap.Any("k", a.Map),
		"Reflect":           zap.Reflect("k", v),
		"Object":            zap.Object("k", v),
		"Inline":            zap.Inline(v),
		"Stringer":          zap.Stringer("k", v),
		"Stringers":         zap.Stringers("k", []secret.Value{v}),
		"Objects":           zap.Objects("k", []secret.Value{v}),
		"Dict":              zap.Dict("k", zap.Any("inner", v)),
		"Any of a struct":   zap.Any("k", a),
		"Reflect a pointer": zap.Reflect("k", &a),
		"Error":             zap.Error(err),
		"Any error":         zap.Any("k", err),
	}
	for name, field := range fields {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for encoder, line := range logged(func(l *zap.Logger) { l.Info("call", field) }) {
				mustHide(t, line)
				if !strings.Contains(line, secret.Redacted) {
					t.Errorf("%s: no %s in %q", encoder, secret.Redacted, line)
				}
			}
		})
	}
}

func TestSugaredZapHidesIt(t *testing.T) {
	t.Parallel()
	v, a := secret.New(hidden), holder()
	writes := map[string]func(*zap.SugaredLogger){
		"Info":   func(l *zap.SugaredLogger) { l.Info("call", v, a) },
		"Infof":  func(l *zap.SugaredLogger) { l.Infof("call %v %#v %x", v, a, v) },
		"Infow":  func(l *zap.SugaredLogger) { l.Infow("call", "token", v, "all", a) },
		"Infoln": func(l *zap.SugaredLogger) { l.Infoln("call", v, &a) },
		"With":   func(l *zap.SugaredLogger) { l.With("token", v, "pointer", &v).Info("call") },
		"odd":    func(l *zap.SugaredLogger) { l.Infow("call", v, "no key", "left over") },
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for encoder, line := range logged(func(l *zap.Logger) { write(l.Sugar()) }) {
				mustHide(t, line)
				if !strings.Contains(line, secret.Redacted) && name != "odd" {
					t.Errorf("%s: no %s in %q", encoder, secret.Redacted, line)
				}
			}
		})
	}
}
