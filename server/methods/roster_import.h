/*
 * roster_import.h - an import under way: what roster_import.c (the run), roster_report.c (its report) and
 * roster_upload.c (the file's way here) share.
 */
#ifndef QX_ROSTER_IMPORT_H
#define QX_ROSTER_IMPORT_H

#include "../server.h"
#include "roster_batch.h"

#include <jansson.h>
#include <pthread.h>

enum { IMPORT_BYTES_MAX = 20 << 20, IMPORT_PIECE_MAX = 1 << 20 };

struct event;

struct import {
    struct req *req;
    char school[QX_SCHOOL_CODE], uuid[40], id[24], class_year[16], directed_modes[64];
    bool good_rows_alone, counted;
    int today, tries;
    /* the thread, one piece of work at a time */
    pthread_t thread;
    int wakes;
    struct event *woken;
    void (*work)(struct import *), (*then)(struct import *);
    /* the file */
    char *raw, *text;
    size_t raw_len, raw_size, text_len;
    const char *encoding;
    int64_t bad_byte; /* -1: none */
    struct roster_file *file;
    struct pinyin *pinyin;
    struct roster_batch batch;
    struct db_array exam_nos, good_exam_nos, good_hmacs;
    unsigned *good_lines, *conflicts;
    size_t ngood, nconflicts;
    char **departments;
    size_t ndepartments;
    /* what came of it */
    bool taken_in;
    size_t rows, done, refused;
    int64_t added, changed, unchanged, missing;
    json_t *new_departments, *refused_modes;
};

void import_free(struct import *);
void import_fail(struct import *, enum rpc_error, const char *text);
/* A row that would make someone another person (S2.2.7): bad, told, never taken in. */
void import_conflict(struct import *, unsigned line, const char *field);
void import_mode_refused(struct import *, unsigned line); /* S2.9.2 */
char *import_report_json(const struct import *);          /* the caller's to free */
void import_answer(struct req *, const char *report_json);

void roster_import_begin(struct req *);
void roster_import_data(struct req *);
void roster_import_run(struct req *);

#endif
