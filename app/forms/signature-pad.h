/* A pad to sign on with finger, pen or mouse. Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_SIGNATURE_PAD (bh_signature_pad_get_type())
G_DECLARE_FINAL_TYPE(BhSignaturePad, bh_signature_pad, BH, SIGNATURE_PAD, GtkDrawingArea)

/* An empty pad; floating. */
GtkWidget *bh_signature_pad_new(void);
/* Whether the pad has no strokes. */
gboolean bh_signature_pad_is_empty(BhSignaturePad *pad);
/* FALSE while there is too little ink for a name, for example a dot or a tick. */
gboolean bh_signature_pad_has_name(BhSignaturePad *pad);
/* Removes the last stroke. */
void bh_signature_pad_undo(BhSignaturePad *pad);
/* Removes all strokes. */
void bh_signature_pad_clear(BhSignaturePad *pad);
/* The signature as PNG: black strokes on white, cropped to the strokes; NULL when the pad is empty.
 * g_bytes_unref. */
GBytes *bh_signature_pad_dup_png(BhSignaturePad *pad);
/* Adds a stroke through `n_points` points (x, y pairs in pixels of the pad); for tests. */
void bh_signature_pad_add_stroke(BhSignaturePad *pad, const double *xy, gsize n_points);

G_END_DECLS
