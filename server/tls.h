/* tls.h - certificate, key and what a handshake may cost. */
#ifndef PL_SERVER_TLS_H
#define PL_SERVER_TLS_H

#include "plimsoll/base.h"

#define PL_TLS_PROBLEM_ROOM 512

/* TLS 1.2 and 1.3, ECDHE, AEAD; no tickets. spec: server.md 4.1 */
#define PL_TLS_PRIORITY                                                                                                \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM:"         \
	"+AES-256-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD:-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256:"                       \
	"+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-RSA-PSS-RSAE-SHA256:"                \
	"+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-EDDSA-ED25519:-GROUP-ALL:+GROUP-X25519:"    \
	"+GROUP-SECP256R1:+GROUP-SECP384R1:%SERVER_PRECEDENCE:%NO_TICKETS:%PROFILE_MEDIUM"

/* A pair that has been checked. The texts are NUL-terminated PEM on the heap. */
struct pl_tls {
	char *cert, *key;
	size_t cert_len, key_len;
	int64_t not_after; /* seconds since 1970 */
	bool key_readable_by_others;
};

/* Reads and checks both files: expired, not yet valid, without subjectAltName, weak, of another key, or open to others.
 * False and a sentence for the operator on failure. */
bool pl_tls_load(const char *cert_path, const char *key_path, struct pl_tls *ret_tls,
		 char ret_problem[PL_TLS_PROBLEM_ROOM]);
/* Wipes and frees the texts. */
void pl_tls_wipe(struct pl_tls *tls);
/* Bounds the handshake of a new session (a gnutls_session_t). */
void pl_tls_bound(void *session, unsigned handshake_ms);

#endif
