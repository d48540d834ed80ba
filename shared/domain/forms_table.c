/*
 * forms_table.c - every form but the roster's, as tables (S2.1.2). What several forms share is written once, as a list of
 * fields below; a form is a few such lists and its own fields.
 */
#include "forms_table.h"

/* clang-format off */

/* ------------------------------------------------------------------ what forms share */

#define EMPLOYER_ADDRESS \
    F(EMPLOYER, employer_region,   "单位所在地",       "Region",            REGION,      REQUIRED, .ledger = "place"), \
    F(EMPLOYER, employer_address,  "单位详细地址",     "Address",           TEXT,        REQUIRED, .min = 4, .ledger = "address"), \
    F(EMPLOYER, employer_postcode, "单位邮政编码",     "Postcode",          POSTCODE,    OPTIONAL, .ledger = "postcode")

/* phone or mobile, at least one (S2.1.2) */
#define CONTACT \
    F(EMPLOYER, contact,           "联系人",           "Contact",           TEXT,        REQUIRED, .max = 50, .ledger = "contact"), \
    F(EMPLOYER, contact_phone,     "联系人电话",       "Contact's phone",   PHONE,       OPTIONAL, .any_of = "contact", .ledger = "phone"), \
    F(EMPLOYER, contact_mobile,    "联系人手机",       "Contact's mobile",  MOBILE,      OPTIONAL, .any_of = "contact", .mask = MASK_PHONE, .ledger = "mobile"), \
    F(EMPLOYER, contact_email,     "联系人邮箱",       "Contact's e-mail",  EMAIL,       OPTIONAL, .mask = MASK_EMAIL, .ledger = "email"), \
    F(EMPLOYER, contact_fax,       "传真",             "Fax",               PHONE,       OPTIONAL, .ledger = "fax")

/* `code_needed`: REQUIRED, or OPTIONAL where a unit need not have a credit code; `natures`: those it can have, NULL all */
#define EMPLOYER(code_needed, natures) \
    F(EMPLOYER, employer_name,     "单位名称",         "Employer",          TEXT,        REQUIRED, .min = 2, .max = 100, .promoted = "employer_name", .ledger = "employer"), \
    F(EMPLOYER, credit_code,       "统一社会信用代码", "Credit code",       CREDIT_CODE, code_needed, .promoted = "credit_code", .ledger = "code"), \
    F(EMPLOYER, employer_nature,   "单位性质",         "Nature",            CODE,        REQUIRED, .codes = "employer_nature", .subset = (natures), .ledger = "nature"), \
    F(EMPLOYER, employer_industry, "单位行业",         "Industry",          CODE,        REQUIRED, .codes = "industry", .ledger = "industry"), \
    EMPLOYER_ADDRESS, CONTACT

#define POSITION \
    F(JOB,      position_class,    "工作职位类别",     "Position class",    CODE,        REQUIRED, .codes = "job_category", .ledger = "position_class"), \
    F(JOB,      position_title,    "岗位名称",         "Position",          TEXT,        REQUIRED, .max = 60)

/* what an agreement settles beyond the position */
#define TERMS \
    F(JOB,      report_by,         "报到期限",         "Report by",         DATE,        OPTIONAL), \
    F(JOB,      report_place,      "报到地点",         "Report at",         TEXT,        OPTIONAL), \
    F(JOB,      work_place,        "实际工作地点",     "Work place",        TEXT,        OPTIONAL), \
    F(JOB,      probation_months,  "试用期（月）",     "Probation, months", INTEGER,     OPTIONAL, .max = 12), \
    F(JOB,      probation_salary,  "试用期薪资",       "Probation salary",  MONEY,       OPTIONAL), \
    F(JOB,      salary,            "转正起薪",         "Salary after",      MONEY,       OPTIONAL), \
    F(JOB,      penalty,           "违约金",           "Penalty",           MONEY,       OPTIONAL), \
    F(JOB,      clauses,           "补充协议内容",     "Further clauses",   LONG_TEXT,   OPTIONAL, .max = 1000)

#define WORK \
    F(JOB,      work_place,        "实际工作地点",     "Work place",        TEXT,        OPTIONAL), \
    F(JOB,      started_on,        "入职日期",         "Starts on",         DATE,        OPTIONAL), \
    F(JOB,      salary,            "月薪（元）",       "Monthly salary",    MONEY,       OPTIONAL)

/* Answers on archive and household inside a record belong to *basic and employment* (S1.4.2). */
#define ARCHIVE(types) \
    F(ARCHIVE,  archive_type,      "档案转递类型",     "Archive goes to",   CODE,        REQUIRED, .codes = "archive_transfer_type", .subset = (types), .ledger = "archive.type"), \
    F(ARCHIVE,  archive_unit,      "档案接收单位",     "Archive's receiver", TEXT,       OPTIONAL, .max = 100, .ledger = "archive.unit"), \
    F(ARCHIVE,  archive_region,    "档案所在地",       "Receiver's region", REGION,      OPTIONAL, .ledger = "archive.region"), \
    F(ARCHIVE,  archive_address,   "档案转递地址",     "Receiver's address", TEXT,       OPTIONAL, .ledger = "archive.address"), \
    F(ARCHIVE,  archive_postcode,  "档案转递邮编",     "Receiver's postcode", POSTCODE,  OPTIONAL, .ledger = "archive.postcode"), \
    F(ARCHIVE,  archive_contact,   "档案接收联系人",   "Receiver's contact", TEXT,       OPTIONAL, .max = 50, .ledger = "archive.contact"), \
    F(ARCHIVE,  archive_phone,     "档案接收电话",     "Receiver's phone",  PHONE,       OPTIONAL, .ledger = "archive.phone")

#define HOUSEHOLD(types) \
    F(HOUSEHOLD, household_type,    "户口迁移类型",    "Household goes to", CODE,        REQUIRED, .codes = "household_transfer_type", .subset = (types), .ledger = "household.type"), \
    F(HOUSEHOLD, household_region,  "户口迁入地",      "Moves to region",   REGION,      OPTIONAL, .ledger = "household.region"), \
    F(HOUSEHOLD, household_address, "户口迁移地址",    "Moves to address",  TEXT,        OPTIONAL, .ledger = "household.address")

#define FOUR_TYPES "1 2 3 4"    /* S2.1.2 */
#define OR_REFUSED "0 1 2 3 4"  /* an invitation may say 不接收 (S2.3.2) */

#define REMARK(section) \
    F(section,  remark,            "备注",             "Remark",            LONG_TEXT,   OPTIONAL, .max = 200)

/* ------------------------------------------------------------------ signing */

static const struct form_field agreement[] = {
    EMPLOYER(REQUIRED, NULL), POSITION, TERMS, ARCHIVE(FOUR_TYPES), HOUSEHOLD(FOUR_TYPES),
};

/* S2.3.2: who the employer is comes from its own account. */
static const struct form_field invitation[] = {
    CONTACT, POSITION, TERMS, ARCHIVE(OR_REFUSED), HOUSEHOLD(OR_REFUSED),
};

/* S2.4.1: the graduate picks a reason, the employer gives it in words. */
static const struct form_field termination[] = {
    F(TERMINATION, reason,         "解约原因",         "Reason",            CODE,        OPTIONAL, .codes = "termination_reason", .subset = "01 02 11 12 13 14 15 16 17 18 99", .any_of = "reason"),
    F(TERMINATION, explanation,    "说明",             "Explanation",       LONG_TEXT,   OPTIONAL, .max = 200, .any_of = "reason"),
};

/* ------------------------------------------------------------------ employment */

static const struct form_field labour_contract[] = {
    EMPLOYER(REQUIRED, NULL), POSITION, WORK,
    F(JOB,      contract_until,    "合同终止日期",     "Contract until",    DATE,        OPTIONAL),
    ARCHIVE(FOUR_TYPES), HOUSEHOLD(FOUR_TYPES),
};

static const struct form_field unit[] = {EMPLOYER(REQUIRED, NULL), POSITION, WORK, REMARK(JOB)};

/* Units of the forces publish no credit code. */
static const struct form_field forces[] = {EMPLOYER(OPTIONAL, "40"), POSITION, WORK, REMARK(JOB)};

static const struct form_field freelance[] = {
    F(DETAILS,  occupation,        "从事职业",         "Occupation",        TEXT,        REQUIRED, .max = 60, .promoted = "employer_name", .ledger = "employer"),
    F(DETAILS,  position_class,    "工作职位类别",     "Position class",    CODE,        REQUIRED, .codes = "job_category", .ledger = "position_class"),
    F(DETAILS,  work_region,       "工作所在地",       "Region",            REGION,      REQUIRED, .ledger = "place"),
    F(DETAILS,  work_address,      "详细地址",         "Address",           TEXT,        OPTIONAL, .ledger = "address"),
    F(DETAILS,  work_content,      "工作内容",         "What one does",     LONG_TEXT,   REQUIRED, .max = 500),
    F(DETAILS,  income,            "月收入（元）",     "Monthly income",    MONEY,       REQUIRED),
    REMARK(DETAILS),
};

/* Villages and their schools often have no credit code. */
#define PROGRAMME(programmes) \
    F(DETAILS,  programme,         "项目类别",         "Programme",         CODE,        REQUIRED, .codes = "destination_moe", .subset = (programmes)), \
    F(DETAILS,  service_from,      "服务起始日期",     "Serves from",       DATE,        OPTIONAL), \
    F(DETAILS,  service_until,     "服务终止日期",     "Serves until",      DATE,        OPTIONAL), \
    EMPLOYER(OPTIONAL, NULL), POSITION, REMARK(JOB)

static const struct form_field national_programme[] = {PROGRAMME("501 502 503")};
static const struct form_field local_programme[] = {PROGRAMME("511 512 513 514 515 519")};

static const struct form_field military[] = {
    F(DETAILS,  recruiting_office, "征兵机关",         "Recruiting office", TEXT,        REQUIRED, .max = 100, .promoted = "employer_name", .ledger = "employer"),
    F(DETAILS,  recruited_region,  "应征地",           "Enlisted at",       REGION,      REQUIRED, .ledger = "place"),
    F(DETAILS,  enlisted_on,       "入伍日期",         "Enlisted on",       DATE,        OPTIONAL),
    F(DETAILS,  notice_no,         "通知书编号",       "Notice number",     TEXT,        OPTIONAL, .max = 40),
    F(DETAILS,  office_phone,      "征兵机关电话",     "Office's phone",    PHONE,       OPTIONAL, .ledger = "phone"),
    REMARK(DETAILS),
};

static const struct form_field startup[] = {
    F(DETAILS,  startup_type,      "创业类型",         "Kind of business",  CODE,        REQUIRED, .codes = "startup_type"),
    F(DETAILS,  project,           "创业项目名称",     "Project or company", TEXT,       REQUIRED, .min = 2, .max = 100, .promoted = "employer_name", .ledger = "employer"),
    F(DETAILS,  credit_code,       "统一社会信用代码", "Credit code",       CREDIT_CODE, OPTIONAL, .promoted = "credit_code", .ledger = "code"),
    F(DETAILS,  startup_region,    "创业所在地",       "Region",            REGION,      REQUIRED, .ledger = "place"),
    F(DETAILS,  startup_address,   "详细地址",         "Address",           TEXT,        OPTIONAL, .ledger = "address"),
    F(DETAILS,  startup_industry,  "创业行业",         "Industry",          CODE,        REQUIRED, .codes = "industry", .ledger = "industry"),
    F(DETAILS,  own_role,          "担任职务",         "Own role",          TEXT,        OPTIONAL, .max = 60),
    F(DETAILS,  shop_url,          "网店网址",         "Shop's address",    URL,         OPTIONAL),
    F(DETAILS,  started_on,        "创立日期",         "Founded on",        DATE,        OPTIONAL),
    REMARK(DETAILS),
};

/* Numbers abroad have no shape of ours. */
static const struct form_field unit_abroad[] = {
    F(EMPLOYER, employer_name,     "单位名称",         "Employer",          TEXT,        REQUIRED, .min = 2, .max = 100, .promoted = "employer_name", .ledger = "employer"),
    F(EMPLOYER, country,           "国家或地区",       "Country or region", TEXT,        REQUIRED, .min = 2, .max = 60, .ledger = "place"),
    F(EMPLOYER, address,           "单位地址",         "Address",           TEXT,        OPTIONAL, .ledger = "address"),
    F(EMPLOYER, employer_industry, "单位行业",         "Industry",          CODE,        REQUIRED, .codes = "industry", .ledger = "industry"),
    F(EMPLOYER, contact,           "联系人",           "Contact",           TEXT,        OPTIONAL, .max = 50, .ledger = "contact"),
    F(EMPLOYER, phone_abroad,      "联系电话",         "Phone",             TEXT,        OPTIONAL, .max = 30, .mask = MASK_PHONE, .ledger = "phone"),
    F(EMPLOYER, contact_email,     "联系人邮箱",       "Contact's e-mail",  EMAIL,       OPTIONAL, .mask = MASK_EMAIL, .ledger = "email"),
    POSITION, WORK, REMARK(JOB),
};

/* S2.9.1 */
static const struct form_field directed[] = {
    EMPLOYER(OPTIONAL, NULL), POSITION,
    F(JOB,      contract_no,       "培养协议编号",     "Contract number",   TEXT,        OPTIONAL, .max = 40),
    F(JOB,      service_until,     "服务终止日期",     "Serves until",      DATE,        OPTIONAL),
    REMARK(JOB),
};

/* ------------------------------------------------------------------ further study, not employed */

static const struct form_field further_study[] = {
    F(DETAILS,  study,             "具体去向",         "Goes on to",        CODE,        REQUIRED, .codes = "destination_moe", .subset = "801 802 803"),
    F(DETAILS,  school,            "录取学校",         "School",            TEXT,        REQUIRED, .min = 2, .max = 100, .promoted = "employer_name", .ledger = "employer"),
    F(DETAILS,  school_region,     "学校所在地",       "School's region",   REGION,      OPTIONAL, .ledger = "place"),
    F(DETAILS,  study_major,       "录取专业",         "Major",             TEXT,        OPTIONAL, .max = 100),
    F(DETAILS,  admission_no,      "录取通知书编号",   "Admission number",  TEXT,        OPTIONAL, .max = 40),
    REMARK(DETAILS),
};

static const struct form_field study_abroad[] = {
    F(DETAILS,  country,           "国家或地区",       "Country or region", TEXT,        REQUIRED, .min = 2, .max = 60, .ledger = "place"),
    F(DETAILS,  school,            "院校中文名称",     "School, in Chinese", TEXT,       REQUIRED, .min = 2, .max = 100, .promoted = "employer_name", .ledger = "employer"),
    F(DETAILS,  school_foreign,    "院校外文名称",     "School, as written", TEXT,       REQUIRED, .min = 2, .max = 200),
    F(DETAILS,  study_major,       "录取专业",         "Major",             TEXT,        OPTIONAL, .max = 100),
    F(DETAILS,  study_from,        "入学年月",         "Begins (YYYYMM)",   MONTH,       OPTIONAL),
    REMARK(DETAILS),
};

static const struct form_field none[] = {REMARK(DETAILS)};

/* ------------------------------------------------------------------ all of them */

#define FORM(id, zh, en) {.name = #id, .title_zh = (zh), .title_en = (en), .fields = (id), .nfields = sizeof(id) / sizeof(id)[0]}

const struct form forms_data[] = {
    FORM(agreement,          "就业协议书",           "Employment agreement"),
    FORM(invitation,         "签约邀请",             "Invitation"),
    FORM(termination,        "解约申请",             "Termination"),
    FORM(labour_contract,    "劳动合同、接收函就业", "Labour contract or acceptance"),
    FORM(unit,               "单位录用",             "Hired by an employer"),
    FORM(forces,             "部队录用",             "Taken on by the forces"),
    FORM(freelance,          "自由职业",             "Freelance"),
    FORM(national_programme, "国家基层项目",         "National grass-roots programme"),
    FORM(local_programme,    "地方基层项目",         "Local grass-roots programme"),
    FORM(military,           "应征义务兵",           "Conscript"),
    FORM(startup,            "自主创业",             "Own business"),
    FORM(unit_abroad,        "国（境）外单位",       "Employer abroad"),
    FORM(directed,           "定向、委培补充登记",   "Directed or commissioned"),
    FORM(further_study,      "境内升学",             "Further study"),
    FORM(study_abroad,       "出国出境深造",         "Study abroad"),
    FORM(none,               "未就业",               "Not employed"),
    {.name = "roster", .title_zh = "毕业生生源信息", .title_en = "Roster", .fields = roster_fields, .nfields = ROSTER_FIELDS},
};
const size_t nforms_data = sizeof forms_data / sizeof forms_data[0];
