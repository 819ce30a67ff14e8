/* Rows of staff and their lock-outs. */
#include <string.h>

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
  gboolean found = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT name, seal, valid_to FROM staff WHERE id = :id", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "id", staff);
  if (!bh_stmt_step(stmt, &found, error))
    return FALSE;
  if (!found) {
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
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT id, name, roles, valid_to FROM staff ORDER BY name, id", error);

  if (stmt == NULL)
    return NULL;
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&out);
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
}

char *bh_people_store_dup_name(BhDevice *device, const char *staff)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db,
                    "SELECT name FROM staff WHERE id = :id"
                    " UNION ALL SELECT title FROM record WHERE id = :id LIMIT 1",
                    NULL);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "id", staff);
  return bh_stmt_step(stmt, &row, NULL) && row ? g_strdup(bh_stmt_get_text(stmt, 0)) : NULL;
}

gboolean bh_people_store_clear(BhDevice *device, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db, "DELETE FROM staff", error);
  return stmt != NULL && bh_stmt_run(stmt, error);
}

gboolean bh_people_store_put(BhDevice *device, const char *id, const char *name, const char *roles,
                             const char *seal, const char *valid_to, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db,
                               "INSERT INTO staff (id, name, roles, seal, valid_to) VALUES"
                               " (:id, :name, :roles, :seal, :valid_to)",
                               error);

  if (stmt == NULL)
    return FALSE;
  device->keyless[0] = '\0';
  bh_stmt_bind_text(stmt, "id", id);
  bh_stmt_bind_text(stmt, "name", name);
  bh_stmt_bind_text(stmt, "roles", roles);
  bh_stmt_bind_text(stmt, "seal", seal);
  bh_stmt_bind_text(stmt, "valid_to", valid_to);
  return bh_stmt_run(stmt, error);
}

/* --- lock-outs --- */

gboolean bh_people_store_get_lockout(BhDevice *device, const char *staff, BhLockout *lockout,
                                     GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT wrong, wait_ms, until_boot_ms FROM lockout WHERE staff = :staff", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "staff", staff);
  if (!bh_stmt_step(stmt, &row, error))
    return FALSE;
  memset(lockout, 0, sizeof *lockout);
  if (row) {
    lockout->wrong = bh_stmt_get_int(stmt, 0);
    lockout->wait_ms = bh_stmt_get_int(stmt, 1);
    lockout->until_boot_ms = bh_stmt_get_int(stmt, 2);
  }
  return TRUE;
}

gboolean bh_people_store_put_lockout(BhDevice *device, const char *staff, const BhLockout *lockout,
                                     GError **error)
{
  BhStmt *stmt =
      bh_db_prepare(device->db,
                    "INSERT INTO lockout (staff, wrong, wait_ms, until_boot_ms, boot_id) VALUES"
                    " (:staff, :wrong, :wait, :until, :boot) ON CONFLICT (staff) DO UPDATE SET"
                    " wrong = excluded.wrong, wait_ms = excluded.wait_ms,"
                    " until_boot_ms = excluded.until_boot_ms, boot_id = excluded.boot_id",
                    error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "staff", staff);
  bh_stmt_bind_int(stmt, "wrong", lockout->wrong);
  bh_stmt_bind_int(stmt, "wait", lockout->wait_ms);
  bh_stmt_bind_int(stmt, "until", lockout->until_boot_ms);
  bh_stmt_bind_text(stmt, "boot", device->clock->boot_id(device->clock->data));
  return bh_stmt_run(stmt, error);
}

gboolean bh_people_store_drop_lockout(BhDevice *device, const char *staff, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db, "DELETE FROM lockout WHERE staff = :staff", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "staff", staff);
  return bh_stmt_run(stmt, error);
}

gboolean bh_people_store_carry_lockouts(BhDevice *device, const char *boot_id, gint64 boot_ms,
                                        GError **error)
{
  BhStmt *stmt =
      bh_db_prepare(device->db,
                    "UPDATE lockout SET boot_id = :boot,"
                    " until_boot_ms = CASE WHEN wait_ms > 0 THEN :now + wait_ms ELSE 0 END"
                    " WHERE boot_id <> :boot",
                    error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "boot", boot_id);
  bh_stmt_bind_int(stmt, "now", boot_ms);
  return bh_stmt_run(stmt, error);
}

char *bh_people_store_dup_text(BhDevice *device, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db,
      "SELECT 'staff ' || quote(id) || quote(name) || quote(roles) || quote(seal)"
      " || quote(valid_to) FROM staff UNION ALL"
      " SELECT 'lockout ' || quote(staff) || ' ' || wrong || ' ' || wait_ms || ' ' || until_boot_ms"
      " || ' ' || quote(boot_id) FROM lockout ORDER BY 1",
      error);

  if (stmt == NULL)
    return NULL;
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_string_free(g_steal_pointer(&text), FALSE);
    g_string_append(text, bh_stmt_get_text(stmt, 0));
    g_string_append_c(text, '\n');
  }
}

gboolean bh_people_store_put_all_lockouts(BhDevice *device, gint64 wrong, gint64 wait_ms,
                                          GError **error)
{
  BhStmt *stmt =
      bh_db_prepare(device->db,
                    "INSERT INTO lockout (staff, wrong, wait_ms, until_boot_ms, boot_id)"
                    " SELECT id, :wrong, :wait, 0, :boot FROM staff WHERE TRUE"
                    " ON CONFLICT (staff) DO UPDATE SET wrong = max(wrong, excluded.wrong),"
                    " wait_ms = max(wait_ms, excluded.wait_ms)",
                    error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "wrong", wrong);
  bh_stmt_bind_int(stmt, "wait", wait_ms);
  bh_stmt_bind_text(stmt, "boot", device->clock->boot_id(device->clock->data));
  return bh_stmt_run(stmt, error);
}
