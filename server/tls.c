/* tls.c - the only file that speaks to GnuTLS.
 *
 * A certificate that clients would reject is refused at start, where an operator looks, and not at the first review,
 * where the API server would count a failed call. spec: server.md 2.1 (SAN, SHA-1), 4.1, 4.5 */
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX	(256 * 1024)
#define RSA_BITS_MIN	2048u
#define HELLO_BYTES_MAX (32u * 1024u)
#define STAMP_ROOM	32

struct check {
	const char *cert_path, *key_path;
	struct pl_tls *tls;
	char *problem;
};

static bool fail(struct check *c, const char *path, const char *fmt, ...) PL_PRINTF(3, 4);
static bool fail(struct check *c, const char *path, const char *fmt, ...)
{
	va_list ap;
	int len = snprintf(c->problem, PL_TLS_PROBLEM_ROOM, "%.200s: ", path);
	va_start(ap, fmt);
	vsnprintf(c->problem + len, PL_TLS_PROBLEM_ROOM - (size_t)len, fmt, ap);
	va_end(ap);
	return false;
}

static bool read_open(struct check *c, const char *path, int fd, size_t size, char **ret_text)
{
	char *text = malloc(size + 1);
	size_t len = 0;
	ssize_t n = 1;
	if (!text)
		return fail(c, path, "out of memory");
	while (len < size && n != 0) {
		n = read(fd, text + len, size - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno != EINTR)
			break;
	}
	text[len] = '\0';
	*ret_text = text;
	return len == size || fail(c, path, "cannot be read whole");
}

/* Whether the file of the key is nobody else's business. */
static bool check_access(struct check *c, const struct stat *st)
{
	if (st->st_mode & S_IWOTH)
		return fail(c, c->key_path,
			    "others may write this key, so it may be theirs: make a new pair, and keep the key at mode "
			    "0600");
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return fail(c, c->key_path,
			    "the key belongs to another user (uid %u); it must belong to root or to uid %u",
			    (unsigned)st->st_uid, (unsigned)geteuid());
	c->tls->key_readable_by_others = (st->st_mode & S_IRWXO) != 0;
	return true;
}

static bool read_file(struct check *c, const char *path, char **ret_text, size_t *ret_len)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail(c, path, "cannot be opened: %s", strerror(errno));
	bool ok = false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		fail(c, path, "not a regular file");
	else if (st.st_size == 0 || st.st_size > FILE_MAX)
		fail(c, path, "%s", st.st_size ? "larger than 256 KiB" : "empty");
	else if (path != c->key_path || check_access(c, &st))
		ok = read_open(c, path, fd, (size_t)st.st_size, ret_text);
	close(fd);
	*ret_len = ok ? (size_t)st.st_size : 0;
	return ok;
}

static const char *stamp(time_t at, char text[STAMP_ROOM])
{
	struct tm utc = {0};
	gmtime_r(&at, &utc);
	strftime(text, STAMP_ROOM, "%Y-%m-%d %H:%M:%S UTC", &utc);
	return text;
}

static bool check_dates(struct check *c, gnutls_x509_crt_t leaf)
{
	time_t now = time(NULL), from = gnutls_x509_crt_get_activation_time(leaf);
	time_t until = gnutls_x509_crt_get_expiration_time(leaf);
	char text[STAMP_ROOM];
	if (from == (time_t)-1 || until == (time_t)-1)
		return fail(c, c->cert_path, "the certificate's dates cannot be read");
	if (now < from)
		return fail(c, c->cert_path, "the certificate is not valid before %s; check the clock",
			    stamp(from, text));
	if (now > until)
		return fail(c, c->cert_path, "the certificate expired on %s; renew it", stamp(until, text));
	c->tls->not_after = until;
	return true;
}

/* spec: server.md 2.1: the API server looks at subjectAltName only. */
static bool check_names(struct check *c, gnutls_x509_crt_t leaf)
{
	char name[256];
	for (unsigned i = 0;; i++) {
		size_t size = sizeof name;
		unsigned type, critical;
		int kind = gnutls_x509_crt_get_subject_alt_name2(leaf, i, name, &size, &type, &critical);
		if (kind == GNUTLS_SAN_DNSNAME || kind == GNUTLS_SAN_IPADDRESS)
			return true;
		if (kind == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (kind < 0)
			break;
	}
	return fail(
		c, c->cert_path,
		"the certificate names no DNS name or address in subjectAltName; API servers do not look at its common "
		"name");
}

static bool check_strength(struct check *c, gnutls_x509_crt_t leaf)
{
	unsigned bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(leaf, &bits);
	int signature = gnutls_x509_crt_get_signature_algorithm(leaf);
	if (algorithm < 0 || signature < 0)
		return fail(c, c->cert_path, "the certificate's algorithms cannot be read");
	if (algorithm == GNUTLS_PK_RSA && bits < RSA_BITS_MIN)
		return fail(c, c->cert_path, "an RSA key of %u bits is too short; take ECDSA P-256", bits);
	if (!gnutls_sign_is_secure2((gnutls_sign_algorithm_t)signature, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
		return fail(c, c->cert_path, "the certificate is signed with %s, which clients reject",
			    gnutls_sign_get_name((gnutls_sign_algorithm_t)signature));
	return true;
}

static bool check_cert(struct check *c)
{
	gnutls_x509_crt_t *chain = NULL;
	unsigned count = 0;
	gnutls_datum_t pem = {(unsigned char *)c->tls->cert, (unsigned)c->tls->cert_len};
	int err = gnutls_x509_crt_list_import2(&chain, &count, &pem, GNUTLS_X509_FMT_PEM,
					       GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
	if (err < 0 || count == 0)
		return fail(c, c->cert_path, "no PEM certificate chain, the server's own first: %s",
			    gnutls_strerror(err));
	bool ok = check_dates(c, chain[0]) && check_names(c, chain[0]) && check_strength(c, chain[0]);
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	return ok;
}

/* Whether key and certificate are a pair. */
static bool check_pair(struct check *c)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t cert = {(unsigned char *)c->tls->cert, (unsigned)c->tls->cert_len};
	gnutls_datum_t key = {(unsigned char *)c->tls->key, (unsigned)c->tls->key_len};
	if (gnutls_certificate_allocate_credentials(&credentials) < 0)
		return fail(c, c->cert_path, "out of memory");
	int err = gnutls_certificate_set_x509_key_mem2(credentials, &cert, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_certificate_free_credentials(credentials);
	if (err == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return fail(c, c->key_path, "the key does not belong to the certificate %.200s", c->cert_path);
	return err >= 0 || fail(c, c->key_path, "the key cannot be read: %s", gnutls_strerror(err));
}

bool pl_tls_load(const char *cert_path, const char *key_path, struct pl_tls *ret_tls,
		 char ret_problem[PL_TLS_PROBLEM_ROOM])
{
	struct pl_tls tls = {0};
	struct check c = {cert_path, key_path, &tls, ret_problem};
	if (read_file(&c, cert_path, &tls.cert, &tls.cert_len) && read_file(&c, key_path, &tls.key, &tls.key_len) &&
	    check_cert(&c) && check_pair(&c)) {
		*ret_tls = tls;
		return true;
	}
	pl_tls_wipe(&tls);
	return false;
}

void pl_tls_wipe(struct pl_tls *tls)
{
	if (tls->key)
		explicit_bzero(tls->key, tls->key_len);
	free(tls->key);
	free(tls->cert);
	tls->key = tls->cert = NULL;
	tls->key_len = tls->cert_len = 0;
}

void pl_tls_bound(void *session, unsigned handshake_ms)
{
	gnutls_handshake_set_timeout(session, handshake_ms);
	gnutls_handshake_set_max_packet_length(session, HELLO_BYTES_MAX);
}
