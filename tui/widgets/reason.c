/*
 * reason.c - the reason of a return, rejection or void (S2.1.8): a code by its number key, the concrete problem in
 * words, and (void) the tick. What was typed lives in app->reason, so that neither Esc nor a lost connection costs a
 * word of it.
 */
#include "dialog.h"

#include "../../shared/domain/codes.h"
#include "../app.h"
#include "../keymap.h"
#include "edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODES_MAX 20

struct reason_box {
    struct overlay overlay;
    char title[256], agreed_label[128];
    const struct code_table *table;
    const struct code *codes[CODES_MAX];
    int ncodes, chosen; /* chosen: -1 none yet */
    bool agreed, has_tick;
    enum { ON_CODE, ON_TEXT, ON_TICK } focus;
    struct edit edit;
    reason_done done;
    void *arg;
};

static const struct binding hints[] = {{"<Tab>", "", N_("reason / words"), NULL, 0},
                                       {"<Enter>", "", N_("send"), NULL, 0},
                                       {"<A-n>", "", N_("new line"), NULL, 0},
                                       {"<Esc>", "", N_("cancel, keep the words"), NULL, 0},
                                       {0}};

static void keep(struct reason_box *b)
{
    struct reason_draft *draft = &b->overlay.app->reason;

    snprintf(draft->code, sizeof draft->code, "%s", b->chosen < 0 ? "" : b->codes[b->chosen]->code);
    snprintf(draft->text, sizeof draft->text, "%s", b->edit.text);
}

static void finish(struct reason_box *b, bool given)
{
    struct app *app = b->overlay.app;
    reason_done done = b->done;
    void *arg = b->arg;
    char *text = strdup(b->edit.text);
    struct reason reason = {b->chosen < 0 ? NULL : b->codes[b->chosen]->code, text, b->agreed};

    keep(b);
    app->reason.open = false;
    overlay_close(app);
    done(app, given ? &reason : NULL, arg);
    free(text);
}

static void send_it(struct reason_box *b)
{
    struct app *app = b->overlay.app;

    if (b->chosen < 0) {
        b->focus = ON_CODE;
        app_status(app, STATUS_WARN, _("Choose a reason by its number first."));
    } else if (strspn(b->edit.text, " \n\t") == b->edit.len) {
        b->focus = ON_TEXT;
        app_status(app, STATUS_WARN, _("Say in words what the problem is: the graduate reads it."));
    } else if (b->has_tick && !b->agreed) {
        b->focus = ON_TICK;
        app_status(app, STATUS_WARN, _("The tick is needed (Space)."));
    } else {
        finish(b, true);
    }
}

static void next_focus(struct reason_box *b, int step)
{
    int n = b->has_tick ? 3 : 2;
    b->focus = (unsigned)(((int)b->focus + step + n) % n);
}

/* A reason by its number: 1…9, 0 for the tenth, then letters. */
static int index_of_key(const struct reason_box *b, uint32_t key)
{
    int i = key >= '1' && key <= '9'   ? (int)key - '1'
            : key == '0'               ? 9
            : key >= 'a' && key <= 'j' ? (int)key - 'a' + 10
                                       : -1;
    return i < b->ncodes ? i : -1;
}

/* What is typed where no text stands goes to the text: no character is dropped. */
static void key_to_text(struct reason_box *b, uint32_t key)
{
    if (key >= ' ' && key < K_UP && key != K_BACKSPACE) {
        b->focus = ON_TEXT;
        edit_key(&b->edit, key);
    }
}

static void key_on_code(struct reason_box *b, uint32_t key)
{
    int i = index_of_key(b, key);

    if (i >= 0) {
        b->chosen = i;
        b->focus = ON_TEXT;
    } else if (key == K_DOWN) {
        b->chosen = b->chosen + 1 < b->ncodes ? b->chosen + 1 : b->chosen;
    } else if (key == K_UP) {
        b->chosen = b->chosen > 0 ? b->chosen - 1 : 0;
    } else {
        key_to_text(b, key);
    }
}

static void key_on_tick(struct reason_box *b, uint32_t key)
{
    if (key == ' ')
        b->agreed = !b->agreed;
    else
        key_to_text(b, key);
}

static bool reason_event(struct overlay *o, const struct event *event)
{
    struct reason_box *b = (struct reason_box *)o;
    uint32_t key = event->key;

    if (event->kind == EV_PASTE) {
        b->focus = ON_TEXT;
        edit_insert(&b->edit, event->text);
    }
    if (event->kind != EV_KEY) {
        keep(b);
        return true;
    }
    if (key == K_ESC || key == K_CTRL('c')) {
        finish(b, false);
        return true;
    }
    if (key == K_TAB || key == K_BACKTAB)
        next_focus(b, key == K_TAB ? 1 : -1);
    else if (key == (K_ALT | 'n') || key == (K_ALT | K_ENTER))
        edit_insert(&b->edit, "\n");
    else if (key == K_ENTER) {
        send_it(b);
        return true;
    } else if (b->focus == ON_CODE)
        key_on_code(b, key);
    else if (b->focus == ON_TICK)
        key_on_tick(b, key);
    else
        edit_key(&b->edit, key);
    keep(b);
    return true;
}

/* A part's heading; the one that has the keys is marked, also without colour. */
static void draw_heading(struct canvas *c, int x, int y, bool focused, const char *label)
{
    canvas_printf(c, x, y, focused ? STYLE_SELECTED : STYLE_HEADING, "%s%s%s", focused ? "▶ " : "", label,
                  focused ? " " : "");
}

static void draw_codes(struct reason_box *b, struct canvas *c, struct rect r)
{
    for (int i = 0; i < b->ncodes && i < r.height; i++) {
        char key = (char)(i < 9 ? '1' + i : i == 9 ? '0' : 'a' + i - 10);
        enum style style = i == b->chosen ? STYLE_SELECTED : STYLE_NORMAL;
        canvas_printf(c, r.x, r.y + i, STYLE_HINT_KEY, "%c", key);
        canvas_put(c, r.x + 2, r.y + i, STYLE_CURSOR, i == b->chosen ? ">" : " ");
        canvas_fit(c, r.x + 4, r.y + i, r.width - 4, style, tr_zh() ? b->codes[i]->name_zh : b->codes[i]->name_en);
        if (b->focus == ON_CODE && i == (b->chosen < 0 ? 0 : b->chosen))
            canvas_cursor(c, r.x, r.y + i);
    }
}

static void reason_draw(struct overlay *o, struct canvas *c)
{
    struct reason_box *b = (struct reason_box *)o;
    int width = c->width - 8 < 76 ? c->width - 8 : 76;
    int text_height = c->height >= 30 ? 6 : 4;
    int codes = b->ncodes;
    int height = codes + text_height + 4 + (b->has_tick ? 1 : 0);

    if (height > c->height - 3) {
        codes -= height - (c->height - 3);
        height = c->height - 3;
    }
    struct rect box = {(c->width - width) / 2, (c->height - 2 - height) / 2 + 1, width, height};
    canvas_box(c, box, STYLE_BORDER, b->title);
    draw_heading(c, box.x + 2, box.y + 1, b->focus == ON_CODE, _("Reason (by its number)"));
    draw_codes(b, c, (struct rect){box.x + 2, box.y + 2, width - 4, codes});
    int y = box.y + 2 + codes;
    draw_heading(c, box.x + 2, y, b->focus == ON_TEXT, _("The concrete problem"));
    edit_draw(&b->edit, c, (struct rect){box.x + 2, y + 1, width - 4, text_height}, STYLE_FIELD, b->focus == ON_TEXT);
    if (b->has_tick) {
        char tick[160];
        snprintf(tick, sizeof tick, "[%s] %s", b->agreed ? "x" : " ", b->agreed_label);
        draw_heading(c, box.x + 2, y + 1 + text_height, b->focus == ON_TICK, tick);
        if (b->focus == ON_TICK)
            canvas_cursor(c, box.x + 5, y + 1 + text_height);
    }
}

static void reason_close(struct overlay *o)
{
    struct reason_box *b = (struct reason_box *)o;
    edit_free(&b->edit);
    free(b);
}

void dialog_reason(struct app *app, const char *title, const char *codes, const char *agreed, reason_done done,
                   void *arg)
{
    struct reason_box *b = calloc(1, sizeof *b);

    if (b == NULL)
        abort();
    b->overlay = (struct overlay){.event = reason_event, .draw = reason_draw, .close = reason_close, .hints = hints};
    snprintf(b->title, sizeof b->title, "%s", title);
    b->table = code_table(codes);
    b->chosen = -1;
    for (size_t i = 0; b->table != NULL && i < b->table->nrows && b->ncodes < CODES_MAX; i++) {
        if (!b->table->rows[i].current)
            continue;
        if (strcmp(b->table->rows[i].code, app->reason.code) == 0)
            b->chosen = b->ncodes;
        b->codes[b->ncodes++] = &b->table->rows[i];
    }
    b->has_tick = agreed != NULL;
    snprintf(b->agreed_label, sizeof b->agreed_label, "%s", agreed == NULL ? "" : agreed);
    edit_init(&b->edit, app->reason.text, 500);
    b->edit.lines = true;
    b->focus = app->reason.open && b->chosen >= 0 ? ON_TEXT : ON_CODE; /* open: one was in the middle of a word */
    b->done = done;
    b->arg = arg;
    overlay_open(app, &b->overlay);
    app->reason.open = true;
}
