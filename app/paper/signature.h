/* Pictures of signatures. Any thread. */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* Reads the picture of a signature from a PNG file. Magic, size in bytes and size in pixels are
 * checked before decoding (limits in app/paper/paper.h). NULL with BH_ERROR_STORAGE, _FORMAT or
 * _LIMIT. cairo_surface_destroy. */
cairo_surface_t *bh_paper_signature_load(const char *path, GError **error);

G_END_DECLS
