package discordbot

import (
	"fmt"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/zap"
)

// maxLogged bounds one line of the library's.
const maxLogged = 400

// RouteLibraryLog sends the errors that the Discord library logs to log. The hook is a variable of the
// library's package, so that main calls this once, before New, and tests never do. Without it the
// library is silent: Ringside reports what it meets by itself.
func RouteLibraryLog(log *zap.Logger) { discordgo.Logger = libraryLog(log) }

// libraryLog passes on errors only: the finer levels print messages whole, and with them tokens.
func libraryLog(log *zap.Logger) func(level, caller int, format string, args ...any) {
	return func(level, _ int, format string, args ...any) {
		if level > discordgo.LogError {
			return
		}
		for i, arg := range args {
			if err, ok := arg.(error); ok {
				args[i] = masked(err)
			}
		}
		log.Warn("the Discord library reports an error", zap.String("text", clip(line(fmt.Sprintf(format, args...)), maxLogged)))
	}
}
