package otp

import (
	"encoding/binary"
	"math/bits"
)

// md4 is RFC 1320. It is no hash for anything new, and stands here because servers
// of RFC 1760 want it.
func md4(message []byte) (sum [16]byte) {
	state := [4]uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}
	padded := append([]byte(nil), message...)
	padded = append(padded, 0x80)
	for len(padded)%64 != 56 {
		padded = append(padded, 0)
	}
	padded = binary.LittleEndian.AppendUint64(padded, uint64(len(message))*8)
	for ; len(padded) > 0; padded = padded[64:] {
		md4Block(&state, padded[:64])
	}
	for i, s := range state {
		binary.LittleEndian.PutUint32(sum[4*i:], s)
	}
	return sum
}

// md4Rounds are the three rounds of RFC 1320, Section 3.4: function, constant,
// shifts, and the order of the words.
var md4Rounds = [3]struct {
	mix    func(x, y, z uint32) uint32
	add    uint32
	shifts [4]int
	order  [16]int
}{
	{func(x, y, z uint32) uint32 { return x&y | ^x&z }, 0, [4]int{3, 7, 11, 19},
		[16]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
	{func(x, y, z uint32) uint32 { return x&y | x&z | y&z }, 0x5a827999, [4]int{3, 5, 9, 13},
		[16]int{0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}},
	{func(x, y, z uint32) uint32 { return x ^ y ^ z }, 0x6ed9eba1, [4]int{3, 9, 11, 15},
		[16]int{0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}},
}

func md4Block(state *[4]uint32, block []byte) {
	a, b, c, d := state[0], state[1], state[2], state[3]
	for _, round := range md4Rounds {
		for i, k := range round.order {
			x := binary.LittleEndian.Uint32(block[4*k:])
			a = bits.RotateLeft32(a+round.mix(b, c, d)+x+round.add, round.shifts[i%4])
			a, b, c, d = d, a, b, c
		}
	}
	state[0] += a
	state[1] += b
	state[2] += c
	state[3] += d
}
