/*
 * audit_doc.c - a record into lines (S2.1.7): the form beside the ledger, the graduate now and then, evidence, history,
 * earlier records. What stands here comes from the form tables; no field is written twice.
 */
#include "audit.h"

#include "../../shared/domain/codes.h"
#include "../../shared/domain/forms.h"
#include "../widgets/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void doc_free(struct doc *d)
{
    for (int i = 0; i < d->n; i++) {
        free(d->lines[i].label);
        free(d->lines[i].left);
        free(d->lines[i].right);
    }
    free(d->lines);
    *d = (struct doc){0};
}

static char *copy(const char *s)
{
    char *c = s == NULL ? NULL : strdup(s);
    if (s != NULL && c == NULL)
        abort();
    return c;
}

static struct doc_line *add(struct doc *d, int pane, enum line_kind kind, const char *label, const char *left,
                            const char *right)
{
    if (d->n == d->size) {
        d->size = d->size * 2 + 64;
        d->lines = realloc(d->lines, (size_t)d->size * sizeof *d->lines);
        if (d->lines == NULL)
            abort();
    }
    d->lines[d->n] = (struct doc_line){.kind = kind,
                                       .label = copy(label),
                                       .left = copy(left),
                                       .right = copy(right),
                                       .style = STYLE_NORMAL,
                                       .pane = pane};
    return &d->lines[d->n++];
}

/* ------------------------------------------------------------------ the form beside the ledger */

static const msgpack_object *member(const msgpack_object *map, const char *key)
{
    const msgpack_object *o = map == NULL || map->type != MSGPACK_OBJECT_MAP ? NULL : map_get(map, key);
    return o != NULL && o->type == MSGPACK_OBJECT_MAP ? o : NULL;
}

/* The ledger's value of a field: "name" of the destination block, "archive.name" of another. "" when there is none. */
static const char *ledger_value(const msgpack_object *ledger, const struct form_field *field, char *buf, size_t len)
{
    const char *dot = field->ledger == NULL ? NULL : strchr(field->ledger, '.');
    char block[32] = "destination";

    buf[0] = '\0';
    if (field->ledger == NULL)
        return buf;
    if (dot != NULL)
        snprintf(block, sizeof block, "%.*s", (int)(dot - field->ledger), field->ledger);
    return held_text(member(ledger, block), dot != NULL ? dot + 1 : field->ledger, buf, len);
}

/* A masked character (X1.5) may be any: what one may not see is not called a difference. */
static bool same_value(const char *a, const char *b)
{
    if (strlen(a) != strlen(b))
        return false;
    for (; *a != '\0'; a++, b++)
        if (*a != *b && *a != '*' && *b != '*')
            return false;
    return true;
}

static void add_field(struct audit *a, const struct form_field *field, const msgpack_object *content,
                      const msgpack_object *before, const msgpack_object *ledger)
{
    const msgpack_object *whole = a->revealed.zone == NULL ? NULL : &a->revealed.map;
    char value[1024], shown[1200], old[1024], now[1024], now_shown[1200];

    if (held_text(member(whole, "content"), field->name, value, sizeof value)[0] == '\0')
        held_text(content, field->name, value, sizeof value);
    if (ledger_value(member(whole, "ledger"), field, now, sizeof now)[0] == '\0')
        ledger_value(ledger, field, now, sizeof now);
    held_text(before, field->name, old, sizeof old);
    if (value[0] == '\0' && now[0] == '\0' && old[0] == '\0')
        return;
    struct doc_line *line =
        add(&a->doc, 0, ledger == NULL ? LINE_VALUE : LINE_PAIR, form_label(field),
            form_value(field, value, shown, sizeof shown), form_value(field, now, now_shown, sizeof now_shown));
    line->differs = ledger != NULL && field->ledger != NULL && !same_value(value, now);
    if (before != NULL && !same_value(value, old)) {
        line->changed = true;
        snprintf(shown, sizeof shown, "%s %s", _("when returned:"),
                 old[0] == '\0' ? _("(empty)") : form_value(field, old, now_shown, sizeof now_shown));
        add(&a->doc, 0, LINE_TEXT, NULL, shown, NULL)->style = STYLE_CHANGED;
    }
}

/* A heading under which nothing came to stand goes again. */
static void drop_empty_heading(struct doc *d)
{
    if (d->n == 0 || d->lines[d->n - 1].kind != LINE_HEADING)
        return;
    d->n--;
    free(d->lines[d->n].label);
    free(d->lines[d->n].right);
}

static void add_form(struct audit *a)
{
    const msgpack_object *record = &a->record.map, *content = member(record, "content"),
                         *before = member(record, "content_before");
    const msgpack_object *ledger =
        member(member(record, "ledger"), "destination") == NULL ? NULL : member(record, "ledger");
    char flow[40], kind[16];
    int which = flow_of(held_text(record, "flow", flow, sizeof flow));
    const struct form *form =
        which < 0 ? NULL : form_of((enum qx_flow)which, held_text(record, "kind", kind, sizeof kind));
    const char *section = NULL;

    if (form == NULL)
        return;
    for (size_t i = 0; i < form->nfields; i++) {
        const struct form_field *field = &form->fields[i];
        const char *now = tr_zh() ? field->section_zh : field->section_en;
        if (now != NULL && (section == NULL || strcmp(section, now) != 0)) {
            drop_empty_heading(&a->doc);
            add(&a->doc, 0, LINE_HEADING, now, NULL,
                section == NULL ? (ledger == NULL ? _("(the ledger is empty)") : _("Ledger")) : NULL);
            section = now;
        }
        add_field(a, field, content, before, ledger);
    }
    drop_empty_heading(&a->doc);
}

static void add_kind(struct audit *a)
{
    char kind[16];
    const struct destination_kind *k = destination_kind(held_text(&a->record.map, "kind", kind, sizeof kind));
    const char *definition = k == NULL ? NULL : tr_zh() ? k->definition_zh : k->definition_en;
    const char *proof = k == NULL ? NULL : tr_zh() ? k->proof_zh : k->proof_en;

    if (definition != NULL && *definition != '\0')
        add(&a->doc, 0, LINE_VALUE, _("This kind is"), definition, NULL)->style = STYLE_DIM;
    if (proof != NULL && *proof != '\0')
        add(&a->doc, 0, LINE_VALUE, _("Its proof"), proof, NULL)->style = STYLE_DIM;
}

/* ------------------------------------------------------------------ the graduate, now and then */

static const struct {
    const char *key, *label, *codes;
} person[] = {
    {"name", N_("Name"), NULL},
    {"identity_no", N_("Identity no."), NULL},
    {"student_no", N_("Student no."), NULL},
    {"exam_no", N_("Exam no."), NULL},
    {"sex", N_("Sex"), "gender"},
    {"ethnicity", N_("Ethnicity"), "ethnicity"},
    {"political_status", N_("Political status"), "political_status"},
    {"department", N_("Department"), NULL},
    {"major", N_("Major"), NULL},
    {"level", N_("Level"), "education_level"},
    {"length", N_("Length"), "study_length"},
    {"training_mode", N_("Training mode"), "training_mode"},
    {"graduation", N_("Graduation"), NULL},
    {"origin", N_("Origin"), "region"},
    {"mobile", N_("Mobile"), NULL},
    {"email", N_("E-mail"), NULL},
};

static const char *person_value(const char *codes, const char *value, char *buf, size_t len)
{
    const struct code_table *table = codes == NULL ? NULL : code_table(codes);

    if (table != NULL && strcmp(codes, "region") == 0 && region_path(value, buf, len))
        return buf;
    snprintf(buf, len, "%s", table == NULL || value[0] == '\0' ? value : code_label(table, value, tr_zh()));
    return buf;
}

static void add_person(struct audit *a)
{
    const msgpack_object *now = member(&a->record.map, "graduate"), *then = member(&a->record.map, "graduate_then");
    char value[256], old[256], shown[512], was[256];

    if (now == NULL)
        return;
    add(&a->doc, 1, LINE_HEADING, _("Graduate"), NULL, NULL);
    for (size_t i = 0; i < sizeof person / sizeof *person; i++) {
        if (a->revealed.zone == NULL || held_text(&a->revealed.map, person[i].key, value, sizeof value)[0] == '\0')
            held_text(now, person[i].key, value, sizeof value);
        held_text(then, person[i].key, old, sizeof old);
        if (value[0] == '\0' && old[0] == '\0')
            continue;
        bool differs = then != NULL && old[0] != '\0' && a->revealed.zone == NULL && strcmp(value, old) != 0;
        person_value(person[i].codes, value, shown, sizeof shown);
        if (differs) {
            size_t n = strlen(shown);
            snprintf(shown + n, sizeof shown - n, " %s %s", _("(at submission:"),
                     person_value(person[i].codes, old, was, sizeof was));
            n = strlen(shown);
            snprintf(shown + n, sizeof shown - n, ")");
        }
        add(&a->doc, 1, LINE_VALUE, _(person[i].label), shown, NULL)->changed = differs;
    }
}

/* ------------------------------------------------------------------ evidence, history, earlier records */

static void add_evidence(struct audit *a)
{
    const msgpack_object *file;
    char name[256], type[64], purpose[32], text[512];

    add(&a->doc, 1, LINE_HEADING, _("Evidence"), NULL, NULL);
    for (uint32_t i = 0; (file = held_item(&a->record.map, "evidence", i)) != NULL; i++) {
        int64_t size = 0;
        map_int(file, "size", &size);
        held_text(file, "purpose", purpose, sizeof purpose);
        snprintf(text, sizeof text, "%s  %lld KB  %s", held_text(file, "file_name", name, sizeof name),
                 (long long)(size + 1023) / 1024, held_text(file, "media_type", type, sizeof type));
        add(&a->doc, 1, LINE_VALUE, strcmp(purpose, "stamped_image") == 0 ? _("Stamped image") : _("Proof"), text,
            NULL);
    }
    if (held_item(&a->record.map, "evidence", 0) == NULL)
        add(&a->doc, 1, LINE_TEXT, NULL, _("none"), NULL)->style = STYLE_DIM;
}

static void reason_words(const msgpack_object *o, char *buf, size_t len)
{
    char code[16], text[1200];

    held_text(o, "reason_code", code, sizeof code);
    held_text(o, "reason_text", text, sizeof text);
    snprintf(buf, len, "%s%s%s", code[0] == '\0' ? "" : word_reason(code),
             code[0] != '\0' && text[0] != '\0' ? ": " : "", text);
}

static void add_history(struct audit *a)
{
    const msgpack_object *row;
    char at[40], when[40], action[40], to[40], by[128], role[32], text[512], reason[1400];

    if (a->history.zone == NULL)
        return;
    add(&a->doc, 1, LINE_HEADING, _("History"), NULL, NULL);
    for (uint32_t i = 0; (row = held_item(&a->history.map, "rows", i)) != NULL; i++) {
        held_text(row, "at", at, sizeof at);
        held_text(row, "by", by, sizeof by);
        snprintf(text, sizeof text, "%s %s (%s) %s > %s", word_time(at, false, when, sizeof when), by,
                 word_role(held_text(row, "role", role, sizeof role)),
                 word_action(held_text(row, "action", action, sizeof action)),
                 word_state(held_text(row, "to", to, sizeof to)));
        add(&a->doc, 1, LINE_TEXT, NULL, text, NULL);
        reason_words(row, reason, sizeof reason);
        if (reason[0] != '\0')
            add(&a->doc, 1, LINE_VALUE, "", reason, NULL)->style = STYLE_WARN;
    }
}

static void add_earlier(struct audit *a)
{
    const msgpack_object *row;
    char flow[40], state[40], at[40], when[40], id[40], text[512], reason[1400];
    uint32_t n = 0;

    while (held_item(&a->record.map, "earlier", n) != NULL)
        n++;
    snprintf(text, sizeof text, _("Other records of this graduate (%u)"), n);
    add(&a->doc, 1, LINE_HEADING, text, NULL, NULL);
    if (!a->unfolded && n > 0)
        add(&a->doc, 1, LINE_TEXT, NULL, _("f unfolds them"), NULL)->style = STYLE_DIM;
    for (uint32_t i = 0; a->unfolded && (row = held_item(&a->record.map, "earlier", i)) != NULL; i++) {
        held_text(row, "at", at, sizeof at);
        snprintf(text, sizeof text, "%s  %s  %s  %s", word_time(at, false, when, sizeof when),
                 held_text(row, "id", id, sizeof id), word_flow(held_text(row, "flow", flow, sizeof flow)),
                 word_state(held_text(row, "state", state, sizeof state)));
        add(&a->doc, 1, LINE_TEXT, NULL, text, NULL);
        reason_words(row, reason, sizeof reason);
        if (reason[0] != '\0')
            add(&a->doc, 1, LINE_VALUE, "", reason, NULL)->style = STYLE_DIM;
    }
}

void doc_build(struct audit *a)
{
    doc_free(&a->doc);
    if (a->record.zone == NULL)
        return;
    add_form(a);
    add_kind(a);
    add_person(a);
    add_evidence(a);
    add_history(a);
    add_earlier(a);
}
