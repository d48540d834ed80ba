/*
 * demo_content.c - forms filled in by their tables: a value by each field's type, better ones for the fields that
 * everybody reads (employer, position, contact). What comes out passes form_check(), or the seeding stops and says
 * which field doesn't.
 */
#include "../../shared/domain/identity.h"
#include "demo_internal.h"

#include <stdio.h>
#include <string.h>

static const char *const cities[] = {"示例", "云川", "江原", "临海", "北岭", "南塘", "东湖", "西泽", "安阳湖", "青禾"};
static const char *const trades[] = {
    "软件技术有限公司", "精密机械有限公司", "生物医药股份有限公司", "教育科技有限公司", "建筑设计院", "新能源有限公司",
    "第一中学",         "中心医院",         "农业发展有限公司",     "文化传媒有限公司"};
static const char *const positions[] = {"软件工程师", "教师",     "会计",     "机械设计师",
                                        "护士",       "市场专员", "研究助理", "编辑"};
static const char *const contacts[] = {"王经理", "李老师", "赵主任", "陈女士", "周先生", "吴主管"};
static const char *const schools[] = {"示例大学", "云川理工大学", "江原师范大学", "北岭医科大学"};
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define PICK(list, r) (list)[(r) % COUNT(list)]

static void credit_code(char *out, size_t len, uint64_t employer)
{
    for (const char *last = "0123456789ABCDEFGHJKLMNPQRTUWXY"; *last; last++) {
        snprintf(out, len, "91110108MA%07u%c", (unsigned)(employer * 7919 % 10000000), *last);
        if (credit_code_check(out) == CREDIT_OK)
            return;
    }
}

/* A row of the field's own table that it allows, never a whole province or city where a county is wanted. */
static void code_value(const struct form_field *f, uint64_t r, char *out, size_t len)
{
    const struct code_table *table = code_table(f->type == FIELD_REGION ? "region" : f->codes);
    if (table && f->type == FIELD_CODE && f->subset) {
        char list[160], *save = NULL;
        snprintf(list, sizeof list, "%s", f->subset);
        const char *word = strtok_r(list, " ", &save);
        for (r %= 4; word && r; r--) {
            const char *next = strtok_r(NULL, " ", &save);
            word = next ? next : word;
        }
        snprintf(out, len, "%s", word ? word : "");
        return;
    }
    for (size_t tries = 0; table && tries < table->nrows; tries++) {
        snprintf(out, len, "%s", table->rows[(r + tries) % table->nrows].code);
        if (field_check(f, out) == FE_OK)
            return;
    }
}

static bool says(const struct form_field *f, const char *word)
{
    return strstr(f->label_zh, word) != NULL;
}

static void text_value(const struct form_field *f, uint64_t r, char *out, size_t len)
{
    const bool employer = f->promoted && !strcmp(f->promoted, "employer_name");
    if (employer)
        snprintf(out, len, "%s市%s", PICK(cities, r % 60), PICK(trades, r % 60 / 10));
    else if (says(f, "联系人") || says(f, "负责人"))
        snprintf(out, len, "%s", PICK(contacts, r));
    else if (says(f, "学校") || says(f, "院校"))
        snprintf(out, len, "%s", PICK(schools, r));
    else if (says(f, "职位") || says(f, "岗位"))
        snprintf(out, len, "%s", PICK(positions, r));
    else if (says(f, "地址") || says(f, "地点"))
        snprintf(out, len, "示例路%u号", (unsigned)(r % 400 + 1));
    else if (says(f, "单位"))
        snprintf(out, len, "%s市%s", PICK(cities, r), PICK(trades, r / 10));
    else
        snprintf(out, len, "示例%u", (unsigned)(r % 900 + 100));
}

static void number_value(const struct form_field *f, uint64_t r, char *out, size_t len)
{
    const int low = f->min > 0 ? f->min : f->type == FIELD_MONEY ? 4000 : 1;
    const int high = f->max > low ? f->max : f->type == FIELD_MONEY ? 16000 : low + 10;
    const int span = f->type == FIELD_MONEY && high > 16000 && low < 16000 ? 16000 - low : high - low;
    const int step = f->type == FIELD_MONEY && span > 1000 ? 100 : 1;
    snprintf(out, len, "%d", low + (int)(r % (uint64_t)(span / step + 1)) * step);
}

static void value_of(const struct form_field *f, const struct demo_person *p, uint64_t r, char *out, size_t len)
{
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
        text_value(f, r, out, len);
        break;
    case FIELD_CODE:
    case FIELD_REGION:
        code_value(f, r, out, len);
        break;
    case FIELD_INTEGER:
    case FIELD_MONEY:
        number_value(f, r, out, len);
        break;
    case FIELD_DATE:
        snprintf(out, len, "%d-%02u-%02u", p->class_year, (unsigned)(r % 3 + 7), (unsigned)(r / 3 % 28 + 1));
        break;
    case FIELD_MONTH:
        snprintf(out, len, "%d09", p->class_year);
        break;
    case FIELD_PHONE:
        snprintf(out, len, "010-6%07u", (unsigned)(r % 10000000));
        break;
    case FIELD_MOBILE:
        snprintf(out, len, "198%08u", (unsigned)(r % 100000000));
        break;
    case FIELD_EMAIL:
        snprintf(out, len, "hr%u@example.cn", (unsigned)(r % 60));
        break;
    case FIELD_POSTCODE:
        snprintf(out, len, "%06u", (unsigned)(r % 800000 + 100000));
        break;
    case FIELD_CREDIT_CODE:
        credit_code(out, len, r % 60);
        break;
    case FIELD_IDENTITY:
        snprintf(out, len, "%s", p->identity);
        break;
    case FIELD_URL:
        snprintf(out, len, "https://shop%u.example.cn/", (unsigned)(r % 1000));
        break;
    }
}

/* One employer per content: its name and credit code are of one piece, and sixty of them come back again and again. */
static uint64_t seed_of(const struct form_field *f, uint64_t seed)
{
    if (f->promoted || f->type == FIELD_CREDIT_CODE)
        return demo_random(seed, 0) % 60;
    return demo_random(seed, (uint64_t)(f->name[0] * 131 + f->name[1]) + strlen(f->name) * 7);
}

static const char *get_value(void *arg, const char *name)
{
    const struct demo_content *c = arg;
    const struct form_field *f = form_field(c->form, name);
    const char *value = f ? c->values[f - c->form->fields] : "";
    return *value ? value : NULL;
}

bool demo_content_make(struct demo *d, const struct form *form, const struct demo_person *p, uint64_t seed,
                       struct demo_content *c)
{
    struct form_problem problem;

    memset(c, 0, sizeof *c);
    c->form = form;
    if (form->nfields > COUNT(c->values))
        return demo_fail(d, "form %s has too many fields for the demonstration", form->name);
    for (size_t i = 0; i < form->nfields; i++) {
        const struct form_field *f = &form->fields[i];
        const bool filled = f->required || f->any_of || demo_random(seed, 50 + i) & 1;
        if (filled && (f->required || f->type != FIELD_LONG_TEXT))
            value_of(f, p, seed_of(f, seed), c->values[i], sizeof c->values[i]);
        if (!f->required && field_check(f, c->values[i]) != FE_OK)
            c->values[i][0] = '\0';
    }
    if (form_check(form, get_value, c, &problem, 1) == 0)
        return true;
    return demo_fail(d, "form %s, field %s: %s (\"%s\")", form->name, problem.field->name,
                     field_error_code(problem.error), c->values[problem.field - form->fields]);
}

const char *demo_content_promoted(const struct demo_content *c, const char *column)
{
    for (size_t i = 0; i < c->form->nfields; i++)
        if (c->form->fields[i].promoted && !strcmp(c->form->fields[i].promoted, column))
            return c->values[i];
    return "";
}
