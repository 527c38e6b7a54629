// Package scan holds the small steps that parsers of text are made of: what a byte is, where digits end, which number they are.
package scan
