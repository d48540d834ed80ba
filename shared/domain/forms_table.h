/*
 * forms_table.h - how a form's fields are written down. Only forms.c and the tables include it.
 *
 * F(section, name, label_zh, label_en, TYPE, REQUIRED or OPTIONAL, …other members). Labels fit an 80-column screen: at
 * most ten Han characters, at most 22 Latin ones.
 */
#ifndef QX_FORMS_TABLE_H
#define QX_FORMS_TABLE_H

#include "forms.h"

#define REQUIRED .required = true
#define OPTIONAL .required = false
#define F(section, id, zh, en, kind, ...)                                                                              \
    {                                                                                                                  \
        .name = #id, .label_zh = (zh), .label_en = (en), .type = FIELD_##kind, SECTION_##section, __VA_ARGS__          \
    }

#define SECTION_EMPLOYER .section_zh = "用人单位", .section_en = "Employer"
#define SECTION_JOB .section_zh = "岗位", .section_en = "Position"
#define SECTION_ARCHIVE .section_zh = "档案", .section_en = "Archive"
#define SECTION_HOUSEHOLD .section_zh = "户口", .section_en = "Household"
#define SECTION_DETAILS .section_zh = "去向", .section_en = "Destination"
#define SECTION_TERMINATION .section_zh = "解约", .section_en = "Termination"
#define SECTION_PERSON .section_zh = "个人信息", .section_en = "Person"
#define SECTION_SCHOOL .section_zh = "学籍", .section_en = "Enrolment"
#define SECTION_ORIGIN .section_zh = "生源", .section_en = "Origin"
#define SECTION_CONTACT .section_zh = "联系方式", .section_en = "Contact"

enum { ROSTER_FIELDS = 44 };
extern const struct form_field roster_fields[ROSTER_FIELDS];

extern const struct form forms_data[];
extern const size_t nforms_data;

#endif
