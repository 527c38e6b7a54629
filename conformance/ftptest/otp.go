package ftptest

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/control/otp"
)

// An OneTime makes a user's password one of RFC 2289: the reply to USER holds a
// challenge, and PASS has to answer it with the hash of the next lower number.
// The server takes answers in hexadecimal digits and in six words.
type OneTime struct {
	// Hash is "md5" or "sha1". If empty, it is "md5".
	Hash string

	// Sequence is the number of the first challenge. It goes down by one with every
	// login; after 1 all logins fail. If zero, it is 99.
	Sequence int

	// Seed is 1 to 16 letters and digits. If empty, it is "ftp1".
	Seed string
}

// check refuses what RFC 2289 does not allow.
func (o *OneTime) check(user string) error {
	switch {
	case o.Hash != "" && o.Hash != "md5" && o.Hash != "sha1":
		return fmt.Errorf("ftptest: user %s: there is no hash %q", user, o.Hash)
	case len(o.Seed) > 16 || strings.Trim(strings.ToLower(o.Seed), "abcdefghijklmnopqrstuvwxyz0123456789") != "":
		return fmt.Errorf("ftptest: user %s: the seed is not 1 to 16 letters and digits", user)
	case o.Sequence < 0 || o.Sequence > 9999:
		return fmt.Errorf("ftptest: user %s: the sequence number is not one of 1 to 9999", user)
	}
	return nil
}

// A counter is the state of a user's one-time passwords. It outlives sessions.
type counter struct {
	mu    sync.Mutex
	left  map[*User]int // number of the next challenge
	stuck bool          // a fault: it does not go down
}

// next returns the number of the user's challenge.
func (c *counter) next(u *User) int {
	if n, ok := c.left[u]; ok {
		return n
	}
	if u.OneTime.Sequence == 0 {
		return 99
	}
	return u.OneTime.Sequence
}

func (u *User) otpHash() string {
	if u.OneTime.Hash == "" {
		return "md5"
	}
	return u.OneTime.Hash
}

func (u *User) otpSeed() string {
	if u.OneTime.Seed == "" {
		return "ftp1"
	}
	return strings.ToLower(u.OneTime.Seed) // RFC 2289, Section 6.0
}

// challenge returns the user's challenge (RFC 2289, Section 6.1).
func (s *Server) challenge(u *User) string {
	s.otp.mu.Lock()
	defer s.otp.mu.Unlock()
	return fmt.Sprintf("otp-%s %d %s ext", u.otpHash(), s.otp.next(u), u.otpSeed())
}

// answer reports whether a response is right, and counts it if so: the same one
// never works twice.
func (s *Server) answer(u *User, response string) bool {
	s.otp.mu.Lock()
	defer s.otp.mu.Unlock()
	n := s.otp.next(u)
	if n < 1 {
		return false
	}
	key := oneTimePassword(u.otpHash(), u.Password, u.otpSeed(), n)
	if !equal(string(key[:]), string(readResponse(response))) && !equal(otp.Response(key).Words(), sixWords(response)) {
		return false
	}
	if !s.otp.stuck {
		s.otp.left[u] = n - 1
	}
	return true
}

// oneTimePassword computes a password of RFC 2289, Section 6: the hash of seed and
// pass-phrase, folded to 64 bits, and hashed n times more.
func oneTimePassword(hash, secret, seed string, n int) (key [8]byte) {
	fold := foldMD5
	if hash == "sha1" {
		fold = foldSHA1
	}
	key = fold([]byte(seed + secret))
	for range n {
		key = fold(key[:])
	}
	return key
}

// foldMD5 folds the 128 bits of MD5 to 64 (RFC 2289, Appendix A).
func foldMD5(b []byte) (key [8]byte) {
	sum := md5.Sum(b)
	for i := range key {
		key[i] = sum[i] ^ sum[i+8]
	}
	return key
}

// foldSHA1 folds words in the order of a little-endian machine (RFC 2289,
// Appendix A).
func foldSHA1(b []byte) (key [8]byte) {
	sum := sha1.Sum(b)
	var w [5]uint32
	for i := range w {
		w[i] = binary.BigEndian.Uint32(sum[4*i:])
	}
	binary.LittleEndian.PutUint32(key[:], w[0]^w[2]^w[4])
	binary.LittleEndian.PutUint32(key[4:], w[1]^w[3])
	return key
}

// sixWords returns a response in words as they are compared, without "word:" before
// them (RFC 2243).
func sixWords(response string) string {
	text := strings.ToUpper(strings.Join(strings.Fields(response), " "))
	return strings.TrimSpace(strings.TrimPrefix(text, "WORD:"))
}

// readResponse returns the 64 bits of a response, or nil: hexadecimal digits with
// or without blanks, or "hex:" before them (RFC 2243).
func readResponse(response string) []byte {
	text := strings.ToLower(strings.Join(strings.Fields(response), ""))
	text = strings.TrimPrefix(text, "hex:")
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 8 {
		return nil
	}
	return key
}
