/*
 * pg_content.c - contents for the walk: every form filled in from its own table, with a token that can be found again.
 */
#include "pg_world.h"

#include "shared/domain/codes.h"
#include "shared/domain/identity.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void credit_code(char *out, size_t len)
{
    for (const char *last = "0123456789ABCDEFGHJKLMNPQRTUWXY"; *last; last++) {
        snprintf(out, len, "91110108MA0000001%c", *last);
        if (credit_code_check(out) == CREDIT_OK)
            return;
    }
}

/* The first of its table that the field takes. */
static void code_value(const struct form_field *f, char *out, size_t len)
{
    const struct code_table *table = code_table(f->type == FIELD_REGION ? "region" : f->codes);
    for (size_t k = 0; table && k < table->nrows; k++) {
        snprintf(out, len, "%s", table->rows[k].code);
        if (field_check(f, out) == FE_OK)
            return;
    }
}

static void value(const struct form_field *f, char *out, size_t len)
{
    static const char *const by_type[] = {
        [FIELD_TEXT] = "示例文本",      [FIELD_LONG_TEXT] = "示例文本",     [FIELD_INTEGER] = "3",
        [FIELD_MONEY] = "5000",         [FIELD_DATE] = "2026-07-01",        [FIELD_MONTH] = "202607",
        [FIELD_PHONE] = "010-62781234", [FIELD_MOBILE] = "13800138000",     [FIELD_EMAIL] = "a@example.cn",
        [FIELD_POSTCODE] = "100084",    [FIELD_URL] = "https://example.cn",
    };
    const char *text = (size_t)f->type < sizeof by_type / sizeof *by_type ? by_type[f->type] : NULL;
    if (f->type == FIELD_CODE || f->type == FIELD_REGION)
        code_value(f, out, len);
    else if (f->type == FIELD_CREDIT_CODE)
        credit_code(out, len);
    else
        snprintf(out, len, "%s", text ? text : "");
}

/* A text that the ledger shows, if there is one. */
static const struct form_field *token_field(const struct form *form)
{
    static const char *const shown[] = {"contact", "employer"};
    for (size_t n = 0; n < 2; n++)
        for (size_t k = 0; k < form->nfields; k++)
            if (form->fields[k].ledger && strcmp(form->fields[k].ledger, shown[n]) == 0)
                return &form->fields[k];
    return &form->fields[form->nfields - 1];
}

char *pg_content(const struct form *form, uint64_t token, bool complete)
{
    char text[64];
    json_t *o = json_object();
    for (size_t k = 0; k < form->nfields; k++) {
        const struct form_field *f = &form->fields[k];
        if (!f->required && !f->any_of)
            continue;
        value(f, text, sizeof text);
        json_object_set_new(o, f->name, json_string(text));
    }
    snprintf(text, sizeof text, "%016llx", (unsigned long long)token);
    json_object_set_new(o, token_field(form)->name, json_string(text));
    if (!complete)
        json_object_set_new(o, "no_such_field", json_string("x"));
    char *json = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return json;
}
