/*
 * search.c - the shape of a search text.
 */
#include "search.h"

#include "../../shared/domain/identity.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { IDENTITY_LENGTH = 18, NUMBER_LENGTH = 19, TYPED_MAX = 64 };

const char *search_name(enum search_kind kind)
{
#define X(id, name) name,
    static const char *const names[] = {QX_SEARCHES(X)};
#undef X
    return names[kind];
}

static void identity_hash(struct search *s, const char *typed, const uint8_t key[32])
{
    char number[IDENTITY_LENGTH + 1];
    unsigned char mac[crypto_auth_BYTES];
    snprintf(number, sizeof number, "%s", typed);
    identity_normalise(number);
    crypto_auth(mac, (const unsigned char *)number, strlen(number), key);
    sodium_bin2hex(s->text, sizeof s->text, mac, sizeof mac);
}

static enum search_kind shape(const char *typed, size_t len)
{
    const size_t digits = strspn(typed, "0123456789");
    const bool ends_x = len > 1 && digits == len - 1 && (typed[len - 1] == 'X' || typed[len - 1] == 'x');
    if (len == IDENTITY_LENGTH && (digits == len || ends_x))
        return SEARCH_IDENTITY;
    if (len == 4 && (digits == len || ends_x))
        return SEARCH_LAST_FOUR;
    if (len == NUMBER_LENGTH && digits == len)
        return SEARCH_NUMBER;
    size_t letters = 0;
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)typed[i];
        if (c >= 0x80 || !isalnum(c))
            return SEARCH_NAME;
        letters += isalpha(c) != 0;
    }
    return letters == len ? SEARCH_INITIALS : SEARCH_STUDENT_NO;
}

bool search_of(struct search *s, const char *typed, const uint8_t hmac_key[32])
{
    *s = (struct search){.kind = SEARCH_NONE};
    const size_t len = typed ? strlen(typed) : 0;
    if (len == 0)
        return true;
    if (len > TYPED_MAX)
        return false;
    s->kind = shape(typed, len);
    if (s->kind == SEARCH_IDENTITY) {
        identity_hash(s, typed, hmac_key);
        return true;
    }
    snprintf(s->text, sizeof s->text, "%s", typed);
    for (char *c = s->text; *c; c++)
        if (s->kind == SEARCH_INITIALS)
            *c = (char)tolower((unsigned char)*c);
        else if (s->kind == SEARCH_LAST_FOUR && *c == 'x')
            *c = 'X';
    return true;
}
