/* Adds people to a hub. */
#include "tests/office/people.h"

void test_add_people(BhHub *hub, const char *unit, int count)
{
  for (int i = 0; i < count; i++) {
    g_autoptr(GError) error = NULL;
    char id[BH_ID_LEN + 1];
    g_autofree char *name = g_strdup_printf("样例人员 %03d", i);
    bh_id_from_name("test people", name, id);
    g_autoptr(json_t) ops =
        json_pack("[{s:s,s:s,s:{s:s,s:s,s:[s],s:s}}]", "record", id, "kind", "staff", "set", "name",
                  name, "unit", unit, "roles", "inspector", "state", "active");
    g_autofree char *entry = bh_hub_append(hub, NULL, ops, &error);
    if (entry == NULL)
      g_error("%s: %s", name, error->message);
  }
}
