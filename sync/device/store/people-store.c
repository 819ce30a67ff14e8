/* Rows of staff and their lock-outs. */
#include <string.h>

#include "sync/db/params.h"
#include "sync/device/store/people.h"

#define ROLES_MAX 4096 /* bytes */

void bh_staff_row_clear(BhStaffRow *row)
{
  g_clear_pointer(&row->name, g_free);
  g_clear_pointer(&row->seal, g_free);
  g_clear_pointer(&row->valid_to, g_free);
}

gboolean bh_people_store_find(BhDevice *device, const char *staff, BhStaffRow *row, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;

  if (!bh_db_query_row(device->db, "SELECT name, seal, valid_to FROM staff WHERE id = :id",
                       BH_PARAMS(bh_param_text("id", staff)), &stmt, error))
    return FALSE;
  if (stmt == NULL) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                        "sign-in: this person is not of the device's unit");
    return FALSE;
  }
  row->name = g_strdup(bh_stmt_get_text(stmt, 0));
  row->seal = g_strdup(bh_stmt_get_text(stmt, 1));
  row->valid_to = g_strdup(bh_stmt_get_text(stmt, 2));
  return TRUE;
}

json_t *bh_people_store_list(BhDevice *device, GError **error)
{
  g_autoptr(json_t) out = json_array();
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db, "SELECT id, name, roles, valid_to FROM staff ORDER BY name, id", NULL, error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    const char *text = bh_stmt_get_text(stmt, 2);
    json_t *roles = bh_json_parse(text, strlen(text), ROLES_MAX, "roles", error);
    if (roles == NULL)
      return NULL;
    json_t *person = json_object();
    json_object_set_new(person, "id", json_string(bh_stmt_get_text(stmt, 0)));
    json_object_set_new(person, "name", json_string(bh_stmt_get_text(stmt, 1)));
    json_object_set_new(person, "roles", roles);
    if (!bh_stmt_is_null(stmt, 3))
      json_object_set_new(person, "valid_to", json_string(bh_stmt_get_text(stmt, 3)));
    json_array_append_new(out, person);
  }
  return ended ? g_steal_pointer(&out) : NULL;
}

char *bh_people_store_dup_name(BhDevice *device, const char *staff)
{
  char *name = NULL;

  bh_db_dup_text(device->db,
                 "SELECT name FROM staff WHERE id = :id"
                 " UNION ALL SELECT title FROM record WHERE id = :id LIMIT 1",
                 BH_PARAMS(bh_param_text("id", staff)), &name, NULL);
  return name;
}

gboolean bh_people_store_clear(BhDevice *device, GError **error)
{
  return bh_db_run(device->db, "DELETE FROM staff", NULL, error);
}

gboolean bh_people_store_put(BhDevice *device, const char *id, const char *name, const char *roles,
                             const char *seal, const char *valid_to, GError **error)
{
  device->keyless[0] = '\0';
  return bh_db_run(device->db,
                   "INSERT INTO staff (id, name, roles, seal, valid_to) VALUES"
                   " (:id, :name, :roles, :seal, :valid_to)",
                   BH_PARAMS(bh_param_text("id", id), bh_param_text("name", name),
                             bh_param_text("roles", roles), bh_param_text("seal", seal),
                             bh_param_text("valid_to", valid_to)),
                   error);
}

/* --- lock-outs --- */

gboolean bh_people_store_get_lockout(BhDevice *device, const char *staff, BhLockout *lockout,
                                     GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT wrong, wait_ms, until_boot_ms FROM lockout WHERE staff = :staff",
                       BH_PARAMS(bh_param_text("staff", staff)), &row, error))
    return FALSE;
  memset(lockout, 0, sizeof *lockout);
  if (row != NULL) {
    lockout->wrong = bh_stmt_get_int(row, 0);
    lockout->wait_ms = bh_stmt_get_int(row, 1);
    lockout->until_boot_ms = bh_stmt_get_int(row, 2);
  }
  return TRUE;
}

gboolean bh_people_store_put_lockout(BhDevice *device, const char *staff, const BhLockout *lockout,
                                     GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO lockout (staff, wrong, wait_ms, until_boot_ms, boot_id) VALUES"
                   " (:staff, :wrong, :wait, :until, :boot) ON CONFLICT (staff) DO UPDATE SET"
                   " wrong = excluded.wrong, wait_ms = excluded.wait_ms,"
                   " until_boot_ms = excluded.until_boot_ms, boot_id = excluded.boot_id",
                   BH_PARAMS(bh_param_text("staff", staff), bh_param_int("wrong", lockout->wrong),
                             bh_param_int("wait", lockout->wait_ms),
                             bh_param_int("until", lockout->until_boot_ms),
                             bh_param_text("boot", device->clock->boot_id(device->clock->data))),
                   error);
}

gboolean bh_people_store_drop_lockout(BhDevice *device, const char *staff, GError **error)
{
  return bh_db_run(device->db, "DELETE FROM lockout WHERE staff = :staff",
                   BH_PARAMS(bh_param_text("staff", staff)), error);
}

gboolean bh_people_store_carry_lockouts(BhDevice *device, const char *boot_id, gint64 boot_ms,
                                        GError **error)
{
  return bh_db_run(device->db,
                   "UPDATE lockout SET boot_id = :boot,"
                   " until_boot_ms = CASE WHEN wait_ms > 0 THEN :now + wait_ms ELSE 0 END"
                   " WHERE boot_id <> :boot",
                   BH_PARAMS(bh_param_text("boot", boot_id), bh_param_int("now", boot_ms)), error);
}

char *bh_people_store_dup_text(BhDevice *device, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db,
      "SELECT 'staff ' || quote(id) || quote(name) || quote(roles) || quote(seal)"
      " || quote(valid_to) FROM staff UNION ALL"
      " SELECT 'lockout ' || quote(staff) || ' ' || wrong || ' ' || wait_ms || ' ' || until_boot_ms"
      " || ' ' || quote(boot_id) FROM lockout ORDER BY 1",
      NULL, error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    g_string_append(text, bh_stmt_get_text(stmt, 0));
    g_string_append_c(text, '\n');
  }
  return ended ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

gboolean bh_people_store_put_all_lockouts(BhDevice *device, gint64 wrong, gint64 wait_ms,
                                          GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO lockout (staff, wrong, wait_ms, until_boot_ms, boot_id)"
                   " SELECT id, :wrong, :wait, 0, :boot FROM staff WHERE TRUE"
                   " ON CONFLICT (staff) DO UPDATE SET wrong = max(wrong, excluded.wrong),"
                   " wait_ms = max(wait_ms, excluded.wait_ms)",
                   BH_PARAMS(bh_param_int("wrong", wrong), bh_param_int("wait", wait_ms),
                             bh_param_text("boot", device->clock->boot_id(device->clock->data))),
                   error);
}
