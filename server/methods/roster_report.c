/*
 * roster_report.c - what an import answers, and what is kept of it.
 */
#include "roster_import.h"

#include <stdlib.h>
#include <string.h>

enum { MODES_MAX = 1000 };

void import_conflict(struct import *m, unsigned line, const char *field)
{
    unsigned *grown = realloc(m->conflicts, (m->nconflicts + 1) * sizeof *grown);
    if (!grown)
        abort();
    m->conflicts = grown;
    m->conflicts[m->nconflicts++] = line;
    m->refused++;
    roster_problems_keep(m->file, true);
    roster_problem_add(m->file, line, roster_header(roster_field(field)), "other_person", "", MASK_NONE);
    roster_problems_keep(m->file, false);
}

void import_mode_refused(struct import *m, unsigned line)
{
    if (json_array_size(m->refused_modes) < MODES_MAX)
        json_array_append_new(m->refused_modes, json_integer(line));
}

static json_t *errors_json(const struct import *m)
{
    const struct roster_problem *problems;
    const size_t n = roster_problems(m->file, &problems);
    json_t *errors = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(errors,
                              json_pack("{s:i, s:s, s:s, s:s}", "line", (int)problems[i].line, "column",
                                        problems[i].column, "error", problems[i].error, "value", problems[i].value));
    return errors;
}

static json_t *ignored_json(const struct import *m)
{
    const char *const *names;
    const size_t n = roster_ignored_columns(m->file, &names);
    json_t *ignored = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(ignored, json_string(names[i]));
    return ignored;
}

char *import_report_json(const struct import *m)
{
    json_t *o = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:O, s:O, s:o}", "outcome",
                          outcome_code(m->taken_in ? OUT_OK : OUT_INVALID), "encoding", m->encoding, "rows",
                          (json_int_t)m->rows, "added", (json_int_t)m->added, "changed", (json_int_t)m->changed,
                          "unchanged", (json_int_t)m->unchanged, "refused", (json_int_t)m->refused, "missing",
                          (json_int_t)m->missing, "errors", errors_json(m), "new_departments", m->new_departments,
                          "refused_modes", m->refused_modes, "ignored_columns", ignored_json(m));
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    if (!text)
        abort();
    return text;
}

void import_answer(struct req *req, const char *report)
{
    struct pack *p = req_result(req);
    if (!pack_json(p, report, strlen(report))) {
        req_error(req, RPC_INTERNAL, "the import's report can't be read");
        return;
    }
    req_reply(req);
}
