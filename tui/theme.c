/* theme.c - what each meaning looks like. Complete without colour too: the last column alone must do (mono, NO_COLOR).
 */
#include "canvas.h"

#include <ncurses.h>

#define BRIGHT(colour) ((short)((colour) + 8))

const struct theme_row theme[STYLE_COUNT] = {
    [STYLE_NORMAL] = {-1, -1, A_NORMAL, A_NORMAL},
    [STYLE_DIM] = {BRIGHT(COLOR_BLACK), -1, A_NORMAL, A_DIM},
    [STYLE_BOLD] = {-1, -1, A_BOLD, A_BOLD},
    [STYLE_TITLE] = {COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE},
    [STYLE_STATUS] = {-1, -1, A_NORMAL, A_NORMAL},
    [STYLE_HINT] = {-1, -1, A_NORMAL, A_NORMAL},
    [STYLE_HINT_KEY] = {COLOR_CYAN, -1, A_BOLD, A_BOLD},
    [STYLE_HEADING] = {COLOR_CYAN, -1, A_BOLD, A_BOLD | A_UNDERLINE},
    [STYLE_CURSOR] = {COLOR_YELLOW, -1, A_BOLD, A_BOLD},
    [STYLE_SELECTED] = {COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE},
    [STYLE_GOOD] = {COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
    [STYLE_WARN] = {COLOR_YELLOW, -1, A_NORMAL, A_BOLD},
    [STYLE_BAD] = {COLOR_RED, -1, A_BOLD, A_BOLD},
    [STYLE_CHANGED] = {COLOR_YELLOW, -1, A_BOLD, A_UNDERLINE},
    [STYLE_FIELD] = {-1, -1, A_UNDERLINE, A_UNDERLINE},
    [STYLE_FIELD_NOW] = {COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE},
    [STYLE_BORDER] = {COLOR_BLUE, -1, A_NORMAL, A_NORMAL},
    [STYLE_STAGE_DONE] = {COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
    [STYLE_STAGE_NOW] = {COLOR_BLACK, COLOR_GREEN, A_BOLD, A_REVERSE},
};
