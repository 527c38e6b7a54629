package parse

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"hash/crc32"
	"iter"
	"slices"
	"strings"
)

// A HashAlgorithm is an algorithm by which servers compute sums of files.
type HashAlgorithm struct {
	Name     string           // as draft-bryan-ftpext-hash spells it: "SHA-256"
	Digits   int              // hexadecimal digits of a sum
	Commands []string         // the commands that have it without HASH, the usual one first
	New      func() hash.Hash // a new hash, which computes the sum here
}

// hashTable is the one list of algorithms: those that HashAlgorithms yields, best first.
// SHA-256 is before SHA-512, which proves no more in practice and costs more. SHA-1, MD5
// and CRC32 do not protect against tampering.
var hashTable = []HashAlgorithm{
	{"SHA-256", 64, []string{"XSHA256"}, sha256.New},
	{"SHA-512", 128, []string{"XSHA512"}, sha512.New},
	{"SHA-384", 96, []string{"XSHA384"}, sha512.New384},
	{"SHA-224", 56, []string{"XSHA224"}, sha256.New224},
	{"SHA-1", 40, []string{"XSHA1", "XSHA"}, sha1.New},
	{"MD5", 32, []string{"XMD5", "MD5"}, md5.New},
	{"CRC32", 8, []string{"XCRC"}, func() hash.Hash { return crc32.NewIEEE() }},
}

// hashLengths are the digits of other algorithms that replies name. Nobody asks for
// their sums.
var hashLengths = map[string]int{
	"ADLER32": 8, "SHA3-224": 56, "SHA-512/224": 56, "SHA3-256": 64, "SHA-512/256": 64, "SHA3-384": 96, "SHA3-512": 128,
}

// HashAlgorithms yields the algorithms whose sums can be asked for and computed, best
// first.
func HashAlgorithms() iter.Seq[HashAlgorithm] { return slices.Values(hashTable) }

// HashAlgorithmNamed returns the algorithm with a name as servers and people write it:
// capitals, hyphens and underscores do not count, and SHA is SHA-1.
func HashAlgorithmNamed(name string) (HashAlgorithm, bool) {
	plain := plainHash(name)
	if plain == "SHA" {
		plain = "SHA1"
	}
	return hashWhere(func(a HashAlgorithm) bool { return plainHash(a.Name) == plain })
}

func hashWhere(is func(HashAlgorithm) bool) (HashAlgorithm, bool) {
	if i := slices.IndexFunc(hashTable, is); i >= 0 {
		return hashTable[i], true
	}
	return HashAlgorithm{}, false
}

var hashPunctuation = strings.NewReplacer("-", "", "_", "")

func plainHash(name string) string { return hashPunctuation.Replace(strings.ToUpper(name)) }

// Short returns the name as people type it: "sha256".
func (a HashAlgorithm) Short() string { return strings.ToLower(plainHash(a.Name)) }

// hashVerb returns the algorithm of a command: "" for HASH, whose reply tells it.
func hashVerb(verb string) (alg string, ok bool) {
	if verb = strings.ToUpper(verb); verb == "HASH" {
		return "", true
	}
	a, ok := hashWhere(func(a HashAlgorithm) bool { return slices.Contains(a.Commands, verb) })
	return a.Name, ok
}

// hashDigits returns how many hexadecimal digits the sums of alg have, or 0 if that is not known.
func hashDigits(alg string) int {
	if a, ok := hashWhere(func(a HashAlgorithm) bool { return a.Name == alg }); ok {
		return a.Digits
	}
	return hashLengths[alg]
}

// hashByLength returns the algorithm that sums of so many digits are by, as a rule.
func hashByLength(digits int) string {
	a, _ := hashWhere(func(a HashAlgorithm) bool { return a.Digits == digits })
	return a.Name
}

// hashName returns the name of an algorithm as the draft spells it, or "" if s is none.
func hashName(s string) string {
	s = strings.TrimPrefix(strings.ToUpper(strings.Trim(s, `"':=`)), "X")
	if s == "CRC" {
		s = "CRC32"
	}
	if a, ok := HashAlgorithmNamed(s); ok {
		return a.Name
	}
	if hashLengths[s] > 0 {
		return s
	}
	return ""
}
