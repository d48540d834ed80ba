/*
 * utf8.h - what the files of this folder share about UTF-8.
 */
#ifndef QX_UTF8_H
#define QX_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* One character at `s`: answers its bytes, 0 when it is none (NUL, cut off, malformed). */
size_t utf8_decode(const char *s, size_t len, uint32_t *c);
size_t utf8_bad_at(const char *s, size_t len); /* offset of the first byte that isn't UTF-8; len: all of it is */

#endif
