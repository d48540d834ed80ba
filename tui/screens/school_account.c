/*
 * school_account.c - one account: added or changed (S1.4.1-6). The nearest roster names stand below when the
 * department's name isn't one of the roster's, to the letter (S1.4.4).
 */
#include "sheet.h"

#include "../app.h"
#include "../commands/cli.h"
#include "../widgets/dialog.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

struct account_screen {
    struct sheet sheet;
    bool adding, sent;
    char id[64], told[2048]; /* told: what the server said of it last */
    int64_t version;
};

static const struct picker_row rights[] = {
    {"none", N_("none"), NULL}, {"read", N_("read"), NULL}, {"write", N_("write"), NULL}, {0}};
static const struct picker_row scopes[] = {{"both", N_("all education levels"), NULL},
                                           {"undergraduate", N_("undergraduate and vocational"), NULL},
                                           {"postgraduate", N_("postgraduate"), NULL},
                                           {0}};
static const struct picker_row yes_no[] = {{"no", N_("no"), NULL}, {"yes", N_("yes"), NULL}, {0}};

static const struct sheet_row add_rows[] = {
    {"user", N_("user name"), N_("cannot be changed later"), SHEET_TEXT, NULL},
    {"department", N_("department"), N_("to the letter as the roster has it"), SHEET_TEXT, NULL},
    {"name", N_("name"), NULL, SHEET_TEXT, NULL},
    {"title", N_("title"), NULL, SHEET_TEXT, NULL},
    {"email", N_("e-mail"), NULL, SHEET_TEXT, NULL},
    {"mobile", N_("mobile"), NULL, SHEET_TEXT, NULL},
    {"phone", N_("phone"), NULL, SHEET_TEXT, NULL},
    {"fax", N_("fax"), NULL, SHEET_TEXT, NULL},
    {"qq", N_("QQ"), NULL, SHEET_TEXT, NULL},
    {"employment", N_("basic and employment"),
     N_("write: audit, change, view; read: view and download; none: hidden whole"), SHEET_CHOICE, rights},
    {"archive", N_("archive"), NULL, SHEET_CHOICE, rights},
    {"household", N_("household"), NULL, SHEET_CHOICE, rights},
    {"scope", N_("data scope"), NULL, SHEET_CHOICE, scopes},
    {"password", N_("password"), N_("empty: a one-time activation code is made"), SHEET_SECRET, NULL},
    {"disabled", N_("disabled"), NULL, SHEET_CHOICE, yes_no},
    {0},
};
static const char *const details[] = {"name", "title", "email", "mobile", "phone", "fax", "qq"};
static const char *const modules[] = {"employment", "archive", "household"};
#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* ------------------------------------------------------------------ loading */

static void take_row(struct account_screen *a, const msgpack_object *row)
{
    const msgpack_object *granted = map_get(row, "rights");
    char *id = map_str_copy(row, "id");
    snprintf(a->id, sizeof a->id, "%s", id ? id : "");
    free(id);
    (void)map_int(row, "version", &a->version);
    for (const struct sheet_row *r = a->sheet.rows; r->key; r++) {
        bool flag;
        char *value = map_str_copy(row, r->key);
        if (!value && granted)
            value = map_str_copy(granted, r->key);
        if (value)
            sheet_take(&a->sheet, r->key, value);
        else if (map_bool(row, r->key, &flag))
            sheet_take(&a->sheet, r->key, flag ? "yes" : "no");
        free(value);
    }
}

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct account_screen *a = s->state;
    uint32_t n;
    (void)tag;
    if (error)
        snprintf(a->told, sizeof a->told, "%s", error);
    const msgpack_object *rows = array_of(result, "rows", &n);
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *user = map_get(&rows[i], "user");
        if (user && object_is(user, s->arg))
            take_row(a, &rows[i]);
    }
    app_dirty(s->app);
}

static bool account_open(struct screen *s, const char *arg)
{
    struct account_screen *a = s->state;
    a->adding = !*arg;
    sheet_open(s, add_rows);
    for (size_t i = 0; i < LENGTH(modules); i++)
        sheet_take(&a->sheet, modules[i], i == 0 && a->adding ? "write" : "none");
    sheet_take(&a->sheet, "scope", "both");
    sheet_take(&a->sheet, "disabled", "no");
    if (a->adding)
        return true;
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "text", arg);
    screen_request(s, "account.list", &params, loaded, 0);
    pack_free(&params);
    return true;
}

/* ------------------------------------------------------------------ keeping */

static uint32_t pack_group(const struct account_screen *a, struct pack *p, const char *key, const char *const *names,
                           size_t n)
{
    uint32_t given = 0;
    const bool all = a->adding;
    for (size_t i = 0; i < n; i++)
        given += all || sheet_changed(&a->sheet, names[i]);
    if (!given)
        return 0;
    pack_key(p, key);
    pack_map(p, given);
    for (size_t i = 0; i < n; i++)
        if (all || sheet_changed(&a->sheet, names[i]))
            pack_kstr(p, names[i], sheet_get(&a->sheet, names[i]));
    return 1;
}

static uint32_t pack_one(const struct account_screen *a, struct pack *p, const char *key)
{
    const char *value = sheet_get(&a->sheet, key);
    if (a->adding ? !*value : !sheet_changed(&a->sheet, key))
        return 0;
    pack_kstr(p, key, value);
    return 1;
}

static void tell_names(struct account_screen *a, const msgpack_object *result, const char *key, const char *format)
{
    uint32_t n;
    const msgpack_object *names = array_of(result, key, &n);
    char list[512] = "";
    size_t len = 0;
    for (uint32_t i = 0; i < n && len < sizeof list; i++)
        if (names[i].type == MSGPACK_OBJECT_STR)
            len += (size_t)snprintf(list + len, sizeof list - len, "%s%.*s", i ? ", " : "", (int)names[i].via.str.size,
                                    names[i].via.str.ptr);
    const size_t at = strlen(a->told);
    if (n > 0)
        snprintf(a->told + at, sizeof a->told - at, "%s%s%s", at ? "\n" : "", format, list);
}

static void kept(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct account_screen *a = s->state;
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL;
    (void)tag;
    a->sent = false;
    a->told[0] = '\0';
    if (error)
        snprintf(a->told, sizeof a->told, "%s", error);
    else if (!outcome || !object_is(outcome, "ok"))
        word_refusal(result, a->told, sizeof a->told);
    if (result) {
        tell_names(a, result, "nearest", _("The roster's nearest department names: "));
        tell_names(a, result, "missing", _("Two-level audit would lack an account for: "));
    }
    app_dirty(s->app);
    if (!outcome || !object_is(outcome, "ok"))
        return;
    char *code = map_str_copy(result, "code");
    app_status(s->app, STATUS_GOOD, "%s", a->adding ? _("The account is added.") : _("The account is changed."));
    if (code) {
        char text[256];
        snprintf(text, sizeof text, _("One-time activation code of %s:\n\n%s\n\nIt is shown only now."),
                 sheet_get(&a->sheet, "user"), code);
        dialog_tell(s->app, _("Activation code"), text);
    }
    free(code);
    screen_pop(s->app);
}

static void keep(struct screen *s)
{
    struct account_screen *a = s->state;
    struct pack p;
    uint32_t n = a->adding ? 1 : 3;
    if (a->sent)
        return;
    if (a->adding && !*sheet_get(&a->sheet, "user")) {
        app_status(s->app, STATUS_WARN, _("The user name is missing."));
        return;
    }
    pack_init(&p);
    const size_t mark = pack_map_open(&p);
    pack_request_id(&p);
    if (!a->adding) {
        pack_kstr(&p, "account", a->id);
        pack_kint(&p, "version", a->version);
    } else {
        n += pack_one(a, &p, "user");
    }
    n += pack_one(a, &p, "department") + pack_one(a, &p, "scope") + pack_one(a, &p, "password");
    n += pack_group(a, &p, "fields", details, LENGTH(details)) + pack_group(a, &p, "rights", modules, LENGTH(modules));
    if (!a->adding && sheet_changed(&a->sheet, "disabled")) {
        pack_kbool(&p, "disabled", strcmp(sheet_get(&a->sheet, "disabled"), "yes") == 0);
        n++;
    }
    pack_map_close(&p, mark, n);
    a->sent = true;
    screen_request(s, a->adding ? "account.create" : "account.update", &p, kept, 0);
    explicit_bzero(p.buf.data, p.buf.size);
    pack_free(&p);
}

static enum run_result account_run(struct screen *s, int argc, char **argv)
{
    const struct account_screen *a = s->state;
    (void)argc;
    if (strcmp(argv[0], "open") == 0 && !a->adding && a->sheet.list.cursor == 0) {
        app_status(s->app, STATUS_INFO, _("The user name cannot be changed."));
        return RUN_DONE;
    }
    if (sheet_run(s, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "keep") != 0)
        return RUN_UNKNOWN;
    keep(s);
    return RUN_DONE;
}

static void account_draw(struct screen *s, struct canvas *c, struct rect r)
{
    const struct account_screen *a = s->state;
    const int height = sheet_height(&a->sheet);
    sheet_draw(s, c, (struct rect){r.x, r.y, r.width, height < r.height ? height : r.height});
    if (*a->told && height < r.height)
        canvas_wrap(c, (struct rect){r.x + 2, r.y + height, r.width - 4, r.height - height}, STYLE_WARN, a->told, 0);
}

static const char *account_title(struct screen *s)
{
    const struct account_screen *a = s->state;
    return a->adding ? _("A new account") : _("An account");
}

const struct screen_ops account_ops = {
    .name = "account",
    .state_size = sizeof(struct account_screen),
    .open = account_open,
    .close = sheet_close,
    .run = account_run,
    .draw = account_draw,
    .title = account_title,
    .save = sheet_save,
    .load = sheet_load,
};
