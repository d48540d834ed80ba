/*
 * cursor.c - seals and opens paging cursors: base64url of hash (16 bytes), id (8, big-endian), key.
 */
#include "cursor.h"

#include <string.h>

enum { HASH = 16, HEAD = HASH + 8 };

void cursor_start(struct cursor *c, const struct req *req)
{
    memcpy(c->secret, req->server->hmac_key, sizeof c->secret);
    crypto_generichash_init(&c->bound, c->secret, sizeof c->secret, HASH);
    c->key[0] = '\0';
    c->id = 0;
    cursor_bind(c, req->method->name);
    crypto_generichash_update(&c->bound, (const unsigned char *)&req->session.class_year,
                              sizeof req->session.class_year);
}

void cursor_bind(struct cursor *c, const char *value)
{
    const uint64_t len = value ? strlen(value) : UINT64_MAX;
    crypto_generichash_update(&c->bound, (const unsigned char *)&len, sizeof len);
    if (value)
        crypto_generichash_update(&c->bound, (const unsigned char *)value, len);
}

static void hash_of(const struct cursor *c, const uint8_t *values, size_t len, uint8_t hash[HASH])
{
    crypto_generichash_state state = c->bound;
    crypto_generichash_update(&state, values, len);
    crypto_generichash_final(&state, hash, HASH);
}

bool cursor_open(struct cursor *c, const char *text)
{
    uint8_t raw[HEAD + CURSOR_KEY_MAX], hash[HASH];
    size_t len = 0;
    if (sodium_base642bin(raw, sizeof raw - 1, text, strlen(text), NULL, &len, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        len < HEAD)
        return false;
    hash_of(c, raw + HASH, len - HASH, hash);
    if (sodium_memcmp(hash, raw, HASH) != 0)
        return false;
    uint64_t id = 0;
    for (size_t i = 0; i < 8; i++)
        id = id << 8 | raw[HASH + i];
    c->id = (int64_t)id;
    memcpy(c->key, raw + HEAD, len - HEAD);
    c->key[len - HEAD] = '\0';
    return true;
}

bool cursor_seal(const struct cursor *c, const char *key, int64_t id, char *text)
{
    uint8_t raw[HEAD + CURSOR_KEY_MAX];
    const size_t len = strlen(key);
    if (len >= CURSOR_KEY_MAX)
        return false;
    for (size_t i = 0; i < 8; i++)
        raw[HASH + i] = (uint8_t)((uint64_t)id >> (56 - 8 * i));
    memcpy(raw + HEAD, key, len);
    hash_of(c, raw + HASH, 8 + len, raw);
    return sodium_bin2base64(text, CURSOR_TEXT_MAX, raw, HEAD + len, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != NULL;
}
