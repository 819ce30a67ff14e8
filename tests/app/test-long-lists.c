/* A tap on "more" costs the same however long the list is: existing widgets, new widgets and
 * questions are counted. */
#include "tests/app/late.h"

#include <handy.h>
#include <string.h>

#include "app/pages/list.h"
#include "app/pages/paged-list.h"
#include "app/pages/queue.h"
#include "app/visit/enterprise.h"
#include "app/visit/find.h"

#define MANY 400
#define FIRST_ID 0x1000
#define FIND_ROWS 30 /* rows that a page of the search loads at a time */
#define LIST_ROWS 40
#define HAZARDS 200
#define ENTRIES 470
#define QUEUE_ROWS 50
#define QUEUE_SHOWN 200

/* --- counting --- */

static void count_row(GtkWidget *widget, gpointer data)
{
  guint *count = data;
  if (gtk_style_context_has_class(gtk_widget_get_style_context(widget), "row"))
    (*count)++;
  if (GTK_IS_CONTAINER(widget))
    gtk_container_forall(GTK_CONTAINER(widget), count_row, data);
}

static guint count_rows(World *world)
{
  guint count = 0;
  count_row(GTK_WIDGET(world->window), &count);
  return count;
}

/* Counts new widgets: each one gets a parent. */
static gboolean on_parent(GSignalInvocationHint *hint, guint n, const GValue *values, gpointer data)
{
  (void)hint;
  (void)n;
  guint *made = data;
  if (gtk_widget_get_parent(g_value_get_object(values)) != NULL)
    (*made)++;
  return TRUE;
}

typedef struct {
  guint rows;
  guint widgets;
  guint answers;
} Cost;

static Cost tap_and_count(World *world, const char *button)
{
  Cost cost = {0};
  guint answers = world->answers;
  guint signal = g_signal_lookup("parent-set", GTK_TYPE_WIDGET);
  gulong hook = g_signal_add_emission_hook(signal, 0, on_parent, &cost.widgets, NULL);
  assert_true(world_tap(world, button));
  g_signal_remove_emission_hook(signal, hook);
  cost.answers = world->answers - answers;
  cost.rows = count_rows(world);
  return cost;
}

static void assert_same_cost(Cost item, Cost other)
{
  assert_int_equal(item.rows, other.rows);
  assert_int_equal(item.widgets, other.widgets);
  assert_int_equal(item.answers, other.answers);
}

/* Taps "more" to the end of the list and checks that no tap costs more than the first with a full
 * window. */
static guint expect_flat(World *world, guint rows_of_page)
{
  Cost usual = {0};
  guint taps = 0;
  while (world_try_find(world, "more") != NULL) {
    Cost cost = tap_and_count(world, "more");
    assert_true(cost.rows <= BH_PAGED_LIST_SHOWN * rows_of_page);
    taps++;
    if (taps == BH_PAGED_LIST_SHOWN)
      usual = cost;
    else if (taps > BH_PAGED_LIST_SHOWN && world_try_find(world, "more") != NULL)
      assert_same_cost(cost, usual);
  }
  assert_true(taps > BH_PAGED_LIST_SHOWN + 2);
  return taps;
}

/* --- the store --- */

static void pull_enterprises(World *world)
{
  for (guint i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf("样例·企业%03u", i);
    world_pull(world, FIRST_ID + i, "enterprise",
               json_pack("{s:s, s:s, s:s, s:s}", "name", name, "sector", "fire", "area", "140603",
                         "state", "confirmed"));
  }
}

static void pull_hazards(World *world)
{
  for (guint i = 0; i < HAZARDS; i++) {
    g_autofree char *summary = g_strdup_printf("样例·隐患%03u", i);
    world_pull(world, FIRST_ID + i, "hazard",
               json_pack("{s:s, s:s, s:s, s:s}", "enterprise", world->fixture->enterprise,
                         "summary", summary, "level", "general", "state", "found"));
  }
}

/* --- what is shown --- */

static int get_y(World *world, const char *id)
{
  int y = 0;
  GtkWidget *row = world_find(world, id);
  assert_true(gtk_widget_translate_coordinates(row, GTK_WIDGET(world->window), 0, 0, NULL, &y));
  return y;
}

static void wait_for_layout(void)
{
  gint64 until = g_get_monotonic_time() + 300 * 1000;
  while (g_get_monotonic_time() < until)
    g_main_context_iteration(NULL, FALSE);
}

static void scroll_to(World *world, const char *id, gboolean end)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor(world_find(world, id), GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *scroll = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled));
  wait_for_layout();
  gtk_adjustment_set_value(scroll, end ? gtk_adjustment_get_upper(scroll) : 0);
  wait_for_layout();
}

/* --- the tests --- */

static void test_the_search_for_enterprises_costs_the_same_for_each_more(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  pull_enterprises(world);
  world_show(world, bh_find_page_new(&(BhFindTask){0}));
  guint taps = expect_flat(world, FIND_ROWS);
  /* No row is missing or appears twice: the number of the last one is the total. */
  g_autofree char *last = g_strdup_printf("result-%d", MANY + 2);
  g_autofree char *beyond = g_strdup_printf("result-%d", MANY + 3);
  assert_non_null(world_try_find(world, last));
  assert_null(world_try_find(world, beyond));
  assert_null(world_try_find(world, "result-1"));
  for (guint i = 0; i + BH_PAGED_LIST_SHOWN <= taps; i++) {
    Cost cost = tap_and_count(world, "earlier");
    assert_true(cost.rows <= BH_PAGED_LIST_SHOWN * FIND_ROWS);
    assert_int_equal(cost.answers, 1);
  }
  assert_non_null(world_try_find(world, "result-1"));
  assert_null(world_try_find(world, "earlier"));
  assert_null(world_try_find(world, last));
  for (guint i = 0; i + BH_PAGED_LIST_SHOWN <= taps; i++)
    assert_true(world_tap(world, "more"));
  assert_non_null(world_try_find(world, last));
  assert_null(world_try_find(world, "more"));
}

static void test_a_long_list_costs_the_same_for_each_more(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  pull_enterprises(world);
  world_show(world, bh_list_page_new("enterprise", NULL, "Enterprises"));
  expect_flat(world, LIST_ROWS);
}

static void note_record(GtkWidget *widget, gpointer data)
{
  const char *record = bh_part_get_record(widget);
  if (record != NULL)
    g_hash_table_add(data, g_strdup(record));
  if (GTK_IS_CONTAINER(widget))
    gtk_container_forall(GTK_CONTAINER(widget), note_record, data);
}

static void test_a_concurrent_change_removes_no_row_from_a_list(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  pull_enterprises(world);
  world_show(world, bh_list_page_new("enterprise", NULL, "Enterprises"));
  for (int i = 0; i < BH_PAGED_LIST_SHOWN + 2; i++)
    assert_true(world_tap(world, "more"));
  /* Three new records come to the top, and one record of the second page moves there. */
  json_t *values = json_pack("{s:s, s:s, s:s, s:s}", "name", "样例·新来", "sector", "fire", "area",
                             "140603", "state", "confirmed");
  for (guint i = 0; i < 3; i++)
    world_pull(world, FIRST_ID + MANY + i, "enterprise", json_deep_copy(values));
  world_pull(world, FIRST_ID + MANY - LIST_ROWS - 10, "enterprise", values);
  while (world_try_find(world, "earlier") != NULL)
    assert_true(world_tap(world, "earlier"));
  note_record(GTK_WIDGET(world->window), seen);
  while (world_try_find(world, "more") != NULL) {
    assert_true(world_tap(world, "more"));
    note_record(GTK_WIDGET(world->window), seen);
  }
  for (guint i = 0; i < MANY + 3; i++)
    assert_true(g_hash_table_contains(seen, test_id(FIRST_ID + i)));
}

static void test_hazards_of_one_enterprise_cost_the_same_for_each_more(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  pull_hazards(world);
  world_show(world,
             bh_enterprise_page_new(world->fixture->enterprise, bh_found_new("code", NULL, NULL)));
  Cost usual = {0};
  for (guint i = 0; i < 6; i++) {
    Cost cost = tap_and_count(world, "more-hazard");
    if (i == BH_PAGED_LIST_SHOWN)
      usual = cost;
    if (i > BH_PAGED_LIST_SHOWN)
      assert_same_cost(cost, usual);
  }
  assert_non_null(world_try_find(world, "earlier-hazard"));
}

static void save_entries(World *world)
{
  for (int i = 0; i < ENTRIES; i++)
    json_decref(
        world_call(world, "save",
                   json_pack("{s:s, s:[{s:s, s:s, s:{s:{s:s}}}]}", "author", world->fixture->li,
                             "ops", "record", test_id(INSPECTION), "kind", "inspection", "set",
                             "answers/T-02", "answer", i % 2 ? "compliant" : "unchecked")));
}

static void test_the_queue_costs_the_same_for_each_more(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  save_entries(world);
  g_autoptr(json_t) status = world_call(world, "status", json_object());
  int all = (int)json_integer_value(json_object_get(status, "pending"));
  world_show(world, bh_queue_page_new());
  Cost usual = {.answers = G_MAXUINT};
  guint compared = 0;
  for (guint taps = 1; world_try_find(world, "more") != NULL; taps++) {
    Cost cost = tap_and_count(world, "more");
    assert_true(cost.rows <= QUEUE_SHOWN);
    if (taps < QUEUE_SHOWN / QUEUE_ROWS || world_try_find(world, "more") == NULL)
      continue;
    /* When the state of the queue changes during the tap, the page asks more questions; such a tap
     * is not counted. */
    if (cost.answers < usual.answers) {
      usual = cost;
    } else if (cost.answers == usual.answers) {
      assert_same_cost(cost, usual);
      compared++;
    }
  }
  assert_true(compared > 0);
  g_autofree char *last = g_strdup_printf("queue-%d", all);
  g_autofree char *beyond = g_strdup_printf("queue-%d", all + 1);
  assert_non_null(world_try_find(world, last));
  assert_null(world_try_find(world, beyond));
  assert_null(world_try_find(world, "queue-1"));
  /* Rows that are shown keep their place when the state changes, and still say that they wait. */
  GtkWidget *row = world_find(world, last);
  bh_session_refresh_status(world->session);
  world_settle(world);
  assert_ptr_equal(world_try_find(world, last), row);
  assert_true(gtk_widget_get_sensitive(row));
  assert_true(world_tap(world, "earlier"));
  assert_non_null(world_try_find(world, "queue-1"));
  assert_null(world_try_find(world, "earlier"));
}

static void test_shown_rows_keep_their_place(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  pull_enterprises(world);
  world_show(world, bh_find_page_new(&(BhFindTask){0}));
  for (int i = 1; i < BH_PAGED_LIST_SHOWN; i++)
    assert_true(world_tap(world, "more"));
  scroll_to(world, "result-90", TRUE);
  int y = get_y(world, "result-90");
  assert_true(world_tap(world, "more"));
  wait_for_layout();
  assert_null(world_try_find(world, "result-1"));
  assert_int_equal(get_y(world, "result-90"), y);
  scroll_to(world, "result-31", FALSE);
  y = get_y(world, "result-31");
  assert_true(world_tap(world, "earlier"));
  wait_for_layout();
  assert_int_equal(get_y(world, "result-31"), y);
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  hdy_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_search_for_enterprises_costs_the_same_for_each_more),
      cmocka_unit_test(test_a_long_list_costs_the_same_for_each_more),
      cmocka_unit_test(test_a_concurrent_change_removes_no_row_from_a_list),
      cmocka_unit_test(test_hazards_of_one_enterprise_cost_the_same_for_each_more),
      cmocka_unit_test(test_the_queue_costs_the_same_for_each_more),
      cmocka_unit_test(test_shown_rows_keep_their_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
