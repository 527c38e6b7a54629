package ftpwire

import "strings"

// A Field is a setting that a [Change] is about: a path of Go fields, in a [Profile] if
// the first is not that of another type: "DataMode", "Login.NoFeat", "TransferOptions.Resume".
type Field string

// The fields that diagnoses name.
const (
	fieldVariant             Field = "Variant"
	fieldUser                Field = "User"
	fieldPassword            Field = "Password"
	fieldAccount             Field = "Account"
	fieldVirtualHost         Field = "Login.VirtualHost"
	fieldOneTime             Field = "Login.OneTime"
	fieldAfter               Field = "Login.After"
	fieldNoFeat              Field = "Login.NoFeat"
	fieldLoginProxy          Field = "Login.Proxy"
	fieldProxyPassword       Field = "Login.Proxy.Password"
	fieldRootCAs             Field = "RootCAs"
	fieldInsecure            Field = "Insecure"
	fieldTrust               Field = "Trust"
	fieldPins                Field = "Verify.Pins"
	fieldSkipChain           Field = "Verify.SkipChain"
	fieldIdentity            Field = "Identity"
	fieldCertificates        Field = "ClientCertificates"
	fieldTLSMin              Field = "TLSMin"
	fieldTLSMax              Field = "TLSMax"
	fieldCipherSuites        Field = "CipherSuites"
	fieldResumption          Field = "Resumption"
	fieldSessionIDs          Field = "SessionIDs"
	fieldClearCommandChannel Field = "ClearCommandChannel"
	fieldDataProtection      Field = "DataProtection"
	fieldDataMode            Field = "DataMode"
	fieldNAT                 Field = "NAT"
	fieldAnyPeer             Field = "Data.AnyPeer"
	fieldActiveAddr          Field = "Data.ActiveAddr"
	fieldBlockedPorts        Field = "Data.BlockedPorts"
	fieldSync                Field = "SyncDataChannel"
	fieldQuirks              Field = "Quirks"
	fieldTimeout             Field = "Timeout"
	fieldKeepAlive           Field = "KeepAlive"
	fieldProxy               Field = "Proxy"
	fieldHopUser             Field = "Proxy.User"
	fieldHopPassword         Field = "Proxy.Password"
	fieldHopTLS              Field = "Proxy.TLS"
	fieldProxyGet            Field = "Proxy.Get"
	fieldDirectData          Field = "DirectData"
	fieldResume              Field = "TransferOptions.Resume"
	fieldRetry               Field = "TransferOptions.Retry"
	fieldRequire             Field = "TransferOptions.Require"
	fieldMaxSize             Field = "TransferOptions.MaxSize"
	fieldNoUploadProbe       Field = "NoUploadProbe"
	fieldType                Field = "Type"
	fieldStructure           Field = "Format.Structure"
	fieldMode                Field = "Format.Mode"
)

// Key returns the key of the field among [Profile.Values], such as "data.active_ports", or "" if it has none.
func (f Field) Key() string {
	parts := strings.Split(string(f), ".")
	for i := range parts {
		parts[i] = keyOf(parts[i])
	}
	key := strings.Join(parts, ".")
	for _, k := range SettingKeys() {
		if k == key || strings.HasPrefix(k, key+".") {
			return key
		}
	}
	return ""
}
