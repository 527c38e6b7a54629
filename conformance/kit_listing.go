package conformance

// listings are the ways to list the current directory, for cases that need some transfer,
// whichever it is: a server may lack NLST, or want an argument for it, and that is for the
// cases on NLST to say.
var listings = []string{"NLST", "NLST .", "LIST"}

// listing returns the first way that this server has not been seen to lack.
func (t *T) listing() string { return listings[t.run.listing] }

// listOn lists the current directory on a data connection that open makes, anew for each
// way that is tried.
func (t *T) listOn(open func() *dataConn) *Transfer {
	for {
		x := t.beginOn(open(), t.listing())
		if !x.Refused() || !(unknown(x.First) || matches(x.First.Code, is(501, 504))) {
			return x
		}
		if t.run.listing == len(listings)-1 {
			t.Skipf("the server lists nothing: %s: %s", x.cmd, brief(x.First))
		}
		t.run.listing++
	}
}
