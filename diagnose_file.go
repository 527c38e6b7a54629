package ftpwire

import (
	"context"
	"errors"
	"io"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Causes about what was asked for.
const CauseCancelled Cause = "cancelled"

var cancelRules = []diagnosisRule{
	{cause: CauseCancelled, find: is(context.Canceled), advice: "the operation was cancelled"},
}

// Causes about files that are not what they should be.
const (
	CauseSizeDiffers      Cause = "size-differs"
	CauseContentsDiffer   Cause = "contents-differ"
	CauseSizeUseless            = Cause(control.QuirkSIZEUseless)
	CauseTooLarge         Cause = "too-large"
	CauseEarlyReply       Cause = "early-reply"
	CauseChanged          Cause = "changed"
	CauseNoHashProof      Cause = "no-hash-proof"
	CauseNoProof          Cause = "no-proof"
	CauseNotResumed       Cause = "not-resumed"
	CauseNoSums           Cause = "no-sums"
	CauseNotInCodePage    Cause = "not-in-code-page"
	CauseFormatCut        Cause = "format-cut"
	CauseFormatBroken     Cause = "format-broken"
	CauseOtherListing     Cause = "other-listing"
	CauseEmptyCut         Cause = "empty-cut"
	CauseEmptyUnconfirmed Cause = "empty-unconfirmed"
	CauseEmptyNoData      Cause = "empty-no-data"
)

var fileRules = []diagnosisRule{
	{
		cause: CauseSizeDiffers, find: a(func(e *MismatchError) bool { return e.What == "size" }),
		advice: "the file is not the same here and on the server: it changed, or a transfer was cut. Transfer it again",
	},
	{
		cause: CauseContentsDiffer, find: a[*MismatchError](),
		advice: "the contents differ here and on the server: the file changed, or was damaged on the way or on a disk. Transfer it again",
	},
	{
		cause: CauseSizeUseless, find: a(func(e *control.SizeError) bool { return e.Cut }),
		advice: "the file has grown since, or the server tells another size than it has. If it always does, have its sizes ignored{Quirks=size-useless}",
	},
	{
		cause: CauseTooLarge, find: a(func(e *control.TooLargeError) bool { return e.Most > 0 }),
		advice: "there is a bound for what is fetched{TransferOptions.MaxSize}",
	},
	{
		cause: CauseEarlyReply, find: a[*control.EarlyReplyError](),
		advice: "the server confirmed the file before it had all of it, and its size does not show that it is whole. Look at it there before you send it again",
	},
	{
		cause: CauseChanged, find: a[*ChangedError](),
		advice: "somebody was writing the file meanwhile. Try again when it is at rest",
	},
	{
		cause: CauseNoHashProof, find: a(func(e *UnprovenError) bool { return e.Want.Has(ProofHash) && !e.Have.Has(ProofHash) }),
		advice: "the proof that was demanded is not to be had from this server. Its size may be enough{TransferOptions.Require=size}",
	},
	{
		cause: CauseNoProof, find: a[*UnprovenError](),
		advice: "the proof that was demanded is not to be had from this server{TransferOptions.Require}",
	},
	{
		cause: CauseNotResumed, find: a[*ResumeError](),
		advice: "try again: the transfer begins anew then",
	},
	{
		cause: CauseNoSums, find: a[*control.HashUnsupportedError](),
		advice: "the server computes no such sums of files. Sizes can be compared{TransferOptions.Require=size}",
	},
	{
		cause: CauseNotInCodePage, find: a(func(e *mode.Error) bool { return e.Mode == "TYPE E" }),
		advice: "the text holds what the code page has no place for: move the file as it is{Format.Type=binary}",
	},
	{
		cause: CauseFormatCut, find: a(func(e *mode.Error) bool { return errors.Is(e, io.ErrUnexpectedEOF) }), words: formatOf,
		advice: "the end of the data is missing. Try again; a server that always cuts %s is better used without it{Format.Mode}{Format.Structure}",
	},
	{
		cause: CauseFormatBroken, find: a[*mode.Error](), words: formatOf,
		advice: "the data is not what %s says it has to be: it was damaged, or the server does that wrongly. Try without it{Format.Mode}{Format.Structure}",
	},
}

var formatOf = words(func(e *mode.Error) []string { return []string{e.Mode} })

// acceptCuts is the advice for servers whose data never ends in order.
const acceptCuts = "if this server never sends the mark, such an end can be accepted{Quirks=no-close-notify}; nothing shows then that somebody has cut the data"

// emptyRules are about empty files and listings that may not have been empty. dataRules
// has the data connection from a stranger.
var emptyRules = []diagnosisRule{
	{
		cause: CauseOtherListing, find: a[*control.OtherListingError](),
		words:  words(func(e *control.OtherListingError) []string { return []string{e.Name, e.Path} }),
		advice: "the server lists %s in place of %s: it cuts names at a blank, and there is no such directory. Check the spelling",
	},
	{
		cause: CauseEmptyCut, find: both(a[*control.EmptyError](), is(tlsx.ErrTruncated)),
		advice: "the server sent nothing, or somebody on the way took it out. Try again. The end of the data had no mark of TLS (close_notify): " + acceptCuts,
	},
	{
		cause: CauseEmptyUnconfirmed, find: a(func(e *control.EmptyError) bool { return e.Err == nil }),
		advice: "the server lists nothing, and it would not say whether the directory exists",
	},
	{
		cause: CauseEmptyNoData, find: without(a[*datachan.StrangerError](), a[*control.EmptyError]()),
		advice: "no data connection came about, and the server says that all went well: it had nothing to send, or it could not reach this computer. Try the other direction{DataMode=active}{DataMode=passive}",
	},
}
