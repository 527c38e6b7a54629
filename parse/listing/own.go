package listing

import "errors"

// ownLine sets l.e to what the caller's parser makes of a line. It returns
// errors.ErrUnsupported, maybe wrapped, for a line that the parser leaves to others.
func (l *lister) ownLine(line string) error {
	e, err := l.own(line)
	switch {
	case errors.Is(err, ErrNotEntry):
		return l.refuse(line, ErrNotEntry)
	case errors.Is(err, errors.ErrUnsupported):
		return err
	case err == nil && e.Name == "":
		err = errors.New("the caller's parser returned an entry without a name")
		fallthrough
	case err != nil:
		return l.refuse(line, lineError(line, err))
	}
	l.more = l.more[:0]
	if e.Raw == "" {
		e.Raw = line
	}
	if e.Dialect == "" {
		e.Dialect = "own"
	}
	text, encoding := e.Text, e.Encoding
	l.e = e
	if l.finish(); text != "" {
		l.e.Text, l.e.Encoding = text, encoding
	}
	return nil
}
