/* account.c - who is logged in, and where one starts after it. */
#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take(const msgpack_object *map, const char *key, char *buf, size_t size)
{
    const char *s;
    size_t len;

    buf[0] = '\0';
    if (map_str(map, key, &s, &len))
        snprintf(buf, size, "%.*s", (int)len, s);
}

static int year_of(const msgpack_object *map, const char *key)
{
    int64_t year = 0;
    return map_int(map, key, &year) && year > 0 && year < 10000 ? (int)year : 0;
}

static void take_rights(struct account *a, const msgpack_object *map)
{
    static const char *const modules[MODULE_COUNT] = {"employment", "archive", "household"};
    const msgpack_object *rights = map_get(map, "rights");

    for (int i = 0; i < MODULE_COUNT; i++) {
        const msgpack_object *right = rights == NULL ? NULL : map_get(rights, modules[i]);
        a->rights[i] = right == NULL               ? RIGHT_NONE
                       : object_is(right, "write") ? RIGHT_WRITE
                       : object_is(right, "read")  ? RIGHT_READ
                                                   : RIGHT_NONE;
    }
}

static void take_classes(struct account *a, const msgpack_object *map)
{
    const msgpack_object *classes = map_get(map, "classes");

    a->nclasses = 0;
    for (uint32_t i = 0;
         classes != NULL && classes->type == MSGPACK_OBJECT_ARRAY && i < classes->via.array.size && i < 16; i++)
        if (classes->via.array.ptr[i].type == MSGPACK_OBJECT_POSITIVE_INTEGER)
            a->classes[a->nclasses++] = (int)classes->via.array.ptr[i].via.u64;
}

static void take_enrolments(struct account *a, const msgpack_object *map)
{
    const msgpack_object *all = map_get(map, "enrolments");

    a->nenrolments = 0;
    for (uint32_t i = 0; all != NULL && all->type == MSGPACK_OBJECT_ARRAY && i < all->via.array.size && i < 16; i++) {
        const msgpack_object *o = &all->via.array.ptr[i];
        struct enrolment *e = &a->enrolments[a->nenrolments++];
        take(o, "id", e->id, sizeof e->id);
        take(o, "school", e->school, sizeof e->school);
        take(o, "department", e->department, sizeof e->department);
        take(o, "major", e->major, sizeof e->major);
        take(o, "level", e->level, sizeof e->level);
        e->class_year = year_of(o, "class");
    }
}

void app_take_account(struct app *app, const msgpack_object *map)
{
    struct account *a = &app->account;
    char language[16];
    enum language wanted;

    take(map, "account_id", a->id, sizeof a->id);
    take(map, "user", a->user, sizeof a->user);
    take(map, "name", a->name, sizeof a->name);
    take(map, "role", a->role_code, sizeof a->role_code);
    take(map, "school_code", a->school_code, sizeof a->school_code);
    take(map, "school", a->school, sizeof a->school);
    take(map, "department", a->department, sizeof a->department);
    take(map, "enrolment", a->enrolment, sizeof a->enrolment);
    a->must_set_password = false;
    map_bool(map, "must_set_password", &a->must_set_password);
    a->role = role_of(a->role_code);
    a->class_year = year_of(map, "class");
    take_rights(a, map);
    take_classes(a, map);
    take_enrolments(a, map);
    take(map, "language", language, sizeof language);
    if (!app->options->language_chosen && language_of(language, &wanted))
        tr_use(wanted);
}

/* A manager without a class or a graduate without an enrolment has something to choose first. */
static bool must_choose(const struct app *app)
{
    const struct account *a = &app->account;
    if (a->role == ROLE_GRADUATE)
        return a->enrolment[0] == '\0' && a->nenrolments > 1;
    return a->class_year == 0 && a->nclasses > 1;
}

void app_logged_in(struct app *app)
{
    app->status_kind = app->status_kind == STATUS_BAD ? STATUS_NONE : app->status_kind;
    if (app->account.must_set_password) {
        screen_replace(app, "password", "");
        return;
    }
    if (must_choose(app)) {
        screen_replace(app, "choose", "first");
        return;
    }
    app_unpark(app);
}
