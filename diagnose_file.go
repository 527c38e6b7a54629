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
const causeCancelled Cause = "cancelled"

var cancelRules = []diagnosisRule{
	{cause: causeCancelled, find: without(a[*control.EmptyError](), is(context.Canceled)), says: "the operation was cancelled"},
}

// Causes about files that are not what they should be.
const (
	causeSizeDiffers      Cause = "size-differs"
	causeContentsDiffer   Cause = "contents-differ"
	causeSizeUseless            = Cause(control.QuirkSIZEUseless)
	causeSizeUnexpected   Cause = "size-unexpected"
	causeTooLarge         Cause = "too-large"
	causeEarlyReply       Cause = "early-reply"
	causeChanged          Cause = "changed"
	causeNoHashProof      Cause = "no-hash-proof"
	causeNoProof          Cause = "no-proof"
	causeRecordsCut       Cause = "records-cut"
	causeNoParent         Cause = "no-parent"
	causeNotResumed       Cause = "not-resumed"
	causeNoSums           Cause = "no-sums"
	causeNotInCodePage    Cause = "not-in-code-page"
	causeFormatCut        Cause = "format-cut"
	causeFormatBroken     Cause = "format-broken"
	causeOtherListing     Cause = "other-listing"
	causeEmptyCut         Cause = "empty-cut"
	causeEmptyNoTLS       Cause = "empty-no-tls"
	causeEmptyUnconfirmed Cause = "empty-unconfirmed"
	causeEmptyNoData      Cause = "empty-no-data"
)

var fileRules = []diagnosisRule{
	{
		cause: causeSizeDiffers, find: a(func(e *MismatchError) bool { return e.What == "size" }),
		says: "the file is not the same here and on the server: it changed, or a transfer was cut. Transfer it again",
	},
	{
		cause: causeContentsDiffer, find: a[*MismatchError](),
		says: "the contents differ here and on the server: the file changed, or was damaged on the way or on a disk. Transfer it again",
	},
	{
		cause: causeSizeUseless, find: a(func(e *control.SizeError) bool { return e.Cut }),
		says: "the file has grown since, or the server tells another size than it has",
		try:  []string{"have its sizes ignored, if they are always wrong{Quirks=size-useless}"},
	},
	{
		cause: causeSizeUnexpected, find: a[*control.SizeError](), see: "RFC 3659, Section 4",
		says: "not all of the file came through, or the server tells another size than it has. Transfer it again",
		try:  []string{"have its sizes ignored, if they are always wrong{Quirks=size-useless}"},
	},
	{
		cause: causeTooLarge, find: a(func(e *control.TooLargeError) bool { return e.Most > 0 }),
		says: "there is a bound for what is fetched, and the file is larger",
		try:  []string{"raise the bound{TransferOptions.MaxSize}"},
	},
	{
		cause: causeEarlyReply, find: a[*control.EarlyReplyError](),
		says: "the server confirmed the file before it had all of it, and its size does not show that it is whole. Look at it there before you send it again",
	},
	{
		cause: causeChanged, find: a[*ChangedError](),
		says: "somebody was writing the file meanwhile. Try again when it is at rest",
	},
	{
		cause: causeNoHashProof, find: a(func(e *UnprovenError) bool { return e.Want.Has(ProofHash) && !e.Have.Has(ProofHash) }),
		says: "the proof that was demanded is not to be had from this server",
		try:  []string{"have its size be enough{TransferOptions.Require=size}"},
	},
	{
		cause: causeRecordsCut, find: a(func(e *UnprovenError) bool { return e.Want == ProofReply }),
		says: "the server says that it has not stored everything: the lines are longer than its records",
		try:  []string{"have them wrapped, or the records longer, by SITE WRAPRECORD or SITE LRECL{Login.After}"},
	},
	{
		cause: causeNoParent, find: a[*NoDirectoryError](),
		says: "the directory of the file is missing on the server, or this user may not see it",
		try:  []string{"have it made{TransferOptions.MakeDirs}"},
	},
	{
		cause: causeNoProof, find: a[*UnprovenError](),
		says: "the proof that was demanded is not to be had from this server",
		try:  []string{"demand less{TransferOptions.Require}"},
	},
	{
		cause: causeNotResumed, find: a[*ResumeError](),
		says: "try again: the transfer begins anew then",
	},
	{
		cause: causeNoSums, find: a[*control.HashUnsupportedError](),
		says: "the server computes no such sums of files",
		try:  []string{"compare sizes{TransferOptions.Require=size}"},
	},
	{
		cause: causeNotInCodePage, find: a(func(e *mode.Error) bool { return e.Mode == "TYPE E" }),
		says: "the text holds what the code page has no place for",
		try:  []string{"move the file as it is{Type=binary}"},
	},
	{
		cause: causeFormatCut, find: a(func(e *mode.Error) bool { return errors.Is(e, io.ErrUnexpectedEOF) }), words: formatOf,
		says: "the end of the data is missing. Try again; a server that always cuts %s is better used without it",
		try:  []string{"leave it out{Format.Mode}{Format.Structure}"},
	},
	{
		cause: causeFormatBroken, find: a[*mode.Error](), words: formatOf,
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
		cause: causeUploadLook, find: both(either(handshake(tlsx.FailureTimeout), a[*control.EmptyError]()), beforeUpload), see: "docs/quirks.md",
		says: "TLS did not come about on the data connection of the look (NLST) that precedes an upload over a file: this user may not list, or no data connection works over TLS. Nothing was uploaded, and the file there is as it was",
		try:  []string{"do without that look, if other transfers work{NoUploadProbe=true}", "do one step at a time{SyncDataChannel=on}"},
	},
	{
		cause: causeOtherListing, find: a[*control.OtherListingError](),
		words: words(func(e *control.OtherListingError) []string { return []string{e.Name, e.Path} }),
		says:  "the server lists %s in place of %s: it cuts names at a blank, and there is no such directory. Check the spelling",
	},
	{
		cause: causeEmptyCut, find: both(a[*control.EmptyError](), is(tlsx.ErrTruncated)),
		says: "the server sent nothing, or somebody on the way took it out: the end of the data had no mark of TLS (close_notify). Try again",
		try:  []string{acceptCuts}, then: cutsUnseen, see: "RFC 8446, Section 6.1",
	},
	{
		cause: causeEmptyNoTLS, find: both(a[*control.EmptyError](), a[*tlsx.HandshakeError]()), see: "RFC 4217, Section 9",
		says: "the data connection ended before TLS began on it, and the server says that all went well: it had nothing to send, or it does not protect data, though it agreed to",
		try:  []string{tryClearing, tryTLS12},
	},
	{
		cause: causeEmptyUnconfirmed, find: a(func(e *control.EmptyError) bool { return e.Err == nil }),
		says: "the server lists nothing, and it would not say whether the directory exists",
	},
	{
		cause: causeEmptyNoData, find: without(a[*datachan.StrangerError](), a[*control.EmptyError]()),
		says: "no data connection came about, and the server says that all went well: it had nothing to send, or it could not reach this computer",
		try:  []string{tryPassive, tryActive}, see: seeData,
	},
}
