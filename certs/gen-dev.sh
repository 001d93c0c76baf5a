#!/bin/sh
# gen-dev.sh - a certificate authority and a server certificate for development, by openssl, into a directory.
#
# usage: certs/gen-dev.sh [DIRECTORY]      (default: build/certs)
# Makes ca.crt ca.key server.crt server.key, ECDSA P-256. A pair that is still valid for a day is kept, so it may be run before
# every start. Keys are mode 0600. PLIMSOLL_DNS adds names: a list with commas.
set -eu

dir=${1:-build/certs}
days=30
a_day=86400
service=plimsolld.plimsoll-system
names="DNS:localhost,DNS:$service.svc,DNS:$service.svc.cluster.local,DNS:$service,IP:127.0.0.1,IP:::1"
for name in $(printf '%s' "${PLIMSOLL_DNS:-}" | tr ',' ' '); do
	names="$names,DNS:$name"
done

case $dir in
-*)
	echo "usage: certs/gen-dev.sh [DIRECTORY]   writes ca.crt, ca.key, server.crt and server.key there (default: build/certs)" >&2
	exit 2
	;;
esac
mkdir -p "$dir"
cd "$dir"
umask 077

fresh() {
	[ -s "$1.crt" ] && [ -s "$1.key" ] && openssl x509 -in "$1.crt" -noout -checkend "$a_day" >/dev/null 2>&1
}

if ! fresh ca; then
	rm -f server.crt
	openssl ecparam -name prime256v1 -genkey -noout -out ca.key
	openssl req -x509 -new -sha256 -key ca.key -days "$days" -subj "/CN=plimsoll development CA" \
		-addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
		-out ca.crt
fi

if ! fresh server || ! openssl verify -CAfile ca.crt server.crt >/dev/null 2>&1 || [ "$(cat names 2>/dev/null)" != "$names" ]; then
	openssl ecparam -name prime256v1 -genkey -noout -out server.key
	printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=%s\n' \
		"$names" > server.ext
	openssl req -new -sha256 -key server.key -subj "/CN=plimsolld" |
		openssl x509 -req -sha256 -CA ca.crt -CAkey ca.key -CAcreateserial -days "$days" -extfile server.ext \
			-out server.crt 2>/dev/null
	rm -f server.ext
	printf '%s\n' "$names" > names
fi
chmod 0600 ca.key server.key
chmod 0644 ca.crt server.crt
