/*
 * mask.c - personal numbers as they are shown to those who need not know them whole (X1.5).
 *
 * What a mask hides never depends on whether the value is well-formed: a short or odd value is hidden all the more.
 */
#include "text.h"

#include "../domain/forms.h"
#include "utf8.h"

#include <string.h>

/* Characters kept at both ends, and how long a value must be at least for that; a shorter one is all stars. */
static const struct {
    size_t head, tail, least;
} kept[] = {
    [MASK_IDENTITY] = {6, 4, 15},
    [MASK_PHONE] = {3, 4, 10},
};

/* The next character of *s, byte for byte where it isn't UTF-8. */
static size_t character(const char *s)
{
    uint32_t c;
    const size_t n = utf8_decode(s, strlen(s), &c);
    return n ? n : 1;
}

static size_t count(const char *s)
{
    size_t n = 0;
    while (*s) {
        s += character(s);
        n++;
    }
    return n;
}

static size_t mask_middle(char *buf, size_t len, const char *s, size_t head, size_t tail)
{
    size_t at = 0;
    const size_t total = count(s);
    for (size_t i = 0; i < total; i++) {
        const size_t n = character(s);
        const bool shown = i < head || i >= total - tail;
        if (at + (shown ? n : 1) >= len)
            break;
        if (shown)
            memcpy(buf + at, s, n);
        else
            buf[at] = '*';
        at += shown ? n : 1;
        s += n;
    }
    buf[at] = '\0';
    return at;
}

/* The first character and the domain; the stars don't tell how long the name is. */
static size_t mask_email(char *buf, size_t len, const char *s)
{
    const char *domain = strrchr(s, '@');
    if (!domain || domain == s)
        return mask_middle(buf, len, s, 0, 0);
    const size_t first = character(s), n = first + 3 + strlen(domain);
    if (n >= len)
        return mask_middle(buf, len, s, 0, 0);
    memcpy(buf, s, first);
    memcpy(buf + first, "***", 3);
    memcpy(buf + first + 3, domain, strlen(domain) + 1);
    return n;
}

size_t text_mask(char *buf, size_t len, const char *s, int kind)
{
    if (len == 0)
        return 0;
    if (kind == MASK_NONE)
        return mask_middle(buf, len, s, SIZE_MAX, 0);
    if (kind == MASK_EMAIL)
        return mask_email(buf, len, s);
    if (kind != MASK_IDENTITY && kind != MASK_PHONE)
        return mask_middle(buf, len, s, 0, 0);
    const bool long_enough = count(s) >= kept[kind].least;
    return mask_middle(buf, len, s, long_enough ? kept[kind].head : 0, long_enough ? kept[kind].tail : 0);
}
