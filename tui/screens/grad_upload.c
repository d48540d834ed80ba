/* grad_upload.c - begin, chunks, finish: one answer leads to the next request (grad_upload.h). */
#include "grad_upload.h"

#include "../app.h"
#include "../commands/cli.h"
#include "../widgets/dialog.h"
#include "../widgets/prompt.h"
#include "../words.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void upload_free(struct upload *u)
{
    free(u->bytes);
    u->bytes = NULL;
}

void upload_command(char *buf, size_t len, const char *record, const char *purpose)
{
    const bool stamped = strcmp(purpose, "stamped_image") == 0;
    const char *ssh = getenv("QUXIANG_SSH"); /* the gateway's: how this person came here */
    snprintf(buf, len, "%s evidence add %s - --name %s%s < %s", ssh && *ssh ? ssh : "ssh HOST", record,
             stamped ? "agreement.jpg --stamped" : "proof.pdf", "", stamped ? "agreement.jpg" : "proof.pdf");
}

static void ended(struct screen *s, const char *error)
{
    struct upload *u = s->state;
    upload_free(u);
    u->done(s, error);
    app_dirty(s->app);
}

/* true: over, and said. */
static bool refused(struct screen *s, const msgpack_object *result, const char *error)
{
    char words[1024];
    const msgpack_object *outcome = result ? map_get(result, "outcome") : NULL;
    if (outcome && object_is(outcome, "ok"))
        return false;
    ended(s, error ? error : word_refusal(result, words, sizeof words));
    return true;
}

static void finished(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag)
{
    (void)tag;
    if (!refused(s, result, error))
        ended(s, NULL);
}

static void finish(struct screen *s)
{
    const struct upload *u = s->state;
    struct pack p;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, u->bytes, u->size);
    pack_init(&p);
    pack_map(&p, 2);
    pack_kstr(&p, "upload", u->id);
    pack_key(&p, "sha256");
    pack_bin(&p, digest, sizeof digest);
    screen_request(s, "evidence.finish", &p, finished, 0);
    pack_free(&p);
}

static void sent(struct screen *s, const msgpack_object *result, const char *error, uint32_t tag);

static void send_chunk(struct screen *s)
{
    struct upload *u = s->state;
    const size_t left = u->size - u->offset, n = left < u->chunk ? left : u->chunk;
    struct pack p;
    if (left == 0) {
        finish(s);
        return;
    }
    app_status(s->app, STATUS_INFO, _("%s: %zu of %zu KiB"), u->name, u->offset / 1024, u->size / 1024);
    pack_init(&p);
    pack_map(&p, 3);
    pack_kstr(&p, "upload", u->id);
    pack_kint(&p, "offset", (int64_t)u->offset);
    pack_key(&p, "data");
    pack_bin(&p, u->bytes + u->offset, n);
    screen_request(s, "evidence.chunk", &p, sent, 0);
    pack_free(&p);
}

/* Of begin and of every chunk: the server says how far it is. */
static void sent(struct screen *s, const msgpack_object *result, const char *error, uint32_t begun)
{
    struct upload *u = s->state;
    int64_t offset = -1, chunk = 0;
    if (!u->bytes || refused(s, result, error))
        return;
    (void)map_int(result, "offset", &offset);
    if (begun && map_int(result, "chunk", &chunk) && chunk > 0)
        u->chunk = (size_t)chunk;
    if (offset < 0 || (size_t)offset > u->size || u->chunk == 0 || (!begun && (size_t)offset <= u->offset)) {
        ended(s, _("The server takes no more of the file."));
        return;
    }
    u->offset = (size_t)offset;
    send_chunk(s);
}

static bool read_file(struct upload *u, const char *path, char *why, size_t len)
{
    FILE *f = fopen(path, "rbe");
    if (!f) {
        snprintf(why, len, _("%s cannot be opened: %s"), path, strerror(errno));
        return false;
    }
    u->bytes = malloc(UPLOAD_MAX + 1);
    if (!u->bytes)
        abort();
    u->size = fread(u->bytes, 1, UPLOAD_MAX + 1, f);
    const bool bad = ferror(f) != 0;
    fclose(f);
    if (!bad && u->size > 0 && u->size <= UPLOAD_MAX)
        return true;
    snprintf(why, len, bad ? _("%s cannot be read") : _("%s: a file of 1 byte to 10 MiB is wanted"), path);
    upload_free(u);
    return false;
}

static void begin(struct app *app, const char *path, void *arg)
{
    struct screen *s = screen_by_generation(app, (uint32_t)(uintptr_t)arg);
    char why[1024];
    struct pack p;
    if (!path || !*path || !s)
        return;
    struct upload *u = s->state;
    upload_free(u);
    if (!read_file(u, path, why, sizeof why)) {
        dialog_tell(app, _("Not attached"), why);
        return;
    }
    const char *slash = strrchr(path, '/');
    snprintf(u->name, sizeof u->name, "%s", slash ? slash + 1 : path);
    uuid_make(u->id);
    u->offset = u->chunk = 0;
    pack_init(&p);
    pack_map(&p, 5);
    pack_kstr(&p, "upload", u->id);
    pack_kstr(&p, "record", u->record);
    pack_kstr(&p, "purpose", u->purpose);
    pack_kstr(&p, "file_name", u->name);
    pack_kint(&p, "size", (int64_t)u->size);
    screen_request(s, "evidence.begin", &p, sent, 1);
    pack_free(&p);
}

void upload_ask(struct screen *s, const char *record, const char *purpose,
                void (*done)(struct screen *, const char *error))
{
    struct upload *u = s->state;
    char text[1024], command[512];
    snprintf(u->record, sizeof u->record, "%s", record);
    u->purpose = purpose;
    u->done = done;
    if (!s->app->options->gateway) {
        prompt_open(s->app, _("File (JPEG, PNG or PDF, at most 10 MiB): "), "", 0, begin, NULL,
                    (void *)(uintptr_t)s->generation);
        return;
    }
    upload_command(command, sizeof command, record, purpose);
    snprintf(text, sizeof text, _("On your own machine, where the file is, run\n\n%s\n\nand press F5 here afterwards."),
             command);
    dialog_tell(s->app, _("Attach a file"), text);
}
