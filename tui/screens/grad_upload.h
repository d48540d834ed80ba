/*
 * grad_upload.h - a file of the graduate's own machine sent as evidence, chunk by chunk, while the screen stays alive.
 * Over SSH the machine is another one: there the command line to use is shown instead.
 */
#ifndef QX_TUI_GRAD_UPLOAD_H
#define QX_TUI_GRAD_UPLOAD_H

#include "../client.h"
#include "../screen.h"

enum { UPLOAD_MAX = 10 * 1024 * 1024 };

/* The first member of the state of a screen that uploads: answers find it there. */
struct upload {
    char id[UUID_LENGTH + 1], record[UUID_LENGTH + 1], name[256];
    const char *purpose; /* "proof", "stamped_image" */
    uint8_t *bytes;      /* NULL: none under way */
    size_t size, offset, chunk;
    void (*done)(struct screen *, const char *error); /* error: NULL, or why not, worded */
};

/* Asks for the path (or tells the command line) and begins. `done` comes from the loop. */
void upload_ask(struct screen *, const char *record, const char *purpose,
                void (*done)(struct screen *, const char *error));
void upload_free(struct upload *);
/* The command line that does it from another machine. */
void upload_command(char *buf, size_t len, const char *record, const char *purpose);

#endif
