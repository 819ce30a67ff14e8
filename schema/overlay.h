/* What conditions read: the records of a store, with other values over some of them (what an entry
 * or a form sets and is not stored yet). Passed as `data` of a BhContext together with
 * bh_overlay_lookup and bh_overlay_list_children. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Values of a record, borrowed; NULL: there is none (BhContext.lookup). */
typedef const json_t *(*BhLookupFunc)(const char *record, gpointer data);
/* Values of the children of a kind, a new reference; NULL: not known (BhContext.children). */
typedef json_t *(*BhChildrenFunc)(const char *record, const char *kind, gpointer data);
/* The values that hide the stored ones (NULL: there is no such record), a new reference. NULL: the
 * stored ones are shown. Called once for each record, unless it is forgotten. */
typedef json_t *(*BhOverlayFunc)(const char *record, const json_t *stored, gpointer data);

/* Initialise it with the first five members; bh_overlay_clear. */
typedef struct {
  BhLookupFunc lookup;     /* of the store */
  BhChildrenFunc children; /* of the store; NULL: children are not known */
  gpointer store;          /* data of both, borrowed */
  BhOverlayFunc make;
  gpointer maker;    /* data of `make`, borrowed */
  GHashTable *above; /* record id → json_t* that `make` gave */
} BhOverlay;

/* A BhLookupFunc; `overlay` is a BhOverlay. Values that lie above are valid until
 * bh_overlay_clear. */
const json_t *bh_overlay_lookup(const char *record, gpointer overlay);
/* A BhChildrenFunc: the stored children; `overlay` is a BhOverlay. */
json_t *bh_overlay_list_children(const char *record, const char *kind, gpointer overlay);
/* Drops the values above one record, which may have changed: `make` is called for it again. */
void bh_overlay_forget(BhOverlay *overlay, const char *record);
/* Drops what lies above. The overlay can be used again. */
void bh_overlay_clear(BhOverlay *overlay);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOverlay, bh_overlay_clear)

/* Sets `values` as an entry does: {key: value}, in which null removes the key. */
void bh_values_apply(json_t *values, const json_t *set);

G_END_DECLS
