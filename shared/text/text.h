/*
 * text.h - text as the terminal and the roster files have it. All strings are UTF-8 unless said otherwise.
 */
#ifndef QX_TEXT_H
#define QX_TEXT_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_valid(const char *s, size_t len);           /* strict: no surrogates, no overlong, no NUL */
size_t utf8_length(const char *s, size_t len);        /* characters */

/* Columns, by wcwidth() (what ncurses uses; LC_CTYPE must be C.UTF-8); an unprintable character counts as the 2 of 〓. */
int text_width(const char *s);
/*
 * Cut to at most `columns`, never through a glyph or a cluster; pads with spaces to exactly `columns` when `pad`. Ends with
 * … when it cut. Control characters and unprintables become 〓. Answers bytes written (without the NUL); buf is always ended.
 */
size_t text_fit(char *buf, size_t len, const char *s, int columns, bool pad);

/* 110108********0027, 138****5678, z***@example.cn: `kind` as enum mask of forms.h. Answers bytes written. */
size_t text_mask(char *buf, size_t len, const char *s, int kind);

/*
 * A roster file's bytes to UTF-8: a BOM is dropped; UTF-8 if all of it is, else GB18030 if all of it is, else refused with
 * the offset of the first byte that neither takes. *out is malloc'd, the caller's. `encoding`: "UTF-8" or "GB18030".
 */
bool text_to_utf8(const char *in, size_t len, char **out, size_t *outlen, const char **encoding, size_t *bad_at);

/* Time: Unix milliseconds <-> RFC 3339 at +08:00 ("2026-06-30T15:59:15.000+08:00"). buf: 40 bytes. */
void time_format(char *buf, size_t len, long long ms);
bool time_parse(const char *s, long long *ms);

#endif
