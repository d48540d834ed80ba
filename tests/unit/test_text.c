/*
 * test_text.c - UTF-8, widths and cutting, masks, encodings, times.
 */
#include "shared/text/text.h"

#include "shared/domain/forms.h"
#include "unit.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ------------------------------------------------------------------ UTF-8 */

static bool valid(const char *s)
{
    return utf8_valid(s, strlen(s));
}

static void utf8_examples(void)
{
    CU_ASSERT(valid("") && valid("plain") && valid("北京市") && valid("\xf0\x9f\x98\x80") && valid("\xf4\x8f\xbf\xbf"));
    CU_ASSERT_FALSE(valid("\xc0\x80"));         /* overlong NUL */
    CU_ASSERT_FALSE(valid("\xe0\x9f\xbf"));     /* overlong */
    CU_ASSERT_FALSE(valid("\xf0\x8f\xbf\xbf")); /* overlong */
    CU_ASSERT_FALSE(valid("\xed\xa0\x80"));     /* surrogate */
    CU_ASSERT_FALSE(valid("\xf4\x90\x80\x80")); /* above U+10FFFF */
    CU_ASSERT_FALSE(valid("\x80") || valid("\xbf") || valid("\xfe") || valid("\xff"));
    CU_ASSERT_FALSE(valid("\xe5\x8c") ||
                    valid("\xe5\x8c"
                          "a") ||
                    valid("\xe5"));
    CU_ASSERT_FALSE(utf8_valid("a\0b", 3));
    CU_ASSERT_FALSE(utf8_valid("12345678\0", 9) || utf8_valid("1234567\0"
                                                              "12345678",
                                                              16));
    CU_ASSERT_EQUAL(utf8_length("a北京\xf0\x9f\x98\x80", 11), 4);
}

/* Every code point, encoded by hand: accepted exactly when it is a character. */
static void utf8_every_code_point(void)
{
    size_t wrong = 0;
    for (uint32_t c = 1; c < 0x120000; c++) {
        const unsigned char s[4] = {(unsigned char)(0xf0 | c >> 18), (unsigned char)(0x80 | (c >> 12 & 0x3f)),
                                    (unsigned char)(0x80 | (c >> 6 & 0x3f)), (unsigned char)(0x80 | (c & 0x3f))};
        const unsigned char three[3] = {(unsigned char)(0xe0 | c >> 12), s[2], s[3]};
        const unsigned char two[2] = {(unsigned char)(0xc0 | c >> 6), s[3]};
        const bool character = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        wrong += utf8_valid((const char *)s, 4) != (c >= 0x10000 && character);
        if (c < 0x10000)
            wrong += utf8_valid((const char *)three, 3) != (c >= 0x800 && character);
        if (c < 0x800)
            wrong += utf8_valid((const char *)two, 2) != (c >= 0x80);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* ------------------------------------------------------------------ widths */

static const char *fit(const char *s, int columns, bool pad)
{
    static char buf[256];
    const size_t n = text_fit(buf, sizeof buf, s, columns, pad);
    CU_ASSERT_EQUAL(n, strlen(buf));
    return buf;
}

static void widths(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    CU_ASSERT_EQUAL(text_width(""), 0);
    CU_ASSERT_EQUAL(text_width("abc"), 3);
    CU_ASSERT_EQUAL(text_width("北京abc"), 7);
    CU_ASSERT_EQUAL(text_width("e\xcc\x81"), 1);   /* e and a combining accent */
    CU_ASSERT_EQUAL(text_width("\x1b[0m"), 2 + 3); /* a control character is drawn 〓 */
    CU_ASSERT_EQUAL(text_width("\xff"), 2);
}

static void fitting(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    SAME_TEXT(fit("北京市", 6, false), "北京市");
    SAME_TEXT(fit("北京市", 5, false), "北京…");
    SAME_TEXT(fit("北京市", 4, false), "北…");
    SAME_TEXT(fit("北京市", 4, true), "北… ");
    SAME_TEXT(fit("北京市", 1, true), "…");
    SAME_TEXT(fit("北京市", 0, true), "");
    SAME_TEXT(fit("北京", 7, true), "北京   ");
    SAME_TEXT(fit("abcdef", 4, false), "abc…");
    SAME_TEXT(fit("e\xcc\x81"
                  "abc",
                  2, false),
              "e\xcc\x81…"); /* the accent stays with its letter */
    SAME_TEXT(fit("a\tb", 9, false), "a〓b");
    SAME_TEXT(fit("a\xe2\x80\xa8"
                  "b",
                  9, false),
              "a〓b"); /* a line separator */
    SAME_TEXT(fit("a\xff"
                  "b",
                  9, false),
              "a〓b");
}

/* Whatever the text and the room: ended, never wider than asked, exactly as wide when padded, whole characters. */
static void fitting_anything(void)
{
    static const char *const parts[] = {"a",    "北", "\xcc\x81", "\xf0\x9f\x98\x80", "\xff",
                                        "\x1b", " ",  "…",        "\xe2\x80\x8d"};
    unsigned seed = 1;
    setlocale(LC_CTYPE, "C.UTF-8");
    for (int round = 0; round < 20000; round++) {
        char text[64] = "", buf[80];
        for (int i = rand_r(&seed) % 12; i > 0; i--)
            strcat(text, parts[(size_t)rand_r(&seed) % (sizeof parts / sizeof parts[0])]);
        const int columns = rand_r(&seed) % 20;
        const size_t room = 1 + (size_t)rand_r(&seed) % sizeof buf;
        const bool pad = rand_r(&seed) % 2;
        memset(buf, 'X', sizeof buf);
        const size_t n = text_fit(buf, room, text, columns, pad);
        CU_ASSERT(n < room && strlen(buf) == n && valid(buf));
        CU_ASSERT(text_width(buf) <= columns);
        if (pad && room == sizeof buf)
            CU_ASSERT_EQUAL(text_width(buf), columns);
    }
}

/* ------------------------------------------------------------------ masks */

static const char *masked(const char *s, int kind)
{
    static char buf[64];
    const size_t n = text_mask(buf, sizeof buf, s, kind);
    CU_ASSERT_EQUAL(n, strlen(buf));
    return buf;
}

static void masks(void)
{
    SAME_TEXT(masked("110108200103150027", MASK_IDENTITY), "110108********0027");
    SAME_TEXT(masked("13800005678", MASK_PHONE), "138****5678");
    SAME_TEXT(masked("zhangsan@example.cn", MASK_EMAIL), "z***@example.cn");
    SAME_TEXT(masked("z@example.cn", MASK_EMAIL), "z***@example.cn"); /* doesn't tell how long the name is */
    SAME_TEXT(masked("anything", MASK_NONE), "anything");
    SAME_TEXT(masked("", MASK_IDENTITY), "");
}

static void masks_hide_what_is_malformed(void)
{
    SAME_TEXT(masked("1101", MASK_IDENTITY), "****");
    SAME_TEXT(masked("62751234", MASK_PHONE), "********");
    SAME_TEXT(masked("zhangsan", MASK_EMAIL), "********");
    SAME_TEXT(masked("@example.cn", MASK_EMAIL), "***********");
    SAME_TEXT(masked("张三\xff", MASK_PHONE), "***");
    char tiny[5];
    CU_ASSERT_EQUAL(text_mask(tiny, sizeof tiny, "110108200103150027", MASK_IDENTITY), 4);
    SAME_TEXT(tiny, "1101");
    CU_ASSERT_EQUAL(text_mask(tiny, sizeof tiny, "zhang@example.cn", MASK_EMAIL), 4);
    SAME_TEXT(tiny, "****");
}

/* ------------------------------------------------------------------ encodings */

static void expect_utf8(const char *in, size_t len, const char *encoding, const char *wanted)
{
    char *out = NULL;
    size_t outlen = 0, bad_at = 0;
    const char *got = NULL;
    CU_ASSERT_TRUE(text_to_utf8(in, len, &out, &outlen, &got, &bad_at));
    SAME_TEXT(got, encoding);
    SAME_TEXT(out, wanted);
    CU_ASSERT_EQUAL(outlen, strlen(wanted));
    free(out);
}
#define EXPECT_UTF8(in, encoding, wanted) expect_utf8(in, sizeof(in) - 1, encoding, wanted)

static void encodings(void)
{
    EXPECT_UTF8("", "UTF-8", "");
    EXPECT_UTF8("name,\xe5\xbc\xa0\xe4\xb8\x89", "UTF-8", "name,张三");
    EXPECT_UTF8("\xef\xbb\xbf"
                "a",
                "UTF-8", "a");
    EXPECT_UTF8("name,\xd5\xc5\xc8\xfd", "GB18030", "name,张三");
    EXPECT_UTF8("\x84\x31\x95\x33\xd5\xc5", "GB18030", "张");   /* its own byte order mark */
    EXPECT_UTF8("\xd5\xc5\x95\x32\x82\x36", "GB18030", "张𠀀"); /* four bytes: beyond the BMP */
    EXPECT_UTF8("\x98\x36\xb3\x38\xd5\xc5", "GB18030", "𪥄张");
}

static void expect_refused(const char *in, size_t len, size_t wanted)
{
    char *out = NULL;
    size_t outlen, bad_at = 999;
    const char *encoding;
    CU_ASSERT_FALSE(text_to_utf8(in, len, &out, &outlen, &encoding, &bad_at));
    CU_ASSERT_PTR_NULL(out);
    CU_ASSERT_EQUAL(bad_at, wanted);
}

static void neither_encoding(void)
{
    expect_refused("ab\xff"
                   "cd",
                   5, 2);
    expect_refused("\xd5\xc5\xff", 3, 2);                 /* GB18030 came further */
    expect_refused("\xe5\xbc\xa0\xe4\xb8\x89\xff", 7, 6); /* UTF-8 came further */
    expect_refused("\xef\xbb\xbf\xd5\xc5", 5, 3);         /* it said it were UTF-8 */
    expect_refused("\xe5\xbc\xa0,\xff", 5, 4);            /* likewise, and further than GB18030 */
    expect_refused("a\0b", 3, 1);
    expect_refused("\xd5", 1, 0); /* cut in the middle */
}

/* GB18030's two-byte area, there and back by way of iconv's own table: each pair that it takes is one character. */
static void every_pair_of_gb18030(void)
{
    size_t taken = 0;
    for (int a = 0x81; a <= 0xfe; a++)
        for (int b = 0x40; b <= 0xfe; b++) {
            const char in[2] = {(char)a, (char)b};
            char *out;
            size_t outlen, bad_at;
            const char *encoding;
            if (!text_to_utf8(in, 2, &out, &outlen, &encoding, &bad_at))
                continue;
            taken++;
            CU_ASSERT(utf8_valid(out, outlen) && utf8_length(out, outlen) == 1);
            free(out);
        }
    CU_ASSERT(taken > 23900); /* 126 × 190, but for those that are UTF-8 too, which are characters all the same */
}

/* ------------------------------------------------------------------ times */

static void times_are_written(void)
{
    char buf[40];
    time_format(buf, sizeof buf, 1782806355000);
    SAME_TEXT(buf, "2026-06-30T15:59:15.000+08:00");
    time_format(buf, sizeof buf, 0);
    SAME_TEXT(buf, "1970-01-01T08:00:00.000+08:00");
    time_format(buf, sizeof buf, -28800001);
    SAME_TEXT(buf, "1969-12-31T23:59:59.999+08:00");
}

static void times_are_read(void)
{
    static const char *const same[] = {"2026-06-30T15:59:15.000+08:00", "2026-06-30T07:59:15Z",
                                       "2026-06-30t07:59:15.0z", "2026-06-30 02:59:15.000123-05:00",
                                       "2026-07-01T00:59:15+17:00"};
    static const char *const bad[] = {"",
                                      "2026-06-30",
                                      "2026-06-30T15:59:15",
                                      "2026-02-29T00:00:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-06-30T24:00:00Z",
                                      "2026-06-30T15:60:00Z",
                                      "2026-06-30T15:59:15.Z",
                                      "2026-06-30T15:59:15+0800",
                                      "2026-06-30T15:59:15Zx",
                                      "26-06-30T15:59:15Z"};
    long long ms;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        CU_ASSERT_TRUE(time_parse(same[i], &ms));
        CU_ASSERT_EQUAL(ms, 1782806355000);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_FALSE(time_parse(bad[i], &ms));
    CU_ASSERT_TRUE(time_parse("2026-06-30T07:59:15.5Z", &ms));
    CU_ASSERT_EQUAL(ms, 1782806355500);
}

static void times_there_and_back(void)
{
    char buf[40];
    for (long long ms = -2000000000000; ms < 4102444800000; ms += 7777777777) {
        long long back = 0;
        time_format(buf, sizeof buf, ms);
        CU_ASSERT_TRUE(time_parse(buf, &back));
        CU_ASSERT_EQUAL(back, ms);
    }
}

static const struct unit_test tests[] = {
    {"UTF-8: examples", utf8_examples},
    {"UTF-8: every code point", utf8_every_code_point},
    {"widths are wcwidth()'s", widths},
    {"cutting never halves a glyph", fitting},
    {"cutting anything to anything", fitting_anything},
    {"X1.5 masks", masks},
    {"X1.5 masks hide what is malformed", masks_hide_what_is_malformed},
    {"S2.2.7 UTF-8 and GB18030, with and without BOM", encodings},
    {"S2.2.7 neither encoding: where", neither_encoding},
    {"S2.2.7 every pair of GB18030", every_pair_of_gb18030},
    {"times are written at +08:00", times_are_written},
    {"times are read at any offset", times_are_read},
    {"times there and back", times_there_and_back},
    {0},
};
UNIT_SUITE(text_suite, "text", tests);
