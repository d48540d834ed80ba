/*
 * test_codes.c - the code tables and their look-ups.
 */
#include "shared/domain/codes.h"

#include "shared/domain/forms.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static void every_row_is_found(void)
{
    const struct code_table *all;
    const size_t n = code_tables(&all);
    size_t rows = 0;
    CU_ASSERT(n >= 25);
    for (size_t t = 0; t < n; t++) {
        CU_ASSERT_PTR_EQUAL(code_table(all[t].name), &all[t]);
        CU_ASSERT(all[t].nrows > 0 && *all[t].name_zh && *all[t].name_en);
        for (size_t i = 0; i < all[t].nrows; i++, rows++) {
            const struct code *c = &all[t].rows[i];
            CU_ASSERT_PTR_EQUAL(code_find(&all[t], c->code), c);
            CU_ASSERT_EQUAL(c->current, *c->valid_to == '\0');
        }
    }
    CU_ASSERT(rows > 5105);
    CU_ASSERT_PTR_NULL(code_table("no such table"));
    CU_ASSERT_PTR_NULL(code_table(""));
    CU_ASSERT_PTR_NULL(code_find(code_table("region"), "999999"));
    CU_ASSERT_PTR_NULL(code_find(code_table("region"), NULL));
    CU_ASSERT_PTR_NULL(code_find(NULL, "110000"));
}

static void labels(void)
{
    const struct code_table *t = code_table("ethnicity");
    SAME_TEXT(code_label(t, "01", true), "汉族");
    SAME_TEXT(code_label(t, "01", false), "Han");
    SAME_TEXT(code_label(t, "77", true), "77");
    SAME_TEXT(code_label(t, NULL, true), "");
    SAME_TEXT(code_label(code_table("region"), "110108", false), "海淀区"); /* no English there */
}

static void names(void)
{
    SAME_TEXT(code_find_name(code_table("ethnicity"), "藏族")->code, "04");
    SAME_TEXT(code_find_name(code_table("region"), "北京市崇文区")->code, "110103");
    CU_ASSERT_PTR_NULL(code_find_name(code_table("ethnicity"), "不存在"));
}

static void own_columns(void)
{
    char buf[32];
    const struct code_table *t = code_table("destination_kind");
    CU_ASSERT_TRUE(code_extra(t, code_find(t, "B01"), "moe", buf, sizeof buf));
    SAME_TEXT(buf, "11");
    CU_ASSERT_TRUE(code_extra(t, code_find(t, "B01"), "rate2024", buf, sizeof buf)); /* the last */
    SAME_TEXT(buf, "employer");
    CU_ASSERT_FALSE(code_extra(t, code_find(t, "B01"), "no such", buf, sizeof buf));
    SAME_TEXT(buf, "");
    CU_ASSERT_FALSE(code_extra(t, code_find(t, "B01"), "form", buf, 4)); /* doesn't fit */
    t = code_table("gender");
    CU_ASSERT_FALSE(code_extra(t, code_find(t, "1"), "x", buf, sizeof buf));
}

static bool finds(const char *table, const char *typed, const char *code)
{
    const struct code *hits[50];
    const size_t n = code_search(code_table(table), typed, 0, hits, 50);
    for (size_t i = 0; i < n; i++)
        if (strcmp(hits[i]->code, code) == 0)
            return true;
    return false;
}

static void search(void)
{
    CU_ASSERT_TRUE(finds("region", "1101", "110108"));
    CU_ASSERT_TRUE(finds("region", "海淀", "110108"));
    CU_ASSERT_TRUE(finds("region", "hd", "110108"));
    CU_ASSERT_TRUE(finds("region", "cqs", "500000")); /* 重庆, 厦门: as spoken */
    CU_ASSERT_TRUE(finds("region", "xms", "350200"));
    CU_ASSERT_TRUE(finds("region", "pyq", "440113"));   /* 番禺 */
    CU_ASSERT_FALSE(finds("region", "崇文", "110103")); /* abolished: never offered */
    CU_ASSERT_FALSE(finds("region", "zzzzzz", "110108"));
    CU_ASSERT_TRUE(finds("ethnicity", "zz", "04"));
}

static void search_by_pages(void)
{
    const struct code_table *t = code_table("ethnicity");
    const struct code *all[100], *page[7];
    const size_t n = code_search(t, "", 0, all, 100);
    size_t seen = 0;
    CU_ASSERT_EQUAL(n, t->nrows);
    for (size_t k; (k = code_search(t, "", seen, page, 7)) > 0; seen += k)
        CU_ASSERT_EQUAL(memcmp(page, all + seen, k * sizeof *page), 0);
    CU_ASSERT_EQUAL(seen, n);
}

static void paths(void)
{
    static const char *const wanted[][2] = {
        {"110108", "北京市海淀区"},       {"110000", "北京市"},       {"110100", "北京市"},
        {"440306", "广东省深圳市宝安区"}, {"440300", "广东省深圳市"}, {"429004", "湖北省仙桃市"},
        {"469001", "海南省五指山市"},     {"110103", "北京市崇文区"}, {"500101", "重庆市万州区"},
        {"441900", "广东省东莞市"},       {"900000", "海外"},         {"222401", "吉林省延边朝鲜族自治州延吉市"},
    };
    char buf[200];
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CU_ASSERT_TRUE(region_path(wanted[i][0], buf, sizeof buf));
        SAME_TEXT(buf, wanted[i][1]);
    }
    CU_ASSERT_FALSE(region_path("999999", buf, sizeof buf));
    CU_ASSERT_FALSE(region_path("", buf, sizeof buf));
    CU_ASSERT_TRUE(region_path("440306", buf, 4)); /* cut, but ended */
    CU_ASSERT(strlen(buf) < 4);
}

/* Each kind's reported codes are known ones, its class is told by its code, its proofs by its text. */
static void kinds(void)
{
    const struct destination_kind *all;
    const size_t n = destination_kinds(&all);
    int per_group[5] = {0};
    CU_ASSERT_EQUAL(n, 25);
    for (size_t i = 0; i < n; i++) {
        CU_ASSERT_PTR_EQUAL(destination_kind(all[i].code), &all[i]);
        CU_ASSERT(all[i].group >= 1 && all[i].group <= 4);
        per_group[all[i].group]++;
        CU_ASSERT_PTR_NOT_NULL(form_find(all[i].form));
        CU_ASSERT_EQUAL(all[i].proofs > 0, all[i].group == 2 || all[i].group == 3);
        CU_ASSERT(*all[i].proof_zh && *all[i].proof_en && *all[i].definition_zh && *all[i].definition_en);
        for (const char *p = all[i].moe; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
            char code[8] = "";
            memcpy(code, p, strcspn(p, "|"));
            CU_ASSERT_PTR_NOT_NULL(code_find(code_table("destination_moe"), code));
        }
    }
    CU_ASSERT(per_group[1] == 1 && per_group[2] == 14 && per_group[3] == 2 && per_group[4] == 8);
    CU_ASSERT_PTR_NULL(destination_kind("B99"));
    CU_ASSERT_PTR_NULL(destination_kind(NULL));
}

static void directed_kind(void)
{
    const struct destination_kind *all;
    const size_t n = destination_kinds(&all);
    for (size_t i = 0; i < n; i++)
        CU_ASSERT_EQUAL(all[i].directed_only, strcmp(all[i].code, "B14") == 0);
}

static const struct unit_test tests[] = {
    {"every row of every table is found", every_row_is_found},
    {"labels in both languages", labels},
    {"a code by its Chinese name", names},
    {"a table's own columns", own_columns},
    {"search by code, Chinese and initials", search},
    {"search by pages", search_by_pages},
    {"paths of regions, former ones too", paths},
    {"S2.1.1 twenty-five kinds in four classes", kinds},
    {"S2.9.1 one kind only for directed graduates", directed_kind},
    {0},
};
UNIT_SUITE(codes_suite, "codes", tests);
