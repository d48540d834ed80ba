/*
 * forms_roster.c - the roster's form: columns 0 to 43 of the national set, in their order (S2.2.7). Its names are the field
 * names of sql/codes/roster_columns.tsv, where the headers of a file stand; the import looks them up there.
 *
 * What must equal the enrolment record, and what rules or guards read, is required. The columns that only repeat a code in
 * words are taken as they are. What speaks of the archive or the household belongs to those modules (S1.4.2).
 */
#include "forms_table.h"

/* clang-format off */

const struct form_field roster_fields[ROSTER_FIELDS] = {
    F(SCHOOL,  exam_no,              "考生号",         "Exam number",        TEXT,     REQUIRED, .min = 8, .max = 18, .promoted = "exam_no"),
    F(PERSON,  identity_no,          "身份证号",       "Identity number",    IDENTITY, REQUIRED, .mask = MASK_IDENTITY, .promoted = "identity_no"),
    F(PERSON,  name,                 "姓名",           "Name",               TEXT,     REQUIRED, .max = 50, .promoted = "name"),
    F(PERSON,  sex,                  "性别代码",       "Sex",                CODE,     REQUIRED, .codes = "gender", .subset = "1 2"),
    F(PERSON,  sex_name,             "性别",           "Sex, in words",      TEXT,     OPTIONAL, .max = 10),
    F(PERSON,  ethnicity,            "民族代码",       "Ethnicity",          CODE,     REQUIRED, .codes = "ethnicity"),
    F(PERSON,  ethnicity_name,       "民族",           "Ethnicity, in words", TEXT,    OPTIONAL, .max = 30),
    F(PERSON,  political_status,     "政治面貌代码",   "Political status",   CODE,     REQUIRED, .codes = "political_status"),
    F(PERSON,  political_status_name, "政治面貌",      "Status, in words",   TEXT,     OPTIONAL, .max = 30),
    F(SCHOOL,  school_code,          "院校代码",       "School code",        TEXT,     REQUIRED, .min = 5, .max = 5),
    F(SCHOOL,  school_name,          "院校名称",       "School",             TEXT,     OPTIONAL, .max = 100),
    F(SCHOOL,  branch,               "分校名称",       "Branch",             TEXT,     OPTIONAL, .max = 100),
    F(SCHOOL,  education_level,      "学历代码",       "Education level",    CODE,     REQUIRED, .codes = "education_level", .promoted = "education_level"),
    F(SCHOOL,  education_level_name, "学历",           "Level, in words",    TEXT,     OPTIONAL, .max = 30),
    F(SCHOOL,  major_code,           "专业代码",       "Major's code",       TEXT,     OPTIONAL, .max = 12, .promoted = "major_code"),
    F(SCHOOL,  major,                "专业",           "Major",              TEXT,     REQUIRED, .max = 100, .promoted = "major"),
    F(SCHOOL,  major_direction,      "专业方向",       "Direction",          TEXT,     OPTIONAL, .max = 100),
    F(SCHOOL,  training_mode,        "培养方式代码",   "Training mode",      CODE,     REQUIRED, .codes = "training_mode", .promoted = "training_mode"),
    F(SCHOOL,  training_mode_name,   "培养方式",       "Mode, in words",     TEXT,     OPTIONAL, .max = 30),
    F(SCHOOL,  training_unit,        "定向或委培单位", "Commissioning unit", TEXT,     OPTIONAL, .max = 100),
    F(ORIGIN,  origin,               "生源所在地代码", "Place of origin",    REGION,   REQUIRED, .subset = "former"),
    F(ORIGIN,  origin_name,          "生源所在地",     "Origin, in words",   TEXT,     OPTIONAL, .max = 100),
    F(ORIGIN,  urban_rural,          "城乡生源",       "Urban or rural",     TEXT,     OPTIONAL, .max = 10),
    F(SCHOOL,  study_length,         "学制",           "Length of study",    CODE,     REQUIRED, .codes = "study_length"),
    F(SCHOOL,  entrance,             "入学时间",       "Entrance",           MONTH,    OPTIONAL),
    F(SCHOOL,  graduation,           "毕业时间",       "Graduation",         MONTH,    REQUIRED, .promoted = "graduation"),
    F(SCHOOL,  normal_student,       "师范生类别代码", "Teacher training",   CODE,     OPTIONAL, .codes = "normal_student"),
    F(SCHOOL,  normal_student_name,  "师范生类别",     "Training, in words", TEXT,     OPTIONAL, .max = 30),
    F(PERSON,  hardship,             "困难生类别代码", "Hardship",           CODE,     OPTIONAL, .codes = "hardship"),
    F(PERSON,  hardship_name,        "困难生类别",     "Hardship, in words", TEXT,     OPTIONAL, .max = 30),
    F(SCHOOL,  department,           "所在院系",       "Department",         TEXT,     REQUIRED, .max = 100, .promoted = "department"),
    F(SCHOOL,  class_name,           "所在班级",       "Class",              TEXT,     OPTIONAL, .max = 60),
    F(SCHOOL,  student_no,           "学号",           "Student number",     TEXT,     REQUIRED, .max = 30, .promoted = "student_no"),
    F(PERSON,  birth,                "出生日期",       "Date of birth",      DATE,     OPTIONAL),
    F(ORIGIN,  former_archive,       "入学前档案单位", "Archive before",     TEXT,     OPTIONAL, .max = 100, .module = MODULE_ARCHIVE),
    F(ORIGIN,  former_household,     "入学前派出所",   "Police station",     TEXT,     OPTIONAL, .max = 100, .module = MODULE_HOUSEHOLD),
    F(ORIGIN,  household_moved,      "户口转入学校",   "Household at school", TEXT,    OPTIONAL, .max = 10, .module = MODULE_HOUSEHOLD),
    F(ORIGIN,  archive_moved,        "档案转入学校",   "Archive at school",  TEXT,     OPTIONAL, .max = 10, .module = MODULE_ARCHIVE),
    F(CONTACT, mobile,               "手机号码",       "Mobile",             MOBILE,   OPTIONAL, .mask = MASK_PHONE, .promoted = "mobile"),
    F(CONTACT, email,                "电子邮箱",       "E-mail",             EMAIL,    OPTIONAL, .mask = MASK_EMAIL, .promoted = "email"),
    F(CONTACT, qq,                   "QQ号码",         "QQ number",          TEXT,     OPTIONAL, .max = 15, .mask = MASK_PHONE),
    F(CONTACT, home_address,         "家庭住址",       "Home address",       TEXT,     OPTIONAL),
    F(CONTACT, home_phone,           "家庭电话",       "Home phone",         TEXT,     OPTIONAL, .max = 30, .mask = MASK_PHONE),
    F(CONTACT, home_postcode,        "家庭邮编",       "Home postcode",      POSTCODE, OPTIONAL),
};
