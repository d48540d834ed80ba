/*
 * roster_check.c - one roster row against the form, the code tables and itself.
 */
#include "roster_check.h"

#include "../../shared/domain/codes.h"
#include "../../shared/domain/identity.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct form_field *field(size_t i)
{
    return &roster_form()->fields[i];
}

static const struct code_table *table_of(const struct form_field *f)
{
    return f->type == FIELD_REGION ? code_table("region") : f->type == FIELD_CODE ? code_table(f->codes) : NULL;
}

void roster_check_init(struct roster_check *c, const char *school_code, int class_year, int today)
{
    const struct form *form = roster_form();
    *c = (struct roster_check){.class_year = class_year, .today = today};
    snprintf(c->school_code, sizeof c->school_code, "%s", school_code);
    for (size_t i = 0; i < form->nfields; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_name", form->fields[i].name);
        const struct form_field *words = table_of(&form->fields[i]) ? form_field(form, name) : NULL;
        c->words[i] = words ? (int)(words - form->fields) : -2;
    }
    c->exam_no = roster_field("exam_no");
    c->identity_no = roster_field("identity_no");
    c->sex = roster_field("sex");
    c->birth = roster_field("birth");
    c->school = roster_field("school_code");
    c->graduation = roster_field("graduation");
    randombytes_buf(c->seen.key, sizeof c->seen.key);
}

void roster_check_free(struct roster_check *c)
{
    free(c->seen.hashes);
    free(c->seen.lines);
}

void roster_check_forget(struct roster_check *c)
{
    if (c->seen.cap)
        memset(c->seen.hashes, 0, c->seen.cap * sizeof *c->seen.hashes);
    c->seen.n = 0;
}

/* ------------------------------------------------------------------ numbers seen before */

static size_t slot_of(const struct roster_check *c, uint64_t hash)
{
    size_t at = hash & (c->seen.cap - 1);
    while (c->seen.hashes[at] && c->seen.hashes[at] != hash)
        at = (at + 1) & (c->seen.cap - 1);
    return at;
}

static void seen_grow(struct roster_check *c)
{
    const size_t cap = c->seen.cap;
    uint64_t *hashes = c->seen.hashes;
    unsigned *lines = c->seen.lines;

    c->seen.cap = cap ? 2 * cap : 4096;
    c->seen.hashes = calloc(c->seen.cap, sizeof *hashes);
    c->seen.lines = calloc(c->seen.cap, sizeof *lines);
    if (!c->seen.hashes || !c->seen.lines)
        abort();
    for (size_t i = 0; i < cap; i++)
        if (hashes[i]) {
            const size_t at = slot_of(c, hashes[i]);
            c->seen.hashes[at] = hashes[i];
            c->seen.lines[at] = lines[i];
        }
    free(hashes);
    free(lines);
}

/* The line where this text stood before, 0: nowhere; now it stands here. */
static unsigned seen_before(struct roster_check *c, const char *text, unsigned line)
{
    uint64_t hash;
    if (2 * (c->seen.n + 1) > c->seen.cap)
        seen_grow(c);
    crypto_shorthash((uint8_t *)&hash, (const uint8_t *)text, strlen(text), c->seen.key);
    hash |= 1;
    const size_t at = slot_of(c, hash);
    if (c->seen.hashes[at])
        return c->seen.lines[at];
    c->seen.hashes[at] = hash;
    c->seen.lines[at] = line;
    c->seen.n++;
    return 0;
}

/* ------------------------------------------------------------------ codes and their words */

/* "本科" for "本科生毕业", "北京市海淀区" or "海淀区" for 110108: the same thing in fewer or more words. */
static bool words_mean(const struct form_field *f, const struct code *code, const char *words)
{
    char path[256];
    const size_t n = strlen(words), label = strlen(code->name_zh);
    if (!strncmp(code->name_zh, words, n) || !strncmp(words, code->name_zh, label))
        return true;
    if (f->type != FIELD_REGION || !region_path(code->code, path, sizeof path))
        return false;
    return !strcmp(path, words) || (n > label && !strcmp(words + n - label, code->name_zh));
}

static const struct code *code_by_words(const struct form_field *f, const struct code_table *table, const char *words)
{
    char path[256];
    const struct code *code = code_find_name(table, words);
    for (size_t i = 0; !code && f->type == FIELD_REGION && i < table->nrows; i++)
        if (region_path(table->rows[i].code, path, sizeof path) && !strcmp(path, words))
            code = &table->rows[i];
    return code;
}

/* Code or words given: the other is filled in; both given: they must mean the same. NULL: fine. */
static const char *complete_code(const struct roster_check *c, size_t i, struct roster_row *row)
{
    const struct form_field *f = field(i);
    const struct code_table *table = table_of(f);
    const char **words = &row->values[c->words[i]];

    if (!*row->values[i] && !**words)
        return NULL;
    const struct code *code = *row->values[i] ? code_find(table, row->values[i]) : code_by_words(f, table, *words);
    if (!code)
        return *row->values[i] ? NULL : "unknown_code"; /* an unknown code is the form's to tell */
    if (*row->values[i] && **words && !words_mean(f, code, *words))
        return "code_and_words_differ";
    row->values[i] = code->code;
    if (f->type != FIELD_REGION || !**words)
        *words = code->name_zh;
    return NULL;
}

/* ------------------------------------------------------------------ values against each other */

struct checking {
    struct roster_check *c;
    struct roster_file *file;
    struct roster_row *row;
    bool told[ROSTER_FIELDS_MAX]; /* one problem per value is enough */
};

static void tell(struct checking *k, size_t i, const char *error)
{
    if (k->told[i])
        return;
    k->told[i] = true;
    k->row->good = false;
    roster_problem_add(k->file, k->row->line, roster_header(i), error, k->row->values[i], field(i)->mask);
}

/* 20040131 and 2004-1-31 are how spreadsheets write it. */
static void normalise_birth(struct checking *k)
{
    const char *s = k->row->values[k->c->birth];
    int year, month, day, end = 0;
    if (strlen(s) == 8 && strspn(s, "0123456789") == 8)
        snprintf(k->c->birth_text, sizeof k->c->birth_text, "%.4s-%.2s-%.2s", s, s + 4, s + 6);
    else if (strlen(s) <= 10 && sscanf(s, "%4d%*1[-/.]%2d%*1[-/.]%2d%n", &year, &month, &day, &end) == 3 && !s[end] &&
             year > 0 && month > 0 && day > 0)
        snprintf(k->c->birth_text, sizeof k->c->birth_text, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
    else
        return;
    k->row->values[k->c->birth] = k->c->birth_text;
}

static void check_identity(struct checking *k)
{
    struct roster_check *c = k->c;
    const char *number = k->row->values[c->identity_no], *sex = k->row->values[c->sex];
    const char *birth = k->row->values[c->birth];
    char own[16];

    if (!*number)
        return;
    snprintf(c->identity, sizeof c->identity, "%s", number);
    identity_normalise(c->identity);
    const enum identity_error wrong = strlen(number) == 18 ? identity_check(c->identity, c->today) : ID_LENGTH;
    if (wrong != ID_OK) {
        static const char *const errors[] = {
            "ok", "identity_length", "identity_characters", "identity_region", "identity_date", "identity_check"};
        tell(k, c->identity_no, errors[wrong]);
        return;
    }
    k->row->values[c->identity_no] = c->identity;
    const int date = identity_birth(c->identity);
    snprintf(own, sizeof own, "%04d-%02d-%02d", date / 10000 % 10000, date / 100 % 100, date % 100);
    if (field_check(field(c->birth), birth) == FE_OK && *birth && strcmp(birth, own) != 0)
        tell(k, c->birth, "identity_differs");
    if (*sex && strcmp(sex, identity_male(c->identity) ? "1" : "2") != 0)
        tell(k, c->sex, "identity_differs");
}

static void check_belongs(struct checking *k)
{
    const struct roster_check *c = k->c;
    char year[8];
    snprintf(year, sizeof year, "%d", c->class_year % 10000);
    if (*k->row->values[c->school] && strcmp(k->row->values[c->school], c->school_code) != 0)
        tell(k, c->school, "other_school");
    if (*k->row->values[c->graduation] && strncmp(k->row->values[c->graduation], year, 4) != 0)
        tell(k, c->graduation, "other_class");
    if (*k->row->values[c->exam_no] && !exam_no_ok(k->row->values[c->exam_no]))
        tell(k, c->exam_no, "bad_exam_no");
}

static void check_once(struct checking *k)
{
    const size_t once[] = {k->c->exam_no, k->c->identity_no};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        const char *value = k->row->values[once[i]];
        if (*value && seen_before(k->c, value, k->row->line))
            tell(k, once[i], "twice_in_file");
    }
}

bool roster_check(struct roster_check *c, struct roster_file *file, struct roster_row *row)
{
    struct checking k = {.c = c, .file = file, .row = row};
    const struct form *form = roster_form();

    normalise_birth(&k);
    for (size_t i = 0; i < form->nfields; i++) {
        const char *wrong = c->words[i] >= 0 ? complete_code(c, i, row) : NULL;
        if (wrong)
            tell(&k, i, wrong);
    }
    check_identity(&k);
    for (size_t i = 0; i < form->nfields; i++) {
        const enum field_error e = field_check(field(i), row->values[i]);
        if (e != FE_OK)
            tell(&k, i, field_error_code(e));
    }
    check_belongs(&k);
    check_once(&k);
    return row->good;
}
