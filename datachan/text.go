package datachan

import "github.com/ftpwire/ftpwire/protocol/errtext"

// MarshalText is String.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (m *Mode) UnmarshalText(text []byte) (err error) {
	*m, err = errtext.Choose("mode of data connections", text, ModePassive, ModeEPSV, ModePASV, ModeActive, ModeEPRT, ModePORT, ModeCPSV)
	return err
}

// MarshalText is String.
func (s Sync) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (s *Sync) UnmarshalText(text []byte) (err error) {
	*s, err = errtext.Choose("synchronisation of data connections", text, SyncAuto, SyncOn, SyncOff)
	return err
}

// MarshalText is String.
func (n NAT) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what String writes, in either case.
func (n *NAT) UnmarshalText(text []byte) (err error) {
	*n, err = errtext.Choose("NAT policy", text, NATControlHost, NATServer, NATAuto)
	return err
}

// MarshalText is String.
func (r PortRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is ParsePortRange, with the zero range for "".
func (r *PortRange) UnmarshalText(text []byte) (err error) {
	*r = PortRange{}
	if len(text) > 0 {
		*r, err = ParsePortRange(string(text))
	}
	return err
}
