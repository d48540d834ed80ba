/* prompt.c - one line of text at the bottom. */
#include "prompt.h"

#include "../../shared/text/text.h"
#include "../app.h"
#include "../keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct prompt {
    struct overlay overlay;
    char label[128];
    struct edit edit;
    prompt_done done, change;
    void *arg;
    const char *const *words;
};

static const struct binding prompt_hints[] = {
    {"<Enter>", "", N_("go"), NULL, 0},
    {"<Esc>", "", N_("cancel"), NULL, 0},
    {0},
};
static const struct binding complete_hints[] = {
    {"<Enter>", "", N_("go"), NULL, 0},
    {"<Tab>", "", N_("complete"), NULL, 0},
    {"<Esc>", "", N_("cancel"), NULL, 0},
    {0},
};

static void finish(struct prompt *p, bool given)
{
    struct app *app = p->overlay.app;
    prompt_done done = p->done;
    void *arg = p->arg;
    char *text = given ? strdup(p->edit.text) : NULL;
    bool secret = p->edit.secret;

    overlay_close(app);
    done(app, text, arg);
    if (text != NULL && secret)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void complete(struct prompt *p)
{
    const char *found = NULL;
    size_t n = p->edit.len, same = 0;

    for (size_t i = 0; p->words != NULL && p->words[i] != NULL; i++) {
        const char *word = p->words[i];
        if (strncmp(word, p->edit.text, n) != 0)
            continue;
        if (found == NULL) {
            found = word;
            same = strlen(word);
        }
        size_t k = 0;
        while (k < same && word[k] == found[k])
            k++;
        same = k;
    }
    if (found == NULL || same < n)
        return;
    char *text = strndup(found, same);
    if (text != NULL)
        edit_set(&p->edit, text);
    free(text);
}

static bool prompt_event(struct overlay *o, const struct event *event)
{
    struct prompt *p = (struct prompt *)o;

    if (event->kind == EV_PASTE)
        edit_insert(&p->edit, event->text);
    else if (event->kind != EV_KEY)
        return false;
    else if (event->key == K_ENTER) {
        finish(p, true);
        return true;
    } else if (event->key == K_ESC || event->key == K_CTRL('c') || (event->key == K_BACKSPACE && p->edit.len == 0)) {
        finish(p, false);
        return true;
    } else if (event->key == K_TAB)
        complete(p);
    else
        edit_key(&p->edit, event->key);
    if (p->change != NULL)
        p->change(p->overlay.app, p->edit.text, p->arg);
    return true;
}

static void prompt_draw(struct overlay *o, struct canvas *c)
{
    struct prompt *p = (struct prompt *)o;
    int y = c->height - 2;

    canvas_fill(c, (struct rect){0, y, c->width, 1}, STYLE_NORMAL);
    int x = 1 + canvas_put(c, 1, y, STYLE_HINT_KEY, p->label) + 1;
    edit_draw(&p->edit, c, (struct rect){x, y, c->width - x - 1, 1}, STYLE_NORMAL, true);
}

static void prompt_close(struct overlay *o)
{
    struct prompt *p = (struct prompt *)o;
    edit_free(&p->edit);
    free(p);
}

void prompt_open(struct app *app, const char *label, const char *initial, unsigned flags, prompt_done done,
                 prompt_done change, void *arg)
{
    struct prompt *p = calloc(1, sizeof *p);
    if (p == NULL)
        abort();
    p->overlay =
        (struct overlay){.event = prompt_event, .draw = prompt_draw, .close = prompt_close, .hints = prompt_hints};
    snprintf(p->label, sizeof p->label, "%s", label);
    edit_init(&p->edit, initial, 0);
    p->edit.secret = (flags & PROMPT_SECRET) != 0;
    p->done = done;
    p->change = change;
    p->arg = arg;
    overlay_open(app, &p->overlay);
}

void prompt_complete(struct app *app, const char *const *words)
{
    struct prompt *p = (struct prompt *)app->overlay;
    p->words = words;
    p->overlay.hints = complete_hints;
}
