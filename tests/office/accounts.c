/* Adds people with accounts to a hub. */
#include <string.h>

#include "tests/office/accounts.h"

#include "sync/hub/office/office.h"

static void append(BhHub *hub, const char *login, const json_t *ops)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *entry = bh_hub_append(hub, NULL, ops, &error);
  if (entry == NULL)
    g_error("%s: %s", login, error->message);
}

void test_add_account(BhHub *hub, const char *login, const char *name, const char *roles,
                      const char *unit, const char *area)
{
  g_autoptr(GError) error = NULL;
  char unit_id[BH_ID_LEN + 1];
  char staff[BH_ID_LEN + 1];
  g_autofree char *password = g_strconcat("bihuan-", login, "-1", NULL);
  bh_id_from_name("test", login, staff);
  g_strlcpy(unit_id, unit, sizeof unit_id);
  g_autoptr(json_t) ops = json_array();
  if (area != NULL) {
    bh_id_from_name("test", unit, unit_id);
    json_array_append_new(ops, json_pack("{s:s,s:s,s:{s:s,s:s,s:s}}", "record", unit_id, "kind",
                                         "unit", "set", "name", unit, "area", area, "level",
                                         strlen(area) > 6 ? "township" : "county"));
  }
  g_auto(GStrv) codes = g_strsplit(roles, ",", -1);
  json_t *list = json_array();
  for (gsize i = 0; codes[i] != NULL; i++)
    json_array_append_new(list, json_string(codes[i]));
  json_array_append_new(ops, json_pack("{s:s,s:s,s:{s:s,s:s,s:o,s:s}}", "record", staff, "kind",
                                       "staff", "set", "name", name, "unit", unit_id, "roles", list,
                                       "state", "active"));
  append(hub, login, ops);
  if (!bh_office_set_password(hub, staff, login, password, &error))
    g_error("%s: %s", login, error->message);
}

void test_end_service(BhHub *hub, const char *login)
{
  char staff[BH_ID_LEN + 1];
  bh_id_from_name("test", login, staff);
  g_autoptr(json_t) ops =
      json_pack("[{s:s,s:s,s:{s:s}}]", "record", staff, "kind", "staff", "set", "state", "left");
  append(hub, login, ops);
}
