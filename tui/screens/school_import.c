/*
 * school_import.c - a roster brought in (S2.2.7): the class is asked for, the file sent in pieces, progress shown, and
 * what is wrong named by line, column and reason. Over SSH no file of the host is read: the command line to use is
 * shown instead.
 */
#include "screens.h"

#include "../app.h"
#include "../commands/cli.h"
#include "../held.h"
#include "../widgets/list.h"
#include "../widgets/prompt.h"
#include "../words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 512 * 1024 };

struct import {
    char id[UUID_LENGTH + 1], path[512], told[1024];
    int class_year;
    bool good_rows_alone, running;
    FILE *file;
    int64_t done, total;
    struct held report;
    struct list list; /* of the errors */
};

static void tell(struct screen *s, enum status_kind kind, const char *text)
{
    struct import *im = s->state;
    im->running = false;
    if (im->file)
        fclose(im->file);
    im->file = NULL;
    snprintf(im->told, sizeof im->told, "%s", text);
    app_status(s->app, kind, "%s", kind == STATUS_GOOD ? _("The roster is in.") : _("The roster is not in."));
    app_dirty(s->app);
}

/* ------------------------------------------------------------------ begin, data, run: one after the other */

static void next_piece(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag);

static bool refused(struct screen *s, const msgpack_object *result, const char *error)
{
    char words[1024];
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL;
    if (outcome && object_is(outcome, "ok"))
        return false;
    tell(s, STATUS_BAD, error ? error : word_refusal(result, words, sizeof words));
    return true;
}

static void ended(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    struct import *im = s->state;
    char text[1024], *encoding = result ? map_str_copy(result, "encoding") : NULL;
    uint32_t n = 0;
    (void)tag;
    if (result) {
        held_take(&im->report, result);
        (void)array_of(result, "errors", &n);
        list_reset(&im->list);
        list_loaded(&im->list, n, false);
        snprintf(text, sizeof text,
                 _("%s, %lld rows: %lld added, %lld changed, %lld unchanged, %lld refused; %lld of the class are not "
                   "in the file; %lld records lapsed."),
                 encoding ? encoding : "", (long long)int_of(result, "rows"), (long long)int_of(result, "added"),
                 (long long)int_of(result, "changed"), (long long)int_of(result, "unchanged"),
                 (long long)int_of(result, "refused"), (long long)int_of(result, "missing"),
                 (long long)int_of(result, "lapsed"));
    }
    free(encoding);
    if (!refused(s, result, error))
        tell(s, STATUS_GOOD, text);
}

static void run_import(struct screen *s)
{
    const struct import *im = s->state;
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "import", im->id);
    screen_request(s, "roster.import_run", &params, ended, 0);
    pack_free(&params);
}

static void send_piece(struct screen *s)
{
    struct import *im = s->state;
    char *piece = malloc(PIECE);
    if (!piece)
        abort();
    const size_t n = fread(piece, 1, PIECE, im->file);
    if (n == 0 && ferror(im->file)) {
        tell(s, STATUS_BAD, strerror(errno));
    } else if (n == 0) {
        run_import(s);
    } else {
        struct pack params;
        pack_init(&params);
        pack_map(&params, 2);
        pack_kstr(&params, "import", im->id);
        pack_key(&params, "data");
        pack_bin(&params, piece, n);
        screen_request(s, "roster.import_data", &params, next_piece, 0);
        pack_free(&params);
    }
    free(piece);
}

static void next_piece(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    (void)tag;
    if (!refused(s, result, error))
        send_piece(s);
}

static void begin(struct screen *s)
{
    struct import *im = s->state;
    struct pack params;
    im->file = fopen(im->path, "rbe");
    if (!im->file) {
        char text[768];
        snprintf(text, sizeof text, _("%s cannot be opened: %s"), im->path, strerror(errno));
        tell(s, STATUS_BAD, text);
        return;
    }
    uuid_make(im->id);
    im->running = true;
    im->done = im->total = 0;
    pack_init(&params);
    pack_map(&params, 3);
    pack_kstr(&params, "import", im->id);
    pack_kint(&params, "class", im->class_year);
    pack_kbool(&params, "good_rows_alone", im->good_rows_alone);
    screen_request(s, "roster.import_begin", &params, next_piece, 0);
    pack_free(&params);
}

/* ------------------------------------------------------------------ asking */

static void path_given(struct app *app, const char *text, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (!text || !*text || !s)
        return;
    struct import *im = s->state;
    snprintf(im->path, sizeof im->path, "%s", text);
    begin(s);
}

static void class_given(struct app *app, const char *text, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    if (!text || !s)
        return;
    struct import *im = s->state;
    im->class_year = (int)strtol(text, NULL, 10);
    if (im->class_year < 1900 || im->class_year > 9999)
        app_status(app, STATUS_WARN, _("A class is a year, such as 2026."));
    else
        prompt_open(app, _("Roster file (CSV): "), im->path, 0, path_given, NULL, arg);
}

static void ask(struct screen *s, bool good_rows_alone)
{
    struct import *im = s->state;
    char year[16];
    if (s->app->options->gateway || im->running)
        return;
    im->good_rows_alone = good_rows_alone;
    snprintf(year, sizeof year, "%d", s->app->account.class_year);
    prompt_open(s->app, _("Class of this roster: "), year, 0, class_given, NULL, (void *)(uintptr_t)s->generation);
}

/* ------------------------------------------------------------------ the screen */

static bool import_open(struct screen *s, const char *arg)
{
    struct import *im = s->state;
    (void)arg;
    list_reset(&im->list);
    return true;
}

static void import_close(struct screen *s)
{
    struct import *im = s->state;
    if (im->file)
        fclose(im->file);
    held_free(&im->report);
}

static bool import_event(struct screen *s, const struct event *event)
{
    struct import *im = s->state;
    const msgpack_object *import = event->kind == EV_NOTIFY && event->params ? map_get(event->params, "import") : NULL;
    if (!import || !object_is(import, im->id))
        return false;
    (void)map_int(event->params, "done", &im->done);
    (void)map_int(event->params, "total", &im->total);
    app_dirty(s->app);
    return true;
}

static enum run_result import_run(struct screen *s, int argc, char **argv)
{
    struct import *im = s->state;
    if (list_move(&im->list, argv[0]))
        return RUN_DONE;
    if (strcmp(argv[0], "import") != 0)
        return RUN_UNKNOWN;
    ask(s, argc > 1 && strcmp(argv[1], "good") == 0);
    return RUN_DONE;
}

static void draw_error(void *owner, struct canvas *c, long index, struct rect r, bool is_cursor)
{
    const struct import *im = owner;
    const msgpack_object *row = held_item(&im->report.map, "errors", (uint32_t)index);
    char text[512];
    (void)is_cursor;
    if (!row)
        return;
    snprintf(text, sizeof text, _("line %lld, %s: %s%s%s"), (long long)int_of(row, "line"), text_of(row, "column"),
             word_field_error(text_of(row, "error")), *text_of(row, "value") ? ": " : "", text_of(row, "value"));
    canvas_fit(c, r.x, r.y, r.width, STYLE_NORMAL, text);
}

static void draw_progress(const struct import *im, struct canvas *c, struct rect r)
{
    char text[128];
    const int filled = im->total > 0 ? (int)((r.width - 30) * im->done / im->total) : 0;
    snprintf(text, sizeof text, im->total > 0 ? _("%lld of %lld rows") : _("sending the file …"), (long long)im->done,
             (long long)im->total);
    canvas_fit(c, r.x, r.y, 28, STYLE_NORMAL, text);
    for (int i = 0; i < r.width - 30; i++)
        canvas_put(c, r.x + 29 + i, r.y, i < filled ? STYLE_GOOD : STYLE_DIM, i < filled ? "#" : ".");
}

static void import_draw(struct screen *s, struct canvas *c, struct rect r)
{
    struct import *im = s->state;
    const struct rect line = {r.x + 2, r.y + 1, r.width - 4, 5};
    if (s->app->options->gateway)
        canvas_wrap(c, line, STYLE_NORMAL,
                    _("Over SSH the file is sent from your own machine:\n\n    ssh HOST roster import - --class YEAR < "
                      "roster.csv\n\nwith --good-rows-alone to take the good rows in although others are bad."),
                    0);
    else
        canvas_wrap(
            c, line, STYLE_NORMAL,
            _("CSV in UTF-8 or GB18030, headers in any order. i: bring a file in whole; g: its good rows alone."), 0);
    if (im->running)
        draw_progress(im, c, (struct rect){r.x + 2, r.y + 7, r.width - 4, 1});
    else
        canvas_wrap(c, (struct rect){r.x + 2, r.y + 7, r.width - 4, 3}, STYLE_BOLD, im->told, 0);
    list_draw(&im->list, c, (struct rect){r.x, r.y + 11, r.width, r.height - 11}, draw_error, im);
}

static const char *import_title(struct screen *s)
{
    (void)s;
    return _("Roster import");
}

const struct screen_ops import_ops = {
    .name = "import",
    .state_size = sizeof(struct import),
    .open = import_open,
    .close = import_close,
    .event = import_event,
    .run = import_run,
    .draw = import_draw,
    .title = import_title,
};
