/*
 * identity.c - the numbers that people, organisations and papers go by: their shapes and check characters. Pure: no
 * clock, no look-up outside the code tables.
 */
#include "identity.h"

#include "codes.h"

#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t digits(const char *s)
{
    return strspn(s, "0123456789");
}

/* The number in the first n digits. */
static int number(const char *s, int n)
{
    int v = 0;
    while (n-- > 0)
        v = v * 10 + (*s++ - '0');
    return v;
}

bool date_ok(int yyyymmdd)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int y = yyyymmdd / 10000, m = yyyymmdd / 100 % 100, d = yyyymmdd % 100;
    const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return y >= 1900 && y <= 2999 && m >= 1 && m <= 12 && d >= 1 && d <= lengths[m - 1] + (m == 2 && leap);
}

/* ------------------------------------------------------------------ identity numbers, GB 11643 (ISO 7064 MOD 11-2) */

/* Former county codes stay valid on old cards, so only the province is looked at; 81-83: residence permits. */
static bool province_ok(const char *number)
{
    static const char *const provinces =
        " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
        "61 62 63 64 65 71 81 82 83 ";
    const char wanted[] = {' ', number[0], number[1], ' ', '\0'};
    return strstr(provinces, wanted) != NULL;
}

static char identity_check_character(const char *number)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += weights[i] * (number[i] - '0');
    return "10X98765432"[sum % 11];
}

enum identity_error identity_check(const char *number_text, int today)
{
    if (strlen(number_text) != 18)
        return ID_LENGTH;
    const char last = (char)(number_text[17] == 'x' ? 'X' : number_text[17]);
    if (digits(number_text) < 17 || (!digit(last) && last != 'X'))
        return ID_CHARACTERS;
    if (!province_ok(number_text))
        return ID_REGION;
    const int birth = identity_birth(number_text);
    if (!date_ok(birth) || (today != 0 && birth > today))
        return ID_DATE;
    return last == identity_check_character(number_text) ? ID_OK : ID_CHECK;
}

const char *identity_error_code(enum identity_error e)
{
    static const char *const codes[] = {"ok", "length", "characters", "region", "date", "check"};
    return (unsigned)e < sizeof codes / sizeof codes[0] ? codes[e] : "unknown";
}

bool identity_male(const char *number_text)
{
    return (number_text[16] - '0') % 2 == 1;
}

int identity_birth(const char *number_text)
{
    return number(number_text + 6, 8);
}

void identity_normalise(char *number_text)
{
    for (char *p = number_text; *p; p++)
        if (*p == 'x')
            *p = 'X';
}

/* ------------------------------------------------------------------ credit codes, GB 32100, with GB 11714 inside */

static const char credit_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* 0 to 30; -1: not of the alphabet (I, O, S, V, Z and all else). */
static int credit_value(char c)
{
    const char *at = c ? strchr(credit_alphabet, c) : NULL;
    return at ? (int)(at - credit_alphabet) : -1;
}

static bool credit_characters_ok(const char *code)
{
    for (size_t i = 0; i < 18; i++)
        if (credit_value(code[i]) < 0)
            return false;
    return digits(code + 2) >= 6; /* the region */
}

static char credit_check_character(const char *code)
{
    static const int weights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    int sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += weights[i] * credit_value(code[i]);
    return credit_alphabet[(31 - sum % 31) % 31];
}

enum credit_error credit_code_check(const char *code)
{
    if (strlen(code) != 18)
        return CREDIT_LENGTH;
    if (!credit_characters_ok(code))
        return CREDIT_CHARACTERS;
    const char prefix[] = {code[0], code[1], '\0'};
    if (!code_find(code_table("uscc_prefix"), prefix))
        return CREDIT_PREFIX;
    return code[17] == credit_check_character(code) ? CREDIT_OK : CREDIT_CHECK;
}

const char *credit_error_code(enum credit_error e)
{
    static const char *const codes[] = {"ok", "length", "characters", "prefix", "check"};
    return (unsigned)e < sizeof codes / sizeof codes[0] ? codes[e] : "unknown";
}

bool credit_code_organisation_ok(const char *code)
{
    static const int weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    if (strlen(code) != 18)
        return false;
    for (size_t i = 0; i < 8; i++) {
        const char c = code[8 + i];
        if (!digit(c) && (c < 'A' || c > 'Z'))
            return false;
        sum += weights[i] * (digit(c) ? c - '0' : c - 'A' + 10);
    }
    return code[16] == "0X987654321"[sum % 11];
}

/* ------------------------------------------------------------------ shapes */

bool school_code_ok(const char *code)
{
    return strlen(code) == 5 && digits(code) == 5;
}

bool exam_no_ok(const char *exam_no)
{
    const size_t n = strlen(exam_no);
    for (size_t i = 0; i < n; i++)
        if (!digit(exam_no[i]) && !letter(exam_no[i]))
            return false;
    return n >= 8 && n <= 18;
}

bool mobile_ok(const char *s)
{
    return strlen(s) == 11 && digits(s) == 11 && s[0] == '1' && s[1] >= '3';
}

bool postcode_ok(const char *s)
{
    return strlen(s) == 6 && digits(s) == 6;
}

/* 400-810-1234 and 800…: ten digits, a dash after the third and the sixth at will. */
static bool service_number_ok(const char *s)
{
    if ((s[0] != '4' && s[0] != '8') || strncmp(s + 1, "00", 2) != 0)
        return false;
    s += 3;
    s += *s == '-';
    if (digits(s) < 3)
        return false;
    s += 3;
    s += *s == '-';
    return digits(s) == 4 && s[4] == '\0';
}

/* Seven or eight digits, and an extension at will. */
static bool local_number_ok(const char *s)
{
    const size_t n = digits(s);
    if (n != 7 && n != 8)
        return false;
    if (s[n] == '\0')
        return true;
    const size_t extension = digits(s + n + 1);
    return s[n] == '-' && extension >= 1 && extension <= 6 && s[n + 1 + extension] == '\0';
}

bool phone_ok(const char *s)
{
    if (service_number_ok(s) || local_number_ok(s))
        return true;
    if (s[0] != '0')
        return false;
    for (size_t area = 3; area <= 4; area++) /* 010 or 0755 */
        if (digits(s) >= area && local_number_ok(s + area + (s[area] == '-')))
            return true;
    return false;
}

static bool domain_ok(const char *s)
{
    size_t label = 0, labels = 0;
    for (; *s; s++) {
        if (*s == '.') {
            if (label == 0 || s[-1] == '-')
                return false;
            labels++;
            label = 0;
        } else if (digit(*s) || letter(*s) || (*s == '-' && label > 0)) {
            if (++label > 63)
                return false;
        } else {
            return false;
        }
    }
    return labels >= 1 && label >= 2 && s[-1] != '-';
}

bool email_ok(const char *s)
{
    const char *at = strchr(s, '@');
    if (!at || strlen(s) > 254 || at - s < 1 || at - s > 64 || s[0] == '.' || at[-1] == '.')
        return false;
    for (const char *p = s; p < at; p++)
        if (!digit(*p) && !letter(*p) && (!strchr(".!#$%&'*+/=?^_`{|}~-", *p) || (*p == '.' && p[1] == '.')))
            return false;
    return domain_ok(at + 1);
}

/* ------------------------------------------------------------------ agreement numbers (S2.5.6) */

enum { HALF_BITS = 15, HALF_MASK = (1 << HALF_BITS) - 1, ROUNDS = 8, NINE_DIGITS = 1000000000 };

/* One round's function: SipHash of everything that the round depends on. */
static uint32_t mix(uint32_t half, uint32_t round, uint32_t year, const uint8_t key[16])
{
    uint8_t out[crypto_shorthash_BYTES], in[12];
    const uint32_t words[3] = {half, round, year};
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
    crypto_shorthash(out, in, sizeof in, key);
    return (out[0] | (uint32_t)out[1] << 8) & HALF_MASK;
}

/* A Feistel network permutes 30 bits; what falls outside the nine digits goes round again, so they are permuted too. */
static uint32_t permute(uint32_t serial, uint32_t year, const uint8_t key[16])
{
    uint32_t v = serial;
    do {
        uint32_t left = v >> HALF_BITS, right = v & HALF_MASK;
        for (uint32_t round = 0; round < ROUNDS; round++) {
            const uint32_t next = left ^ mix(right, round, year, key);
            left = right;
            right = next;
        }
        v = left << HALF_BITS | right;
    } while (v >= NINE_DIGITS);
    return v;
}

void agreement_number(char *buf, int year, int type, const char *school_code, uint32_t serial, const uint8_t key[16])
{
    const uint32_t nine = permute(serial % NINE_DIGITS, (uint32_t)year, key);
    snprintf(buf, 20, "%04u%u%.5s%09u", (unsigned)year % 10000, (unsigned)type % 10, school_code, (unsigned)nine);
}
