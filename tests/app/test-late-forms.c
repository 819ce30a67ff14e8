/* A sync brings other kinds while the window is open: open forms stay as they are, pages that are
 * opened later use the new kinds. */
#include "tests/app/late.h"

#include <handy.h>
#include <string.h>

#include "app/pages/home.h"
#include "app/visit/hazard.h"
#include "sync/device/store/outbox.h"

/* Changes the label of a hazard's place, as a sync with a new kind set does. */
static void adopt(BhDevice *device, GTask *task, gpointer data)
{
  (void)data;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) old = bh_device_dup_kinds(device);
  const char *text = bh_kind_set_get_text(old);
  g_autoptr(json_t) set = bh_json_parse(text, strlen(text), 4 << 20, "kinds", &error);
  gsize i, k;
  json_t *kind, *field;
  json_array_foreach(json_object_get(set, "kinds"), i, kind) {
    if (strcmp(bh_json_string_or(kind, "kind", ""), "hazard") != 0)
      continue;
    json_array_foreach(json_object_get(kind, "fields"), k, field) {
      if (strcmp(bh_json_string_or(field, "name", ""), "place") == 0)
        json_object_set_new(json_object_get(field, "label"), "en", json_string("Another word"));
    }
  }
  g_autofree char *changed = bh_json_dump_sorted(set);
  assert_true(bh_outbox_store_kinds(device, changed, strlen(changed), &error));
  assert_no_error(error);
  g_task_return_boolean(task, TRUE);
}

static void adopt_another_form(World *world)
{
  gboolean reached = FALSE;
  bh_worker_run_async(world->worker, adopt, NULL, NULL, NULL, NULL, world_on_reached, &reached);
  while (!reached)
    g_main_context_iteration(NULL, TRUE);
  /* Reads the status again, as the session does after each sync. */
  bh_session_refresh_status(world->session);
  world_settle(world);
}

static const char *get_label(World *world)
{
  const BhKind *kind = bh_session_find_kind(world->session, "hazard");
  return bh_field_get_label(bh_kind_find_field(kind, "place"), "en");
}

static void test_a_page_opened_after_a_round_has_the_new_form(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_home_page_new());
  assert_string_not_equal(get_label(world), "Another word");
  adopt_another_form(world);
  assert_string_equal(get_label(world), "Another word");
  world_show(world, bh_hazard_page_new(test_id(INSPECTION), NULL));
  AtkObject *place = gtk_widget_get_accessible(world_find(world, "place"));
  assert_non_null(strstr(atk_object_get_name(place), "Another word"));
  assert_null(world_try_find(world, "form_changed"));
}

static void test_an_open_form_keeps_what_is_typed_and_says_that_it_changed(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  BhPage *page = bh_hazard_page_new(test_id(INSPECTION), NULL);
  world_show(world, page);
  world_type(world, "place", "一号井口");
  assert_null(world_try_find(world, "form_changed"));
  adopt_another_form(world);
  assert_non_null(world_try_find(world, "form_changed"));
  assert_string_equal(gtk_entry_get_text(GTK_ENTRY(world_find(world, "place"))), "一号井口");
  assert_true(world_tap(world, "back"));
  world_settle(world);
  g_autoptr(json_t) list =
      world_call(world, "draft_list", json_pack("{s:s}", "author", world->fixture->li));
  const json_t *draft = json_array_get(json_object_get(list, "drafts"), 0);
  g_autofree char *record = g_strdup(bh_json_string_or(draft, "record", ""));
  world_show(world, bh_hazard_page_new_existing(record));
  assert_string_equal(gtk_entry_get_text(GTK_ENTRY(world_find(world, "place"))), "一号井口");
  assert_null(world_try_find(world, "form_changed"));
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  hdy_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_page_opened_after_a_round_has_the_new_form),
      cmocka_unit_test(test_an_open_form_keeps_what_is_typed_and_says_that_it_changed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
