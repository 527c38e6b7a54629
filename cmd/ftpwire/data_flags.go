package main

import (
	"net/netip"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/datachan"
)

// dataFlags say how data connections are opened. They are nil for commands that have none.
type dataFlags struct {
	mode, nat, sync *choice
	active, epsvAll bool
	anyPeer         bool
	peerPort        bool
	activeAddr      string
	activePorts     string
	blockedPorts    []string
	bothWays        bool // the command opens data connections in each mode

	sendBuffer, receiveBuffer maxSize
}

// maxBuffer bounds the buffers of sockets, which every system bounds lower.
const maxBuffer = 1 << 30

var dataModes = map[string]datachan.Mode{
	"epsv": datachan.ModeEPSV, "pasv": datachan.ModePASV,
	"active": datachan.ModeActive, "eprt": datachan.ModeEPRT, "port": datachan.ModePORT,
	"cpsv": datachan.ModeCPSV,
}

func (f *dataFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionData, func(fs *pflag.FlagSet) {
		f.mode = addChoice(cmd, "data-mode", "", "passive|epsv|pasv|active|eprt|port|cpsv", "who opens data connections, and how: passive, which is the default, epsv, pasv, active, eprt or port; cpsv is pasv with the server as TLS client of data connections, which then often has no certificate to prove who it is")
		f.mode.kind = "MODE"
		fs.BoolVar(&f.active, "active", false, "the server opens data connections: short for --data-mode active")
		f.nat = addChoice(cmd, "nat", "always", "auto|always|never", "whether the server is behind NAT, so that addresses in its replies are useless; always connects to the host of the control connection, never to the address in the reply, auto decides")
		fs.StringVar(&f.activeAddr, "active-address", "", "`ADDRESS` to announce in active mode (default: the local one)")
		fs.StringVar(&f.activePorts, "active-ports", "", "`PORTS` to listen on in active mode, such as 50000-50010")
		fs.BoolVar(&f.anyPeer, "any-peer", false, "in active mode let hosts other than the server open data connections, for servers with several addresses")
		fs.BoolVar(&f.peerPort, "active-peer-port", false, "in active mode take data connections only from the port below the server's own, which is 20 for 21")
		fs.StringArrayVar(&f.blockedPorts, "block-port", nil, "passive `PORTS` never to connect to; the server is asked for another (repeatable)")
		fs.BoolVar(&f.epsvAll, "epsv-all", false, "promise to use EPSV only (EPSV ALL)")
		fs.Var(&f.sendBuffer, "send-buffer", "let the system keep up to `SIZE` of a data connection that is not sent yet, such as 1M (default: its choice)")
		fs.Var(&f.receiveBuffer, "receive-buffer", "let the system keep up to `SIZE` of a data connection that is not read yet (default: its choice)")
		f.sync = addChoice(cmd, "sync-data", "auto", "auto|on|off", "whether TLS of a data connection waits for the reply to the command")
	})
}

func (f *dataFlags) apply(p *ftpwire.Profile) (err error) {
	if f.active && f.mode.value != "" {
		return usagef("--active and --data-mode exclude each other")
	}
	p.DataMode = dataModes[f.mode.value]
	if f.active {
		p.DataMode = datachan.ModeActive
	}
	active := f.bothWays || p.DataMode == datachan.ModeActive || p.DataMode == datachan.ModeEPRT || p.DataMode == datachan.ModePORT
	switch {
	case !active && (f.activeAddr != "" || f.activePorts != ""):
		return usagef("--active-address and --active-ports need active mode (--active)")
	case !active && f.anyPeer:
		return usagef("--any-peer needs active mode (--active)")
	case !active && f.peerPort:
		return usagef("--active-peer-port needs active mode (--active)")
	case f.epsvAll && p.DataMode != datachan.ModePassive && p.DataMode != datachan.ModeEPSV:
		return usagef("--epsv-all excludes every other way to open data connections")
	}
	p.NAT = map[string]datachan.NAT{"auto": datachan.NATAuto, "always": datachan.NATControlHost, "never": datachan.NATServer}[f.nat.value]
	p.SyncDataChannel = map[string]datachan.Sync{"auto": datachan.SyncAuto, "on": datachan.SyncOn, "off": datachan.SyncOff}[f.sync.value]
	p.Data.EPSVAll, p.Data.AnyPeer, p.Data.PeerPort = f.epsvAll, f.anyPeer, f.peerPort
	p.Data.SendBuffer, p.Data.ReceiveBuffer = int(min(f.sendBuffer, maxBuffer)), int(min(f.receiveBuffer, maxBuffer))
	if f.activeAddr != "" {
		if p.Data.ActiveAddr, err = netip.ParseAddr(f.activeAddr); err != nil {
			return usagef("--active-address: %q must be an IP address", f.activeAddr)
		}
	}
	if f.activePorts != "" {
		if p.Data.ActivePorts, err = datachan.ParsePortRange(f.activePorts); err != nil {
			return usagef("--active-ports: %w", err)
		}
	}
	for _, s := range f.blockedPorts {
		r, err := datachan.ParsePortRange(s)
		if err != nil {
			return usagef("--block-port: %w", err)
		}
		p.Data.BlockedPorts = append(p.Data.BlockedPorts, r)
	}
	return nil
}
