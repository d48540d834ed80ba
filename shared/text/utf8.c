/*
 * utf8.c - UTF-8 as this program takes it: shortest forms only, no surrogates, nothing above U+10FFFF, no NUL (neither
 * a C string nor PostgreSQL's text can hold one).
 */
#include "text.h"

#include "utf8.h"

#include <stdint.h>
#include <string.h>

static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000}; /* smallest code point of a form of that many bytes */

size_t utf8_decode(const char *s, size_t len, uint32_t *c)
{
    const uint8_t *p = (const uint8_t *)s;
    if (len == 0 || p[0] == 0)
        return 0;
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }
    const size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || len < n)
        return 0;
    uint32_t v = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (p[i] & 0x3f);
    }
    if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return 0;
    *c = v;
    return n;
}

/* Bytes that are all ASCII and not NUL, eight at a time. */
static size_t ascii_prefix(const char *s, size_t len)
{
    size_t i = 0;
    for (uint64_t w; i + 8 <= len; i += 8) {
        memcpy(&w, s + i, 8);
        if ((w | (w - 0x0101010101010101u)) & 0x8080808080808080u)
            break;
    }
    return i;
}

size_t utf8_bad_at(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len) {
        i += ascii_prefix(s + i, len - i);
        if (i == len)
            break;
        uint32_t c;
        const size_t n = utf8_decode(s + i, len - i, &c);
        if (n == 0)
            return i;
        i += n;
    }
    return len;
}

bool utf8_valid(const char *s, size_t len)
{
    return utf8_bad_at(s, len) == len;
}

size_t utf8_length(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((uint8_t)s[i] & 0xc0) != 0x80;
    return n;
}
