/* A pad to sign on with finger, pen or mouse: thick strokes, undo of the last one, clear. Main
 * thread. Signal "changed". */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_SIGNATURE_PAD (bh_signature_pad_get_type())
G_DECLARE_FINAL_TYPE(BhSignaturePad, bh_signature_pad, BH, SIGNATURE_PAD, GtkDrawingArea)

GtkWidget *bh_signature_pad_new(void);
gboolean bh_signature_pad_is_empty(BhSignaturePad *pad);
/* FALSE while there is too little ink for a name: a dot, a tick. */
gboolean bh_signature_pad_has_name(BhSignaturePad *pad);
void bh_signature_pad_undo(BhSignaturePad *pad);
void bh_signature_pad_clear(BhSignaturePad *pad);
/* Black strokes on white, cut to the strokes, as PNG; NULL when empty. */
GBytes *bh_signature_pad_dup_png(BhSignaturePad *pad);
/* A stroke through the points (x, y pairs in pixels of the pad), for tests. */
void bh_signature_pad_add_stroke(BhSignaturePad *pad, const double *xy, gsize n_points);

G_END_DECLS
