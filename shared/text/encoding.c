/*
 * encoding.c - a roster file's bytes to UTF-8. School software exports UTF-8 or GB18030 (of which GBK and GB2312 are
 * parts), with or without a byte order mark, and never says which.
 */
#include "text.h"

#include "utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#define UTF8_BOM "\xef\xbb\xbf"
#define GB18030_BOM "\x84\x31\x95\x33"

static size_t bom_length(const char *in, size_t len, const char *bom)
{
    const size_t n = strlen(bom);
    return len >= n && memcmp(in, bom, n) == 0 ? n : 0;
}

/* malloc'd and ended by a NUL that isn't counted. */
static bool copy(const char *in, size_t len, char **out, size_t *outlen)
{
    *out = malloc(len + 1);
    if (!*out)
        return false;
    memcpy(*out, in, len);
    (*out)[len] = '\0';
    *outlen = len;
    return true;
}

/* Two bytes of GB18030 become at most three of UTF-8, one byte one, four bytes at most four. */
static bool from_gb18030(const char *in, size_t len, char **out, size_t *outlen, size_t *bad_at)
{
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    const size_t room = len + len / 2 + 1;
    char *src = (char *)in, *dst;
    size_t left = len, free_bytes = room;
    *bad_at = 0;
    if (cd == (iconv_t)-1)
        return false;
    dst = *out = malloc(room + 1);
    const bool whole = dst && iconv(cd, &src, &left, &dst, &free_bytes) != (size_t)-1;
    iconv_close(cd);
    const char *nul = memchr(in, '\0', len);
    if (!whole || nul) {
        *bad_at = nul && nul < src ? (size_t)(nul - in) : (size_t)(src - in);
        free(*out);
        *out = NULL;
        return false;
    }
    *outlen = (size_t)(dst - *out);
    *dst = '\0';
    return true;
}

bool text_to_utf8(const char *in, size_t len, char **out, size_t *outlen, const char **encoding, size_t *bad_at)
{
    *out = NULL;
    *outlen = 0;
    *encoding = "UTF-8";
    const size_t bom = bom_length(in, len, UTF8_BOM);
    const size_t utf8_bad = bom + utf8_bad_at(in + bom, len - bom);
    *bad_at = utf8_bad;
    if (utf8_bad == len)
        return copy(in + bom, len - bom, out, outlen);
    if (bom)
        return false; /* it says what it is, so the first bad byte is the answer */
    *encoding = "GB18030";
    const size_t gb_bom = bom_length(in, len, GB18030_BOM);
    if (!from_gb18030(in + gb_bom, len - gb_bom, out, outlen, bad_at)) {
        *bad_at += gb_bom;
        if (*bad_at < utf8_bad)
            *bad_at = utf8_bad; /* "neither takes it": the encoding that came further is the likelier one */
        return false;
    }
    return true;
}
