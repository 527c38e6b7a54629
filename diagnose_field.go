package ftpwire

import "strings"

// A Field is a setting that a [Change] is about: a path of Go fields, in a [Profile] if
// the first is not that of another type, as in "TransferOptions.Resume".
type Field string

// The fields that diagnoses name.
const (
	FieldVariant             Field = "Variant"
	FieldUser                Field = "User"
	FieldPassword            Field = "Password"
	FieldAccount             Field = "Account"
	FieldVirtualHost         Field = "Login.VirtualHost"
	FieldOneTime             Field = "Login.OneTime"
	FieldAfter               Field = "Login.After"
	FieldNoFeat              Field = "Login.NoFeat"
	FieldLoginProxy          Field = "Login.Proxy"
	FieldProxyPassword       Field = "Login.Proxy.Password"
	FieldRootCAs             Field = "RootCAs"
	FieldInsecure            Field = "Insecure"
	FieldTrust               Field = "Trust"
	FieldPins                Field = "Verify.Pins"
	FieldSkipChain           Field = "Verify.SkipChain"
	FieldIdentity            Field = "Identity"
	FieldCertificates        Field = "ClientCertificates"
	FieldTLSMin              Field = "TLSMin"
	FieldTLSMax              Field = "TLSMax"
	FieldCipherSuites        Field = "CipherSuites"
	FieldResumption          Field = "Resumption"
	FieldSessionIDs          Field = "SessionIDs"
	FieldClearCommandChannel Field = "ClearCommandChannel"
	FieldDataProtection      Field = "DataProtection"
	FieldDataMode            Field = "DataMode"
	FieldNAT                 Field = "NAT"
	FieldAnyPeer             Field = "Data.AnyPeer"
	FieldActiveAddr          Field = "Data.ActiveAddr"
	FieldBlockedPorts        Field = "Data.BlockedPorts"
	FieldSync                Field = "SyncDataChannel"
	FieldQuirks              Field = "Quirks"
	FieldTimeout             Field = "Timeout"
	FieldKeepAlive           Field = "KeepAlive"
	FieldProxy               Field = "Proxy"
	FieldHopUser             Field = "Proxy.User"
	FieldHopPassword         Field = "Proxy.Password"
	FieldHopTLS              Field = "Proxy.TLS"
	FieldProxyGet            Field = "Proxy.Get"
	FieldDirectData          Field = "DirectData"
	FieldResume              Field = "TransferOptions.Resume"
	FieldRetry               Field = "TransferOptions.Retry"
	FieldRequire             Field = "TransferOptions.Require"
	FieldMaxSize             Field = "TransferOptions.MaxSize"
	FieldNoUploadProbe       Field = "NoUploadProbe"
	FieldType                Field = "Type"
	FieldStructure           Field = "Format.Structure"
	FieldMode                Field = "Format.Mode"
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
