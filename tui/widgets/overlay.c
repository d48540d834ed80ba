/* overlay.c - one thing over the screen at a time. */
#include "overlay.h"

#include "../app.h"

void overlay_open(struct app *app, struct overlay *overlay)
{
    overlay_close(app);
    overlay->app = app;
    app->overlay = overlay;
    app->ntyped = 0;
    app_dirty(app);
}

void overlay_close(struct app *app)
{
    struct overlay *overlay = app->overlay;

    if (overlay == NULL)
        return;
    app->overlay = NULL;
    overlay->close(overlay);
    app_dirty(app);
}
