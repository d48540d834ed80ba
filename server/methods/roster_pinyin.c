/*
 * roster_pinyin.c - names in pinyin. A reading is the commonest one of each character: it orders and finds, it isn't
 * shown.
 */
#include "roster_pinyin.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { HAN_FIRST = 0x3400, HAN_LAST = 0x9fff, SYLLABLE = 8 };

struct pinyin {
    UTransliterator *latin;
    char cache[HAN_LAST - HAN_FIRST + 1][SYLLABLE]; /* "" = not asked yet */
};

struct pinyin *pinyin_open(void)
{
    static const UChar id[] = u"Han-Latin; Latin-ASCII; Lower";
    UErrorCode status = U_ZERO_ERROR;
    struct pinyin *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->latin = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    if (U_SUCCESS(status))
        return p;
    free(p);
    return NULL;
}

void pinyin_close(struct pinyin *p)
{
    if (!p)
        return;
    utrans_close(p->latin);
    free(p);
}

/* The letters of one character, in lower case; "" for what has none. */
static void ask(struct pinyin *p, UChar32 c, char out[SYLLABLE])
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[32];
    int32_t len = 0, limit;
    size_t n = 0;

    U16_APPEND_UNSAFE(text, len, c);
    limit = len;
    utrans_transUChars(p->latin, text, &len, 32, 0, &limit, &status);
    for (int32_t i = 0; U_SUCCESS(status) && i < len && n + 1 < SYLLABLE; i++)
        if (text[i] < 128 && isalnum(text[i]))
            out[n++] = (char)tolower(text[i]);
    out[n] = '\0';
}

static const char *syllable(struct pinyin *p, UChar32 c, char own[SYLLABLE])
{
    if (c < HAN_FIRST || c > HAN_LAST) {
        ask(p, c, own);
        return own;
    }
    char *cached = p->cache[c - HAN_FIRST];
    if (!*cached)
        ask(p, c, cached);
    return cached;
}

static void append(char *buf, size_t len, size_t *n, const char *s, size_t slen)
{
    if (*n + slen + 1 > len)
        return;
    memcpy(buf + *n, s, slen);
    *n += slen;
    buf[*n] = '\0';
}

void pinyin_of(struct pinyin *p, const char *name, char *key, size_t key_len, char *initials, size_t initials_len)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[256];
    int32_t len = 0;
    size_t nkey = 0, ninitials = 0;
    bool apart = true; /* a Latin word goes on without a space */

    key[0] = initials[0] = '\0';
    u_strFromUTF8(text, 256, &len, name, -1, &status);
    if (U_FAILURE(status))
        return; /* longer than any name, or not UTF-8: neither gets here */
    for (int32_t i = 0; i < len;) {
        char own[SYLLABLE];
        const UChar32 c = text[i++]; /* names beyond the basic plane are rare enough to be passed over */
        const char *s = syllable(p, c, own);
        if (!*s) {
            apart = true;
            continue;
        }
        const bool starts = apart || c >= HAN_FIRST;
        if (starts && nkey)
            append(key, key_len, &nkey, " ", 1);
        append(key, key_len, &nkey, s, strlen(s));
        if (starts)
            append(initials, initials_len, &ninitials, s, 1);
        apart = c >= HAN_FIRST;
    }
}
