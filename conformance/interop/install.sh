#!/bin/sh
# install.sh makes the FTP servers, proxies and clients of the interop tests available on
# Debian 12, as root. The server packages conflict with each other, so they are
# not installed: each is unpacked into its own folder of a cache, and only the
# shared libraries they miss and the client programs are installed.
#
# Usage: install.sh [--refresh]
#   --refresh   unpack the servers again, in the version the archive has now
#
# Environment: FTPWIRE_INTEROP_CACHE, the cache folder (~/.cache/ftpwire/interop).
# A second run with everything in place touches neither network nor disk.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${FTPWIRE_INTEROP_CACHE:-${HOME:?HOME is not set}/.cache/ftpwire/interop}

# A server is a folder of the cache and the packages unpacked into it.
servers='vsftpd=vsftpd
proftpd=proftpd-core,proftpd-mod-crypto
pure-ftpd=pure-ftpd
pyftpdlib=python3-pyftpdlib
inetutils-ftpd=inetutils-ftpd
linux-ftpd=ftpd-ssl
twisted=python3-twisted,python3-zope.interface,python3-constantly,python3-incremental,python3-attr,python3-automat,python3-hyperlink,python3-idna
aioftp=python3-aioftp
ftp-proxy=ftp-proxy
squid=squid,squid-common,squid-langpack
tinyproxy=tinyproxy-bin
microsocks=microsocks
danted=dante-server'

# What the packages above depend on and a bare system may lack. A library has a
# package whose name carries its soname, so a change of release shows up as an
# error of apt-get here, and missing ones are found by ldd below.
libraries='libacl1 libaudit1 libcap-ng0 libcap2 libcom-err2 libcrypt1 libecap3 libgnutls30 libgssapi-krb5-2
libhiredis0.14 libidn2-0 libkrb5-3 libldap-2.5-0 libltdl7 libmemcached11
libmemcachedutil2 libnetfilter-conntrack3 libnettle8 libncursesw6 libnsl2 libpam-modules
libpam0g libpcre2-8-0 libpcre2-posix3 libsasl2-2 libsodium23 libssl3 libsystemd0 libtdb1
libtinfo6 libtirpc3 libwrap0 netbase zlib1g
python3 python3-openssl openssl libc-bin'

clients='curl lftp wget ca-certificates'

say() { printf 'install.sh: %s\n' "$*"; }
die() { printf 'install.sh: error: %s\n' "$*" >&2; exit 1; }

refresh=
case ${1-} in
'') ;;
--refresh) refresh=yes ;;
*) die "unknown argument $1 (usage: install.sh [--refresh])" ;;
esac

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 "$@"
}

# have PACKAGE: it is installed.
have() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# update fetches the package lists, once a run.
updated=
update() {
	[ -z "$updated" ] || return 0
	updated=yes
	say 'fetching the package lists'
	apt update >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; die 'apt-get update failed'; }
}

# with_update COMMAND...: run it; where it fails, the package lists may be
# absent or older than the archive, so fetch them and try once more.
with_update() {
	"$@" >"$work/apt.log" 2>&1 && return 0
	update
	"$@" >"$work/apt.log" 2>&1 && return 0
	cat "$work/apt.log" >&2
	return 1
}

install_missing() {
	missing=
	for p in $libraries $clients; do
		have "$p" || missing="$missing $p"
	done
	if [ -z "$missing" ]; then
		say 'libraries and clients: all there'
		return 0
	fi
	# shellcheck disable=SC2086 # a list of words
	with_update apt install -y --no-install-recommends $missing || die "cannot install:$missing"
	say "installed:$missing"
}

# unpack NAME PACKAGES: fill $cache/NAME. The folder appears in one rename, so
# that an interrupted run never leaves half a server behind.
unpack() {
	name=$1 packages=$(echo "$2" | tr , ' ')
	if [ -z "$refresh" ] && [ -f "$cache/$name/.packages" ]; then
		say "$name: there ($(tr '\n' ' ' <"$cache/$name/.packages" | sed 's/ $//'))"
		return 0
	fi
	mkdir "$work/deb.$name" "$work/$name"
	cd "$work/deb.$name"
	# shellcheck disable=SC2086 # a list of words
	with_update apt download $packages || die "cannot download $packages"
	for deb in *.deb; do
		dpkg-deb -x "$deb" "$work/$name" || die "cannot unpack $deb"
		# shellcheck disable=SC2016 # dpkg-deb fills it in
		dpkg-deb -W --showformat='${Package} ${Version}\n' "$deb" >>"$work/$name/.packages"
	done
	cd /
	rm -rf "${cache:?}/$name"
	mv "$work/$name" "$cache/$name"
	say "$name: unpacked $(tr '\n' ' ' <"$cache/$name/.packages" | sed 's/ $//') into $cache/$name"
}

# build_goftp: fill $cache/goftp from the module beside this script.
build_goftp() {
	if [ -z "$refresh" ] && [ -x "$cache/goftp/goftp" ] && [ -z "$(find "$here/goftp" -newer "$cache/goftp/goftp" -type f)" ]; then
		say 'goftp: there'
		return 0
	fi
	mkdir -p "$work/goftp"
	(cd "$here/goftp" && go build -buildvcs=false -o "$work/goftp/goftp" .) || die 'cannot build goftp'
	rm -rf "$cache/goftp"
	mv "$work/goftp" "$cache/goftp"
	say "goftp: built $("$cache/goftp/goftp" -version)"
}

# check FILE: it is there and all of its libraries are found.
check() {
	[ -e "$cache/$1" ] || die "$cache/$1 is missing; try $0 --refresh"
	lost=$(ldd "$cache/$1" | sed -n 's/^[[:space:]]*\(.*\) => not found/\1/p' | tr '\n' ' ')
	[ -z "$lost" ] || die "$cache/$1 lacks libraries: $lost"
}

[ "$(uname -s)" = Linux ] || die 'the servers are Debian packages: run this on Debian 12'
command -v apt-get >/dev/null || die 'apt-get not found: run this on Debian 12'
command -v dpkg-deb >/dev/null || die 'dpkg-deb not found: run this on Debian 12'
# shellcheck source=/dev/null
. /etc/os-release
[ "${ID-}${VERSION_ID-}" = debian12 ] || say "warning: made for Debian 12, this is ${PRETTY_NAME-unknown}"

[ "$(id -u)" = 0 ] || die 'must run as root (it installs libraries)'

mkdir -p "$cache"
work=$(mktemp -d "$cache/.install.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

install_missing
for s in $servers; do
	unpack "${s%%=*}" "${s#*=}"
done
build_goftp

check vsftpd/usr/sbin/vsftpd
check proftpd/usr/sbin/proftpd
check proftpd/usr/lib/proftpd/mod_tls.so
check pure-ftpd/usr/sbin/pure-ftpd
check pure-ftpd/usr/bin/pure-pw
check inetutils-ftpd/usr/sbin/ftpd
check linux-ftpd/usr/sbin/in.ftpd
check goftp/goftp
check ftp-proxy/usr/sbin/ftp-proxy
check squid/usr/sbin/squid
for helper in basic_ncsa_auth digest_file_auth ntlm_fake_auth; do
	check "squid/usr/lib/squid/$helper"
done
check tinyproxy/usr/bin/tinyproxy
check microsocks/usr/bin/microsocks
check danted/usr/sbin/danted
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$cache/pyftpdlib/usr/lib/python3/dist-packages" \
	/usr/bin/python3 -c 'import pyftpdlib.handlers as h; h.TLS_FTPHandler' ||
	die 'pyftpdlib does not load, or without TLS'
for module in twisted.protocols.ftp aioftp; do
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$cache/${module%%.*}/usr/lib/python3/dist-packages" \
		/usr/bin/python3 -W ignore -c "import $module" || die "$module does not load"
done
say "ready: $cache"
