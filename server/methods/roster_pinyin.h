/*
 * roster_pinyin.h - Chinese names to what they are ordered and searched by: "张三丰" -> key "zhang san feng", initials
 * "zsf". ICU's Han-Latin, one character at a time, each asked once and then remembered. Not to be shared between
 * threads.
 */
#ifndef QX_ROSTER_PINYIN_H
#define QX_ROSTER_PINYIN_H

#include <stddef.h>

struct pinyin;
struct pinyin *pinyin_open(void); /* NULL: ICU has no Han-Latin here */
void pinyin_close(struct pinyin *);
/* `name` is UTF-8. Both buffers are always ended; what doesn't fit is cut at a syllable. */
void pinyin_of(struct pinyin *, const char *name, char *key, size_t key_len, char *initials, size_t initials_len);

#endif
