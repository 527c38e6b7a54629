package interop

import (
	"bytes"
	endian "encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

// runInNamespace runs cmd in a network namespace of its own, and in a user namespace
// where that takes one. It returns what cmd printed.
func runInNamespace(cmd *exec.Cmd) ([]byte, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
			return nil, &noNamespaceError{err}
		}
		return nil, err
	}
	err := cmd.Wait()
	return out.Bytes(), err
}

// furnish brings the loopback interface of a new namespace up and gives it the
// addresses of the cases, servers', clients' and those of data connections. What is
// not among them can't be reached.
func furnish(cases []natCase) error {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	v4, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(v4)
	if err := ioctl(v4, syscall.SIOCSIFFLAGS, ifreq("lo", u16(syscall.IFF_UP|syscall.IFF_RUNNING))); err != nil {
		return fmt.Errorf("bringing lo up: %w", err)
	}
	seen := map[netip.Addr]bool{netip.MustParseAddr("127.0.0.1"): true}
	for _, c := range cases {
		for _, s := range []string{c.server, c.client, c.at} {
			a, err := netip.ParseAddr(s)
			if a = a.WithZone(""); err != nil || seen[a] {
				continue
			}
			seen[a] = true
			if a.Is4() {
				err = addIPv4(v4, fmt.Sprintf("lo:%d", len(seen)), a)
			} else {
				err = addIPv6(lo.Index, a)
			}
			if err != nil {
				return fmt.Errorf("adding %s: %w", a, err)
			}
		}
	}
	return nil
}

func addIPv4(fd int, label string, a netip.Addr) error {
	sockaddr := func(b [4]byte) []byte {
		return append(u16(syscall.AF_INET), 0, 0, b[0], b[1], b[2], b[3])
	}
	if err := ioctl(fd, syscall.SIOCSIFADDR, ifreq(label, sockaddr(a.As4()))); err != nil {
		return err
	}
	// Without it, loopback would answer for the whole network of the address.
	return ioctl(fd, syscall.SIOCSIFNETMASK, ifreq(label, sockaddr([4]byte{255, 255, 255, 255})))
}

func addIPv6(index int, a netip.Addr) error {
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	b := a.As16()
	req := endian.NativeEndian.AppendUint32(b[:], 128)
	if a.IsLinkLocalUnicast() {
		endian.NativeEndian.PutUint32(req[16:], 64)
	}
	return ioctl(fd, syscall.SIOCSIFADDR, endian.NativeEndian.AppendUint32(req, uint32(index)))
}

func u16(n uint16) []byte { return endian.NativeEndian.AppendUint16(nil, n) }

// ifreq is the kernel's struct of that name.
func ifreq(name string, value []byte) []byte {
	b := make([]byte, 40)
	copy(b[:15], name)
	copy(b[16:], value)
	return b
}

func ioctl(fd int, request uintptr, arg []byte) error {
	if _, _, no := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(&arg[0]))); no != 0 {
		return no
	}
	return nil
}
