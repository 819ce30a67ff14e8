/* An overlay: the records of a store as conditions read them, with unsaved values in place of the
 * stored values of some records. The unsaved values are what an entry or a form sets and the store
 * does not have yet. Passed as `data` of a BhContext together with bh_overlay_lookup and
 * bh_overlay_list_children. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Returns the stored values of a record, borrowed; NULL when there is no such record. The type of
 * BhContext.lookup. */
typedef const json_t *(*BhLookupFunc)(const char *record, gpointer data);
/* Returns the name of the kind of a record, borrowed; NULL when there is no such record. The type
 * of BhContext.kind_of. */
typedef const char *(*BhKindOfFunc)(const char *record, gpointer data);
/* Returns the values of all children of one kind of a record, a new reference; NULL when the
 * children are not known. The type of BhContext.children. */
typedef json_t *(*BhChildrenFunc)(const char *record, const char *kind, gpointer data);
/* Returns the unsaved values of a record, a new reference, which conditions read instead of
 * `stored`; NULL: conditions read `stored`. `stored` is NULL when the store has no such record.
 * Once it has returned values for a record, it is not called again for that record until
 * bh_overlay_forget or bh_overlay_clear. */
typedef json_t *(*BhOverlayFunc)(const char *record, const json_t *stored, gpointer data);

/* Returns the values of the records that refer to a record, a new reference; NULL when they are not
 * known. The type of BhContext.referring. */
typedef json_t *(*BhReferringFunc)(const char *record, const char *kind, const char *field,
                                   gboolean *complete, gpointer data);

/* Initialise all members but the last and set that to zero; bh_overlay_clear. `referring` may be
 * NULL. */
typedef struct {
  BhLookupFunc lookup;       /* reads the store */
  BhKindOfFunc kind_of;      /* kinds of records in the store; NULL: they are not known */
  BhChildrenFunc children;   /* children in the store; NULL: they are not known */
  BhReferringFunc referring; /* records in the store that refer to one; NULL: they are not known */
  gpointer store;            /* passed to the four functions above, borrowed */
  BhOverlayFunc make;        /* makes the unsaved values of a record */
  gpointer maker;            /* passed to `make`, borrowed */
  GHashTable *unsaved;       /* record id → json_t*, the unsaved values that `make` returned */
} BhOverlay;

/* The values of a record, borrowed: the unsaved ones if `make` gave some, else the stored ones;
 * NULL when there is no such record. Unsaved values are valid until bh_overlay_clear. A
 * BhLookupFunc; `overlay` is a BhOverlay. */
const json_t *bh_overlay_lookup(const char *record, gpointer overlay);
/* The kind of a stored record, also if it has unsaved values. A BhKindOfFunc; `overlay` is a
 * BhOverlay. */
const char *bh_overlay_get_kind(const char *record, gpointer overlay);
/* The stored children of a record, without unsaved values. A BhChildrenFunc; `overlay` is a
 * BhOverlay. */
json_t *bh_overlay_list_children(const char *record, const char *kind, gpointer overlay);
/* The stored records that refer to a record, without unsaved values. A BhReferringFunc; `overlay`
 * is a BhOverlay. */
json_t *bh_overlay_list_referring(const char *record, const char *kind, const char *field,
                                  gboolean *complete, gpointer overlay);
/* Frees the unsaved values of one record, which may have changed: `make` is called again for it. */
void bh_overlay_forget(BhOverlay *overlay, const char *record);
/* Frees the unsaved values. The overlay can be used again; `make` is then called again. */
void bh_overlay_clear(BhOverlay *overlay);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOverlay, bh_overlay_clear)

/* Applies `set` ({key: value}) to `values` in the way that an entry does: a null value removes the
 * key. */
void bh_values_apply(json_t *values, const json_t *set);

G_END_DECLS
