/*
 * cursor.h - opaque cursors of keyset paging: where the page before ended, sealed together with what it was a page of.
 *
 * A cursor holds the last row's key and id and a keyed hash over them, the method, the order and the filter. Another
 * filter's cursor, or one that somebody made up, doesn't open. It carries no right: the scope is applied anew at every
 * call.
 */
#ifndef QX_CURSOR_H
#define QX_CURSOR_H

#include "../server.h"

#include <sodium.h>

enum { CURSOR_KEY_MAX = 256, CURSOR_TEXT_MAX = 512 };

struct cursor {
    crypto_generichash_state bound; /* everything that makes the list what it is */
    uint8_t secret[32];
    char key[CURSOR_KEY_MAX];
    int64_t id;
};

void cursor_start(struct cursor *, const struct req *); /* binds the method and the chosen class */
void cursor_bind(struct cursor *, const char *value);   /* an order, a filter's value; NULL is not "" */
/* Fills key and id. false: not a cursor of this list. */
bool cursor_open(struct cursor *, const char *text);
/* The cursor behind the row with this key and id; text: CURSOR_TEXT_MAX bytes. false: the key is too long. */
bool cursor_seal(const struct cursor *, const char *key, int64_t id, char *text);

#endif
