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
	{cause: CauseCancelled, find: without(a[*control.EmptyError](), is(context.Canceled)), says: "the operation was cancelled"},
}

// Causes about files that are not what they should be.
const (
	CauseSizeDiffers      Cause = "size-differs"
	CauseContentsDiffer   Cause = "contents-differ"
	CauseSizeUseless            = Cause(control.QuirkSIZEUseless)
	CauseSizeUnexpected   Cause = "size-unexpected"
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
	CauseEmptyNoTLS       Cause = "empty-no-tls"
	CauseEmptyUnconfirmed Cause = "empty-unconfirmed"
	CauseEmptyNoData      Cause = "empty-no-data"
)

var fileRules = []diagnosisRule{
	{
		cause: CauseSizeDiffers, find: a(func(e *MismatchError) bool { return e.What == "size" }),
		says: "the file is not the same here and on the server: it changed, or a transfer was cut. Transfer it again",
	},
	{
		cause: CauseContentsDiffer, find: a[*MismatchError](),
		says: "the contents differ here and on the server: the file changed, or was damaged on the way or on a disk. Transfer it again",
	},
	{
		cause: CauseSizeUseless, find: a(func(e *control.SizeError) bool { return e.Cut }),
		says: "the file has grown since, or the server tells another size than it has",
		try:  []string{"have its sizes ignored, if they are always wrong{Quirks=size-useless}"},
	},
	{
		cause: CauseSizeUnexpected, find: a[*control.SizeError](), see: "RFC 3659, Section 4",
		says: "not all of the file came through, or the server tells another size than it has. Transfer it again",
		try:  []string{"have its sizes ignored, if they are always wrong{Quirks=size-useless}"},
	},
	{
		cause: CauseTooLarge, find: a(func(e *control.TooLargeError) bool { return e.Most > 0 }),
		says: "there is a bound for what is fetched, and the file is larger",
		try:  []string{"raise the bound{TransferOptions.MaxSize}"},
	},
	{
		cause: CauseEarlyReply, find: a[*control.EarlyReplyError](),
		says: "the server confirmed the file before it had all of it, and its size does not show that it is whole. Look at it there before you send it again",
	},
	{
		cause: CauseChanged, find: a[*ChangedError](),
		says: "somebody was writing the file meanwhile. Try again when it is at rest",
	},
	{
		cause: CauseNoHashProof, find: a(func(e *UnprovenError) bool { return e.Want.Has(ProofHash) && !e.Have.Has(ProofHash) }),
		says: "the proof that was demanded is not to be had from this server",
		try:  []string{"have its size be enough{TransferOptions.Require=size}"},
	},
	{
		cause: CauseNoProof, find: a[*UnprovenError](),
		says: "the proof that was demanded is not to be had from this server",
		try:  []string{"demand less{TransferOptions.Require}"},
	},
	{
		cause: CauseNotResumed, find: a[*ResumeError](),
		says: "try again: the transfer begins anew then",
	},
	{
		cause: CauseNoSums, find: a[*control.HashUnsupportedError](),
		says: "the server computes no such sums of files",
		try:  []string{"compare sizes{TransferOptions.Require=size}"},
	},
	{
		cause: CauseNotInCodePage, find: a(func(e *mode.Error) bool { return e.Mode == "TYPE E" }),
		says: "the text holds what the code page has no place for",
		try:  []string{"move the file as it is{Type=binary}"},
	},
	{
		cause: CauseFormatCut, find: a(func(e *mode.Error) bool { return errors.Is(e, io.ErrUnexpectedEOF) }), words: formatOf,
		says: "the end of the data is missing. Try again; a server that always cuts %s is better used without it",
		try:  []string{"leave it out{Format.Mode}{Format.Structure}"},
	},
	{
		cause: CauseFormatBroken, find: a[*mode.Error](), words: formatOf,
		says: "the data is not what %s says it has to be: it was damaged, or the server does that wrongly",
		try:  []string{"leave it out{Format.Mode}{Format.Structure}"},
	},
}

var formatOf = words(func(e *mode.Error) []string { return []string{e.Mode} })

// acceptCuts is the advice for servers whose data never ends in order.
const (
	acceptCuts = "have such an end accepted, if this server never sends the mark{Quirks=no-close-notify}"
	cutsUnseen = "Nothing shows then that somebody has cut the data"
)

// emptyRules are about empty files and listings that may not have been empty. dataRules
// has the data connection from a stranger.
var emptyRules = []diagnosisRule{
	{
		cause: CauseUploadLook, find: both(either(handshake(tlsx.FailureTimeout), a[*control.EmptyError]()), beforeUpload), see: "docs/quirks.md",
		says: "TLS did not come about on the data connection of the look (NLST) that precedes an upload over a file: this user may not list, or no data connection works over TLS. Nothing was uploaded, and the file there is as it was",
		try:  []string{"do without that look, if other transfers work{NoUploadProbe=true}", "do one step at a time{SyncDataChannel=on}"},
	},
	{
		cause: CauseOtherListing, find: a[*control.OtherListingError](),
		words: words(func(e *control.OtherListingError) []string { return []string{e.Name, e.Path} }),
		says:  "the server lists %s in place of %s: it cuts names at a blank, and there is no such directory. Check the spelling",
	},
	{
		cause: CauseEmptyCut, find: both(a[*control.EmptyError](), is(tlsx.ErrTruncated)),
		says: "the server sent nothing, or somebody on the way took it out: the end of the data had no mark of TLS (close_notify). Try again",
		try:  []string{acceptCuts}, then: cutsUnseen, see: "RFC 8446, Section 6.1",
	},
	{
		cause: CauseEmptyNoTLS, find: both(a[*control.EmptyError](), a[*tlsx.HandshakeError]()), see: "RFC 4217, Section 9",
		says: "the data connection ended before TLS began on it, and the server says that all went well: it had nothing to send, or it does not protect data, though it agreed to",
		try:  []string{tryClearing, tryTLS12},
	},
	{
		cause: CauseEmptyUnconfirmed, find: a(func(e *control.EmptyError) bool { return e.Err == nil }),
		says: "the server lists nothing, and it would not say whether the directory exists",
	},
	{
		cause: CauseEmptyNoData, find: without(a[*datachan.StrangerError](), a[*control.EmptyError]()),
		says: "no data connection came about, and the server says that all went well: it had nothing to send, or it could not reach this computer",
		try:  []string{tryPassive, tryActive}, see: seeData,
	},
}
