/*
 * forms.c - finding forms and checking what was typed into them; see forms.h. The client checks with the same functions
 * as one types, the server when it counts, the import row by row.
 */
#include "forms.h"

#include "../text/text.h"
#include "codes.h"
#include "forms_table.h"
#include "identity.h"

#include <stdlib.h>
#include <string.h>

const struct form *form_find(const char *name)
{
    for (size_t i = 0; i < nforms_data; i++)
        if (strcmp(forms_data[i].name, name) == 0)
            return &forms_data[i];
    return NULL;
}

size_t forms_all(const struct form **all)
{
    *all = forms_data;
    return nforms_data;
}

const struct form_field *form_field(const struct form *form, const char *name)
{
    for (size_t i = 0; form && i < form->nfields; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return &form->fields[i];
    return NULL;
}

const struct form *form_of(enum qx_flow flow, const char *kind)
{
    enum { AGREEMENT = 1 }; /* that group has its own flows (S2.8.2) */
    switch (flow) {
    case FLOW_OFFLINE_SIGNING:
        return form_find("agreement");
    case FLOW_ONLINE_SIGNING:
        return form_find("invitation");
    case FLOW_ONLINE_TERMINATION:
        return form_find("termination");
    default: {
        const struct destination_kind *k = destination_kind(kind);
        return k && k->group != AGREEMENT ? form_find(k->form) : NULL;
    }
    }
}

const char *field_error_code(enum field_error e)
{
    static const char *const codes[] = {
#define X(id, code) [FE_##id] = code,
        QX_FIELD_ERRORS(X)
#undef X
    };
    return (unsigned)e < FE_COUNT ? codes[e] : "unknown";
}

/* ------------------------------------------------------------------ one value, by type */

enum { TEXT_MAX = 200, DIGITS_MAX = 9 };

static bool blank(const char *s)
{
    static const char wide_space[] = "\xe3\x80\x80";
    while (*s) {
        if (strncmp(s, wide_space, 3) == 0)
            s += 3;
        else if (strchr(" \t\r\n", *s))
            s++;
        else
            return false;
    }
    return true;
}

static bool all_digits(const char *s, size_t n)
{
    return strlen(s) == n && strspn(s, "0123456789") == n;
}

/* Control characters have no place in a value; a line's end has, where there are lines. */
static bool characters_ok(const char *s, bool lines)
{
    if (!utf8_valid(s, strlen(s)))
        return false;
    for (const unsigned char *p = (const unsigned char *)s; *p; p++)
        if (*p == 0x7f || (*p < 0x20 && !(lines && *p == '\n')) || (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
            return false;
    return true;
}

static enum field_error check_text(const struct form_field *f, const char *s)
{
    const size_t n = utf8_length(s, strlen(s)), max = (size_t)(f->max ? f->max : TEXT_MAX);
    return n > max ? FE_TOO_LONG : n < (size_t)f->min ? FE_TOO_SHORT : FE_OK;
}

static bool in_subset(const char *subset, const char *code)
{
    const size_t n = strlen(code);
    for (const char *p = subset; *p; p += strcspn(p, " "), p += strspn(p, " "))
        if (strcspn(p, " ") == n && memcmp(p, code, n) == 0)
            return true;
    return false;
}

static enum field_error check_code(const struct form_field *f, const char *s)
{
    const struct code *c = code_find(code_table(f->codes), s);
    if (!c)
        return FE_UNKNOWN_CODE;
    return c->current && (!f->subset || in_subset(f->subset, s)) ? FE_OK : FE_CODE_NOT_ALLOWED;
}

static enum field_error check_region(const struct form_field *f, const char *s)
{
    const struct code_table *t = code_table("region");
    const struct code *c = code_find(t, s);
    const char *subset = f->subset ? f->subset : "";
    char entered[2];
    if (!c)
        return FE_UNKNOWN_CODE;
    if (strcmp(subset, "any") == 0)
        return FE_OK;
    if (!code_extra(t, c, "entered", entered, sizeof entered) || strcmp(entered, "1") != 0)
        return FE_CODE_NOT_ALLOWED;
    return c->current || strcmp(subset, "former") == 0 ? FE_OK : FE_CODE_NOT_ALLOWED;
}

static enum field_error check_number(const struct form_field *f, const char *s)
{
    if (strspn(s, "0123456789") != strlen(s))
        return FE_NOT_A_NUMBER;
    if (strlen(s) > DIGITS_MAX)
        return FE_OUT_OF_RANGE;
    const long v = strtol(s, NULL, 10);
    return v < f->min || (f->max && v > f->max) ? FE_OUT_OF_RANGE : FE_OK;
}

static enum field_error check_date(const struct form_field *f, const char *s)
{
    char plain[9] = "";
    (void)f;
    if (strlen(s) == 10 && s[4] == '-' && s[7] == '-') {
        memcpy(plain, s, 4);
        memcpy(plain + 4, s + 5, 2);
        memcpy(plain + 6, s + 8, 2);
        s = plain;
    }
    return all_digits(s, 8) && date_ok((int)strtol(s, NULL, 10)) ? FE_OK : FE_BAD_DATE;
}

static enum field_error check_month(const struct form_field *f, const char *s)
{
    (void)f;
    return all_digits(s, 6) && date_ok((int)strtol(s, NULL, 10) * 100 + 1) ? FE_OK : FE_BAD_DATE;
}

static enum field_error check_phone(const struct form_field *f, const char *s)
{
    (void)f;
    return phone_ok(s) ? FE_OK : FE_BAD_PHONE;
}

static enum field_error check_mobile(const struct form_field *f, const char *s)
{
    (void)f;
    return mobile_ok(s) ? FE_OK : FE_BAD_PHONE;
}

static enum field_error check_email(const struct form_field *f, const char *s)
{
    (void)f;
    return email_ok(s) ? FE_OK : FE_BAD_EMAIL;
}

static enum field_error check_postcode(const struct form_field *f, const char *s)
{
    (void)f;
    return postcode_ok(s) ? FE_OK : FE_BAD_POSTCODE;
}

static enum field_error check_credit_code(const struct form_field *f, const char *s)
{
    (void)f;
    return credit_code_check(s) == CREDIT_OK ? FE_OK : FE_BAD_CREDIT_CODE;
}

/* Whether the birth lies in the future is for who has a clock. */
static enum field_error check_identity(const struct form_field *f, const char *s)
{
    (void)f;
    return identity_check(s, 0) == ID_OK ? FE_OK : FE_BAD_IDENTITY;
}

static enum field_error check_url(const struct form_field *f, const char *s)
{
    const char *host = strncmp(s, "https://", 8) == 0 ? s + 8 : strncmp(s, "http://", 7) == 0 ? s + 7 : NULL;
    if (!host || *host == '\0' || *host == '/' || strpbrk(s, " \"<>\\"))
        return FE_BAD_CHARACTERS;
    return check_text(f, s);
}

static enum field_error (*const checks[])(const struct form_field *, const char *) = {
    [FIELD_TEXT] = check_text,
    [FIELD_LONG_TEXT] = check_text,
    [FIELD_CODE] = check_code,
    [FIELD_REGION] = check_region,
    [FIELD_INTEGER] = check_number,
    [FIELD_MONEY] = check_number,
    [FIELD_DATE] = check_date,
    [FIELD_MONTH] = check_month,
    [FIELD_PHONE] = check_phone,
    [FIELD_MOBILE] = check_mobile,
    [FIELD_EMAIL] = check_email,
    [FIELD_POSTCODE] = check_postcode,
    [FIELD_CREDIT_CODE] = check_credit_code,
    [FIELD_IDENTITY] = check_identity,
    [FIELD_URL] = check_url,
};

enum field_error field_check(const struct form_field *f, const char *value)
{
    if (!value || blank(value))
        return f->required ? FE_REQUIRED : FE_OK;
    if (!characters_ok(value, f->type == FIELD_LONG_TEXT))
        return FE_BAD_CHARACTERS;
    return checks[f->type](f, value);
}

/* ------------------------------------------------------------------ a whole form */

struct checking {
    const struct form *form;
    const char *(*get)(void *, const char *);
    void *arg;
};

static bool group_filled(const struct checking *c, const char *group)
{
    for (size_t i = 0; i < c->form->nfields; i++) {
        const struct form_field *f = &c->form->fields[i];
        const char *value = f->any_of && strcmp(f->any_of, group) == 0 ? c->get(c->arg, f->name) : NULL;
        if (value && !blank(value))
            return true;
    }
    return false;
}

static bool first_of_group(const struct form *form, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (form->fields[i].any_of && strcmp(form->fields[i].any_of, form->fields[at].any_of) == 0)
            return false;
    return true;
}

/* An empty group is one problem, told at its first field. */
static enum field_error check_in_form(const struct checking *c, size_t at)
{
    const struct form_field *f = &c->form->fields[at];
    const enum field_error e = field_check(f, c->get(c->arg, f->name));
    if (e == FE_OK && f->any_of && first_of_group(c->form, at) && !group_filled(c, f->any_of))
        return FE_ANY_OF;
    return e;
}

size_t form_check(const struct form *form, const char *(*get)(void *, const char *name), void *arg,
                  struct form_problem *out, size_t max)
{
    const struct checking c = {form, get, arg};
    size_t n = 0;
    for (size_t i = 0; i < form->nfields; i++) {
        const enum field_error e = check_in_form(&c, i);
        if (e == FE_OK)
            continue;
        if (n < max)
            out[n] = (struct form_problem){&form->fields[i], e};
        n++;
    }
    return n;
}
