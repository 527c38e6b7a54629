module github.com/ftpwire/ftpwire/parse/bench

go 1.26.0

require (
	github.com/ftpwire/ftpwire v0.0.0
	github.com/jlaffaye/ftp v0.2.4
)

require golang.org/x/text v0.43.0 // indirect

replace github.com/ftpwire/ftpwire => ../..
