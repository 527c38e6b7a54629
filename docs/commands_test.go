package docs_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The pages whose commands are not run, with the reasons.
var notRun = map[string]string{
	"benchmarks.md": "they take minutes, and compare with programs that need not be there",
	"servers.md":    "they build and start other servers",
}

// TestCommands runs the commands of each page, in order, in one shell: the lines of its
// blocks marked "sh". A command must end with exit code 0, or with N if a comment after it
// says "exit N". If a block marked "text" follows, the output of the sh block must have
// its lines, in order; "…" in a line stands for anything, and a line "…" for any lines.
//
// The hosts are those of a [world]. In place of port 2121 of localhost, which may be taken,
// there is a free one, and in place of proxy.example.com the proxy of the world.
// As the servers are reached through that one, fxp has to take the addresses that they name.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the command")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "ftpwire"), root+"/cmd/ftpwire").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../README.md") {
		if notRun[page] != "" {
			continue
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		blocks := shellBlocks(string(text))
		if len(blocks) == 0 {
			continue
		}
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			runPage(t, bash, bin, blocks)
		})
	}
}

// A shellBlock is a block of commands, and the output that the page promises.
type shellBlock struct {
	commands []shellCommand
	want     []string
}

// A shellCommand is one command, which may have several lines.
type shellCommand struct {
	line int // of the page
	text string
	exit string
}

var exitComment = regexp.MustCompile(`#.*\bexit (\d+)\b`)

// shellBlocks returns the commands of a page.
func shellBlocks(page string) (blocks []shellBlock) {
	const outside = "-"
	fence, after := outside, false // after: the last thing was a block of commands
	var more string
	for i, line := range strings.Split(page, "\n") {
		mark, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && fence == outside:
			if fence = mark; fence == "sh" {
				blocks = append(blocks, shellBlock{})
			} else if fence == "text" && !after {
				fence = ""
			}
		case isFence:
			after = fence == "sh"
			fence = outside
		case fence == "text":
			blocks[len(blocks)-1].want = append(blocks[len(blocks)-1].want, line)
		case fence == "sh" && (strings.HasSuffix(line, `\`) || strings.HasSuffix(line, "|")):
			more += line + "\n"
		case fence == "sh" && (more != "" || strings.TrimSpace(line) != "" && !strings.HasPrefix(strings.TrimSpace(line), "#")):
			c := shellCommand{line: i + 1, text: more + line, exit: "0"}
			if m := exitComment.FindStringSubmatch(c.text); m != nil {
				c.exit = m[1]
			}
			b := &blocks[len(blocks)-1]
			b.commands, more = append(b.commands, c), ""
		case fence == outside && strings.TrimSpace(line) != "":
			after = false
		}
	}
	return blocks
}

// elsewhere are the commands of Go and of package managers, which the tests of this module
// are run by, or which need a network.
var elsewhere = regexp.MustCompile(`^(go (run|test|install|get|mod|doc) |apt-get |curl )`)

// runPage runs the commands of one page in a world of its own.
func runPage(t *testing.T, bash, bin string, blocks []shellBlock) {
	w := newWorld(t)
	port := freePort(t)
	var script strings.Builder
	script.WriteString("set -o pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n")
	for i, b := range blocks {
		for _, c := range b.commands {
			if elsewhere.MatchString(c.text) {
				continue
			}
			fmt.Fprintf(&script, "%s\n", strings.NewReplacer("localhost:2121", "localhost:"+port, "proxy.example.com:1080", w.proxy, "proxy.example.com:3128", w.proxy, "ftpwire fxp ", "ftpwire fxp --nat never ").Replace(c.text))
			fmt.Fprintf(&script, "{ echo \"\n@ %d %d $?\"; } 2>&1\n", i, c.line)
			if command, _, _ := strings.Cut(c.text, "#"); strings.HasSuffix(strings.TrimSpace(command), "&") {
				fmt.Fprintf(&script, "for try in {1..100}; do (exec 9<>/dev/tcp/localhost/%s) 2>/dev/null && break; sleep 0.05; done\n", port)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bash, "-c", script.String())
	cmd.Dir, cmd.Env = w.dir, append(w.env, "PATH="+bin+":"+os.Getenv("PATH"))
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Errorf("the commands did not end: %v", err)
	}
	printed := strings.ReplaceAll(string(out), "localhost:"+port, "localhost:2121")
	t.Log(printed)
	judge(t, blocks, printed)
}

var mark = regexp.MustCompile(`(?s)^(.*?)\n@ (\d+) (\d+) (\d+)\n`)

// judge compares the output of all commands with what the page says.
func judge(t *testing.T, blocks []shellBlock, out string) {
	for i, b := range blocks {
		var printed strings.Builder
		for _, c := range b.commands {
			if elsewhere.MatchString(c.text) {
				continue
			}
			m := mark.FindStringSubmatch(out)
			if m == nil || m[2] != fmt.Sprint(i) || m[3] != fmt.Sprint(c.line) {
				t.Fatalf("line %d: %s\nwas not run to its end:\n%s", c.line, c.text, out)
			}
			out = out[len(m[0]):]
			printed.WriteString(m[1])
			if m[4] != c.exit {
				t.Errorf("line %d: %s\nexit code %s, the page says %s:\n%s", c.line, c.text, m[4], c.exit, m[1])
			}
		}
		if missing, ok := lacks(printed.String(), b.want); ok {
			t.Errorf("line %d: the page promises the line\n%s\nin\n%s", b.commands[0].line, missing, printed.String())
		}
	}
}

// lacks returns the first of the lines that the output does not have where it should.
func lacks(output string, want []string) (missing string, ok bool) {
	lines := strings.Split(output, "\n")
	for _, line := range want {
		if line = strings.TrimSpace(line); line == "" || line == "…" {
			continue
		}
		pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + "$")
		found := false
		for len(lines) > 0 && !found {
			found = pattern.MatchString(strings.TrimSpace(lines[0]))
			lines = lines[1:]
		}
		if !found {
			return line, true
		}
	}
	return "", false
}

// freePort returns a port on which nothing listens.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
