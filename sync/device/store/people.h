/* Who may act on this device: the unit's staff, their lock-outs, and the keys of those who are
 * signed in. Sign-in itself is in device.h. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Values of a staff record, or of the hub's list of staff when the record is not here; new
 * reference, NULL when unknown. */
json_t *bh_people_dup_values(BhDevice *device, const char *staff);
/* When offline sign-in ends, in ms; G_MAXINT64 before the first list of staff. */
gint64 bh_people_get_lease_end_ms(BhDevice *device);
/* *secret_key: the open key of a person, borrowed until they sign out; NULL for somebody who has no
 * key on this device. BH_ERROR_DENIED for somebody who has one and is not signed in. */
gboolean bh_people_get_key(BhDevice *device, const char *staff, const guint8 **secret_key,
                           GError **error);
/* Lock-outs of an earlier boot start again in this one, because the boot clock does. When the store
 * is opened. */
gboolean bh_people_carry_lockouts(BhDevice *device, GError **error);
/* Begins to replace the list of staff: empties it. *sealed: it was as this device had written it.
 * Inside a transaction, as is bh_people_end_list. */
gboolean bh_people_begin_list(BhDevice *device, gboolean *sealed, GError **error);
/* Seals the new list. When the old one was not `sealed`, everybody has one try left before a
 * lock-out. */
gboolean bh_people_end_list(BhDevice *device, gboolean sealed, GError **error);

/* --- rows (people-store.c); what writes runs inside a transaction --- */

typedef struct {
  char *name;
  char *seal;     /* "" while the office has set no PIN */
  char *valid_to; /* NULL: no end */
} BhStaffRow;
/* Frees the texts. */
void bh_staff_row_clear(BhStaffRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhStaffRow, bh_staff_row_clear)

typedef struct {
  gint64 wrong;         /* wrong tries since the last right one */
  gint64 wait_ms;       /* how long the last lock-out was */
  gint64 until_boot_ms; /* when it ends, by the boot clock */
} BhLockout;

/* Fills `row`, which must be zero; BH_ERROR_NOT_FOUND for somebody who is not in the list. */
gboolean bh_people_store_find(BhDevice *device, const char *staff, BhStaffRow *row, GError **error);
/* Name of a person; g_free. NULL when unknown, and on error. */
char *bh_people_store_dup_name(BhDevice *device, const char *staff);
/* [{"id","name","roles","valid_to"?}] by name; new reference. */
json_t *bh_people_store_list(BhDevice *device, GError **error);
/* Empties the list; lock-outs stay. */
gboolean bh_people_store_clear(BhDevice *device, GError **error);
/* Adds a person; `roles` is JSON text, `valid_to` may be NULL. */
gboolean bh_people_store_put(BhDevice *device, const char *id, const char *name, const char *roles,
                             const char *seal, const char *valid_to, GError **error);
/* All zero for somebody who never was wrong. */
gboolean bh_people_store_get_lockout(BhDevice *device, const char *staff, BhLockout *lockout,
                                     GError **error);
/* Replaces it. */
gboolean bh_people_store_put_lockout(BhDevice *device, const char *staff, const BhLockout *lockout,
                                     GError **error);
/* Removes it. */
gboolean bh_people_store_drop_lockout(BhDevice *device, const char *staff, GError **error);
/* Lock-outs of another boot than `boot_id` start again at `boot_ms` of this one. */
gboolean bh_people_store_carry_lockouts(BhDevice *device, const char *boot_id, gint64 boot_ms,
                                        GError **error);
/* Rows of staff and lock-outs as one text, equal for equal rows; g_free. */
char *bh_people_store_dup_text(BhDevice *device, GError **error);
/* Everybody has failed `wrong` times, and the last lock-out took `wait_ms`. */
gboolean bh_people_store_put_all_lockouts(BhDevice *device, gint64 wrong, gint64 wait_ms,
                                          GError **error);

G_END_DECLS
