/*
 * roster_upload.c - roster.import_begin and roster.import_data: the file's way into the database, resumable.
 */
#include "../../shared/domain/identity.h"
#include "../secrets.h"
#include "change.h"
#include "roster_import.h"
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *number_text(struct req *req, int64_t n)
{
    char *text = req_alloc(req, 24);
    snprintf(text, 24, "%" PRId64, n);
    return text;
}

static void answer_received(struct req *req, enum qx_outcome outcome, int64_t received)
{
    struct pack *p = req_result(req);
    pack_map(p, 2);
    pack_kstr(p, "outcome", outcome_code(outcome));
    pack_kint(p, "received", received);
    req_reply(req);
}

static void begun(struct req *req, const struct db_rows *rows)
{
    if (!row_bool(rows, 0, "mine")) /* the UUID is in use for something else */
        answer_field(req, "import", "used_before");
    else
        answer_received(req, OUT_OK, row_int(rows, 0, "received"));
}

void roster_import_begin(struct req *req)
{
    int64_t class_year = 0;
    bool alone = false;

    map_int(req->params, "class", &class_year);
    map_bool(req->params, "good_rows_alone", &alone);
    if (class_year < 2000 || class_year > 2100) {
        answer_field(req, "class", "out_of_range");
        return;
    }
    const char *const values[] = {req->session.account_school, req_str(req, "import"),
                                  number_text(req, req->session.account_id), number_text(req, class_year),
                                  alone ? "t" : "f"};
    req_read(req, DB_HEAVY, "roster_import_begin", 5, values, begun);
}

/* NULL in `received`: nothing was written - a repeated piece, a gap, or too much. */
static void data_kept(struct req *req, const struct db_rows *rows)
{
    int64_t offset;
    if (db_nrows(rows) == 0)
        req_outcome(req, OUT_NOT_FOUND);
    else if (row_text(rows, 0, "received"))
        answer_received(req, OUT_OK, row_int(rows, 0, "received"));
    else if (row_bool(rows, 0, "too_large"))
        answer_field(req, "data", "too_large");
    else
        answer_received(
            req, map_int(req->params, "offset", &offset) && offset < row_int(rows, 0, "before") ? OUT_OK : OUT_STALE,
            row_int(rows, 0, "before"));
}

void roster_import_data(struct req *req)
{
    const uint8_t *bytes;
    size_t len;
    int64_t offset;

    if (!map_bin(req->params, "data", &bytes, &len) || len == 0 || len > IMPORT_PIECE_MAX) {
        answer_field(req, "data", "out_of_range");
        return;
    }
    const size_t size = 2 * len + 3;
    char *text = malloc(size);
    if (!text) {
        req_error(req, RPC_RESOURCE_EXHAUSTED, "no memory; try again");
        return;
    }
    bytea_text(text, size, bytes, len);
    const char *const values[] = {req->session.account_school,
                                  req_str(req, "import"),
                                  number_text(req, req->session.account_id),
                                  map_int(req->params, "offset", &offset) ? number_text(req, offset) : NULL,
                                  text,
                                  number_text(req, IMPORT_BYTES_MAX)};
    req_read(req, DB_HEAVY, "roster_import_data", 6, values, data_kept);
    free(text);
}
