/* frame.c - one frame: title line, the top screen, what lies over it, status line, hint line. */
#include "app.h"

#include "act.h"
#include "keymap.h"
#include "widgets/overlay.h"

#include "../shared/text/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MIN_WIDTH 80
#define MIN_HEIGHT 24

static void draw_title(struct app *app, struct canvas *c)
{
    struct screen *top = screen_top(app);
    const char *title = top != NULL && top->ops->title != NULL ? top->ops->title(top) : "";
    char right[512] = "", left[512];

    if (app->logged_in && app->account.class_year > 0)
        snprintf(right, sizeof right, _("%s %s  class %d "), app->account.school, app->account.name,
                 app->account.class_year);
    else if (app->logged_in)
        snprintf(right, sizeof right, "%s %s ", app->account.school, app->account.name);
    canvas_fill(c, (struct rect){0, 0, c->width, 1}, STYLE_TITLE);
    int width = text_width(right);
    if (width > c->width / 2)
        width = c->width / 2;
    canvas_fit(c, c->width - width, 0, width, STYLE_TITLE, right);
    snprintf(left, sizeof left, " %s  %s", _("Graduate destinations"), title);
    if (text_width(left) > c->width - width - 1) /* where one is matters more than what it is called */
        snprintf(left, sizeof left, " %s", title);
    canvas_fit(c, 0, 0, c->width - width - 1, STYLE_TITLE, left);
}

/* At the right of the status line: what can be undone, and the connection. Answers the columns used. */
static int draw_status_right(struct app *app, struct canvas *c, int y)
{
    char text[256] = "";
    enum style style = STYLE_WARN;
    int seconds = deed_undo_seconds(app);

    size_t pending = client_pending(app->client);

    if (!app->connected && app->logged_in && pending > 0) {
        snprintf(text, sizeof text, _("waiting for the connection: %zu decisions (%d s)"), pending,
                 (client_next_try(app->client) + 999) / 1000);
        style = STYLE_BAD;
    } else if (!app->connected && app->logged_in) {
        snprintf(text, sizeof text, _("connection lost, trying again in %d s"),
                 (client_next_try(app->client) + 999) / 1000);
        style = STYLE_BAD;
    } else if (seconds > 0) {
        snprintf(text, sizeof text, _("%s: undo %s (%d s)"), keys_of(app->keys, "global", "undo"), app->undo.name,
                 seconds);
    }
    int width = text_width(text);
    if (width > 0)
        canvas_fit(c, c->width - width - 1, y, width, style, text);
    return width + 1;
}

static void draw_status(struct app *app, struct canvas *c)
{
    static const enum style styles[] = {[STATUS_NONE] = STYLE_STATUS,
                                        [STATUS_INFO] = STYLE_STATUS,
                                        [STATUS_GOOD] = STYLE_GOOD,
                                        [STATUS_WARN] = STYLE_WARN,
                                        [STATUS_BAD] = STYLE_BAD};
    static const char *const signs[] = {
        [STATUS_NONE] = "", [STATUS_INFO] = "", [STATUS_GOOD] = "✓ ", [STATUS_WARN] = "! ", [STATUS_BAD] = "✗ "};
    char text[600];
    int y = c->height - 2;
    int right = draw_status_right(app, c, y);

    if (app->status_kind != STATUS_NONE) {
        snprintf(text, sizeof text, " %s%s", signs[app->status_kind], app->status);
        canvas_fit(c, 0, y, c->width - right, styles[app->status_kind], text);
    }
}

static int draw_hint(struct canvas *c, int x, int y, const struct binding *row)
{
    char name[64] = "";
    size_t used = 0;
    uint32_t key;

    for (const char *s = row->keys; *s != '\0' && used + 16 < sizeof name;) {
        size_t n = key_parse(s, &key);
        if (n == 0)
            break;
        used += key_text(name + used, sizeof name - used, key);
        s += n;
    }
    const char *label = _(row->label);
    if (x + text_width(name) + text_width(label) + 3 > c->width)
        return 0;
    int n = canvas_put(c, x, y, STYLE_HINT_KEY, name);
    n += 1 + canvas_put(c, x + n + 1, y, STYLE_HINT, label);
    return n + 2;
}

static bool offered(struct app *app, const char *command)
{
    struct screen *top = screen_top(app);
    return top == NULL || top->ops->offers == NULL || top->ops->offers(top, command);
}

static void draw_hints(struct app *app, struct canvas *c)
{
    const struct binding *rows[64];
    struct screen *top = screen_top(app);
    int x = 1, y = c->height - 1;

    if (app->overlay != NULL) {
        for (const struct binding *row = app->overlay->hints; row != NULL && row->keys != NULL; row++)
            x += draw_hint(c, x, y, row);
        return;
    }
    size_t n = top == NULL ? 0 : keys_rows(app->keys, top->ops->name, rows, 48);
    bool hides_back = false;
    for (size_t i = 0; i < n; i++)
        hides_back =
            hides_back || strcmp(rows[i]->keys, "q") == 0 || (top->ops->typing != NULL && top->ops->typing(top));
    if (!hides_back || n == 0)
        n += keys_rows(app->keys, "global", rows + n, 64 - n);
    for (size_t i = 0; i < n; i++)
        if ((rows[i]->flags & KF_HINT) != 0 && offered(app, rows[i]->command))
            x += draw_hint(c, x, y, rows[i]);
}

static void draw_too_small(struct canvas *c)
{
    char text[256];
    snprintf(text, sizeof text, _("This window is %d×%d; 80×24 is the least."), c->width, c->height);
    canvas_wrap(c, (struct rect){0, 0, c->width, c->height}, STYLE_WARN, text, 0);
}

void app_frame(struct app *app)
{
    struct screen *top = screen_top(app);
    struct canvas *c = app->canvas;
    int columns, rows;

    term_size(app->term, &columns, &rows);
    if (c == NULL || c->width != columns || c->height != rows) {
        canvas_free(c);
        c = app->canvas = canvas_new(columns, rows);
    }
    canvas_clear(c);
    if (columns < MIN_WIDTH || rows < MIN_HEIGHT) {
        draw_too_small(c);
        return;
    }
    draw_title(app, c);
    struct rect body = {0, 1, columns, rows - 3};
    if (top != NULL) {
        c->clip = body;
        top->ops->draw(top, c, body);
        c->clip = (struct rect){0, 0, columns, rows};
    }
    draw_status(app, c);
    draw_hints(app, c);
    if (app->overlay != NULL) {
        c->cursor_visible = false;
        app->overlay->draw(app->overlay, c);
    }
}

void app_dirty(struct app *app)
{
    app->dirty = true;
}

void app_status(struct app *app, enum status_kind kind, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(app->status, sizeof app->status, fmt, ap);
    va_end(ap);
    app->status_kind = kind;
    app->hurry = true;
    app_dirty(app);
}
