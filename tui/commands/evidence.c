/*
 * evidence.c - files that prove: sent in chunks, resumed where a broken upload stood (the upload's id is made here and
 * the server knows how far it came), fetched again by whoever may see the record.
 */
#include "cli.h"

#include "../../shared/rpc/methods.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { EVIDENCE_MAX = 10 * 1024 * 1024 };

struct upload {
    char id[UUID_LENGTH + 1];
    const char *record, *purpose, *name;
    char *bytes;
    size_t size;
};

/* ID or UUID to the record's UUID; false: said why. */
static bool record_uuid(struct cli *cli, const char *name, char uuid[UUID_LENGTH + 1])
{
    struct pack params;
    struct answer a;
    if (uuid_ok(name)) {
        memcpy(uuid, name, UUID_LENGTH + 1);
        return true;
    }
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "id", name);
    const bool ok = cli_ask(cli, "record.get", &params, &a);
    if (ok)
        snprintf(uuid, UUID_LENGTH + 1, "%s", text_of(&a.result, "uuid"));
    answer_free(&a);
    pack_free(&params);
    return ok;
}

static bool ask_ok(struct cli *cli, const char *method, struct pack *params, struct answer *a)
{
    const bool answered = cli_ask(cli, method, params, a);
    pack_free(params);
    if (!answered)
        return false;
    cli->status = outcome_exit(&a->result);
    if (cli->status != EXIT_DONE)
        cli_outcome(cli, &a->result, NULL);
    return cli->status == EXIT_DONE;
}

static bool begin(struct cli *cli, const struct upload *u, int64_t *offset, int64_t *chunk)
{
    struct pack params;
    struct answer a;
    pack_init(&params);
    pack_map(&params, 5);
    pack_kstr(&params, "upload", u->id);
    pack_kstr(&params, "record", u->record);
    pack_kstr(&params, "purpose", u->purpose);
    pack_kstr(&params, "file_name", u->name);
    pack_kint(&params, "size", (int64_t)u->size);
    const bool ok = ask_ok(cli, "evidence.begin", &params, &a);
    if (ok) {
        *offset = int_of(&a.result, "offset");
        *chunk = int_of(&a.result, "chunk");
    }
    const msgpack_object *outcome = map_get(&a.result, "outcome");
    if (!ok && outcome && object_is(outcome, outcome_code(OUT_NOT_FOUND)))
        cli_say("%s", strcmp(u->purpose, "proof") == 0
                          ? _("a proof goes to a draft or a returned record; a record that awaits its stamped agreement "
                              "takes that one: --stamped")
                          : _("the stamped agreement goes to a record that awaits it; a proof is added without --stamped"));
    answer_free(&a);
    return ok && *chunk > 0 && *offset >= 0;
}

static bool send_chunk(struct cli *cli, const struct upload *u, int64_t *offset, int64_t chunk)
{
    struct pack params;
    struct answer a;
    const size_t left = u->size - (size_t)*offset, n = left < (size_t)chunk ? left : (size_t)chunk;
    pack_init(&params);
    pack_map(&params, 3);
    pack_kstr(&params, "upload", u->id);
    pack_kint(&params, "offset", *offset);
    pack_key(&params, "data");
    pack_bin(&params, u->bytes + *offset, n);
    const bool ok = ask_ok(cli, "evidence.chunk", &params, &a);
    const int64_t now = ok ? int_of(&a.result, "offset") : 0;
    answer_free(&a);
    if (ok && now <= *offset)
        cli->status = cli_fail(EXIT_REFUSED, "%s", _("the server takes no more of the file"));
    *offset = now;
    return ok && cli->status == EXIT_DONE;
}

static int finish(struct cli *cli, const struct upload *u)
{
    struct pack params;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)u->bytes, u->size);
    pack_init(&params);
    pack_map(&params, 2);
    pack_kstr(&params, "upload", u->id);
    pack_key(&params, "sha256");
    pack_bin(&params, digest, sizeof digest);
    return cli_change(cli, "evidence.finish", &params, _("the file is attached"));
}

static int send_file(struct cli *cli, struct upload *u)
{
    int64_t offset = 0, chunk = 0;
    uuid_make(u->id);
    if (!begin(cli, u, &offset, &chunk))
        return cli->status;
    while ((size_t)offset < u->size)
        if (!send_chunk(cli, u, &offset, chunk))
            return cli->status;
    return finish(cli, u);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int add(struct cli *cli)
{
    char uuid[UUID_LENGTH + 1];
    const char *path = cli_arg(cli, 1), *name = cli_option(cli, "name");
    struct upload u = {.record = uuid,
                       .purpose = cli_flag(cli, "stamped") ? "stamped_image" : "proof",
                       .name = name ? name : base_name(path)};
    if (strcmp(path, "-") == 0 && !name)
        return cli_usage(cli, "%s", _("with - the file's name is needed: --name proof.pdf"));
    FILE *f = cli_open(cli, path);
    if (!f)
        return cli->status;
    u.bytes = cli_read_all(cli, f, EVIDENCE_MAX, &u.size);
    if (f != stdin)
        fclose(f);
    if (!u.bytes)
        return cli->status;
    int status = cli->status;
    if (u.size == 0)
        status = cli_fail(EXIT_REFUSED, "%s", _("the file is empty"));
    else if (record_uuid(cli, cli_arg(cli, 0), uuid))
        status = send_file(cli, &u);
    else
        status = cli->status;
    free(u.bytes);
    return status;
}

/* ------------------------------------------------------------------ fetching */

/* Answers the bytes got; -1: said why. */
static int64_t get_piece(struct cli *cli, int64_t offset, FILE *out, int64_t *size)
{
    struct pack params;
    struct answer a;
    const uint8_t *data = NULL;
    size_t len = 0;
    pack_init(&params);
    pack_map(&params, 2);
    pack_kstr(&params, "id", cli_arg(cli, 0));
    pack_kint(&params, "offset", offset);
    const bool ok = cli_ask(cli, "evidence.get", &params, &a);
    pack_free(&params);
    if (ok && map_bin(&a.result, "data", &data, &len))
        (void)fwrite(data, 1, len, out);
    *size = ok ? int_of(&a.result, "size") : 0;
    answer_free(&a);
    return ok ? (int64_t)len : -1;
}

static int get(struct cli *cli)
{
    const char *path = cli_arg(cli, 1);
    int64_t offset = 0, size = 0, got;
    FILE *out = stdout;
    if (path && strcmp(path, "-") != 0) {
        if (cli->options->gateway)
            return cli_usage(cli, _("%s: over SSH a file is given as - and sent in on standard input"), path);
        if (!(out = fopen(path, "wbe")))
            return cli_fail(EXIT_USAGE, _("%s cannot be opened: %s"), path, "");
    }
    do {
        got = get_piece(cli, offset, out, &size);
        offset += got;
    } while (got > 0 && offset < size);
    if (out != stdout && fclose(out) != 0)
        return cli_fail(EXIT_REFUSED, _("the result cannot be written: %s"), path);
    return got < 0 ? cli->status : EXIT_DONE;
}

static int drop(struct cli *cli)
{
    struct pack params;
    pack_init(&params);
    pack_map(&params, 1);
    pack_kstr(&params, "id", cli_arg(cli, 0));
    return cli_change(cli, "evidence.remove", &params, _("the file is taken off"));
}

const struct command commands_evidence[] = {
    {"evidence add", "UUID|ID FILE|- [--name NAME] [--stamped]", DANGER_NONE, 0, R(GRADUATE) | R(SCHOOL), ACT_NONE,
     N_("attach a proof (JPEG, PNG, PDF; at most 10 MiB), or with --stamped the stamped agreement"), add},
    {"evidence get", "ID [FILE|-]", DANGER_NONE, 0, 0, ACT_NONE, N_("fetch an attached file"), get},
    {"evidence remove", "ID", DANGER_ASK, 0, R(GRADUATE), ACT_NONE, N_("take a file off a draft or a returned record"),
     drop},
    {0},
};
