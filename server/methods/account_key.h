/*
 * account_key.h - a line as in authorized_keys, read strictly: no options, one of ssh-ed25519,
 * ecdsa-sha2-nistp256/384/521, ssh-rsa of 3072 bits and more, the blob's inner type and lengths as they must be.
 */
#ifndef QX_ACCOUNT_KEY_H
#define QX_ACCOUNT_KEY_H

#include <stdbool.h>

enum { KEY_BLOB_MAX = 2100, KEY_TEXT_MAX = 2900 };

struct public_key {
    char kind[32], text[KEY_TEXT_MAX], comment[128];
    char fingerprint[64]; /* SHA256:… without padding, as ssh-keygen -l has it */
};

/* NULL: understood; else a stable id of what is wrong: format, kind, base64, blob, too_short. */
const char *public_key_read(const char *line, struct public_key *);

#endif
