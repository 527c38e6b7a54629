// Package interop tests this module against FTP software that others wrote: the
// servers, proxies and client programs of Debian. Its tests are skipped, with the
// reason, where a program is missing; install.sh installs them all, and with
// FTPWIRE_INTEROP=required in the environment a missing one is a failure.
package interop
