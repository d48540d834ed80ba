/*
 * record.c - verbs that look at one record.
 */
#include "cli.h"

#include "../../shared/domain/forms.h"
#include "../../shared/rpc/methods.h"
#include "../widgets/form.h"

#include <string.h>

static const struct column record_columns[] = {
    {"id", N_("id"), NULL},
    {"version", N_("version"), NULL},
    {"flow", N_("flow"), show_flow},
    {"kind", N_("kind"), show_kind},
    {"state", N_("state"), show_state},
    {"waits_for", N_("waits for"), show_role},
    {"submitted_at", N_("submitted"), show_time},
    {"number", N_("agreement number"), NULL},
    {"revision", N_("revision"), NULL},
    {"others", N_("also looking at it"), NULL},
    {0},
};
static const struct column graduate_columns[] = {
    {"name", N_("name"), NULL},
    {"student_no", N_("student number"), NULL},
    {"identity_no", N_("identity number"), NULL},
    {"department", N_("department"), NULL},
    {"major", N_("major"), NULL},
    {"level", N_("level"), show_level},
    {"graduation", N_("graduation"), NULL},
    {"mobile", N_("mobile"), NULL},
    {"email", N_("e-mail"), NULL},
    {0},
};
static const struct column evidence_columns[] = {{"id", N_("evidence"), NULL},
                                                 {"purpose", N_("purpose"), show_choice},
                                                 {"file_name", N_("file"), NULL},
                                                 {"size", N_("bytes"), NULL},
                                                 {"media_type", N_("type"), NULL},
                                                 {"added_at", N_("added"), show_time},
                                                 {0}};
static const struct column may_columns[] = {{"action", N_("action"), show_action},
                                            {"ok", N_("may be done"), NULL},
                                            {"failed", N_("why not"), show_failed},
                                            {0}};
static const struct column history_columns[] = {
    {"at", N_("when"), show_time},
    {"action", N_("action"), show_action},
    {"from", N_("from"), show_state},
    {"to", N_("to"), show_state},
    {"by", N_("by"), NULL},
    {"role", N_("role"), show_role},
    {"version", N_("version"), NULL},
    {"reason_code", N_("reason"), show_reason},
    {"reason_text", N_("problem"), NULL},
    {0},
};
static const struct column reveal_columns[] = {
    {"identity_no", N_("identity number"), NULL}, {"mobile", N_("mobile"), NULL}, {"email", N_("e-mail"), NULL}, {0}};

static bool ask_of(struct cli *cli, const char *method, struct answer *a)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "id", cli_arg(cli, 0));
    const bool ok = cli_ask(cli, method, &params, a);
    pack_free(&params);
    return ok;
}

/* The form's values by its own labels; what the form doesn't know is shown by its name. */
static void print_content(const msgpack_object *record)
{
    const int flow = flow_of(text_of(record, "flow"));
    const struct form *form = flow < 0 ? NULL : form_of((enum qx_flow)flow, text_of(record, "kind"));
    const msgpack_object *content = map_get(record, "content");
    char buf[1024];
    if (!form || !content)
        return;
    for (size_t i = 0; i < form->nfields; i++) {
        const char *value = text_of(content, form->fields[i].name);
        if (*value)
            printf("%s: %s\n", form_label(&form->fields[i]), form_value(&form->fields[i], value, buf, sizeof buf));
    }
}

static void print_section(const struct cli *cli, const msgpack_object *record, const char *key, const char *title,
                          const struct column *columns)
{
    uint32_t n;
    (void)array_of(record, key, &n);
    if (n > 0) {
        printf("\n%s\n", title);
        print_rows(cli, record, key, columns);
    }
}

static int show(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (ask_of(cli, "record.get", &a)) {
        if (cli->options->json) {
            print_json(&a.result);
        } else {
            print_fields(&a.result, record_columns);
            const msgpack_object *graduate = map_get(&a.result, "graduate");
            if (graduate)
                print_fields(graduate, graduate_columns);
            putchar('\n');
            print_content(&a.result);
            print_section(cli, &a.result, "evidence", _("Evidence"), evidence_columns);
            print_section(cli, &a.result, "may", _("What may be done"), may_columns);
        }
    }
    answer_free(&a);
    return cli->status;
}

static int history(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (ask_of(cli, "record.history", &a))
        print_rows(cli, &a.result, "rows", history_columns);
    answer_free(&a);
    return cli->status;
}

static int agreement(struct cli *cli)
{
    struct pack params;
    struct answer a;
    cli->status = EXIT_DONE;
    pack_init(&params);
    pack_map(&params, 2);
    pack_kstr(&params, "id", cli_arg(cli, 0));
    pack_kstr(&params, "language", language_code(tr_language()));
    if (cli_ask(cli, "record.agreement", &params, &a)) {
        if (cli->options->json)
            print_json(&a.result);
        else
            puts(text_of(&a.result, "text"));
    }
    answer_free(&a);
    pack_free(&params);
    return cli->status;
}

static int reveal(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (ask_of(cli, "record.reveal", &a)) {
        if (cli->options->json)
            print_json(&a.result);
        else
            print_fields(&a.result, reveal_columns);
    }
    answer_free(&a);
    return cli->status;
}

const struct command commands_record[] = {
    {"record show", "ID", DANGER_NONE, 0, 0, ACT_NONE, N_("everything an auditor sees of a record"), show},
    {"record history", "ID", DANGER_NONE, 0, 0, ACT_NONE, N_("what happened to a record, newest last"), history},
    {"record agreement", "ID", DANGER_NONE, 0, 0, ACT_NONE, N_("the agreement as text"), agreement},
    {"record reveal", "ID", DANGER_ASK, 0, 0, ACT_NONE, N_("identity and phone number in full; it is logged"), reveal},
    {0},
};
