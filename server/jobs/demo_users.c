/*
 * demo_users.c - the managers' accounts of the demonstration, and about thirty people with passwords: the managers, and
 * one graduate in each situation worth seeing. Passwords are random for every demonstration and stand only in the
 * users' file.
 */
#include "../methods/roster_pinyin.h"
#include "demo_internal.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGON_OPS 2
#define ARGON_BYTES (19u << 20)

struct manager {
    const char *user;
    enum qx_role role;
    const char *school; /* "00000": none */
    int department;     /* -1: none */
    enum qx_right rights[MODULE_COUNT];
    enum qx_scope scope;
    const char *name, *title, *note;
};
#define NO RIGHT_NONE
#define RD RIGHT_READ
#define WR RIGHT_WRITE
#define AUDITOR(n, user, person)                                                                                       \
    {                                                                                                                  \
        user, ROLE_DEPARTMENT, "10001", n, {WR, RD, RD}, SCOPE_BOTH, person, "就业专干", "department: read and write"  \
    }
static const struct manager managers[] = {
    {"school", ROLE_SCHOOL, "10001", -1, {WR, WR, WR}, SCOPE_BOTH, "林就业", "就业中心主任", "school: everything"},
    {"school-read", ROLE_SCHOOL, "10001", -1, {RD, RD, RD}, SCOPE_BOTH, "何阅览", "就业中心", "school: read only"},
    {"school-archive",
     ROLE_SCHOOL,
     "10001",
     -1,
     {NO, WR, NO},
     SCOPE_BOTH,
     "罗档案",
     "档案馆",
     "school: archive module only"},
    AUDITOR(0, "dept01", "张审核"),
    AUDITOR(1, "dept02", "李审核"),
    AUDITOR(2, "dept03", "王审核"),
    AUDITOR(3, "dept04", "赵审核"),
    AUDITOR(4, "dept05", "钱审核"),
    AUDITOR(5, "dept06", "孙审核"),
    AUDITOR(6, "dept07", "周审核"),
    AUDITOR(7, "dept08", "吴审核"),
    AUDITOR(8, "dept09", "郑审核"),
    AUDITOR(9, "dept10", "冯审核"),
    AUDITOR(10, "dept11", "陈审核"),
    AUDITOR(11, "dept12", "楚审核"),
    {"dept01-b",
     ROLE_DEPARTMENT,
     "10001",
     0,
     {WR, NO, NO},
     SCOPE_UNDERGRADUATE,
     "魏本科",
     "辅导员",
     "department: undergraduates only"},
    {"dept02-b",
     ROLE_DEPARTMENT,
     "10001",
     1,
     {RD, NO, NO},
     SCOPE_POSTGRADUATE,
     "蒋研究",
     "辅导员",
     "department: postgraduates only, read only"},
    {"school10002",
     ROLE_SCHOOL,
     "10002",
     -1,
     {WR, WR, WR},
     SCOPE_BOTH,
     "沈校级",
     "就业办",
     "second school, audited by the school only"},
    {"dept10002",
     ROLE_DEPARTMENT,
     "10002",
     0,
     {WR, RD, RD},
     SCOPE_BOTH,
     "韩院系",
     "就业专干",
     "department of the second school"},
    {"province", ROLE_PROVINCE, "00000", -1, {WR, RD, RD}, SCOPE_BOTH, "杨省级", "省就业中心", "province 110000"},
    {"support", ROLE_SUPPORT, "00000", -1, {RD, RD, RD}, SCOPE_BOTH, "朱支持", "技术支持", "support; not over SSH"},
    {"operator", ROLE_OPERATOR, "00000", -1, {RD, NO, NO}, SCOPE_BOTH, "秦运维", "运维", "operator; not over SSH"},
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct demo_school *school_of(struct demo *d, const char *code)
{
    for (size_t i = 0; i < COUNT(d->schools); i++)
        if (!strcmp(d->schools[i].code, code))
            return &d->schools[i];
    return NULL;
}

static bool manager_make(struct demo *d, const struct manager *m)
{
    static const char sql[] =
        "WITH a AS (INSERT INTO account (school_code, role, user_name, name, title, department_id, department_name, "
        "right_employment, right_archive, right_household, data_scope, province_code, email, phone) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $3 || '@example.cn', '010-60000000') RETURNING "
        "id), "
        "l AS (INSERT INTO login (user_name, school_code, account_id) SELECT $3, $1, id FROM a) SELECT id FROM a";
    struct demo_school *s = school_of(d, m->school);
    char department[24] = "", numbers[4][4];

    if (m->department >= 0)
        snprintf(department, sizeof department, "%lld", (long long)s->department_ids[m->department]);
    for (int i = 0; i < MODULE_COUNT; i++)
        snprintf(numbers[i], sizeof numbers[i], "%d", (int)m->rights[i]);
    snprintf(numbers[3], sizeof numbers[3], "%d", (int)m->scope);
    const char *values[] = {m->school,
                            role_code(m->role),
                            m->user,
                            m->name,
                            m->title,
                            m->department >= 0 ? department : NULL,
                            m->department >= 0 ? demo_departments[m->department].name : NULL,
                            numbers[0],
                            numbers[1],
                            numbers[2],
                            numbers[3],
                            m->role == ROLE_PROVINCE ? "110000" : NULL};
    PGresult *r = demo_query(d, sql, 12, values);
    if (!r)
        return false;
    const int64_t id = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    if (m->role == ROLE_SCHOOL && !s->school_account)
        s->school_account = id;
    if (m->role == ROLE_DEPARTMENT && !s->auditor_ids[m->department])
        s->auditor_ids[m->department] = id;
    return true;
}

bool demo_managers_make(struct demo *d)
{
    for (size_t i = 0; i < COUNT(managers); i++)
        if (!manager_make(d, &managers[i]))
            return false;
    return true;
}

/* ------------------------------------------------------------------ graduates worth seeing */

#define HAS(state)                                                                                                     \
    "EXISTS (SELECT FROM record r WHERE r.school_code = g.school_code AND r.graduate_id = g.id AND " state ")"
static const struct {
    const char *school, *condition, *note;
} graduates[] = {
    {"10001",
     "g.training_mode = '1' AND NOT " HAS(
         "true") " AND NOT EXISTS (SELECT FROM draft t WHERE t.school_code = g.school_code "
                 "AND t.graduate_id = g.id)",
     "graduate: nothing yet"},
    {"10001",
     "NOT " HAS(
         "true") " AND EXISTS (SELECT FROM draft t WHERE t.school_code = g.school_code AND t.graduate_id = g.id)",
     "graduate: a draft"},
    {"10001", HAS("r.state = 'draft'"), "graduate: taken back"},
    {"10001", HAS("r.flow = 'destination' AND r.state = 'returned'"), "graduate: destination returned"},
    {"10001", HAS("r.flow = 'offline_signing' AND r.state = 'returned'"), "graduate: agreement returned"},
    {"10001", HAS("r.state = 'awaiting_stamped_image'"), "graduate: awaiting the stamped image"},
    {"10001", HAS("r.state = 'audit_department'"), "graduate: under audit"},
    {"10001", HAS("r.flow = 'offline_signing' AND r.state = 'effective'"), "graduate: agreement effective"},
    {"10001", HAS("r.flow = 'destination' AND r.state = 'effective'"), "graduate: destination effective"},
    {"10001", "g.training_mode = '2'", "graduate: directed"},
    {"10002", "NOT " HAS("true"), "graduate of the second school: nothing yet"},
};

struct user {
    const char *school, *account_school, *role, *department, *note;
    char user[64], id[24];
};

/* 12 characters of 32: 60 bits, from the kernel. */
static void make_password(char out[16])
{
    static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789X";
    uint8_t bytes[12];
    randombytes_buf(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        out[i] = alphabet[bytes[i] & 31];
    out[sizeof bytes] = '\0';
}

static bool user_write(struct demo *d, FILE *f, const struct user *u)
{
    char password[16], hash[crypto_pwhash_STRBYTES];
    make_password(password);
    if (crypto_pwhash_str_alg(hash, password, strlen(password), ARGON_OPS, ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13) !=
        0)
        return demo_fail(d, "no memory for argon2id");
    const char *values[] = {u->account_school, u->id, hash};
    PGresult *r =
        demo_query(d, "UPDATE account SET password_hash = $3, version = version + 1 WHERE school_code = $1 AND id = $2",
                   3, values);
    PQclear(r);
    return r &&
           fprintf(f, "%s\t%s\t%s\t%s\t%s\t%s\n", u->user, password, u->role, u->school, u->department, u->note) > 0;
}

static bool managers_write(struct demo *d, FILE *f)
{
    for (size_t i = 0; i < COUNT(managers); i++) {
        const struct manager *m = &managers[i];
        const char *values[] = {m->user};
        PGresult *r = demo_query(d, "SELECT account_id FROM login WHERE user_name = $1", 1, values);
        if (!r)
            return false;
        struct user u = {.school = m->school,
                         .account_school = m->school,
                         .role = role_code(m->role),
                         .note = m->note,
                         .department = m->department >= 0 ? demo_departments[m->department].name : ""};
        snprintf(u.user, sizeof u.user, "%s", m->user);
        if (PQntuples(r))
            snprintf(u.id, sizeof u.id, "%s", PQgetvalue(r, 0, 0));
        PQclear(r);
        if (*u.id && !user_write(d, f, &u))
            return false;
    }
    return true;
}

static bool graduate_write(struct demo *d, FILE *f, size_t i)
{
    char sql[1024];
    snprintf(
        sql, sizeof sql,
        "SELECT g.student_no, a.id, p.name FROM graduate g JOIN account a ON a.school_code = '00000' AND a.person_id = "
        "g.person_id JOIN department p ON p.school_code = g.school_code AND p.id = g.department_id "
        "WHERE g.school_code = $1 AND g.class_year = 2026 AND a.password_hash IS NULL AND %s ORDER BY g.id LIMIT 1",
        graduates[i].condition);
    const char *values[] = {graduates[i].school};
    PGresult *r = demo_query(d, sql, 1, values);
    if (!r)
        return false;
    bool ok = true;
    if (PQntuples(r)) {
        struct user u = {.school = graduates[i].school,
                         .account_school = "00000",
                         .role = role_code(ROLE_GRADUATE),
                         .note = graduates[i].note,
                         .department = PQgetvalue(r, 0, 2)};
        snprintf(u.user, sizeof u.user, "%s.%s", u.school, PQgetvalue(r, 0, 0));
        snprintf(u.id, sizeof u.id, "%s", PQgetvalue(r, 0, 1));
        ok = user_write(d, f, &u);
    }
    PQclear(r);
    return ok;
}

bool demo_users_write(struct demo *d)
{
    char path[4096];
    bool ok = true;

    snprintf(path, sizeof path, "%s.new", d->options->users_file);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f)
        return demo_fail(d, "%s can't be written", path);
    fputs("user\tpassword\trole\tschool\tdepartment\tnote\n", f);
    ok = managers_write(d, f);
    for (size_t i = 0; ok && i < COUNT(graduates); i++)
        ok = graduate_write(d, f, i);
    ok = fclose(f) == 0 && ok;
    if (ok && rename(path, d->options->users_file) != 0)
        return demo_fail(d, "%s can't be written", d->options->users_file);
    return ok;
}
