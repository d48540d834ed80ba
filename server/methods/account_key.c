/*
 * account_key.c - SSH public keys of an account: reading a line, and the three methods.
 */
#include "account_key.h"

#include "../../shared/text/text.h"
#include "account.h"
#include "change.h"
#include "rows.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_MAX = 20, RSA_BITS_MIN = 3072, RSA_BITS_MAX = 16384 };

/* ------------------------------------------------------------------ the blob, RFC 4253 6.6, 5656 3.1, 8709 4 */

struct blob {
    const uint8_t *at;
    size_t left;
};

static bool take(struct blob *b, const uint8_t **s, size_t *len)
{
    if (b->left < 4)
        return false;
    const size_t n = (size_t)b->at[0] << 24 | (size_t)b->at[1] << 16 | (size_t)b->at[2] << 8 | b->at[3];
    if (n > b->left - 4)
        return false;
    *s = b->at + 4;
    *len = n;
    b->at += 4 + n;
    b->left -= 4 + n;
    return true;
}

static const char *check_ed25519(struct blob *b)
{
    const uint8_t *s;
    size_t len;
    return take(b, &s, &len) && len == 32 && b->left == 0 ? NULL : "blob";
}

/* The curve's name again, then the point, uncompressed. */
static const char *check_ecdsa(struct blob *b, const char *curve, size_t bytes)
{
    const uint8_t *s;
    size_t len;
    if (!take(b, &s, &len) || len != strlen(curve) || memcmp(s, curve, len) != 0)
        return "blob";
    return take(b, &s, &len) && len == 1 + 2 * bytes && s[0] == 4 && b->left == 0 ? NULL : "blob";
}

static size_t bits_of(const uint8_t *s, size_t len)
{
    while (len && !*s) {
        s++;
        len--;
    }
    size_t bits = len * 8;
    for (unsigned top = len ? *s : 0; top && top < 128; top <<= 1)
        bits--;
    return bits;
}

static const char *check_rsa(struct blob *b)
{
    const uint8_t *exponent, *modulus;
    size_t elen, mlen;
    if (!take(b, &exponent, &elen) || !take(b, &modulus, &mlen) || b->left != 0 || elen == 0 || mlen == 0 ||
        modulus[0] & 128)
        return "blob";
    if (bits_of(exponent, elen) < 2 || bits_of(modulus, mlen) > RSA_BITS_MAX)
        return "blob";
    return bits_of(modulus, mlen) < RSA_BITS_MIN ? "too_short" : NULL;
}

static const struct key_kind {
    const char *kind, *curve;
    size_t bytes;
} kinds[] = {{"ssh-ed25519", NULL, 32},
             {"ssh-rsa", NULL, 0},
             {"ecdsa-sha2-nistp256", "nistp256", 32},
             {"ecdsa-sha2-nistp384", "nistp384", 48},
             {"ecdsa-sha2-nistp521", "nistp521", 66}};

static const struct key_kind *kind_find(const char *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].kind, kind))
            return &kinds[i];
    return NULL;
}

static const char *check_blob(const struct key_kind *kind, const uint8_t *bytes, size_t len)
{
    struct blob b = {bytes, len};
    const uint8_t *inner;
    size_t inner_len;

    if (!take(&b, &inner, &inner_len) || inner_len != strlen(kind->kind) || memcmp(inner, kind->kind, inner_len) != 0)
        return "blob";
    if (kind->curve)
        return check_ecdsa(&b, kind->curve, kind->bytes);
    return kind->bytes ? check_ed25519(&b) : check_rsa(&b);
}

/* ------------------------------------------------------------------ the line */

/* The next word, cut out; false: none, or longer than the buffer. */
static bool word(const char **line, char *buf, size_t size)
{
    *line += strspn(*line, " \t");
    const size_t n = strcspn(*line, " \t\r\n");
    if (n == 0 || n >= size)
        return false;
    memcpy(buf, *line, n);
    buf[n] = '\0';
    *line += n;
    return true;
}

const char *public_key_read(const char *line, struct public_key *key)
{
    uint8_t blob[KEY_BLOB_MAX], hash[crypto_hash_sha256_BYTES];
    size_t len;
    char *end;

    if (!word(&line, key->kind, sizeof key->kind))
        return "format";
    const struct key_kind *kind = kind_find(key->kind);
    if (!kind)
        return "kind"; /* options stand there, too: none are taken */
    if (!word(&line, key->text, sizeof key->text))
        return "format";
    line += strspn(line, " \t");
    if (line[strcspn(line, "\r\n")] && line[strcspn(line, "\r\n")] != '\r' && line[strcspn(line, "\r\n") + 1])
        return "format"; /* a second line */
    snprintf(key->comment, sizeof key->comment, "%.*s", (int)strcspn(line, "\r\n"), line);
    if (!utf8_valid(key->comment, strlen(key->comment)))
        key->comment[0] = '\0';
    if (sodium_base642bin(blob, sizeof blob, key->text, strlen(key->text), NULL, &len, (const char **)&end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        *end)
        return "base64";
    const char *wrong = check_blob(kind, blob, len);
    if (wrong)
        return wrong;
    crypto_hash_sha256(hash, blob, len);
    memcpy(key->fingerprint, "SHA256:", 8);
    sodium_bin2base64(key->fingerprint + 7, sizeof key->fingerprint - 7, hash, sizeof hash,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    return NULL;
}

/* ------------------------------------------------------------------ the methods */

struct keys {
    struct public_key key;
    char account[24], session[24];
};

static struct keys *keys_start(struct req *req)
{
    struct keys *k = req->state = req_alloc(req, sizeof *k);
    snprintf(k->account, sizeof k->account, "%" PRId64, req->session.account_id);
    snprintf(k->session, sizeof k->session, "%" PRId64, req->session.session_id);
    return k;
}

static void listed(struct req *req, const struct db_rows *rows)
{
    struct pack *p = req_result(req);
    pack_map(p, 1);
    pack_key(p, "rows");
    pack_array(p, (size_t)db_nrows(rows));
    for (int row = 0; row < db_nrows(rows); row++) {
        char at[64];
        row_time(at, sizeof at, row_text(rows, row, "added_at"));
        pack_map(p, 4);
        pack_kstr(p, "fingerprint", row_text(rows, row, "fingerprint"));
        pack_kstr(p, "kind", row_text(rows, row, "kind"));
        pack_kstr(p, "comment", row_text(rows, row, "comment"));
        pack_kstr(p, "added_at", at);
    }
    req_reply(req);
}

void account_keys(struct req *req)
{
    const struct keys *k = keys_start(req);
    req_read(req, DB_READ, "account_keys", 2, (const char *const[]){req->session.account_school, k->account}, listed);
}

static void added(struct req *req, const struct db_rows *rows)
{
    if (db_nrows(rows) == 0) {
        answer_field(req, "key", "too_many");
        return;
    }
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_kstr(p, "outcome", outcome_code(OUT_OK));
    pack_kstr(p, "fingerprint", row_text(rows, 0, "fingerprint"));
    req_reply(req);
}

void account_key_add(struct req *req)
{
    struct keys *k = keys_start(req);
    const char *wrong = public_key_read(req_str(req, "key"), &k->key);
    char max[8];

    if (wrong) {
        answer_field(req, "key", wrong);
        return;
    }
    snprintf(max, sizeof max, "%d", KEYS_MAX);
    const char *const values[] = {req->session.account_school,
                                  k->account,
                                  k->key.fingerprint,
                                  k->key.kind,
                                  k->key.text,
                                  k->key.comment,
                                  k->session,
                                  req->session.address,
                                  max};
    req_read(req, DB_HEAVY, "account_key_add", 9, values, added);
}

static void removed(struct req *req, const struct db_rows *rows)
{
    req_outcome(req, db_nrows(rows) ? OUT_OK : OUT_NOT_FOUND);
}

void account_key_remove(struct req *req)
{
    const struct keys *k = keys_start(req);
    const char *const values[] = {req->session.account_school, k->account, req_str(req, "fingerprint"), k->session,
                                  req->session.address};
    req_read(req, DB_HEAVY, "account_key_remove", 5, values, removed);
}
