/* What outbox-*.c share, and their rows. Inside sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"
#include "sync/device/store/outbox.h"

G_BEGIN_DECLS

/* --- shared, inside a transaction --- */

/* New incarnation; own entries above `keep` of the old one move into it with new envelopes, but for
 * what is damaged (damage.h). */
gboolean bh_outbox_begin_incarnation(BhDevice *device, gint64 keep, GError **error);
/* The same after bh_damage_set_aside. */
gboolean bh_outbox_put_envelopes(BhDevice *device, gint64 keep, GError **error);
/* Notes an own entry as held back; its records are appended to `touched`. */
gboolean bh_outbox_quarantine(BhDevice *device, const char *entry, const char *reason,
                              GPtrArray *touched, GError **error);

/* Takes a set that is stored as the current one, not yet in memory. */
gboolean bh_outbox_use_kinds(BhDevice *device, BhKindSet *set, GError **error);
/* Goes on with the swap of a shadow that is complete; inside a transaction. */
gboolean bh_outbox_swap_some(BhDevice *device, gboolean *more, GError **error);
/* After the kinds changed: puts some more records under their new terms. */
gboolean bh_outbox_reindex_some(BhDevice *device, GError **error);

/* --- kinds --- */

gboolean bh_kinds_store_has(BhDevice *device, const char *hash);
/* Records after *number in the order they were made; moves *number. */
gboolean bh_kinds_store_list_after(BhDevice *device, gint64 *number, int limit, GPtrArray *ids,
                                   GError **error);

/* --- chain --- */

/* BH_ERROR_NOT_FOUND when there is no row. */
BhEntryText *bh_outbox_store_read_text(BhDevice *device, gint64 pos, GError **error);
gboolean bh_outbox_store_set_acked(BhDevice *device, gint64 incarnation, gint64 seq,
                                   GError **error);
gboolean bh_outbox_store_add_receipt(BhDevice *device, gint64 pos, gint64 at_ms, GError **error);
gboolean bh_outbox_store_add_incarnation(BhDevice *device, gint64 number, const char *name,
                                         GError **error);
/* An own entry gets another place and envelope; everything that names its place follows. */
gboolean bh_outbox_store_move(BhDevice *device, gint64 from, gint64 to, const char *envelope,
                              const char *signature, GError **error);
/* Number and included seq of an incarnation by name; *number 0 when it is not ours. */
gboolean bh_outbox_store_get_included(BhDevice *device, const char *name, gint64 *number,
                                      gint64 *included, GError **error);
gboolean bh_outbox_store_set_included(BhDevice *device, gint64 number, gint64 seq, GError **error);
gboolean bh_outbox_store_add_quarantine(BhDevice *device, gint64 pos, const char *reason,
                                        gboolean *added, GError **error);
gboolean bh_outbox_store_drop_quarantine(BhDevice *device, gint64 pos, GError **error);
GArray *bh_outbox_store_list_quarantine(BhDevice *device, GError **error); /* gint64 places */

/* --- identity --- */

gboolean bh_outbox_store_get_keys(BhDevice *device, BhSigner *signer, gboolean *found,
                                  GError **error);
gboolean bh_outbox_store_put_keys(BhDevice *device, const BhSigner *signer, GError **error);
gboolean bh_outbox_store_put_uplink(BhDevice *device, const json_t *uplink,
                                    const guint8 hub_key[BH_PUBLIC_KEY_SIZE], GError **error);
gboolean bh_outbox_store_get_hub_key(BhDevice *device, guint8 hub_key[BH_PUBLIC_KEY_SIZE],
                                     GError **error);

gboolean bh_outbox_store_has_base(BhDevice *device, gboolean *has, GError **error);

/* --- shadow of a pull that starts over --- */

typedef struct {
  char *cursor;
  char *included; /* JSON of the last page; NULL while pages are to come */
  gint64 phase, place;
} BhShadow;
void bh_shadow_clear(BhShadow *shadow);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhShadow, bh_shadow_clear)

gboolean bh_shadow_store_read(BhDevice *device, BhShadow *shadow, gboolean *found, GError **error);
/* Switches to a set that is here already; does nothing when it is in use, or not here. */
gboolean bh_outbox_adopt_kinds(BhDevice *device, const char *hash, GError **error);
gboolean bh_outbox_store_set_url(BhDevice *device, const char *url, GError **error);
/* An address the hub says it has, for when it is not found at the one in use. */
gboolean bh_outbox_note_address(BhDevice *device, const char *url, GError **error);

/* A pull that starts over is not at its end. */
gboolean bh_shadow_store_is_open(BhDevice *device);
char *bh_shadow_store_dup_cursor(BhDevice *device);
/* Also begins the swap anew: what came is behind no place yet. */
gboolean bh_shadow_store_set_cursor(BhDevice *device, const char *cursor, const char *included,
                                    GError **error);
gboolean bh_shadow_store_move(BhDevice *device, gint64 phase, gint64 place, GError **error);
/* The swap is done; what the shadow holds is for bh_shadow_store_trim. */
gboolean bh_shadow_store_end(BhDevice *device, GError **error);
/* What is in it counts no longer: it goes with bh_shadow_store_trim, after the end. */
gboolean bh_shadow_store_restart(BhDevice *device, GError **error);
gboolean bh_shadow_store_trim(BhDevice *device, int limit, gboolean *more, GError **error);
gboolean bh_shadow_store_put(BhDevice *device, const char *record, const char *text,
                             GError **error);
gboolean bh_shadow_store_drop(BhDevice *device, const char *record, GError **error);
gint64 bh_shadow_store_max(BhDevice *device);
/* The next snapshot in the shadow that differs from the base, after *number and up to `through`;
 * NULL when none. */
char *bh_shadow_store_next_difference(BhDevice *device, gint64 *number, gint64 through,
                                      GError **error);
/* Id of the next record in base that the shadow does not have, likewise. */
char *bh_shadow_store_next_vanished(BhDevice *device, gint64 *number, gint64 through,
                                    GError **error);

G_END_DECLS
