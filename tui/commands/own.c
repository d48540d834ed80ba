/*
 * own.c - a graduate's own: records, drafts, submitting, messages; and the kinds of destination with their proofs
 * (S2.8.4).
 */
#include "cli.h"

#include "../../shared/domain/codes.h"
#include "../../shared/domain/forms.h"
#include "../../shared/rpc/methods.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

static const struct column own_columns[] = {
    {"id", N_("id"), NULL},
    {"version", N_("version"), NULL},
    {"flow", N_("flow"), show_flow},
    {"kind", N_("kind"), show_kind},
    {"state", N_("state"), show_state},
    {"submitted_at", N_("submitted"), show_time},
    {"employer", N_("employer"), NULL},
    {"number", N_("agreement number"), NULL},
    {"reason_code", N_("reason"), show_reason},
    {"reason_text", N_("problem"), NULL},
    {0},
};
static const struct column draft_columns[] = {{"uuid", N_("draft"), NULL},
                                              {"flow", N_("flow"), show_flow},
                                              {"kind", N_("kind"), show_kind},
                                              {"updated_at", N_("changed"), show_time},
                                              {0}};

static const struct column message_columns[] = {
    {"id", N_("id"), NULL},         {"at", N_("when"), show_time}, {"", N_("message"), show_message},
    {"record", N_("record"), NULL}, {"read", N_("seen"), NULL},    {0}};

static int own_rows(struct cli *cli, const char *key, const struct column *columns)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (cli_ask(cli, "graduate.records", NULL, &a))
        print_rows(cli, &a.result, key, columns);
    answer_free(&a);
    return cli->status;
}

static int records(struct cli *cli)
{
    return own_rows(cli, "records", own_columns);
}

static int draft_list(struct cli *cli)
{
    return own_rows(cli, "drafts", draft_columns);
}

static int self(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (cli_ask(cli, "graduate.self", NULL, &a))
        print_json(&a.result);
    answer_free(&a);
    return cli->status;
}

/* ------------------------------------------------------------------ drafts */

static bool draft_of(struct cli *cli, const char *uuid, struct answer *a)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "uuid", uuid);
    const bool ok = cli_ask(cli, "draft.get", &params, a);
    pack_free(&params);
    return ok;
}

static int draft_get(struct cli *cli)
{
    struct answer a;
    cli->status = EXIT_DONE;
    if (draft_of(cli, cli_arg(cli, 0), &a)) {
        const msgpack_object *content = map_get(&a.result, "content");
        if (cli->options->json)
            print_json(&a.result);
        else
            for (uint32_t i = 0; content && i < content->via.map.size; i++)
                printf("%s=%s\n", content->via.map.ptr[i].key.via.str.ptr,
                       text_of(content, content->via.map.ptr[i].key.via.str.ptr));
    }
    answer_free(&a);
    return cli->status;
}

/* Named here and not at the submission: the form's table knows the fields. */
static bool fields_known(struct cli *cli, const char *flow, const char *kind)
{
    const int number = flow_of(flow);
    const struct form *form = number < 0 ? NULL : form_of((enum qx_flow)number, kind);
    char name[64];
    for (int i = 1; form && cli_arg(cli, i); i++) {
        const char *field = cli_arg(cli, i), *equals = strchr(field, '=');
        snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - field) : 0, field);
        if (!equals || !equals[1] || form_field(form, name))
            continue; /* one that shouldn't be there may always be taken out */
        cli_say(_("%s is not a field of this form; its fields:"), name);
        for (size_t k = 0; k < form->nfields; k++)
            fprintf(stderr, "        %s  %s\n", form->fields[k].name,
                    tr_zh() ? form->fields[k].label_zh : form->fields[k].label_en);
        return false;
    }
    return true;
}

static int put_draft(struct cli *cli, const char *uuid, const char *flow, const char *kind, const msgpack_object *base)
{
    struct pack params;
    struct answer a = {0};
    int status;
    if (!fields_known(cli, flow, kind))
        return EXIT_USAGE;
    pack_init(&params);
    pack_map(&params, 3u + (*kind != '\0'));
    pack_kstr(&params, "uuid", uuid);
    pack_kstr(&params, "flow", flow);
    if (*kind)
        pack_kstr(&params, "kind", kind);
    pack_key(&params, "content");
    if (!cli_pack_fields(cli, 1, base, &params))
        status = cli_usage(cli, "%s", _("what is changed is given as FIELD=VALUE"));
    else if (cli_ask(cli, "draft.put", &params, &a))
        status = cli_created(cli, &a.result, "uuid", uuid);
    else
        status = cli->status;
    answer_free(&a);
    pack_free(&params);
    return status;
}

/* UUID "new" begins one; its UUID is printed (with --json as "uuid"), for evidence add and submit. */
static int draft_put(struct cli *cli)
{
    char uuid[UUID_LENGTH + 1];
    const char *flow = cli_option(cli, "flow"), *kind = cli_option(cli, "kind");
    struct answer a = {0};
    if (strcmp(cli_arg(cli, 0), "new") == 0) {
        uuid_make(uuid);
        if (!flow && !kind)
            return cli_usage(cli, "%s", _("a new draft needs --flow offline_signing, or --kind KIND of a destination"));
        return put_draft(cli, uuid, flow ? flow : flow_code(FLOW_DESTINATION), kind ? kind : "", NULL);
    }
    if (!uuid_ok(cli_arg(cli, 0)))
        return cli_usage(cli, _("%s: a draft is named by its UUID, or new"), cli_arg(cli, 0));
    snprintf(uuid, sizeof uuid, "%s", cli_arg(cli, 0));
    int status = EXIT_REFUSED;
    if (draft_of(cli, uuid, &a))
        status = put_draft(cli, uuid, text_of(&a.result, "flow"), kind ? kind : text_of(&a.result, "kind"),
                           map_get(&a.result, "content"));
    else
        status = cli->status;
    answer_free(&a);
    return status;
}

static int draft_remove(struct cli *cli)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "uuid", cli_arg(cli, 0));
    return cli_change(cli, "draft.remove", &params, _("the draft is gone"));
}

/* ------------------------------------------------------------------ submitting */

static const msgpack_object *own_record(const msgpack_object *answer, const char *name)
{
    uint32_t n;
    const msgpack_object *rows = array_of(answer, "records", &n);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(text_of(&rows[i], "uuid"), name) == 0 || strcmp(text_of(&rows[i], "id"), name) == 0)
            return &rows[i];
    return NULL;
}

/* A draft's UUID, or the id of a record that was returned or taken back: the record's own table says which action it
 * is. */
static int submit(struct cli *cli)
{
    struct answer a;
    struct pack params;
    const char *name = cli_arg(cli, 0);
    struct act_request request = {.version = -1, .action = ACT_SUBMIT, .agreed = cli_flag(cli, "agreed")};
    int status = EXIT_REFUSED;
    pack_init(&params);
    if (cli_ask(cli, "graduate.records", NULL, &a)) {
        const msgpack_object *record = own_record(&a.result, name);
        if (record) {
            request.id = text_of(record, "id");
            request.uuid = text_of(record, "uuid");
            request.version = int_of(record, "version");
            request.action = strcmp(text_of(record, "state"), state_code(ST_RETURNED)) == 0 ? ACT_RESUBMIT : ACT_SUBMIT;
        } else {
            request.uuid = name;
        }
        if (!record && !uuid_ok(name)) {
            status = cli_fail(EXIT_REFUSED, _("%s is neither a draft nor one of your records"), name);
        } else {
            pack_act(&params, &request);
            status = cli_change(cli, "record.act", &params, _("submitted"));
            pack_init(&params);
        }
    } else {
        status = cli->status;
    }
    pack_free(&params);
    answer_free(&a);
    return status;
}

/* ------------------------------------------------------------------ messages, kinds */

static int inbox(struct cli *cli)
{
    const int status = print_pages(cli, "inbox.list", NULL, 0, message_columns);
    struct answer a;
    if (status != EXIT_DONE || !cli_flag(cli, "read"))
        return status;
    const int read = cli_ask(cli, "inbox.read", NULL, &a) ? EXIT_DONE : cli->status;
    answer_free(&a);
    return read;
}

static int kinds(struct cli *cli)
{
    const struct destination_kind *all;
    const size_t n = destination_kinds(&all);
    const struct code_table *names = code_table("destination_kind");
    (void)cli;
    for (size_t i = 0; i < n; i++) {
        printf("%s  %s\n", all[i].code, code_label(names, all[i].code, tr_zh()));
        printf("     %s\n", tr_zh() ? all[i].definition_zh : all[i].definition_en);
        printf(_("     proof: %s\n"), tr_zh() ? all[i].proof_zh : all[i].proof_en);
    }
    return EXIT_DONE;
}

const struct command commands_own[] = {
    {"records", "", DANGER_NONE, 0, R(GRADUATE), ACT_NONE, N_("my records"), records},
    {"self", "", DANGER_NONE, 0, R(GRADUATE), ACT_NONE, N_("my roster data and what is reported of me, as JSON"), self},
    {"kinds", "", DANGER_NONE, VERB_LOCAL, 0, ACT_NONE,
     N_("the kinds of destination, what they mean and which proof they need"), kinds},
    {"draft list", "", DANGER_NONE, 0, R(GRADUATE), ACT_NONE, N_("my drafts"), draft_list},
    {"draft get", "UUID", DANGER_NONE, 0, R(GRADUATE), ACT_NONE, N_("a draft's fields"), draft_get},
    {"draft put", "UUID|new [--flow FLOW] [--kind KIND] [FIELD=VALUE...]", DANGER_NONE, 0, R(GRADUATE), ACT_NONE,
     N_("begin a draft, or change fields of one; prints its UUID"), draft_put},
    {"draft remove", "UUID", DANGER_ASK, 0, R(GRADUATE), ACT_NONE, N_("throw a draft away"), draft_remove},
    {"submit", "UUID|ID [--agreed]", DANGER_ASK, 0, R(GRADUATE), ACT_SUBMIT,
     N_("submit a draft, or a returned or taken-back record again"), submit},
    {"inbox", "[--read] [--limit ROWS]", DANGER_NONE, 0, R(GRADUATE), ACT_NONE,
     N_("my messages; --read marks them as read"), inbox},
    {0},
};
