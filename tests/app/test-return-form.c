/* The form of a returned record shows the fields that the review named and those of the
 * collector's own pages, but no field of the hub and no locked one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "app/pages/return-form.h"
#include "schema/paths.h"

typedef struct {
  BhKindSet *kinds;
  BhSession *session;
  char *dir;
} World;

static int set_up(void **state)
{
  World *world = g_new0(World, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *kinds = bh_data_path("schema", "kinds", NULL);
  world->kinds = bh_kind_set_load_dir(kinds, &error);
  if (world->kinds == NULL)
    fail_msg("%s", error->message);
  world->dir = g_dir_make_tmp("bihuan-return-XXXXXX", NULL);
  world->session = bh_session_new(NULL, world->dir, "zh", NULL);
  *state = world;
  return 0;
}

static int tear_down(void **state)
{
  World *world = *state;
  g_object_unref(world->session);
  bh_kind_set_unref(world->kinds);
  g_rmdir(world->dir);
  g_free(world->dir);
  g_free(world);
  return 0;
}

static void note_field(GtkWidget *widget, gpointer data)
{
  GHashTable *names = data;
  g_hash_table_add(names, g_strdup(gtk_widget_get_name(widget)));
  if (GTK_IS_CONTAINER(widget))
    gtk_container_forall(GTK_CONTAINER(widget), note_field, data);
}

/* Names of the visible widgets of the form of a visit; a control has the name of its field. */
static GHashTable *list_shown_of(World *world, const BhKind *kind, const char *state,
                                 const char *const *asked)
{
  g_autoptr(json_t) record =
      json_pack("{s:s, s:s, s:{s:s}}", "id", "r", "kind", "inspection", "values", "state", state);
  g_autoptr(json_t) review = json_pack("{s:[]}", "items");
  for (gsize i = 0; asked[i] != NULL; i++)
    json_array_append_new(json_object_get(review, "items"), json_string(asked[i]));
  BhFormView *form = bh_return_form_new(world->session, kind, record, review);
  g_object_ref_sink(form);
  GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  note_field(GTK_WIDGET(form), names);
  gtk_widget_destroy(GTK_WIDGET(form));
  g_object_unref(form);
  return names;
}

static GHashTable *list_shown(World *world, const char *state, const char *const *asked)
{
  return list_shown_of(world, bh_kind_set_find(world->kinds, "inspection"), state, asked);
}

static void test_a_return_asks_what_the_review_named_and_what_a_page_asks(void **state)
{
  World *world = *state;
  const char *const asked[] = {"refusal_reason", "file_review_score", NULL};
  g_autoptr(GHashTable) names = list_shown(world, "returned", asked);
  const BhKind *kind = bh_kind_set_find(world->kinds, "inspection");
  const json_t *forms = json_object_get(bh_kind_get_declaration(kind), "forms");
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const char *name = bh_field_get_name(fields->pdata[i]);
    gboolean wanted = bh_json_has_name(json_object_get(forms, "start"), name) ||
                      bh_json_has_name(json_object_get(forms, "visit"), name) ||
                      bh_json_has_name(json_object_get(forms, "outcome"), name) ||
                      g_strv_contains(asked, name);
    if (g_hash_table_contains(names, name) && (!wanted || bh_kind_is_hub_only(kind, name, NULL)))
      fail_msg("%s is shown", name);
  }
  assert_true(g_hash_table_contains(names, "opinion"));
  assert_true(g_hash_table_contains(names, "refusal_reason"));
}

static void test_fields_that_were_not_asked_for_are_not_shown(void **state)
{
  const char *const nothing[] = {NULL};
  g_autoptr(GHashTable) names = list_shown(*state, "returned", nothing);
  assert_true(g_hash_table_contains(names, "opinion"));
  assert_false(g_hash_table_contains(names, "refusal_reason"));
  assert_false(g_hash_table_contains(names, "cancel_reason"));
}

/* The shipped kinds, in which "omits" of the review of a visit names only `field`;
 * bh_kind_set_unref. */
static BhKindSet *dup_kinds_that_omit(World *world, const char *field)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) all = json_loads(bh_kind_set_get_text(world->kinds), 0, NULL);
  gsize i;
  json_t *kind;
  json_array_foreach(json_object_get(all, "kinds"), i, kind) {
    if (strcmp(bh_json_string_or(kind, "kind", ""), "inspection") == 0)
      json_object_set_new(json_object_get(kind, "review"), "omits", json_pack("[s]", field));
  }
  g_autofree char *text = json_dumps(all, 0);
  BhKindSet *set = bh_kind_set_from_text(text, strlen(text), &error);
  if (set == NULL)
    fail_msg("%s", error->message);
  return set;
}

/* No field is named in C: what the kind omits is omitted, even when the review names it. */
static void test_the_kind_says_what_a_return_never_asks(void **state)
{
  World *world = *state;
  const char *const asked[] = {"lead", "refusal_reason", NULL};
  g_autoptr(GHashTable) shipped = list_shown(world, "returned", asked);
  assert_false(g_hash_table_contains(shipped, "lead"));
  assert_true(g_hash_table_contains(shipped, "opinion"));
  assert_true(g_hash_table_contains(shipped, "refusal_reason"));
  g_autoptr(BhKindSet) other = dup_kinds_that_omit(world, "opinion");
  g_autoptr(GHashTable) names =
      list_shown_of(world, bh_kind_set_find(other, "inspection"), "returned", asked);
  assert_true(g_hash_table_contains(names, "lead"));
  assert_false(g_hash_table_contains(names, "opinion"));
  assert_true(g_hash_table_contains(names, "refusal_reason"));
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_return_asks_what_the_review_named_and_what_a_page_asks,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_fields_that_were_not_asked_for_are_not_shown, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_the_kind_says_what_a_return_never_asks, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
