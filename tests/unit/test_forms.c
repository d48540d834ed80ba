/*
 * test_forms.c - the form tables hold together, and their checks refuse what they should.
 */
#include "shared/domain/forms.h"

#include "shared/domain/codes.h"
#include "shared/text/text.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ the tables */

static bool one_of(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(s, *list) == 0)
            return true;
    return false;
}

/* The names that S2.1.7 lists, in the destination block; the other blocks by a dotted name. */
static bool ledger_name_ok(const char *name)
{
    static const char *const names[] = {"employer", "code",  "nature", "industry", "place", "position_class",
                                        "contact",  "phone", "mobile", "email",    "fax",   "address",
                                        "postcode", NULL};
    return one_of(name, names) || strncmp(name, "archive.", 8) == 0 || strncmp(name, "household.", 10) == 0;
}

static void check_subset(const struct form_field *f)
{
    char code[16];
    for (const char *p = f->subset; p && *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        snprintf(code, sizeof code, "%.*s", (int)strcspn(p, " "), p);
        const struct code *c = code_find(code_table(f->codes), code);
        CU_ASSERT(c && c->current);
    }
}

static void check_row(const struct form *form, const struct form_field *f)
{
    static const char *const regions[] = {"any", "former", NULL};
    CU_ASSERT_PTR_EQUAL(form_field(form, f->name), f); /* no name twice */
    CU_ASSERT(f->label_zh && f->label_en && f->section_zh && f->section_en);
    CU_ASSERT(utf8_length(f->label_zh, strlen(f->label_zh)) <= 10);
    CU_ASSERT(strlen(f->label_en) <= 22);
    CU_ASSERT_EQUAL(f->type == FIELD_CODE, f->codes != NULL);
    if (f->type == FIELD_CODE) {
        check_subset(f);
    } else if (f->subset) {
        CU_ASSERT(f->type == FIELD_REGION && one_of(f->subset, regions));
    }
    CU_ASSERT(!f->ledger || ledger_name_ok(f->ledger));
    CU_ASSERT(f->max == 0 || f->min <= f->max);
}

static void rows_are_sound(void)
{
    const struct form *all;
    const size_t n = forms_all(&all);
    for (size_t i = 0; i < n; i++) {
        CU_ASSERT_PTR_EQUAL(form_find(all[i].name), &all[i]);
        CU_ASSERT(all[i].nfields > 0 && *all[i].title_zh && *all[i].title_en);
        for (size_t k = 0; k < all[i].nfields; k++)
            check_row(&all[i], &all[i].fields[k]);
    }
}

static void sections_stay_together(void)
{
    const struct form *all;
    const size_t n = forms_all(&all);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i].name, "roster") == 0)
            continue; /* in the order of the national columns */
        for (size_t k = 1; k < all[i].nfields; k++)
            for (size_t j = 0; j + 1 < k; j++)
                if (strcmp(all[i].fields[j].section_en, all[i].fields[k].section_en) == 0)
                    SAME_TEXT(all[i].fields[k - 1].section_en, all[i].fields[k].section_en);
    }
}

static void every_kind_has_its_form(void)
{
    const struct destination_kind *kinds;
    const size_t n = destination_kinds(&kinds);
    for (size_t i = 0; i < n; i++)
        CU_ASSERT_PTR_EQUAL(form_of(FLOW_DESTINATION, kinds[i].code),
                            kinds[i].group == 1 ? NULL : form_find(kinds[i].form)); /* S2.8.2: never kind (1) */
    SAME_TEXT(form_of(FLOW_OFFLINE_SIGNING, NULL)->name, "agreement");
    SAME_TEXT(form_of(FLOW_ONLINE_SIGNING, NULL)->name, "invitation");
    SAME_TEXT(form_of(FLOW_ONLINE_TERMINATION, NULL)->name, "termination");
    CU_ASSERT_PTR_NULL(form_of(FLOW_DESTINATION, "B99"));
    CU_ASSERT_PTR_NULL(form_of(FLOW_DESTINATION, NULL));
    CU_ASSERT_PTR_NULL(form_find("no such form"));
}

static void agreement_requires(void)
{
    static const char *const required[] = {"employer_name",     "credit_code",     "employer_nature",
                                           "employer_industry", "employer_region", "employer_address",
                                           "contact",           "position_class",  "position_title",
                                           "archive_type",      "household_type",  NULL};
    static const char *const offered[] = {"contact_phone",    "contact_mobile",   "contact_email", "salary",
                                          "penalty",          "report_by",        "report_place",  "work_place",
                                          "probation_months", "probation_salary", "clauses",       NULL};
    const struct form *f = form_find("agreement");
    for (size_t i = 0; i < f->nfields; i++)
        CU_ASSERT_EQUAL(f->fields[i].required, one_of(f->fields[i].name, required));
    for (const char *const *at = offered; *at; at++)
        CU_ASSERT_PTR_NOT_NULL(form_field(f, *at));
}

/* Fields that pick among several reported codes offer just these. */
static void picks_match_the_reported_codes(void)
{
    const struct destination_kind *kinds;
    const size_t n = destination_kinds(&kinds);
    for (size_t i = 0; i < n; i++) {
        if (!strchr(kinds[i].moe, '|'))
            continue;
        const struct form *form = form_find(kinds[i].form);
        const struct form_field *f =
            form_field(form, "study") ? form_field(form, "study") : form_field(form, "programme");
        char moe[64];
        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        snprintf(moe, sizeof moe, "%s", kinds[i].moe);
        for (char *p; (p = strchr(moe, '|'));)
            *p = ' ';
        SAME_TEXT(f->subset, moe);
    }
}

/* S1.4.2: answers inside a record are employment's; what the roster says of archive and household is theirs. */
static void modules_of_fields(void)
{
    const struct form *all;
    const size_t n = forms_all(&all);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < all[i].nfields; k++)
            if (strcmp(all[i].name, "roster") != 0)
                CU_ASSERT_EQUAL(all[i].fields[k].module, MODULE_EMPLOYMENT);
    CU_ASSERT_EQUAL(form_field(form_find("roster"), "archive_moved")->module, MODULE_ARCHIVE);
    CU_ASSERT_EQUAL(form_field(form_find("roster"), "household_moved")->module, MODULE_HOUSEHOLD);
}

static void personal_fields_are_masked(void)
{
    const struct form *roster = form_find("roster");
    const struct form *all;
    const size_t n = forms_all(&all);
    CU_ASSERT_EQUAL(form_field(roster, "identity_no")->mask, MASK_IDENTITY);
    CU_ASSERT_EQUAL(form_field(roster, "home_phone")->mask, MASK_PHONE);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < all[i].nfields; k++) {
            const struct form_field *f = &all[i].fields[k];
            CU_ASSERT(f->type != FIELD_IDENTITY || f->mask == MASK_IDENTITY);
            CU_ASSERT(f->type != FIELD_MOBILE || f->mask == MASK_PHONE);
            CU_ASSERT(f->type != FIELD_EMAIL || f->mask == MASK_EMAIL);
        }
}

static void roster_is_the_national_set(void)
{
    const struct form *roster = form_find("roster");
    const struct code_table *columns = code_table("roster_columns");
    char field[40], block[40];
    CU_ASSERT_EQUAL(roster->nfields, 44);
    for (size_t i = 0; i < columns->nrows; i++) {
        CU_ASSERT_TRUE(code_extra(columns, &columns->rows[i], "field", field, sizeof field));
        CU_ASSERT_TRUE(code_extra(columns, &columns->rows[i], "block", block, sizeof block));
        CU_ASSERT_EQUAL(strcmp(block, "roster") == 0, i < 44);
        if (i < 44)
            SAME_TEXT(roster->fields[i].name, field);
    }
}

/* ------------------------------------------------------------------ one value */

static enum field_error check(const char *form, const char *field, const char *value)
{
    const struct form_field *f = form_field(form_find(form), field);
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    return field_check(f, value);
}

struct example {
    const char *form, *field, *value;
    enum field_error wanted;
};

static void expect(const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct example *e = &examples[i];
        char got[200], wanted[200];
        const char *value = e->value ? e->value : "(null)";
        snprintf(got, sizeof got, "%s %s: %s", e->field, value, field_error_code(check(e->form, e->field, e->value)));
        snprintf(wanted, sizeof wanted, "%s %s: %s", e->field, value, field_error_code(e->wanted));
        SAME_TEXT(got, wanted);
    }
}
#define EXPECT(...)                                                                                                    \
    expect((const struct example[]){__VA_ARGS__},                                                                      \
           sizeof((const struct example[]){__VA_ARGS__}) / sizeof(struct example))

static void values_of_text(void)
{
    char text[220];
    memset(text, 'a', sizeof text);
    text[100] = '\0';
    CU_ASSERT_EQUAL(check("agreement", "employer_name", text), FE_OK);
    text[100] = 'a', text[101] = '\0';
    CU_ASSERT_EQUAL(check("agreement", "employer_name", text), FE_TOO_LONG);
    EXPECT({"agreement", "employer_name", NULL, FE_REQUIRED}, {"agreement", "employer_name", "", FE_REQUIRED},
           {"agreement", "employer_name", " \t\xe3\x80\x80", FE_REQUIRED},
           {"agreement", "employer_name", "甲", FE_TOO_SHORT}, {"agreement", "employer_name", "甲乙", FE_OK},
           {"agreement", "employer_name", "甲\n乙", FE_BAD_CHARACTERS},
           {"agreement", "employer_name", "甲\xff乙", FE_BAD_CHARACTERS},
           {"agreement", "employer_name", "甲\x1b[2J", FE_BAD_CHARACTERS},
           {"agreement", "employer_name", "甲\xc2\x9b乙", FE_BAD_CHARACTERS}, {"agreement", "clauses", "一\n二", FE_OK},
           {"agreement", "clauses", "一\r二", FE_BAD_CHARACTERS}, {"agreement", "work_place", NULL, FE_OK},
           {"startup", "shop_url", "https://shop.example.cn/1", FE_OK},
           {"startup", "shop_url", "shop.example.cn", FE_BAD_CHARACTERS},
           {"startup", "shop_url", "javascript:1", FE_BAD_CHARACTERS});
}

static void values_of_codes(void)
{
    EXPECT({"agreement", "archive_type", "1", FE_OK}, {"agreement", "archive_type", "4", FE_OK},
           {"agreement", "archive_type", "5", FE_CODE_NOT_ALLOWED},
           {"agreement", "archive_type", "0", FE_CODE_NOT_ALLOWED}, {"invitation", "archive_type", "0", FE_OK},
           {"agreement", "archive_type", "x", FE_UNKNOWN_CODE}, {"agreement", "employer_nature", "39", FE_OK},
           {"forces", "employer_nature", "39", FE_CODE_NOT_ALLOWED}, {"further_study", "study", "801", FE_OK},
           {"further_study", "study", "85", FE_CODE_NOT_ALLOWED},
           {"national_programme", "programme", "512", FE_CODE_NOT_ALLOWED},
           {"termination", "reason", "03", FE_CODE_NOT_ALLOWED}, {"agreement", "employer_region", "110108", FE_OK},
           {"agreement", "employer_region", "110000", FE_CODE_NOT_ALLOWED},
           {"agreement", "employer_region", "441900", FE_OK},
           {"agreement", "employer_region", "110103", FE_CODE_NOT_ALLOWED}, {"roster", "origin", "110103", FE_OK},
           {"roster", "origin", "810000", FE_OK}, {"roster", "origin", "440300", FE_CODE_NOT_ALLOWED},
           {"agreement", "employer_region", "999999", FE_UNKNOWN_CODE}, {"roster", "sex", "9", FE_CODE_NOT_ALLOWED},
           {"roster", "ethnicity", "1", FE_UNKNOWN_CODE});
}

static void values_of_numbers_and_dates(void)
{
    EXPECT({"agreement", "salary", "8000", FE_OK}, {"agreement", "salary", "8,000", FE_NOT_A_NUMBER},
           {"agreement", "salary", "-1", FE_NOT_A_NUMBER}, {"agreement", "salary", "8000.50", FE_NOT_A_NUMBER},
           {"agreement", "salary", "99999999999999999999", FE_OUT_OF_RANGE},
           {"agreement", "probation_months", "6", FE_OK}, {"agreement", "probation_months", "13", FE_OUT_OF_RANGE},
           {"agreement", "report_by", "2026-07-15", FE_OK}, {"agreement", "report_by", "2026-02-29", FE_BAD_DATE},
           {"agreement", "report_by", "2026/07/15", FE_BAD_DATE}, {"agreement", "report_by", "2026-7-15", FE_BAD_DATE},
           {"roster", "birth", "20040229", FE_OK}, {"roster", "birth", "20030229", FE_BAD_DATE},
           {"roster", "graduation", "202606", FE_OK}, {"roster", "graduation", "202613", FE_BAD_DATE},
           {"roster", "graduation", "2026-06", FE_BAD_DATE});
}

static void values_of_contacts(void)
{
    EXPECT({"agreement", "contact_phone", "010-62751234", FE_OK},
           {"agreement", "contact_phone", "13800001111", FE_BAD_PHONE},
           {"agreement", "contact_mobile", "13800001111", FE_OK},
           {"agreement", "contact_mobile", "010-62751234", FE_BAD_PHONE},
           {"agreement", "contact_email", "hr@example.cn", FE_OK}, {"agreement", "contact_email", "hr@", FE_BAD_EMAIL},
           {"agreement", "employer_postcode", "100871", FE_OK},
           {"agreement", "employer_postcode", "1008", FE_BAD_POSTCODE},
           {"agreement", "credit_code", "91110108MA00000A9G", FE_OK},
           {"agreement", "credit_code", "91110108MA00000A9H", FE_BAD_CREDIT_CODE},
           {"roster", "identity_no", "11010519491231002X", FE_OK},
           {"roster", "identity_no", "110101200102290015", FE_BAD_IDENTITY});
}

/* ------------------------------------------------------------------ a whole form */

struct answers {
    const char *const (*pairs)[2];
    const char *without, *instead;
};

static const char *const complete[][2] = {{"employer_name", "示范科技有限公司"},
                                          {"credit_code", "91110108MA00000A9G"},
                                          {"employer_nature", "39"},
                                          {"employer_industry", "34"},
                                          {"employer_region", "110108"},
                                          {"employer_address", "中关村示范路1号"},
                                          {"contact", "张三"},
                                          {"contact_mobile", "13800001111"},
                                          {"position_class", "13"},
                                          {"position_title", "工程师"},
                                          {"archive_type", "2"},
                                          {"household_type", "4"},
                                          {0}};

static const char *get(void *arg, const char *name)
{
    const struct answers *a = arg;
    if (a->without && strcmp(a->without, name) == 0)
        return a->instead;
    for (size_t i = 0; a->pairs[i][0]; i++)
        if (strcmp(a->pairs[i][0], name) == 0)
            return a->pairs[i][1];
    return NULL;
}

static void a_complete_form(void)
{
    struct answers a = {complete, NULL, NULL};
    struct form_problem problems[4];
    CU_ASSERT_EQUAL(form_check(form_find("agreement"), get, &a, problems, 4), 0);
}

static void each_missing_field_is_named(void)
{
    for (size_t i = 0; complete[i][0]; i++) {
        struct answers a = {complete, complete[i][0], NULL};
        struct form_problem problems[4];
        const bool contact = strcmp(a.without, "contact_mobile") == 0;
        CU_ASSERT_EQUAL_FATAL(form_check(form_find("agreement"), get, &a, problems, 4), 1);
        CU_ASSERT_EQUAL(problems[0].error, contact ? FE_ANY_OF : FE_REQUIRED);
        SAME_TEXT(problems[0].field->name, contact ? "contact_phone" : a.without);
    }
}

static void phone_or_mobile(void)
{
    struct answers a = {complete, "contact_mobile", "  "};
    struct form_problem problems[4];
    CU_ASSERT_EQUAL(form_check(form_find("agreement"), get, &a, problems, 4), 1); /* blanks fill nothing */
    CU_ASSERT_EQUAL(problems[0].error, FE_ANY_OF);
    a.instead = "123"; /* filled, though wrong: one problem, not two */
    CU_ASSERT_EQUAL(form_check(form_find("agreement"), get, &a, problems, 4), 1);
    CU_ASSERT_EQUAL(problems[0].error, FE_BAD_PHONE);
}

static void problems_beyond_the_room_are_counted(void)
{
    static const char *const nothing[][2] = {{0}};
    struct answers a = {nothing, NULL, NULL};
    struct form_problem problems[3];
    CU_ASSERT_EQUAL(form_check(form_find("agreement"), get, &a, problems, 3), 12);
    SAME_TEXT(problems[0].field->name, "employer_name");
    CU_ASSERT_EQUAL(form_check(form_find("agreement"), get, &a, NULL, 0), 12);
    CU_ASSERT_EQUAL(form_check(form_find("none"), get, &a, problems, 3), 0);
}

static const struct unit_test tests[] = {
    {"S2.1.2 every row of every form is sound", rows_are_sound},
    {"S2.1.2 sections stay together", sections_stay_together},
    {"S2.1.2 every kind has its form", every_kind_has_its_form},
    {"S2.1.2 what an agreement asks", agreement_requires},
    {"S2.1.1 a field picks among several reported codes", picks_match_the_reported_codes},
    {"S1.4.2 whose right a field needs", modules_of_fields},
    {"X1.5 personal fields are masked", personal_fields_are_masked},
    {"S2.2.7 the roster is the national set", roster_is_the_national_set},
    {"S2.1.2 texts", values_of_text},
    {"S2.1.2 codes and regions", values_of_codes},
    {"S2.1.2 numbers and dates", values_of_numbers_and_dates},
    {"S2.1.2 phones, addresses, numbers of people and firms", values_of_contacts},
    {"S2.1.2 a complete agreement", a_complete_form},
    {"S2.1.2 each missing field is named", each_missing_field_is_named},
    {"S2.1.2 phone or mobile, at least one", phone_or_mobile},
    {"S2.1.2 problems beyond the room are counted", problems_beyond_the_room_are_counted},
    {0},
};
UNIT_SUITE(forms_suite, "forms", tests);
