/*
 * settings.c - a class's settings (S2.2), with what a change would do before it is kept (X1.13): after every change the
 * server is asked with dry_run, and what stands against it is listed below.
 */
#include "sheet.h"

#include "../app.h"
#include "../commands/cli.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

struct settings {
    struct sheet sheet;
    int64_t version;
    bool known, sent, fine; /* fine: the server would take it as it stands */
    char told[4096];
};

static const struct picker_row on_off[] = {
    {"off", N_("off"), NULL}, {"on", N_("on"), N_("cannot be turned off again")}, {0}};
static const struct picker_row yes_no[] = {{"off", N_("no"), NULL}, {"on", N_("yes"), NULL}, {0}};
static const struct picker_row modes[] = {
    {"school_only", N_("school only"), NULL}, {"two_level", N_("department, then school"), NULL}, {0}};

static const struct picker_row contact_modes[] = {
    {"one", N_("one for the school"), NULL}, {"each", N_("one for each level"), NULL}, {0}};

static const struct sheet_row rows[] = {
    {"online_signing", N_("online signing"),
     N_("opens online and offline signing, and turns the other two on"), SHEET_CHOICE, on_off},
    {"supplement", N_("supplement"), N_("may be opened earlier, alone"), SHEET_CHOICE, on_off},
    {"destination", N_("destination"), N_("may be opened earlier, alone"), SHEET_CHOICE, on_off},
    {"audit_mode", N_("audit mode"), N_("changes only while nothing is in process"), SHEET_CHOICE, modes},
    {"termination_limit", N_("termination applications"), N_("0 to 99 per graduate and class"), SHEET_TEXT,
     NULL},
    {"void_audited", N_("a graduate's void is audited"), N_("holds for later ones"), SHEET_CHOICE, yes_no},
    {"contacts", N_("agreement contacts"), N_("one for the school, or one for each education level"),
     SHEET_CHOICE, contact_modes},
    {"handler", N_("handler"), N_("printed on the agreement"), SHEET_TEXT, NULL},
    {"phone", N_("phone"), NULL, SHEET_TEXT, NULL},
    {"address", N_("address"), NULL, SHEET_TEXT, NULL},
    {"postcode", N_("postcode"), NULL, SHEET_TEXT, NULL},
    {"handler2", N_("handler, postgraduate"), N_("only where each level has its own"), SHEET_TEXT, NULL},
    {"phone2", N_("phone, postgraduate"), NULL, SHEET_TEXT, NULL},
    {"address2", N_("address, postgraduate"), NULL, SHEET_TEXT, NULL},
    {"postcode2", N_("postcode, postgraduate"), NULL, SHEET_TEXT, NULL},
    {"agreement_parties", N_("parties of an agreement"), N_("set by the province"), SHEET_SHOWN, NULL},
    {0},
};
static const char *const switches[] = {"online_signing", "supplement", "destination", "void_audited"};
/* A contact's members on the wire, and the rows that hold them: the school's or the undergraduates', the
 * postgraduates'. */
static const char *const contact[] = {"handler", "phone", "address", "postcode"};
static const char *const contact_rows[2][4] = {{"handler", "phone", "address", "postcode"},
                                               {"handler2", "phone2", "address2", "postcode2"}};
#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* ------------------------------------------------------------------ loading */

static void take_member(struct sheet *t, const msgpack_object *map, const char *key)
{
    bool flag;
    int64_t number;
    char text[32], *value = map_str_copy(map, key);
    if (value) {
        sheet_take(t, key, value);
    } else if (map_bool(map, key, &flag)) {
        sheet_take(t, key, flag ? "on" : "off");
    } else if (map_int(map, key, &number)) {
        snprintf(text, sizeof text, "%lld", (long long)number);
        sheet_take(t, key, text);
    }
    free(value);
}

static void take_contact(struct sheet *t, const msgpack_object *map, int which)
{
    for (size_t i = 0; i < LENGTH(contact); i++) {
        char *value = map_str_copy(map, contact[i]);
        if (!sheet_changed(t, contact_rows[which][i]))
            sheet_take(t, contact_rows[which][i], value);
        free(value);
    }
}

static void take_contacts(struct sheet *t, const msgpack_object *contacts)
{
    const msgpack_object *all = map_get(contacts, "all"), *first = map_get(contacts, "undergraduate"),
                         *second = map_get(contacts, "postgraduate");
    if (!sheet_changed(t, "contacts"))
        sheet_take(t, "contacts", first || second ? "each" : "one");
    if (first || all)
        take_contact(t, first ? first : all, 0);
    if (second)
        take_contact(t, second, 1);
}

static void loaded(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct settings *t = s->state;
    (void)tag;
    snprintf(t->told, sizeof t->told, "%s", error ? error : "");
    app_dirty(s->app);
    if (!result || result->type != MSGPACK_OBJECT_MAP)
        return;
    t->known = true;
    (void)map_int(result, "version", &t->version);
    const msgpack_object *contacts = map_get(result, "contacts");
    for (const struct sheet_row *r = rows; r->key; r++) {
        if (sheet_changed(&t->sheet, r->key))
            continue; /* what is being typed isn't lost to a refresh */
        take_member(&t->sheet, result, r->key);
    }
    take_contacts(&t->sheet, contacts);
}

static void load(struct screen *s)
{
    screen_request(s, "settings.get", NULL, loaded, 0);
}

/* ------------------------------------------------------------------ what if, keeping */

static void pack_contact(const struct sheet *t, struct pack *p, const char *scope, int which)
{
    pack_key(p, scope);
    pack_map(p, LENGTH(contact));
    for (size_t i = 0; i < LENGTH(contact); i++)
        pack_kstr(p, contact[i], sheet_get(t, contact_rows[which][i]));
}

static uint32_t pack_contacts(const struct sheet *t, struct pack *p)
{
    const bool each = strcmp(sheet_get(t, "contacts"), "each") == 0;
    bool changed = sheet_changed(t, "contacts");
    for (int which = 0; which < 1 + each; which++)
        for (size_t i = 0; i < LENGTH(contact); i++)
            changed = changed || sheet_changed(t, contact_rows[which][i]);
    if (!changed)
        return 0;
    pack_key(p, "contacts");
    pack_map(p, 1u + each);
    pack_contact(t, p, each ? "undergraduate" : "all", 0);
    if (each)
        pack_contact(t, p, "postgraduate", 1);
    return 1;
}

static void pack_changes(const struct settings *t, struct pack *p, bool dry_run)
{
    uint32_t n = 3;
    const size_t mark = pack_map_open(p);
    pack_request_id(p);
    pack_kint(p, "version", t->version);
    pack_kbool(p, "dry_run", dry_run);
    for (size_t i = 0; i < LENGTH(switches); i++)
        if (sheet_changed(&t->sheet, switches[i])) {
            pack_kbool(p, switches[i], strcmp(sheet_get(&t->sheet, switches[i]), "on") == 0);
            n++;
        }
    if (sheet_changed(&t->sheet, "audit_mode")) {
        pack_kstr(p, "audit_mode", sheet_get(&t->sheet, "audit_mode"));
        n++;
    }
    if (sheet_changed(&t->sheet, "termination_limit")) {
        pack_kint(p, "termination_limit", strtol(sheet_get(&t->sheet, "termination_limit"), NULL, 10));
        n++;
    }
    n += pack_contacts(&t->sheet, p);
    pack_map_close(p, mark, n);
}

static size_t tell(struct settings *t, size_t at, const char *line)
{
    if (at + 2 >= sizeof t->told)
        return at;
    return at + (size_t)snprintf(t->told + at, sizeof t->told - at, "%s%s", at ? "\n" : "", line);
}

/* What blocks it, and the way to each. */
static void tell_result(struct settings *t, const msgpack_object *result)
{
    char line[1024], *department, *scope;
    int64_t in_process = 0;
    uint32_t n;
    size_t at = 0;
    if (sheet_changed(&t->sheet, "audit_mode") && map_int(result, "in_process", &in_process) && in_process > 0) {
        snprintf(line, sizeof line,
                 _("In process now: %lld records. They block a change of the audit mode until they are decided or "
                   "given up (home, all states)."),
                 (long long)in_process);
        at = tell(t, at, line);
    }
    const msgpack_object *missing = array_of(result, "missing", &n);
    for (uint32_t i = 0; i < n; i++) {
        department = map_str_copy(&missing[i], "department");
        scope = map_str_copy(&missing[i], "scope");
        snprintf(line, sizeof line, _("No account that may audit: %s, %s (add one under accounts)."),
                 department ? department : "?", scope ? word_field(scope) : "?");
        at = tell(t, at, line);
        free(department);
        free(scope);
    }
    if (at == 0)
        tell(t, 0, t->fine ? _("This can be kept: press s.") : word_refusal(result, line, sizeof line));
}

static void foreseen(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct settings *t = s->state;
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL;
    const bool kept = tag && outcome && object_is(outcome, "ok");
    t->told[0] = '\0';
    t->fine = outcome && object_is(outcome, "ok");
    if (tag)
        t->sent = false;
    if (error)
        tell(t, 0, error);
    else if (kept)
        app_status(s->app, STATUS_GOOD, _("The settings are kept."));
    else
        tell_result(t, result);
    if (kept) {
        for (const struct sheet_row *r = rows; r->key; r++)
            sheet_take(&t->sheet, r->key, sheet_get(&t->sheet, r->key));
        load(s);
    }
    app_dirty(s->app);
}

static void put_settings(struct screen *s, bool dry_run)
{
    struct settings *t = s->state;
    struct pack p;
    if (!t->known || t->sent)
        return;
    pack_init(&p);
    pack_changes(t, &p, dry_run);
    t->sent = !dry_run;
    screen_request(s, "settings.set", &p, foreseen, !dry_run);
    pack_free(&p);
}

static void value_changed(struct screen *s)
{
    struct settings *t = s->state;
    t->told[0] = '\0';
    if (sheet_dirty(&t->sheet))
        put_settings(s, true);
}

/* ------------------------------------------------------------------ the screen */

static bool settings_open(struct screen *s, const char *arg)
{
    struct settings *t = s->state;
    (void)arg;
    sheet_open(s, rows);
    t->sheet.changed = value_changed;
    t->sheet.locked = !app_is(s->app, ROLE_SCHOOL) || s->app->account.rights[MODULE_EMPLOYMENT] < RIGHT_WRITE;
    load(s);
    return true;
}

static bool settings_event(struct screen *s, const struct event *event)
{
    if (event->kind != EV_CONNECTED)
        return false;
    load(s);
    return true;
}

static enum run_result settings_run(struct screen *s, int argc, char **argv)
{
    struct settings *t = s->state;
    (void)argc;
    if (sheet_run(s, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "refresh") == 0) {
        load(s);
        return RUN_DONE;
    }
    if (strcmp(argv[0], "keep") != 0)
        return RUN_UNKNOWN;
    if (!sheet_dirty(&t->sheet))
        app_status(s->app, STATUS_INFO, _("Nothing is changed."));
    else
        put_settings(s, false);
    return RUN_DONE;
}

static void settings_draw(struct screen *s, struct canvas *c, struct rect r)
{
    const struct settings *t = s->state;
    const int height = sheet_height(&t->sheet);
    char line[160];
    snprintf(line, sizeof line, _("class %d"), s->app->account.class_year);
    canvas_put(c, r.x + 2, r.y, STYLE_HEADING, line);
    sheet_draw(s, c, (struct rect){r.x, r.y + 1, r.width, height});
    if (*t->told && r.height > height + 2)
        canvas_wrap(c, (struct rect){r.x + 2, r.y + height + 2, r.width - 4, r.height - height - 2},
                    t->fine ? STYLE_GOOD : STYLE_WARN, t->told, 0);
}

static const char *settings_title(struct screen *s)
{
    (void)s;
    return _("Signing settings");
}

const struct screen_ops settings_ops = {
    .name = "settings",
    .state_size = sizeof(struct settings),
    .open = settings_open,
    .close = sheet_close,
    .event = settings_event,
    .run = settings_run,
    .draw = settings_draw,
    .title = settings_title,
    .save = sheet_save,
    .load = sheet_load,
};
