/* The window over a real store, for tests that hold answers of the store back. See late.h. */
#include "tests/app/late.h"

#include <string.h>

#define ROUNDS 8

static void hold(BhLateAnswer *late, gpointer data)
{
  World *world = data;
  const char *method = bh_late_answer_get_name(late);
  world->answers += strcmp(method, "status") != 0;
  gboolean held = g_strcmp0(world->held, "*") == 0 ? strcmp(method, "status") != 0
                                                   : g_strcmp0(world->held, method) == 0;
  if (!held) {
    bh_late_answer_deliver(late, NULL);
    bh_late_answer_free(late);
    return;
  }
  g_ptr_array_add(world->late, late);
}

static json_t *make_items(void)
{
  static const char *const items[][2] = {
      {"T-01", "甲"}, {"T-02", "甲"}, {"T-03", "甲"}, {"T-04", "乙"}};
  json_t *all = json_array();
  for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
    json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "item_no", items[i][0], "section",
                             items[i][1], "check", "样例检查项", "standard", "样例",
                             "policy_source", "样例", "rectification", "整改");
    json_object_set_new(item, "method", json_string("现场检查"));
    json_array_append_new(all, item);
  }
  return all;
}

static json_t *make_list(Fixture *fixture, guint id, const char *sector)
{
  return fixture_snapshot(fixture, test_id(id), "checklist",
                          json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "code", sector, "name",
                                    "样例清单", "version", "1", "sector", sector, "valid_from",
                                    "2026-01-01", "items", make_items()));
}

static void make_records(Fixture *fixture)
{
  json_t *records = json_array();
  json_array_append_new(records, make_list(fixture, CHECKLIST, "coal_mine"));
  json_array_append_new(records, make_list(fixture, CHECKLIST_OF_FIRE, "fire"));
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(ENTERPRISE), "enterprise",
                                json_pack("{s:s, s:s, s:s, s:s}", "name", "样例甲餐馆", "sector",
                                          "fire", "area", "140603", "state", "confirmed")));
  json_array_append_new(
      records,
      fixture_snapshot(fixture, test_id(REVIEW), "review",
                       json_pack("{s:s, s:s, s:s, s:s}", "parent", test_id(INSPECTION), "decision",
                                 "return", "comment", "请补充", "state", "open")));
  fixture_pull(fixture, records, NULL);
  json_t *set =
      json_pack("{s:s, s:s, s:[s], s:s, s:s, s:I}", "subject_found_by", "code", "enterprise",
                fixture->enterprise, "modes", "routine", "unit", fixture->unit, "lead", fixture->li,
                "started_at", (json_int_t)fixture->time.wall_ms);
  json_object_set_new(set, "state", json_string("on_site"));
  json_object_set_new(set, "checklist", json_string(test_id(CHECKLIST)));
  g_free(fixture_save(fixture, test_id(INSPECTION), "inspection", set));
  g_free(fixture_save(fixture, test_id(0xc2), "participant",
                      json_pack("{s:s, s:s, s:s, s:i}", "inspection", test_id(INSPECTION), "staff",
                                fixture->wang, "role", "member", "sort", 1)));
}

static World *make_world(gboolean pins)
{
  World *world = g_new0(World, 1);
  g_autoptr(GError) error = NULL;
  world->fixture = fixture_new();
  make_records(world->fixture);
  if (pins)
    fixture_give_pins(world->fixture);
  g_clear_pointer(&world->fixture->device, bh_device_close);
  world->late = g_ptr_array_new();
  world->worker =
      bh_worker_start(world->fixture->dir, &world->fixture->clock, &world->fixture->random, &error);
  assert_no_error(error);
  world->session = bh_session_new(world->worker, world->fixture->dir, "en", NULL);
  bh_session_hold_answers(world->session, hold, world);
  world->window = bh_window_new(NULL, world->session);
  gtk_window_set_default_size(GTK_WINDOW(world->window), 360, 640);
  gtk_widget_show(GTK_WIDGET(world->window));
  bh_window_load(world->window);
  world_settle(world);
  return world;
}

World *world_new(void)
{
  return make_world(FALSE);
}

World *world_new_with_pins(void)
{
  return make_world(TRUE);
}

void world_free(World *world)
{
  world->held = NULL;
  gtk_widget_destroy(GTK_WIDGET(world->window));
  world_settle(world);
  for (guint i = 0; i < world->late->len; i++)
    bh_late_answer_free(g_ptr_array_index(world->late, i));
  g_ptr_array_unref(world->late);
  bh_session_stop(world->session);
  world_settle(world);
  g_object_unref(world->session);
  bh_worker_stop(world->worker);
  fixture_free(world->fixture);
  g_free(world);
}

void world_show(World *world, BhPage *page)
{
  bh_session_set_actor(world->session, world->fixture->li, "李明");
  bh_page_host_open(BH_PAGE_HOST(world->window), page);
  world_settle(world);
}

/* --- waiting --- */

static void reach(BhDevice *device, GTask *task, gpointer data)
{
  (void)device;
  (void)data;
  g_task_return_boolean(task, TRUE);
}

void world_on_reached(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)source;
  (void)result;
  *(gboolean *)data = TRUE;
}

/* Answers can lead to further questions, so this repeats more often than the longest such
 * chain. */
void world_settle(World *world)
{
  for (int i = 0; i < ROUNDS; i++) {
    gboolean reached = FALSE;
    bh_worker_run_async(world->worker, reach, NULL, NULL, NULL, NULL, world_on_reached, &reached);
    while (!reached)
      g_main_context_iteration(NULL, TRUE);
    while (gtk_events_pending())
      gtk_main_iteration();
  }
}

/* --- answers --- */

void world_hold(World *world, const char *method)
{
  world->held = method;
}

guint world_count_held(World *world)
{
  return world->late->len;
}

void world_deliver(World *world, guint number, int code)
{
  g_autoptr(GError) error =
      code >= 0 ? g_error_new_literal(BH_ERROR, code, "error from the test") : NULL;
  assert_true(number < world->late->len);
  bh_late_answer_deliver(g_ptr_array_index(world->late, number), error);
  world_settle(world);
}

void world_deliver_all(World *world, gboolean backwards)
{
  for (guint begin = 0; begin < world->late->len;) {
    guint end = world->late->len;
    for (guint i = begin; i < end; i++)
      world_deliver(world, backwards ? end - 1 - (i - begin) : i, -1);
    begin = end;
  }
}

/* --- the window --- */

typedef struct {
  const char *id;
  GtkWidget *found;
} Search;

static void find_named(GtkWidget *widget, gpointer data)
{
  Search *search = data;
  GtkWidget *parent = gtk_widget_get_parent(widget);
  /* A revealer may still be animating, so its child counts as hidden until it is revealed. */
  gboolean shown = gtk_widget_get_visible(widget) &&
                   (GTK_IS_REVEALER(parent) ? gtk_revealer_get_reveal_child(GTK_REVEALER(parent))
                                            : gtk_widget_get_child_visible(widget));
  if (search->found != NULL || !shown)
    return;
  if (strcmp(gtk_widget_get_name(widget), search->id) == 0)
    search->found = widget;
  else if (GTK_IS_CONTAINER(widget))
    gtk_container_forall(GTK_CONTAINER(widget), find_named, search);
}

GtkWidget *world_try_find(World *world, const char *id)
{
  Search search = {id, NULL};
  find_named(GTK_WIDGET(world->window), &search);
  return search.found;
}

GtkWidget *world_find(World *world, const char *id)
{
  GtkWidget *found = world_try_find(world, id);
  if (found == NULL)
    fail_msg("no visible control %s", id);
  return found;
}

void world_force_tap(World *world, const char *id)
{
  g_signal_emit_by_name(world_find(world, id), "clicked");
  world_settle(world);
}

gboolean world_tap(World *world, const char *id)
{
  if (!gtk_widget_is_sensitive(world_find(world, id)))
    return FALSE;
  world_force_tap(world, id);
  return TRUE;
}

void world_type(World *world, const char *id, const char *text)
{
  gtk_entry_set_text(GTK_ENTRY(world_find(world, id)), text);
}

const char *world_get_text(World *world, const char *id)
{
  return gtk_label_get_text(GTK_LABEL(world_find(world, id)));
}

const char *world_get_toast(World *world)
{
  GtkWidget *text = world_try_find(world, "toast_text");
  return text != NULL ? gtk_label_get_text(GTK_LABEL(text)) : "";
}

/* --- the store --- */

json_t *world_call(World *world, const char *method, json_t *params)
{
  g_autoptr(json_t) request = json_pack("{s:s, s:o}", "method", method, "params", params);
  g_autoptr(GError) error = NULL;
  json_t *result = bh_worker_call(world->worker, request, &error);
  assert_no_error(error);
  return result;
}

typedef struct {
  Fixture *fixture;
  json_t *records;
} Pull;

static void pull(BhDevice *device, GTask *task, gpointer data)
{
  Pull *work = data;
  work->fixture->device = device;
  fixture_pull(work->fixture, work->records, NULL);
  work->fixture->device = NULL;
  g_task_return_boolean(task, TRUE);
}

void world_pull(World *world, guint id, const char *kind, json_t *set)
{
  Pull work = {world->fixture, json_array()};
  json_array_append_new(work.records, fixture_snapshot(world->fixture, test_id(id), kind, set));
  gboolean reached = FALSE;
  bh_worker_run_async(world->worker, pull, &work, NULL, NULL, NULL, world_on_reached, &reached);
  while (!reached)
    g_main_context_iteration(NULL, TRUE);
}

json_t *world_list(World *world, const char *kind)
{
  g_autoptr(json_t) page =
      world_call(world, "list",
                 json_pack("{s:{s:s, s:s, s:i, s:s}}", "query", "kind", kind, "parent",
                           test_id(INSPECTION), "limit", 200, "viewer", world->fixture->li));
  return json_incref(json_object_get(page, "rows"));
}

json_t *world_value(World *world, const char *key)
{
  g_autoptr(json_t) record =
      world_call(world, "get", json_pack("{s:s}", "id", test_id(INSPECTION)));
  return json_incref(json_object_get(json_object_get(record, "values"), key));
}
