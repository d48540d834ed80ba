/*
 * roster_import.c - roster.import_begin, import_data, import_run (S2.2.7, S2.2.8, S2.9.2).
 *
 * A run: fetch the pieces -> (thread) decode and check every row -> who would become another person? -> unless a row is
 * bad and all were asked for: departments -> batches of 500, each prepared in the thread and written in a transaction
 * of its own on a heavy connection -> who is missing -> report. The thread touches nothing but the run's own memory;
 * the loop never waits. A run that broke off is simply run again: rows that are in already change nothing.
 */
#include "roster_import.h"

#include "../../shared/domain/codes.h"
#include "../../shared/text/text.h"
#include "change.h"
#include "roster_pinyin.h"
#include "rows.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TRIES_MAX = 5 };

/* ------------------------------------------------------------------ work in the thread */

static void *thread_main(void *arg)
{
    struct import *m = arg;
    const uint64_t one = 1;
    m->work(m);
    if (write(m->wakes, &one, sizeof one) != sizeof one)
        abort(); /* an eventfd takes eight bytes, or the loop would wait for ever */
    return NULL;
}

static void thread_done(evutil_socket_t fd, short what, void *arg)
{
    struct import *m = arg;
    uint64_t n;
    (void)what;
    if (read(fd, &n, sizeof n) != sizeof n)
        return;
    pthread_join(m->thread, NULL);
    m->then(m);
}

static void in_thread(struct import *m, void (*work)(struct import *), void (*then)(struct import *))
{
    m->work = work;
    m->then = then;
    if (pthread_create(&m->thread, NULL, thread_main, m) != 0)
        import_fail(m, RPC_RESOURCE_EXHAUSTED, "no thread for the import; try again");
}

/* ------------------------------------------------------------------ a run's life */

static struct import *import_new(struct req *req)
{
    struct import *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->req = req;
    m->wakes = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m->woken = event_new(req->server->base, m->wakes, EV_READ | EV_PERSIST, thread_done, m);
    m->pinyin = pinyin_open();
    if (m->wakes < 0 || !m->woken || !m->pinyin || event_add(m->woken, NULL) != 0) {
        import_free(m);
        return NULL;
    }
    req->server->imports_running++;
    m->counted = true;
    return m;
}

void import_free(struct import *m)
{
    if (m->counted)
        m->req->server->imports_running--;
    if (m->woken)
        event_free(m->woken);
    if (m->wakes >= 0)
        close(m->wakes);
    pinyin_close(m->pinyin);
    roster_file_close(m->file);
    roster_batch_free(&m->batch);
    db_array_free(&m->exam_nos);
    db_array_free(&m->good_exam_nos);
    db_array_free(&m->good_hmacs);
    for (size_t i = 0; i < m->ndepartments; i++)
        free(m->departments[i]);
    free(m->departments);
    free(m->good_lines);
    free(m->conflicts);
    free(m->raw);
    free(m->text);
    json_decref(m->new_departments);
    json_decref(m->refused_modes);
    free(m);
}

void import_fail(struct import *m, enum rpc_error error, const char *text)
{
    struct req *req = m->req;
    import_free(m);
    req_error(req, error, "%s", text);
}

/* true: the statement is on its way once more, or the call was answered. */
static bool failed(struct import *m, const struct db_result *r, void (*again)(struct import *))
{
    if (r->status == DB_OK) {
        m->tries = 0;
        return false;
    }
    if (r->status != DB_AWAY &&
        (r->status == DB_UNKNOWN || !strncmp(r->sqlstate, "40", 2) || !strncmp(r->sqlstate, "57", 2)) &&
        ++m->tries < TRIES_MAX) {
        again(m);
        return true;
    }
    struct req *req = m->req;
    import_free(m);
    req_db_error(req, r);
    return true;
}

static void send_one(struct import *m, const char *statement, int n, const char *const *values, db_done done)
{
    db_query(m->req->server->db, DB_HEAVY, statement, n, values, done, m);
}

static void tell_progress(const struct import *m)
{
    struct pack p;
    if (!m->req->conn)
        return;
    pack_init(&p);
    pack_map(&p, 3);
    pack_kstr(&p, "import", m->uuid);
    pack_kint(&p, "done", (int64_t)m->done);
    pack_kint(&p, "total", (int64_t)m->rows);
    conn_notify(m->req->conn, "roster.progress", &p);
    pack_free(&p);
}

/* ------------------------------------------------------------------ the end: who is missing, the report */

static void report_stored(void *arg, const struct db_result *r);

static void report_send(struct import *m)
{
    char account[24], session[24], rows[24];
    char *json = import_report_json(m);
    const struct session *s = &m->req->session;
    snprintf(account, sizeof account, "%" PRId64, s->account_id);
    snprintf(session, sizeof session, "%" PRId64, s->session_id);
    snprintf(rows, sizeof rows, "%zu", m->rows);
    const char *const values[] = {m->school, m->id, account, session, s->address, json, m->encoding, rows};
    send_one(m, "roster_import_end", 8, values, report_stored);
    free(json);
}

static void report_stored(void *arg, const struct db_result *r)
{
    struct import *m = arg;
    struct req *req = m->req;
    if (failed(m, r, report_send))
        return;
    char *json = import_report_json(m);
    import_free(m);
    import_answer(req, json);
    free(json);
}

static void missing_counted(void *arg, const struct db_result *r);

static void missing_send(struct import *m)
{
    const char *const values[] = {m->school, m->class_year, db_array_end(&m->exam_nos)};
    send_one(m, "roster_import_missing", 3, values, missing_counted);
}

static void missing_counted(void *arg, const struct db_result *r)
{
    struct import *m = arg;
    if (failed(m, r, missing_send))
        return;
    m->missing = row_int(r->rows[0], 0, "missing");
    report_send(m);
}

/* ------------------------------------------------------------------ batches */

static int line_order(const void *a, const void *b)
{
    const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return x < y ? -1 : x > y;
}

static bool conflicting(const struct import *m, unsigned line)
{
    return m->nconflicts && bsearch(&line, m->conflicts, m->nconflicts, sizeof line, line_order);
}

static void batch_make(struct import *m)
{
    struct roster_row row;
    roster_batch_start(&m->batch);
    while (m->batch.n < BATCH_ROWS && roster_file_next(m->file, &row)) {
        m->done++;
        if (row.good && !conflicting(m, row.line))
            roster_batch_add(&m->batch, &row, m->pinyin, m->req->server->hmac_key);
    }
    roster_batch_end(&m->batch);
}

static void batch_made(struct import *m);

/* What became of each row; a refused training mode is told, for the application that it can become (S2.9.2). */
static void batch_count(struct import *m, const struct db_rows *rows)
{
    for (int i = 0; i < db_nrows(rows); i++) {
        const char *what = row_text(rows, i, "what");
        const size_t row = (size_t)row_int(rows, i, "row");
        if (!strcmp(what, "added"))
            m->added++;
        else if (!strcmp(what, "changed"))
            m->changed++;
        else if (!strcmp(what, "unchanged"))
            m->unchanged++;
        else
            import_conflict(m, m->batch.lines[row], "identity_no");
        if (row_bool(rows, i, "mode_refused"))
            import_mode_refused(m, m->batch.lines[row]);
    }
}

static void batch_written(void *arg, const struct db_result *r)
{
    struct import *m = arg;
    if (failed(m, r, batch_made))
        return;
    batch_count(m, r->rows[2]);
    tell_progress(m);
    in_thread(m, batch_make, batch_made);
}

static void batch_made(struct import *m)
{
    const char *values[3 + BATCH_COLUMNS] = {m->school, m->class_year, m->directed_modes};
    if (m->batch.n == 0) {
        missing_send(m);
        return;
    }
    memcpy(values + 3, m->batch.literals, sizeof m->batch.literals);
    const char *const accounts[] = {m->batch.literals[BATCH_HMAC], m->batch.literals[BATCH_NAME]};
    struct db_segment *s = db_segment_new(m->req->server->db, DB_HEAVY, batch_written, m);
    db_segment_add(s, "roster_import_persons", &(struct db_params){.n = 1, .values = accounts});
    db_segment_add(s, "roster_import_accounts", &(struct db_params){.n = 2, .values = accounts});
    db_segment_add(s, "roster_import_apply", &(struct db_params){.n = 3 + BATCH_COLUMNS, .values = values});
    db_segment_send(s);
}

/* ------------------------------------------------------------------ departments, conflicts */

static void departments_send(struct import *m);

static void departments_made(void *arg, const struct db_result *r)
{
    struct import *m = arg;
    if (failed(m, r, departments_send))
        return;
    for (int i = 0; i < db_nrows(r->rows[0]); i++)
        json_array_append_new(m->new_departments, json_string(row_text(r->rows[0], i, "name")));
    roster_problems_keep(m->file, false);
    roster_file_rewind(m->file);
    in_thread(m, batch_make, batch_made);
}

static void departments_send(struct import *m)
{
    struct db_array names = {0};
    db_array_start(&names);
    for (size_t i = 0; i < m->ndepartments; i++)
        db_array_text(&names, m->departments[i]);
    send_one(m, "roster_import_departments", 3, (const char *const[]){m->school, m->class_year, db_array_end(&names)},
             departments_made);
    db_array_free(&names);
}

/* All or nothing, unless the good rows alone were asked for; a file that couldn't be read to its end is always nothing.
 */
static void take_in_or_report(struct import *m)
{
    m->taken_in = roster_file_sound(m->file) && (m->refused == 0 || m->good_rows_alone);
    if (m->taken_in)
        departments_send(m);
    else
        missing_send(m);
}

static void conflicts_send(struct import *m);

static void conflicts_found(void *arg, const struct db_result *r)
{
    struct import *m = arg;
    if (failed(m, r, conflicts_send))
        return;
    const struct db_rows *rows = r->rows[0];
    for (int i = 0; i < db_nrows(rows); i++) {
        const unsigned line = m->good_lines[row_int(rows, i, "row")];
        import_conflict(m, line, row_bool(rows, i, "same_exam_no") ? "identity_no" : "exam_no");
    }
    if (m->nconflicts)
        qsort(m->conflicts, m->nconflicts, sizeof *m->conflicts, line_order);
    take_in_or_report(m);
}

static void conflicts_send(struct import *m)
{
    const char *const values[] = {m->school, m->class_year, db_array_end(&m->good_exam_nos),
                                  db_array_end(&m->good_hmacs)};
    send_one(m, "roster_import_conflicts", 4, values, conflicts_found);
}

/* ------------------------------------------------------------------ checking, in the thread */

static void keep_department(struct import *m, const char *name)
{
    for (size_t i = m->ndepartments; i-- > 0;)
        if (!strcmp(m->departments[i], name))
            return;
    char **grown = realloc(m->departments, (m->ndepartments + 1) * sizeof *grown);
    if (!grown || !(grown[m->ndepartments] = strdup(name)))
        abort();
    m->departments = grown;
    m->ndepartments++;
}

static void keep_good(struct import *m, const struct roster_row *row)
{
    char hmac[80];
    if (m->ngood % 4096 == 0) {
        unsigned *grown = realloc(m->good_lines, (m->ngood + 4096) * sizeof *grown);
        if (!grown)
            abort();
        m->good_lines = grown;
    }
    m->good_lines[m->ngood++] = row->line;
    roster_hmac(m->req->server->hmac_key, row->values[roster_field("identity_no")], hmac);
    db_array_text(&m->good_exam_nos, row->values[roster_field("exam_no")]);
    db_array_text(&m->good_hmacs, hmac);
    keep_department(m, row->values[roster_field("department")]);
}

static void check_all(struct import *m)
{
    struct roster_row row;
    size_t bad_at = 0;

    if (!text_to_utf8(m->raw, m->raw_len, &m->text, &m->text_len, &m->encoding, &bad_at)) {
        m->bad_byte = (int64_t)bad_at;
        return;
    }
    free(m->raw);
    m->raw = NULL;
    m->file = roster_file_open(m->text, m->text_len, m->school, atoi(m->class_year), m->today);
    if (!m->file)
        return;
    db_array_start(&m->exam_nos);
    db_array_start(&m->good_exam_nos);
    db_array_start(&m->good_hmacs);
    while (roster_file_next(m->file, &row)) {
        m->rows++;
        db_array_text(&m->exam_nos, row.values[roster_field("exam_no")]);
        if (row.good)
            keep_good(m, &row);
        else
            m->refused++;
    }
}

static void checked(struct import *m)
{
    if (m->bad_byte >= 0) {
        struct req *req = m->req;
        char error[64];
        snprintf(error, sizeof error, "neither_utf8_nor_gb18030_at_byte_%" PRId64, m->bad_byte);
        import_free(m);
        answer_field(req, "data", error);
    } else if (!m->file) {
        import_fail(m, RPC_RESOURCE_EXHAUSTED, "no memory for the import; try again");
    } else {
        tell_progress(m);
        conflicts_send(m);
    }
}

/* ------------------------------------------------------------------ fetching the pieces */

static void piece_read(void *arg, const struct db_result *r);

static void piece_send(struct import *m)
{
    char at[24];
    snprintf(at, sizeof at, "%zu", m->raw_len);
    send_one(m, "roster_import_piece", 3, (const char *const[]){m->school, m->id, at}, piece_read);
}

static void piece_read(void *arg, const struct db_result *r)
{
    struct import *m = arg;
    if (failed(m, r, piece_send))
        return;
    const size_t n =
        db_nrows(r->rows[0]) ? db_bytea(r->rows[0], 0, 0, (uint8_t *)m->raw + m->raw_len, m->raw_size - m->raw_len) : 0;
    m->raw_len += n;
    if (n == 0 || m->raw_len == m->raw_size)
        in_thread(m, check_all, checked);
    else
        piece_send(m);
}

/* ------------------------------------------------------------------ roster.import_run */

/* The codes of 定向 and 委培 (training_mode.tsv's own column), as an array literal. */
static void directed_modes(char *buf, size_t len)
{
    const struct code_table *table = code_table("training_mode");
    size_t n = (size_t)snprintf(buf, len, "{");
    for (size_t i = 0; i < table->nrows; i++)
        if (table->rows[i].extra[0] == '1')
            n += (size_t)snprintf(buf + n, len - n, "%s%s", n > 1 ? "," : "", table->rows[i].code);
    snprintf(buf + n, len - n, "}");
}

static void started(struct req *req, const struct db_rows *rows)
{
    if (db_nrows(rows) == 0) {
        req_outcome(req, OUT_NOT_FOUND);
        return;
    }
    if (!strcmp(row_text(rows, 0, "state"), "done")) { /* the same call again: the first answer */
        import_answer(req, row_text(rows, 0, "report"));
        return;
    }
    struct import *m = req->server->imports_running ? NULL : import_new(req);
    const size_t size = (size_t)row_int(rows, 0, "received");
    if (!m || !(m->raw = malloc(size + 1))) {
        if (m)
            import_free(m);
        req_error(req, RPC_RESOURCE_EXHAUSTED, "another import is under way; try again");
        return;
    }
    m->raw_size = size;
    m->bad_byte = -1;
    m->good_rows_alone = row_bool(rows, 0, "good_rows_alone");
    m->today = (int)row_int(rows, 0, "today");
    m->new_departments = json_array();
    m->refused_modes = json_array();
    snprintf(m->school, sizeof m->school, "%s", req->session.account_school);
    snprintf(m->uuid, sizeof m->uuid, "%s", req_str(req, "import"));
    snprintf(m->id, sizeof m->id, "%s", row_text(rows, 0, "import_id"));
    snprintf(m->class_year, sizeof m->class_year, "%s", row_text(rows, 0, "class_year"));
    directed_modes(m->directed_modes, sizeof m->directed_modes);
    piece_send(m);
}

void roster_import_run(struct req *req)
{
    char *account = req_alloc(req, 24);
    snprintf(account, 24, "%" PRId64, req->session.account_id);
    req_read(req, DB_HEAVY, "roster_import_start", 3,
             (const char *const[]){req->session.account_school, req_str(req, "import"), account}, started);
}
