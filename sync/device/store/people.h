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
/* *secret_key: the open key of a person, borrowed until they sign out; NULL for a person who has no
 * key on this device. BH_ERROR_DENIED for a person who has a key here and is not signed in. */
gboolean bh_people_get_key(BhDevice *device, const char *staff, const guint8 **secret_key,
                           GError **error);
/* Starts the wait of each lock-out from an earlier boot again, because the boot clock starts again
 * too. To be called when the store is opened. */
gboolean bh_people_carry_lockouts(BhDevice *device, GError **error);
/* Begins to replace the list of staff: empties it. *sealed: the seal over the old list was right,
 * so no other program had changed the rows. Inside a transaction, as is bh_people_end_list. */
gboolean bh_people_begin_list(BhDevice *device, gboolean *sealed, GError **error);
/* Seals the new list. `sealed` as bh_people_begin_list gave it; FALSE: everybody has one try left
 * before a lock-out. */
gboolean bh_people_end_list(BhDevice *device, gboolean sealed, GError **error);

/* --- rows (people-store.c); what writes runs inside a transaction --- */

typedef struct {
  char *name;
  char *seal;     /* the person's sealed key; "": the office has set no PIN */
  char *valid_to; /* last day on which the person may sign in, "YYYY-MM-DD"; NULL: no end */
} BhStaffRow;
/* Frees the texts. */
void bh_staff_row_clear(BhStaffRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhStaffRow, bh_staff_row_clear)

typedef struct {
  gint64 wrong;         /* wrong tries since the last right one */
  gint64 wait_ms;       /* how long the last lock-out was */
  gint64 until_boot_ms; /* boot clock at which the last lock-out ends */
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
/* Fills `lockout`; all zero for a person without a wrong try. */
gboolean bh_people_store_get_lockout(BhDevice *device, const char *staff, BhLockout *lockout,
                                     GError **error);
/* Stores the lock-out of a person in place of the one before. */
gboolean bh_people_store_put_lockout(BhDevice *device, const char *staff, const BhLockout *lockout,
                                     GError **error);
/* Removes the lock-out of a person. */
gboolean bh_people_store_drop_lockout(BhDevice *device, const char *staff, GError **error);
/* Lock-outs from another boot than `boot_id` begin to wait again at `boot_ms` of this one. */
gboolean bh_people_store_carry_lockouts(BhDevice *device, const char *boot_id, gint64 boot_ms,
                                        GError **error);
/* Rows of staff and lock-outs as one text, equal for equal rows; g_free. */
char *bh_people_store_dup_text(BhDevice *device, GError **error);
/* Gives every person a lock-out: `wrong` wrong tries, and a last wait of `wait_ms`. */
gboolean bh_people_store_put_all_lockouts(BhDevice *device, gint64 wrong, gint64 wait_ms,
                                          GError **error);

G_END_DECLS
