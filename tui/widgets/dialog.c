/* dialog.c - questions in a box: yes or no, a typed word, something told. A long text scrolls; a key that is no answer
 * does nothing. */
#include "dialog.h"

#include "../../shared/text/text.h"
#include "../app.h"
#include "../keymap.h"
#include "edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dialog {
    struct overlay overlay;
    char title[256];
    char *text;
    char word[32]; /* "" : yes or no */
    int skip, shown, lines;
    struct edit edit;
    dialog_done done; /* NULL: only tells */
    void *arg;
};

static const struct binding ask_hints[] = {{"y", "", N_("yes"), NULL, 0},
                                           {"n", "", N_("no"), NULL, 0},
                                           {"<Enter>", "", N_("no"), NULL, 0},
                                           {"<PgDn>", "", N_("page down"), NULL, 0},
                                           {0}};
static const struct binding word_hints[] = {
    {"<Enter>", "", N_("do it"), NULL, 0}, {"<Esc>", "", N_("cancel"), NULL, 0}, {0}};
static const struct binding tell_hints[] = {{"<Enter>", "", N_("go on"), NULL, 0}, {0}};

static void finish(struct dialog *d, bool yes)
{
    struct app *app = d->overlay.app;
    dialog_done done = d->done;
    void *arg = d->arg;

    overlay_close(app);
    if (done != NULL)
        done(app, yes, arg);
}

static bool scrolled(struct dialog *d, uint32_t key)
{
    static const struct {
        uint32_t key;
        int lines, pages;
    } moves[] = {{K_DOWN, 1, 0},  {K_UP, -1, 0},        {K_PGDN, 0, 1},
                 {K_PGUP, 0, -1}, {K_HOME, -100000, 0}, {K_END, 100000, 0}};

    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (moves[i].key == key) {
            d->skip += moves[i].lines + moves[i].pages * d->shown;
            return true;
        }
    return false;
}

/* The keys that answer: of a question y and n, of something told any that goes on or back. */
static void answer(struct dialog *d, uint32_t key)
{
    if (d->done != NULL && (key == 'y' || key == 'Y'))
        finish(d, true);
    else if (key == K_ENTER || key == K_ESC || key == K_CTRL('c') || key == (d->done != NULL ? 'n' : 'q'))
        finish(d, false);
}

static void answer_word(struct dialog *d, uint32_t key)
{
    if (key == K_ESC || key == K_CTRL('c'))
        finish(d, false);
    else if (key != K_ENTER)
        edit_key(&d->edit, key);
    else if (strcmp(d->edit.text, d->word) == 0)
        finish(d, true);
    else
        app_status(d->overlay.app, STATUS_WARN, _("Type exactly: %s"), d->word);
}

static bool dialog_event(struct overlay *o, const struct event *event)
{
    struct dialog *d = (struct dialog *)o;

    if (event->kind == EV_PASTE)
        return true; /* never answers a question */
    if (event->kind != EV_KEY)
        return false;
    if (d->lines > d->shown && scrolled(d, event->key))
        app_dirty(d->overlay.app);
    else if (d->word[0] == '\0')
        answer(d, event->key);
    else
        answer_word(d, event->key);
    return true;
}

static void dialog_draw(struct overlay *o, struct canvas *c)
{
    struct dialog *d = (struct dialog *)o;
    int width = c->width - 12 < 68 ? c->width - 12 : 68;
    int asks = d->word[0] != '\0' ? 2 : 0;
    int height = (d->lines = wrap_height(d->text, width - 4)) + 2 + asks;

    if (height > c->height - 4)
        height = c->height - 4;
    struct rect box = {(c->width - width) / 2, (c->height - height) / 2, width, height};
    canvas_box(c, box, STYLE_BORDER, d->title);
    d->shown = height - 2 - asks;
    d->skip = d->skip > d->lines - d->shown ? d->lines - d->shown : d->skip;
    d->skip = d->skip < 0 ? 0 : d->skip;
    int shown =
        canvas_wrap(c, (struct rect){box.x + 2, box.y + 1, width - 4, d->shown}, STYLE_NORMAL, d->text, d->skip);
    if (d->lines > d->shown)
        canvas_printf(c, box.x + width - 20, box.y + height - 1, STYLE_WARN, " %s ",
                      d->skip + d->shown < d->lines ? _("more: PgDn") : _("the end: PgUp"));
    if (d->word[0] == '\0')
        return;
    char label[128];
    snprintf(label, sizeof label, _("Type %s to go on:"), d->word);
    int x = box.x + 2 + canvas_put(c, box.x + 2, box.y + shown + 2, STYLE_BOLD, label) + 1;
    edit_draw(&d->edit, c, (struct rect){x, box.y + shown + 2, box.x + width - 2 - x, 1}, STYLE_FIELD, true);
}

static void dialog_close(struct overlay *o)
{
    struct dialog *d = (struct dialog *)o;
    edit_free(&d->edit);
    free(d->text);
    free(d);
}

static struct dialog *open_dialog(struct app *app, const char *title, const char *text, const struct binding *hints)
{
    struct dialog *d = calloc(1, sizeof *d);

    if (d == NULL)
        abort();
    d->overlay = (struct overlay){.event = dialog_event, .draw = dialog_draw, .close = dialog_close, .hints = hints};
    snprintf(d->title, sizeof d->title, "%s", title);
    d->text = strdup(text);
    edit_init(&d->edit, "", 32);
    if (d->text == NULL)
        abort();
    overlay_open(app, &d->overlay);
    return d;
}

void dialog_ask(struct app *app, const char *title, const char *text, dialog_done done, void *arg)
{
    struct dialog *d = open_dialog(app, title, text, ask_hints);
    d->done = done;
    d->arg = arg;
}

void dialog_word(struct app *app, const char *title, const char *text, const char *word, dialog_done done, void *arg)
{
    struct dialog *d = open_dialog(app, title, text, word_hints);
    snprintf(d->word, sizeof d->word, "%s", word);
    d->done = done;
    d->arg = arg;
}

void dialog_tell(struct app *app, const char *title, const char *text)
{
    open_dialog(app, title, text, tell_hints);
}
