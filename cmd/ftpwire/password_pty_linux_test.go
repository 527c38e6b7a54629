package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// openTerminal returns the two ends of a pseudo terminal: a person's and a process's.
func openTerminal(t *testing.T) (person, process *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo terminals here:", err)
	}
	t.Cleanup(func() { person.Close() })
	var unlock, n int32
	for request, arg := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &n} {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request, uintptr(unsafe.Pointer(arg))); e != 0 {
			t.Skip("no pseudo terminals here:", e)
		}
	}
	process, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo terminals here:", err)
	}
	t.Cleanup(func() { process.Close() })
	return person, process
}

// A sitting is a command at a terminal.
type sitting struct {
	t      *testing.T
	person *os.File
	tty    *os.File
	cmd    *exec.Cmd
	screen buffer
}

func sit(t *testing.T, args ...string) *sitting {
	t.Helper()
	name, err := built()
	if err != nil {
		t.Fatal(err)
	}
	s := &sitting{t: t, cmd: exec.Command(name, args...)}
	s.person, s.tty = openTerminal(t)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.tty, s.tty, s.tty
	dir := t.TempDir()
	s.cmd.Env = []string{"HOME=" + dir, "FTPWIRE_TRUST=" + dir + "/trusted"}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} // of standard input
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	go io.Copy(&s.screen, s.person)
	return s
}

// sees waits until text is on the screen, after what was there in earlier calls.
func (s *sitting) sees(text string) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(s.screen.String(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%q did not come:\n%s", text, s.screen.String())
		}
	}
}

// types writes keys. If they are secret, it waits until the terminal takes them without
// showing them.
func (s *sitting) types(keys string, secret bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); secret && s.mode()&syscall.ECHO != 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatal("the terminal shows what is typed")
		}
	}
	io.WriteString(s.person, keys)
}

func (s *sitting) ends(code int) {
	s.t.Helper()
	err := s.cmd.Wait()
	exit, _ := errors.AsType[*exec.ExitError](err)
	if got := s.cmd.ProcessState.ExitCode(); got != code || exit != nil && !exit.Exited() {
		s.t.Errorf("it ended with %v, want %d:\n%s", err, code, s.screen.String())
	}
	if s.mode()&syscall.ECHO == 0 {
		s.t.Error("the terminal does not show what is typed any more")
	}
}

// mode returns the local modes of the terminal.
func (s *sitting) mode() uint32 {
	var state syscall.Termios
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, s.tty.Fd(), syscall.TCGETS, uintptr(unsafe.Pointer(&state))); e != 0 {
		s.t.Fatal(e)
	}
	return state.Lflag
}

func TestPasswordAtTerminal(t *testing.T) {
	t.Parallel()
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	t.Run("typed", func(t *testing.T) {
		t.Parallel()
		s := sit(t, "ls", f.url+"/")
		s.sees("Accept it?")
		s.types("o\n", false)
		s.sees("Password for alice at 127.0.0.1: ")
		s.types("wrong\n", true)
		s.sees("Once more, and no further")
		s.types(testPassword+"\n", true)
		s.sees("hello.txt")
		s.ends(exitGood)
		if text := s.screen.String(); strings.Contains(text, testPassword) || strings.Contains(text, "wrong") {
			t.Errorf("a password is on the screen:\n%s", text)
		}
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		t.Parallel()
		s := sit(t, "ls", "--insecure", f.url+"/")
		s.sees("Password for alice at 127.0.0.1: ")
		s.types("half\x03", true)
		s.ends(exitInterrupted)
		s.sees("interrupted")
	})
	t.Run("Ctrl-D", func(t *testing.T) {
		t.Parallel()
		s := sit(t, "ls", "--insecure", f.url+"/")
		s.sees("Password for alice at 127.0.0.1: ")
		s.types("\x04", true)
		s.sees("no password was given")
		s.ends(exitUsage)
	})
}
