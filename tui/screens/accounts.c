/* accounts.c - the accounts one level below (S1.4.1), and the roster departments that have none (S1.4.4). */
#include "paged.h"

#include "../app.h"
#include "../widgets/dialog.h"
#include "../widgets/prompt.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

struct accounts {
    struct paged paged;
    char filter[128], lacking[512];
    char doomed[64]; /* asked about: the account to be deleted */
    int64_t doomed_version;
};

static const struct paged_column columns[] = {
    {"user", N_("user name"), NULL, 16},     {"name", N_("name"), NULL, 10},
    {"role", N_("role"), show_role, 10},     {"department", N_("department"), NULL, 0},
    {"scope", N_("scope"), show_choice, 14}, {"matched", N_("in roster"), NULL, 9},
    {"disabled", N_("disabled"), NULL, 8},   {0},
};

static uint32_t pack_text(struct screen *s, struct pack *p)
{
    const struct accounts *a = s->state;
    if (!*a->filter)
        return 0;
    pack_kstr(p, "text", a->filter);
    return 1;
}

static void arrived(struct screen *s, const msgpack_object *result)
{
    struct accounts *a = s->state;
    uint32_t n;
    const msgpack_object *names = array_of(result, "departments_without_account", &n);
    size_t len = 0;
    a->lacking[0] = '\0';
    for (uint32_t i = 0; i < n && len < sizeof a->lacking; i++)
        if (names[i].type == MSGPACK_OBJECT_STR)
            len += (size_t)snprintf(a->lacking + len, sizeof a->lacking - len, "%s%.*s", i ? ", " : "",
                                    (int)names[i].via.str.size, names[i].via.str.ptr);
}

static bool accounts_open(struct screen *s, const char *arg)
{
    struct accounts *a = s->state;
    (void)arg;
    a->paged.method = "account.list";
    a->paged.columns = columns;
    a->paged.params = pack_text;
    a->paged.arrived = arrived;
    a->paged.empty = N_("There is no account below yours.");
    paged_open(s);
    return true;
}

static void filtered(struct app *app, const char *text, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (!text || !s)
        return;
    struct accounts *a = s->state;
    snprintf(a->filter, sizeof a->filter, "%s", text);
    paged_reload(s);
}

static void removed(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    char words[2048];
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL;
    (void)tag;
    if (error)
        dialog_tell(s->app, _("Not deleted"), error);
    else if (outcome && object_is(outcome, "ok"))
        app_status(s->app, STATUS_GOOD, _("The account is gone."));
    else
        dialog_tell(s->app, _("Not deleted"), word_refusal(result, words, sizeof words));
    paged_reload(s);
}

static void remove_it(struct app *app, bool yes, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    struct pack params;
    if (!yes || !s)
        return;
    const struct accounts *a = s->state;
    pack_init(&params);
    pack_map(&params, 3);
    pack_request_id(&params);
    pack_kstr(&params, "account", a->doomed);
    pack_kint(&params, "version", a->doomed_version);
    screen_request(s, "account.remove", &params, removed, 0);
    pack_free(&params);
}

static void ask_remove(struct screen *s, const msgpack_object *row)
{
    struct accounts *a = s->state;
    char text[512];
    snprintf(a->doomed, sizeof a->doomed, "%s", text_of(row, "id"));
    a->doomed_version = int_of(row, "version");
    snprintf(text, sizeof text, _("Delete the account of %s %s? What it decided stays. This cannot be undone."),
             text_of(row, "user"), text_of(row, "name"));
    dialog_word(s->app, _("Delete an account"), text, text_of(row, "user"), remove_it,
                (void *)(uintptr_t)s->generation);
}

static enum run_result accounts_run(struct screen *s, int argc, char **argv)
{
    struct accounts *a = s->state;
    const msgpack_object *row = paged_row(&a->paged);
    (void)argc;
    if (paged_run(s, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "open") == 0) {
        if (row)
            screen_push(s->app, "account", text_of(row, "user"));
    } else if (strcmp(argv[0], "filter") == 0) {
        prompt_open(s->app, _("keyword in any field: "), a->filter, 0, filtered, NULL,
                    (void *)(uintptr_t)s->generation);
    } else if (strcmp(argv[0], "remove") == 0) {
        if (row)
            ask_remove(s, row);
    } else {
        return RUN_UNKNOWN;
    }
    return RUN_DONE;
}

static void accounts_draw(struct screen *s, struct canvas *c, struct rect r)
{
    const struct accounts *a = s->state;
    if (*a->lacking && r.height > 6) {
        char text[640];
        snprintf(text, sizeof text, _("Departments of the roster without an account: %s"), a->lacking);
        canvas_fit(c, r.x + 2, r.y + r.height - 1, r.width - 4, STYLE_WARN, text);
        r.height -= 2;
    }
    paged_draw(s, c, r);
}

static const char *accounts_title(struct screen *s)
{
    (void)s;
    return _("Accounts");
}

const struct screen_ops accounts_ops = {
    .name = "accounts",
    .state_size = sizeof(struct accounts),
    .open = accounts_open,
    .close = paged_close,
    .event = paged_event,
    .run = accounts_run,
    .draw = accounts_draw,
    .title = accounts_title,
};
