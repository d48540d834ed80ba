/*
 * form.h - entry and display of any form, from its table (shared/domain/forms.h). Validates as one types with
 * field_check(); codes and regions open the picker; dates, money, phones are typed. Nothing typed is ever lost: values
 * are text until submitted.
 */
#ifndef QX_TUI_FORM_H
#define QX_TUI_FORM_H

#include "../../shared/domain/forms.h"
#include "../screen.h"
#include "edit.h"

struct form_entry {
    struct app *app;
    const struct form *form;
    struct edit *values;    /* one per field */
    bool *touched;          /* an error is shown once the field was left or the form submitted */
    enum field_error *told; /* by the whole form's check or the server; forgotten when the field changes */
    size_t focus;
    int scroll;
    bool dirty;                                      /* changed since form_entry_clean() */
    void (*changed)(struct form_entry *, void *arg); /* may be NULL */
    void *arg;
};

struct form_entry *form_entry_new(struct app *, const struct form *);
void form_entry_free(struct form_entry *);
void form_entry_set(struct form_entry *, const char *field, const char *value);
const char *form_entry_get(const struct form_entry *, const char *field); /* NULL when empty */
void form_entry_load(struct form_entry *, const msgpack_object *map);     /* field -> text */
void form_entry_pack(const struct form_entry *, struct pack *);           /* one map: filled fields only */
bool form_entry_event(struct form_entry *, const struct event *);         /* keys and pastes; true: taken */
void form_entry_draw(struct form_entry *, struct canvas *, struct rect);
/* All problems shown from now on, focus on the first; answers how many. */
size_t form_entry_check(struct form_entry *);
/* The server's `fields` [{field, error}] into the form. */
void form_entry_problems(struct form_entry *, const msgpack_object *fields);

/* A value as one reads it: the code's label, the region's path, money with its unit. buf is always ended. */
const char *form_value(const struct form_field *, const char *value, char *buf, size_t len);
const char *form_label(const struct form_field *); /* in the language in force */
const char *form_title(const struct form *);

#endif
