/* Rows of staff and their lock-outs. Inside sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"

G_BEGIN_DECLS

typedef struct {
  char *name;
  char *seal;     /* "" while the office has set no PIN */
  char *valid_to; /* NULL: no end */
} BhStaffRow;
void bh_staff_row_clear(BhStaffRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhStaffRow, bh_staff_row_clear)

typedef struct {
  gint64 wrong;
  gint64 wait_ms;
  gint64 until_boot_ms;
} BhLockout;

/* BH_ERROR_NOT_FOUND for somebody who is not in the box. */
gboolean bh_people_store_find(BhDevice *device, const char *staff, BhStaffRow *row, GError **error);
/* [{"id","name","roles","valid_to"?}] by name. */
json_t *bh_people_store_list(BhDevice *device, GError **error);
gboolean bh_people_store_clear(BhDevice *device, GError **error);
gboolean bh_people_store_put(BhDevice *device, const char *id, const char *name, const char *roles,
                             const char *seal, const char *valid_to, GError **error);
/* All zero for somebody who never was wrong. */
gboolean bh_people_store_get_lockout(BhDevice *device, const char *staff, BhLockout *lockout,
                                     GError **error);
gboolean bh_people_store_put_lockout(BhDevice *device, const char *staff, const BhLockout *lockout,
                                     GError **error);
gboolean bh_people_store_drop_lockout(BhDevice *device, const char *staff, GError **error);
/* Lock-outs of another boot than `boot_id` start again at `boot_ms` of this one. */
gboolean bh_people_store_carry_lockouts(BhDevice *device, const char *boot_id, gint64 boot_ms,
                                        GError **error);

/* Rows of staff and lock-outs as one text that has one form; g_free, NULL on error. */
char *bh_people_store_dup_text(BhDevice *device, GError **error);
/* Everybody has failed `wrong` times, and waited `wait_ms` last. */
gboolean bh_people_store_put_all_lockouts(BhDevice *device, gint64 wrong, gint64 wait_ms,
                                          GError **error);

G_END_DECLS
