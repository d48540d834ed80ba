/*
 * demo_people.c - invented graduates. Everything about number n follows from n alone, so that two demos of one size are
 * the same; names are dealt from two tables, identity numbers are synthetic (a real region, a date, a sequence, the
 * right check).
 */
#include "../../shared/domain/identity.h"
#include "../methods/roster_pinyin.h"
#include "demo_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

const struct demo_department demo_departments[DEMO_DEPARTMENTS] = {
    {"计算机学院", "080901", "计算机科学与技术", "081200", "计算机科学与技术"},
    {"经济管理学院", "020301K", "金融学", "120200", "工商管理"},
    {"外国语学院", "050201", "英语", "050200", "外国语言文学"},
    {"机械工程学院", "080202", "机械设计制造及其自动化", "080200", "机械工程"},
    {"文学院", "050101", "汉语言文学", "050100", "中国语言文学"},
    {"法学院", "030101K", "法学", "030100", "法学"},
    {"数学与统计学院", "070101", "数学与应用数学", "070100", "数学"},
    {"物理学院", "070201", "物理学", "070200", "物理学"},
    {"化学化工学院", "081301", "化学工程与工艺", "081700", "化学工程与技术"},
    {"生命科学学院", "071001", "生物科学", "071000", "生物学"},
    {"医学院", "100201K", "临床医学", "100200", "临床医学"},
    {"艺术设计学院", "130502", "视觉传达设计", "130500", "设计学"},
};

static const char *const surnames[] = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐",   "孙",   "胡",   "朱",   "高",
    "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐",   "冯",   "于",   "董",   "萧",
    "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏",   "卢",   "蒋",   "蔡",   "贾",
    "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏", "欧阳", "上官", "诸葛", "司马", "慕容"};
static const char *const given[] = {
    "安", "博", "晨", "川", "达", "丹", "东", "恩", "凡", "芳", "飞", "峰", "刚", "歌", "光", "桂", "海", "涵",
    "航", "浩", "和", "恒", "红", "宏", "华", "欢", "辉", "慧", "佳", "嘉", "坚", "建", "健", "江", "杰", "洁",
    "金", "锦", "景", "静", "军", "君", "俊", "凯", "康", "可", "兰", "乐", "蕾", "磊", "丽", "立", "林", "琳",
    "玲", "龙", "璐", "梅", "萌", "敏", "明", "墨", "娜", "楠", "宁", "鹏", "平", "萍", "琪", "倩", "强", "青",
    "清", "秋", "然", "荣", "柔", "瑞", "若", "森", "珊", "诗", "书", "淑", "思", "松", "涛", "天", "婷", "彤",
    "伟", "文", "雯", "曦", "霞", "娴", "翔", "晓", "欣", "馨", "雪", "雅", "岩", "妍", "阳", "瑶", "怡", "逸",
    "颖", "永", "宇", "雨", "玉", "媛", "悦", "云", "泽", "喆", "哲", "志"};
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* splitmix64 */
uint64_t demo_random(uint64_t seed, uint64_t n)
{
    uint64_t z = seed * UINT64_C(0xd1342543de82ef95) + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* ------------------------------------------------------------------ numbers */

/* County-level codes still in force, dealt to the numbers round and round. */
static const char *county(long n, long *round, long *which)
{
    const struct code_table *table = code_table("region");
    static const struct code *counties[4096]; /* a view of the constant table, the same for everybody */
    static size_t count;
    if (!count)
        for (size_t i = 0; i < table->nrows && count < COUNT(counties); i++)
            if (table->rows[i].current && strcmp(table->rows[i].code + 4, "00") != 0 && table->rows[i].code[0] < '7')
                counties[count++] = &table->rows[i];
    *round = n / (long)count;
    *which = n % (long)count;
    return counties[*which]->code;
}

/* Within a region every round has its own day, and every kind of graduate its own sequence numbers: no two are alike.
 */
static void make_identity(struct demo_person *p, long round, long region)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int years = p->postgraduate ? 25 : 22, age_days = 3 * 365;
    int day = (int)((demo_random(3, (uint64_t)region) + (uint64_t)round) % (uint64_t)age_days);
    const int year = p->class_year - years - day / 365;
    int month = 0;

    for (day %= 365; day >= lengths[month]; month++)
        day -= lengths[month];
    snprintf(p->birth, sizeof p->birth, "%04d%02d%02d", year, month + 1, day + 1);
    const unsigned group = (p->class_year == 2025) + 2u * p->postgraduate;
    const unsigned sequence = ((unsigned)(demo_random(4, (uint64_t)p->n) % 124) * 4 + group) * 2 + (p->male ? 1 : 2);
    for (const char *last = "0123456789X"; *last; last++) {
        snprintf(p->identity, sizeof p->identity, "%s%s%03u%c", p->region, p->birth, sequence, *last);
        if (identity_check(p->identity, 0) == ID_OK)
            return;
    }
}

static void make_numbers(struct demo_person *p)
{
    long round, region;
    memcpy(p->region, county(p->n, &round, &region), 7);
    make_identity(p, round, region);
    if (p->postgraduate)
        snprintf(p->exam_no, sizeof p->exam_no, "%s%d%09ld", p->school->code, p->class_year % 10, p->n);
    else
        snprintf(p->exam_no, sizeof p->exam_no, "%02d%s1%d%04ld", (p->class_year - 4) % 100, p->region, p->male ? 5 : 1,
                 round % 10000);
    snprintf(p->student_no, sizeof p->student_no, "%d%02d%06ld", p->class_year - (p->postgraduate ? 3 : 4),
             p->department + 1, p->n);
    snprintf(p->mobile, sizeof p->mobile, "199%08llu",
             (unsigned long long)(demo_random(5, (uint64_t)p->n) % 100000000));
    snprintf(p->email, sizeof p->email, "s%ld@student.example.cn", p->n);
}

static void make_name(struct demo *d, struct demo_person *p)
{
    const uint64_t r = demo_random(1, (uint64_t)p->n);
    const char *second = r >> 40 & 3 ? given[(r >> 24) % COUNT(given)] : "";
    snprintf(p->name, sizeof p->name, "%s%s%s", surnames[r % COUNT(surnames)], given[(r >> 12) % COUNT(given)], second);
    pinyin_of(d->pinyin, p->name, p->name_key, sizeof p->name_key, p->initials, sizeof p->initials);
}

/* Seven of ten in the university's class of 2026, one in its class of 2025, two in the college. */
static void make_place(struct demo *d, struct demo_person *p)
{
    const long tenth = p->n % 10;
    p->school = &d->schools[tenth >= 8];
    p->class_year = tenth == 7 ? 2025 : 2026;
    p->void_audited = tenth == 7;
    p->department = (int)(demo_random(2, (uint64_t)p->n) % (uint64_t)p->school->departments);
    snprintf(p->graduation, sizeof p->graduation, "%d06", p->class_year);
}

static void make_level(struct demo_person *p)
{
    const uint64_t r = demo_random(6, (uint64_t)p->n) % 100;
    const bool university = p->school->two_level;
    p->level = !university ? "41" : r < 76 ? "31" : r < 95 ? "11" : "01";
    p->postgraduate = university && r >= 76;
    p->directed = p->n % 40 == 11;
}

void demo_person_make(struct demo *d, long n, struct demo_person *p)
{
    *p = (struct demo_person){.n = n, .version = 1};
    p->male = demo_random(7, (uint64_t)n) & 1;
    make_place(d, p);
    make_level(p);
    make_numbers(p);
    make_name(d, p);
    p->person_id = d->person_base + n;
    p->account_id = d->account_base + n;
    p->graduate_id = d->graduate_base + n;
}

/* ------------------------------------------------------------------ rows */

static const char *label(const char *table, const char *code)
{
    return code_label(code_table(table), code, true);
}

struct traits { /* what isn't a column of its own */
    const char *sex, *ethnicity, *political, *length;
    uint64_t random;
};

static struct traits traits_of(const struct demo_person *p)
{
    const uint64_t r = demo_random(8, (uint64_t)p->n);
    return (struct traits){.sex = p->male ? "1" : "2",
                           .ethnicity = r >> 8 & 15 ? "01" : "03",
                           .political = r % 5 == 0  ? "01"
                                        : r % 5 < 4 ? "03"
                                                    : "13",
                           .length = p->postgraduate || !p->school->two_level ? "3" : "4",
                           .random = r};
}

/* The columns of the national set that have no column of their own in `graduate`, by the names of roster_columns.tsv.
 */
static const char *roster(const struct demo_person *p, struct demo_json *j)
{
    const struct traits t = traits_of(p);
    char entrance[16], birth[12], origin[256] = "";

    snprintf(entrance, sizeof entrance, "%d09", p->class_year - (*t.length - '0'));
    snprintf(birth, sizeof birth, "%.4s-%.2s-%.2s", p->birth, p->birth + 4, p->birth + 6);
    region_path(p->region, origin, sizeof origin);
    json_start(j);
    json_text(j, "sex", t.sex);
    json_text(j, "sex_name", label("gender", t.sex));
    json_text(j, "ethnicity", t.ethnicity);
    json_text(j, "ethnicity_name", label("ethnicity", t.ethnicity));
    json_text(j, "political_status", t.political);
    json_text(j, "political_status_name", label("political_status", t.political));
    json_text(j, "school_code", p->school->code);
    json_text(j, "school_name", p->school->name);
    json_text(j, "education_level_name", label("education_level", p->level));
    json_text(j, "training_mode_name", label("training_mode", p->directed ? "2" : "1"));
    json_text(j, "training_unit", p->directed ? "示例县教育局" : "");
    json_text(j, "origin", p->region);
    json_text(j, "origin_name", origin);
    json_text(j, "urban_rural", t.random >> 16 & 1 ? "城镇" : "农村");
    json_text(j, "study_length", t.length);
    json_text(j, "entrance", entrance);
    json_text(j, "normal_student", "2");
    json_text(j, "normal_student_name", label("normal_student", "2"));
    json_text(j, "hardship", "0");
    json_text(j, "hardship_name", label("hardship", "0"));
    json_text(j, "department", demo_departments[p->department].name);
    json_text(j, "birth", birth);
    json_text(j, "household_moved", "否");
    json_text(j, "archive_moved", "是");
    return json_end(j);
}

const char *demo_person_then(const struct demo_person *p, struct demo_json *j)
{
    const struct demo_department *d = &demo_departments[p->department];
    const struct traits t = traits_of(p);
    json_start(j);
    json_text(j, "name", p->name);
    json_text(j, "sex", t.sex);
    json_text(j, "ethnicity", t.ethnicity);
    json_text(j, "political_status", t.political);
    json_text(j, "department", d->name);
    json_text(j, "length", t.length);
    json_text(j, "level", p->level);
    json_text(j, "graduation", p->graduation);
    json_text(j, "mobile", p->mobile);
    json_text(j, "email", p->email);
    json_text(j, "student_no", p->student_no);
    json_text(j, "exam_no", p->exam_no);
    json_text(j, "major", p->postgraduate ? d->master : d->major);
    json_text(j, "training_mode", p->directed ? "2" : "1");
    json_text(j, "origin", p->region);
    return json_end(j);
}

static void put_hmac(struct demo *d, struct demo_rows *rows, const char *text)
{
    uint8_t mac[crypto_auth_BYTES];
    crypto_auth(mac, (const uint8_t *)text, strlen(text), d->hmac_key);
    put_bytes(rows, mac, sizeof mac);
}

static void put_account(struct demo *d, const struct demo_person *p)
{
    struct demo_rows *rows = &d->rows[ROWS_ACCOUNT];
    char user[32];

    snprintf(user, sizeof user, "person-%lld", (long long)p->person_id);
    put_text(rows, "00000");
    put_int(rows, p->account_id);
    put_text(rows, role_code(ROLE_GRADUATE));
    put_text(rows, user);
    put_int(rows, p->person_id);
    for (int module = 0; module < MODULE_COUNT; module++)
        put_int(rows, RIGHT_WRITE);
    put_text(rows, p->name);
    put_end(rows);
}

static void put_graduate(struct demo *d, const struct demo_person *p)
{
    const struct demo_department *department = &demo_departments[p->department];
    struct demo_rows *rows = &d->rows[ROWS_GRADUATE];
    struct demo_json json;

    put_text(rows, p->school->code);
    put_int(rows, p->graduate_id);
    put_int(rows, p->class_year);
    put_int(rows, p->person_id);
    put_text(rows, p->exam_no);
    put_text(rows, p->student_no);
    put_text(rows, p->name);
    put_text(rows, p->name_key);
    put_text(rows, p->initials);
    put_text(rows, p->identity);
    put_hmac(d, rows, p->identity);
    put_hmac(d, rows, p->mobile);
    put_int(rows, p->school->department_ids[p->department]);
    put_text(rows, p->level);
    put_bool(rows, p->postgraduate);
    put_text(rows, p->postgraduate ? department->master_code : department->major_code);
    put_text(rows, p->postgraduate ? department->master : department->major);
    put_text(rows, p->directed ? "2" : "1");
    put_text(rows, p->mobile);
    put_text(rows, p->email);
    put_text(rows, p->graduation);
    put_text(rows, roster(p, &json));
    put_int(rows, p->version);
    put_end(rows);
}

void demo_person_put(struct demo *d, const struct demo_person *p)
{
    struct demo_rows *rows = &d->rows[ROWS_PERSON];

    put_int(rows, p->person_id);
    put_hmac(d, rows, p->identity);
    put_end(rows);
    put_account(d, p);
    put_graduate(d, p);
}
