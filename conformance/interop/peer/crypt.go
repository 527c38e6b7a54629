package peer

import (
	"bytes"
	"crypto/sha512"
)

// sha512Crypt returns the "$6$" password hash of the C library's crypt(3), which
// shadow files, ProFTPD's AuthUserFile and Pure-FTPd's database have in common:
// SHA-512 in 5000 rounds, as Ulrich Drepper's "Unix crypt using SHA-256 and
// SHA-512" describes it. The salt must have at most 16 characters.
func sha512Crypt(password, salt string) string {
	key, s := []byte(password), []byte(salt)
	b := sum(key, s, key)

	a := bytes.Join([][]byte{key, s, cycle(b, len(key))}, nil)
	for n := len(key); n > 0; n >>= 1 {
		if n&1 == 1 {
			a = append(a, b...)
		} else {
			a = append(a, key...)
		}
	}
	a = sum(a)

	p := cycle(sum(bytes.Repeat(key, len(key))), len(key))
	q := cycle(sum(bytes.Repeat(s, 16+int(a[0]))), len(s))
	for i := range 5000 {
		var in []byte
		first, last := a, p
		if i%2 == 1 {
			first, last = p, a
		}
		in = append(in, first...)
		if i%3 != 0 {
			in = append(in, q...)
		}
		if i%7 != 0 {
			in = append(in, p...)
		}
		a = sum(append(in, last...))
	}
	return "$6$" + salt + "$" + cryptBase64(a)
}

func sum(parts ...[]byte) []byte {
	h := sha512.Sum512(bytes.Join(parts, nil))
	return h[:]
}

// cycle returns n bytes: b, as often as it takes.
func cycle(b []byte, n int) []byte {
	return bytes.Repeat(b, n/len(b)+1)[:n]
}

// cryptBase64 encodes a SHA-512 sum with crypt's alphabet and byte order: 21
// groups of three bytes from the three thirds of the sum, in rotation, then the
// last byte alone; least significant six bits first.
func cryptBase64(h []byte) string {
	const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var out []byte
	emit := func(w uint, n int) {
		for range n {
			out = append(out, alphabet[w&63])
			w >>= 6
		}
	}
	x, y, z := 0, 21, 42
	for range 21 {
		emit(uint(h[x])<<16|uint(h[y])<<8|uint(h[z]), 4)
		x, y, z = y+1, z+1, x+1
	}
	emit(uint(h[63]), 2)
	return string(out)
}
