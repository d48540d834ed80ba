/*
 * account_fields.c - what an account consists of, read and checked.
 */
#include "account_fields.h"

#include "../../shared/domain/identity.h"
#include "../../shared/text/text.h"
#include "../../shared/text/utf8.h"

#include <string.h>

const char *const account_texts[ACCOUNT_TEXTS] = {"name", "title", "email", "mobile", "phone", "fax", "qq"};

static const char *const modules[MODULE_COUNT] = {"employment", "archive", "household"};
static const char *const rights[] = {"none", "read", "write"};
static const char *const scopes[] = {"both", "undergraduate", "postgraduate"};
enum { TEXT_MAX = 60, NAMES_MAX = 64 };

bool user_name_ok(const char *s)
{
    const size_t len = strlen(s);
    return len >= 2 && len <= 32 && s[0] >= 'a' && s[0] <= 'z' && strncmp(s, "person-", 7) != 0 &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

/* ------------------------------------------------------------------ reading */

static bool text_ok(const char *s)
{
    for (const char *c = s; *c; c++)
        if ((unsigned char)*c < ' ')
            return false;
    return utf8_length(s, strlen(s)) <= TEXT_MAX;
}

/* By its place in account_texts; empty is allowed everywhere but in the name. */
static bool value_ok(size_t which, const char *s)
{
    static bool (*const checks[ACCOUNT_TEXTS])(const char *) = {NULL,     NULL,     email_ok, mobile_ok,
                                                                phone_ok, phone_ok, NULL};
    if (!text_ok(s))
        return false;
    return !*s ? which != 0 : !checks[which] || checks[which](s);
}

static const char *texts_read(struct req *req, struct account_fields *f)
{
    const msgpack_object *fields = map_get(req->params, "fields");
    for (size_t i = 0; i < ACCOUNT_TEXTS && fields; i++) {
        const char *s;
        size_t len;
        if (!map_get(fields, account_texts[i]))
            continue;
        if (!map_str(fields, account_texts[i], &s, &len) || memchr(s, '\0', len))
            return account_texts[i];
        char *copy = req_alloc(req, len + 1);
        f->texts[i] = memcpy(copy, s, len);
        if (!value_ok(i, copy))
            return account_texts[i];
    }
    return NULL;
}

static int word_of(const msgpack_object *o, const char *const *words, int n)
{
    for (int i = 0; o && i < n; i++)
        if (object_is(o, words[i]))
            return i;
    return -1;
}

static const char *rights_read(struct req *req, struct account_fields *f)
{
    const msgpack_object *map = map_get(req->params, "rights");
    for (int m = 0; m < MODULE_COUNT; m++) {
        const msgpack_object *o = map ? map_get(map, modules[m]) : NULL;
        f->rights[m] = word_of(o, rights, 3);
        if (o && f->rights[m] < 0)
            return "rights";
    }
    const msgpack_object *scope = map_get(req->params, "scope");
    f->scope = word_of(scope, scopes, 3);
    return scope && f->scope < 0 ? "scope" : NULL;
}

const char *account_fields_read(struct req *req, struct account_fields *f)
{
    *f = (struct account_fields){.password = req_str(req, "password"), .department = req_str(req, "department")};
    const char *wrong = texts_read(req, f);
    if (!wrong)
        wrong = rights_read(req, f);
    const size_t len = f->password ? strlen(f->password) : PASSWORD_MIN;
    if (!wrong && (len < PASSWORD_MIN || len > PASSWORD_MAX))
        return "password";
    return wrong;
}

/* ------------------------------------------------------------------ S1.4.3 */

bool grant_allowed(const struct session *s, const struct account_fields *f, const struct account_grant *before)
{
    const struct flow_actor *a = &s->actor;
    if (a->role == ROLE_OPERATOR)
        return true; /* installs the system: the first account has its rights from nobody */
    for (int m = 0; m < MODULE_COUNT; m++)
        if (f->rights[m] > before->rights[m] && f->rights[m] > (int)a->rights[m])
            return false;
    const int wanted = f->scope < 0 && before->scope < 0 ? (int)SCOPE_BOTH : f->scope;
    return wanted < 0 || wanted == before->scope || a->scope == SCOPE_BOTH || wanted == (int)a->scope;
}

bool grant_covers(const struct session *s, const struct account_grant *of)
{
    const struct flow_actor *a = &s->actor;
    if (a->role == ROLE_OPERATOR)
        return true;
    for (int m = 0; m < MODULE_COUNT; m++)
        if (of->rights[m] > (int)a->rights[m])
            return false;
    return a->scope == SCOPE_BOTH || of->scope == (int)a->scope;
}

/* ------------------------------------------------------------------ nearest names (S1.4.4) */

struct letters {
    size_t n;
    uint32_t c[NAMES_MAX];
};

static void letters_of(struct letters *l, const char *s)
{
    size_t len = strlen(s), step;
    l->n = 0;
    while (len && l->n < NAMES_MAX && (step = utf8_decode(s, len, &l->c[l->n])) > 0) {
        l->n++;
        s += step;
        len -= step;
    }
}

/* Levenshtein, one row. */
static size_t distance(const struct letters *a, const struct letters *b)
{
    size_t row[NAMES_MAX + 1];
    for (size_t j = 0; j <= b->n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a->n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b->n; j++) {
            const size_t change = corner + (a->c[i - 1] != b->c[j - 1]);
            const size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            corner = row[j];
            row[j] = change < least ? change : least;
        }
    }
    return row[b->n];
}

size_t nearest_names(const char *name, const char *const *names, size_t n, size_t *out, size_t max)
{
    size_t best[8], found = 0;
    struct letters wanted, other;

    letters_of(&wanted, name);
    for (size_t i = 0; i < n; i++) {
        letters_of(&other, names[i]);
        const size_t d = distance(&wanted, &other);
        size_t at = found;
        while (at > 0 && best[at - 1] > d)
            at--;
        if (at >= max || at >= 8)
            continue;
        if (found < max && found < 8)
            found++;
        for (size_t k = found - 1; k > at; k--) {
            best[k] = best[k - 1];
            out[k] = out[k - 1];
        }
        best[at] = d;
        out[at] = i;
    }
    return found;
}
