/*
 * act.c - verbs that act on one record. One function for all: the row's action says which.
 *
 * ID@VERSION binds the act to the version that was seen. ID alone loads the record first, says on stderr what it is
 * about to act on, and binds the act to that version: between the loading and the act nobody else's change is
 * overwritten either.
 */
#include "cli.h"

#include "../../shared/rpc/methods.h"
#include "../words.h"

#include <stdlib.h>
#include <string.h>

struct target {
    char id[64];
    int64_t version; /* -1: not given */
};

static bool target_parse(const char *text, struct target *t)
{
    const char *at = strchr(text, '@');
    const size_t n = at ? (size_t)(at - text) : strlen(text);
    t->version = -1;
    if (n == 0 || n >= sizeof t->id)
        return false;
    memcpy(t->id, text, n);
    t->id[n] = '\0';
    if (at) {
        char *end;
        t->version = strtoll(at + 1, &end, 10);
        return at[1] && !*end && t->version >= 0;
    }
    return true;
}

static void say_target(const struct cli *cli, const msgpack_object *record, int64_t version)
{
    const msgpack_object *graduate = map_get(record, "graduate");
    const char *name = graduate && graduate->type == MSGPACK_OBJECT_MAP ? text_of(graduate, "name") : "";
    cli_say(_("%s: %s, %s, %s, version %lld"), word_action(action_code(cli->command->action)), name, word_flow(text_of(record, "flow")),
            word_state(text_of(record, "state")), (long long)version);
}

/* The record; also its version, where none was given. */
static bool load_target(struct cli *cli, struct target *t, struct answer *record)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "id", t->id);
    const bool ok = cli_ask(cli, "record.get", &params, record);
    pack_free(&params);
    if (ok && t->version < 0) {
        t->version = int_of(&record->result, "version");
        say_target(cli, &record->result, t->version);
    }
    return ok;
}

static bool reason_missing(const msgpack_object *result)
{
    uint32_t n;
    const msgpack_object *failed = array_of(result, "failed", &n);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(text_of(&failed[i], "guard"), "reason_given") == 0)
            return true;
    return false;
}

static void say_reasons(const struct cli *cli)
{
    cli_say("%s", _("both are given: --reason CODE --text TEXT, with one of these codes:"));
    values_help(cli->command, "reason", stderr);
}

static int send_act(struct cli *cli, const struct target *t, const struct pack *content)
{
    struct pack params;
    struct answer a;
    char done[160];
    int status;
    const struct act_request request = {
        .id = t->id,
        .version = t->version,
        .action = cli->command->action,
        .reason_code = cli_option(cli, "reason"),
        .reason_text = cli_option(cli, "text"),
        .agreed = cli_flag(cli, "agreed"),
        .kind = cli_option(cli, "kind"),
        .content = content,
    };
    pack_init(&params);
    pack_act(&params, &request);
    snprintf(done, sizeof done, _("%s: %s done"), t->id, word_action(action_code(request.action)));
    status = cli_ask(cli, "record.act", &params, &a) ? cli_outcome(cli, &a.result, done) : cli->status;
    if (status == EXIT_REFUSED && reason_missing(&a.result))
        say_reasons(cli);
    answer_free(&a);
    pack_free(&params);
    return status;
}

static int act(struct cli *cli)
{
    struct target t;
    struct answer record = {0};
    if (!target_parse(cli_arg(cli, 0), &t))
        return cli_usage(cli, _("%s: a record is named ID or ID@VERSION, such as 10001-4711@3"), cli_arg(cli, 0));
    const bool ok = t.version >= 0 || load_target(cli, &t, &record);
    answer_free(&record);
    return ok ? send_act(cli, &t, NULL) : cli->status;
}

static int act_with_content(struct cli *cli)
{
    struct target t;
    struct answer record = {0};
    struct pack content;
    int status;
    if (!target_parse(cli_arg(cli, 0), &t))
        return cli_usage(cli, _("%s: a record is named ID or ID@VERSION, such as 10001-4711@3"), cli_arg(cli, 0));
    pack_init(&content);
    if (!load_target(cli, &t, &record)) {
        status = cli->status;
    } else {
        const char *kind = cli_option(cli, "kind");
        /* a modification lies over what stands (S2.3.8); of another kind, nothing of the old form is taken over */
        const bool other =
            cli->command->action == ACT_MODIFY || (kind && strcmp(kind, text_of(&record.result, "kind")) != 0);
        if (cli_pack_fields(cli, 1, other ? NULL : map_get(&record.result, "content"), &content))
            status = send_act(cli, &t, &content);
        else
            status = cli_usage(cli, "%s", _("what is changed is given as FIELD=VALUE"));
    }
    answer_free(&record);
    pack_free(&content);
    return status;
}

static int preview(struct cli *cli)
{
    struct pack params;
    struct answer a;
    struct target t;
    if (!target_parse(cli_arg(cli, 1), &t))
        return cli_usage(cli, _("%s: a record is named ID or ID@VERSION, such as 10001-4711@3"), cli_arg(cli, 1));
    const char *reason = cli_option(cli, "reason"), *text = cli_option(cli, "text");
    pack_init(&params);
    pack_map(&params, 3u + (t.version >= 0) + (reason != NULL) + (text != NULL));
    pack_kstr(&params, "id", t.id);
    pack_kstr(&params, "action", cli_arg(cli, 0));
    pack_kbool(&params, "agreed", cli_flag(cli, "agreed"));
    if (t.version >= 0)
        pack_kint(&params, "version", t.version);
    if (reason)
        pack_kstr(&params, "reason_code", reason);
    if (text)
        pack_kstr(&params, "reason_text", text);
    const int status =
        cli_ask(cli, "record.preview", &params, &a) ? cli_outcome(cli, &a.result, _("it would be done")) : cli->status;
    answer_free(&a);
    pack_free(&params);
    return status;
}

#define REASON "ID[@VERSION] [--reason CODE] [--text TEXT]"

const struct command commands_act[] = {
    {"approve", "ID[@VERSION] [--text TEXT]", DANGER_UNDO, VERB_NEEDS_RECORD | VERB_TEXT, R_MANAGER, ACT_APPROVE,
     N_("approve a record at its stage"), act},
    {"return", REASON, DANGER_ASK, VERB_NEEDS_RECORD | VERB_REASON, R_MANAGER, ACT_RETURN,
     N_("give a record back for correction, with a reason and the concrete problem"), act},
    {"reject", REASON, DANGER_ASK, VERB_NEEDS_RECORD | VERB_REASON, R_MANAGER, ACT_REJECT,
     N_("reject a record, with a reason and the concrete problem; it cannot be undone"), act},
    {"void", REASON " [--agreed]", DANGER_TYPED, VERB_NEEDS_RECORD | VERB_REASON | VERB_TICK, R(SCHOOL) | R(GRADUATE),
     ACT_VOID, N_("make an effective record void; it cannot be undone"), act},
    {"undo", "ID[@VERSION]", DANGER_NONE, VERB_NEEDS_RECORD, R_MANAGER, ACT_UNDO,
     N_("take back one's own last approval or return, within five minutes"), act},
    {"take-back", "ID[@VERSION]", DANGER_ASK, VERB_NEEDS_RECORD, R(GRADUATE), ACT_TAKE_BACK,
     N_("take a submission back while nobody has decided on it"), act},
    {"give-up", "ID[@VERSION] [--text TEXT]", DANGER_TYPED, VERB_NEEDS_RECORD | VERB_TEXT, R(GRADUATE) | R(SCHOOL),
     ACT_GIVE_UP, N_("end a returned record, or one that awaits its stamped image"), act},
    {"upload", "ID[@VERSION]", DANGER_ASK, VERB_NEEDS_RECORD, R(GRADUATE), ACT_UPLOAD,
     N_("hand in the stamped image that was added with evidence add --stamped"), act},
    {"change", "ID[@VERSION] [--kind KIND] [--reason CODE] [--text TEXT] [--agreed] [FIELD=VALUE...]", DANGER_ASK,
     VERB_NEEDS_RECORD | VERB_REASON | VERB_TICK, R_MANAGER, ACT_CHANGE,
     N_("change a destination at the audit, agreed with the graduate"), act_with_content},
    {"modify", "ID[@VERSION] [FIELD=VALUE...]", DANGER_ASK, VERB_NEEDS_RECORD, R(SCHOOL), ACT_MODIFY,
     N_("modify an effective record's data"), act_with_content},
    {"preview", "ACTION ID[@VERSION] [--reason CODE] [--text TEXT] [--agreed]", DANGER_NONE, 0, 0, ACT_NONE,
     N_("what an action would come to, without doing it"), preview},
    {0},
};
