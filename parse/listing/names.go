package listing

// readNames reads lines that are names and nothing else, as of NLST and of servers that know no more (Cisco IOS, NCSA
// Telnet on the Macintosh). A name that ends in a slash is a directory's, and loses it. Any line could be such a
// name: the format is never detected, only read where it is asked for.
func readNames(l *lister, w *words, e *Entry) error {
	if l.o.Dialect != "names" {
		return errOther
	}
	e.Name = w.line
	if n := len(e.Name) - 1; n > 0 && e.Name[n] == '/' {
		e.Kind, e.Name = KindDir, e.Name[:n]
	}
	return nil
}
