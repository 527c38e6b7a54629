package ftpwire

import (
	"errors"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

// acceptCuts is how to get on with servers whose data never ends in order.
const acceptCuts = "If this server never sends the mark, such an end can be accepted (--quirk no-close-notify); nothing shows then that somebody has cut the data."

// diagnoseEmpty is about files and listings of nothing that may have been something.
func diagnoseEmpty(err error) string {
	if o, ok := errors.AsType[*control.OtherListingError](err); ok {
		return "The server lists " + o.Name + " in place of " + o.Path + ": it cuts names at a blank, and there is no such directory. Check the spelling."
	}
	e, ok := errors.AsType[*control.EmptyError](err)
	if !ok {
		return ""
	}
	if _, refused := errors.AsType[*datachan.StrangerError](err); refused {
		return diagnoseData(err)
	}
	if errors.Is(e, tlsx.ErrTruncated) {
		return "The server sent nothing, or somebody on the way took it out. Try again. " + acceptCuts
	}
	if e.Err == nil {
		return "The server lists nothing, and it would not say whether the directory exists."
	}
	return "No data connection came about, and the server says that all went well: it had nothing to send, or it could not reach this computer. Try the other direction (--active, or without it)."
}
