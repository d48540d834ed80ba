/*
 * codes_data.h - what codes.awk makes out of sql/codes/ (codes_data.c, in the build folder). Only codes.c reads it.
 */
#ifndef QX_CODES_DATA_H
#define QX_CODES_DATA_H

#include "codes.h"

extern const struct code_table codes_data[]; /* ordered by name */
extern const size_t ncodes_data;
extern const struct destination_kind destinations_data[]; /* ordered by code */
extern const size_t ndestinations_data;

#endif
