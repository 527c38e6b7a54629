package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namesOfUs are the names of this module in a page: of a package, of a method of a Client, of
// a field of a Profile or of TransferOptions.
var namesOfUs = regexp.MustCompile(`\b(ftpwire|client|Profile|TransferOptions|datachan)\.([A-Z]\w*)`)

// TestMigration finds each name of this module that migration.md has in the API.
func TestMigration(t *testing.T) {
	page, err := os.ReadFile("migration.md")
	if err != nil {
		t.Fatal(err)
	}
	api := map[string]string{}
	for _, file := range []string{"ftpwire", "control", "datachan"} {
		text, err := os.ReadFile(filepath.Join("api", file+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		api[file] = string(text)
	}
	found := namesOfUs.FindAllStringSubmatch(string(page), -1)
	for _, m := range found {
		of, name := m[1], m[2]
		known := false
		switch of {
		case "ftpwire", "datachan":
			known = hasName(api[of], `(func|type|const|var) `+name)
		case "client":
			known = hasName(api["ftpwire"], `method \(\*Client\) `+name)
		case "Profile": // it embeds control.Config
			known = hasName(api["ftpwire"], `type Profile struct, `+name) || hasName(api["control"], `type Config struct, `+name)
		case "TransferOptions":
			known = hasName(api["ftpwire"], `type TransferOptions struct, `+name)
		}
		if !known {
			t.Errorf("there is no %s.%s", of, name)
		}
	}
	if len(found) < 30 || strings.Count(string(page), "\n| `") < 30 {
		t.Errorf("%d names were found", len(found))
	}
}

func hasName(api, pattern string) bool {
	return regexp.MustCompile(`(?m)^` + pattern + `\b`).MatchString(api)
}
