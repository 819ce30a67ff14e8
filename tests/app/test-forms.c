/* A form over a kind with a field of every type that needs no other record: values round-trip,
 * problems are shown at their field, hostile text stays text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "app/forms/form-view.h"
#include "app/forms/signature-pad.h"
#include "app/forms/web-link.h"
#include "app/parts.h"
#include "app/session-internal.h"
#include "schema/codes.h"
#include "schema/paths.h"

typedef struct {
  BhKindSet *kinds;
  BhSession *session;
  GtkWidget *window;
  BhFormView *form;
  GPtrArray *changed;
  char *dir;
} World;

static void on_changed(BhFormView *form, const char *key, World *world)
{
  (void)form;
  g_ptr_array_add(world->changed, g_strdup(key));
}

static int set_up(void **state)
{
  World *world = g_new0(World, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  gsize len = 0;
  assert_true(g_file_get_contents(BH_EVERY_KIND, &text, &len, &error));
  g_strchomp(text);
  world->kinds = bh_kind_set_from_text(text, strlen(text), &error);
  if (world->kinds == NULL)
    fail_msg("%s", error->message);
  world->dir = g_dir_make_tmp("bihuan-forms-XXXXXX", NULL);
  world->session = bh_session_new(NULL, world->dir, "zh", NULL);
  world->changed = g_ptr_array_new_with_free_func(g_free);
  world->form =
      bh_form_view_new(world->session, bh_kind_set_find(world->kinds, "every"), NULL, NULL);
  g_signal_connect(world->form, "changed", G_CALLBACK(on_changed), world);
  world->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
  gtk_container_add(GTK_CONTAINER(world->window), GTK_WIDGET(world->form));
  gtk_widget_show(world->window);
  *state = world;
  return 0;
}

static int tear_down(void **state)
{
  World *world = *state;
  gtk_widget_destroy(world->window);
  g_object_unref(world->session);
  bh_kind_set_unref(world->kinds);
  g_ptr_array_unref(world->changed);
  g_rmdir(world->dir);
  g_free(world->dir);
  g_free(world);
  return 0;
}

static void find_named(GtkWidget *widget, gpointer data)
{
  gpointer *search = data;
  if (search[1] == NULL && strcmp(gtk_widget_get_name(widget), search[0]) == 0)
    search[1] = widget;
  if (GTK_IS_CONTAINER(widget))
    gtk_container_forall(GTK_CONTAINER(widget), find_named, search);
}

static GtkWidget *find(World *world, const char *id)
{
  gpointer search[2] = {(gpointer)id, NULL};
  find_named(GTK_WIDGET(world->form), search);
  if (search[1] == NULL)
    fail_msg("no visible control %s", id);
  return search[1];
}

static void assert_value(World *world, const char *key, const char *wanted)
{
  const json_t *value = bh_form_view_get_value(world->form, key);
  g_autofree char *text = value != NULL ? bh_json_dump(value) : g_strdup("none");
  assert_string_equal(text, wanted);
}

static void wait_pause(void)
{
  gint64 until = g_get_monotonic_time() + (BH_FORM_VIEW_PAUSE_MS + 200) * 1000;
  while (g_get_monotonic_time() < until) {
    while (gtk_events_pending())
      gtk_main_iteration();
    g_usleep(5000);
  }
}

static void test_every_type_keeps_its_value(void **state)
{
  World *world = *state;
  static const char values[] =
      "{\"text\":\"一\",\"longtext\":\"两\\n行\",\"integer\":7,\"decimal\":\"1.50\",\"flag\":true,"
      "\"choice\":\"one\",\"choices\":[\"a\",\"b\"],\"date\":\"2026-02-28\","
      "\"time\":1795291740000,\"phone\":\"13800000001\",\"uscc\":\"91140603MA0000015Q\","
      "\"area\":\"140603\",\"place\":{\"lat\":\"39.5\",\"lon\":\"112.1\",\"at_ms\":1,"
      "\"source\":\"gps\"},\"json\":[1,2],\"money\":\"1250.50\",\"percent\":\"12.5\","
      "\"month\":\"2026-02\",\"duration\":200,\"url\":\"https://a.cn/（一）\","
      "\"id_number\":\"11010519491231002X\",\"weight\":\"7.50\"}";
  g_autoptr(json_t) record = bh_json_parse(values, strlen(values), 4096, "test", NULL);
  bh_form_view_load(world->form, record);
  bh_form_view_flush(world->form);
  assert_int_equal(world->changed->len, 0);

  const char *key;
  json_t *value;
  json_object_foreach(record, key, value) {
    gpointer search[2] = {(gpointer)key, NULL};
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(world->form));
    for (GList *l = rows; l != NULL; l = l->next) {
      if (!BH_IS_FIELD_ROW(l->data) || strcmp(bh_field_row_get_name(l->data), key) != 0)
        continue;
      g_autoptr(GError) error = NULL;
      g_autoptr(json_t) again = bh_field_row_get(l->data, &error);
      assert_null(error);
      if (!json_equal(again, value)) {
        g_autofree char *got = bh_json_dump(again);
        fail_msg("%s came back as %s", key, got);
      }
      search[1] = l->data;
    }
    assert_non_null(search[1]);
  }
}

static void test_typed_text_is_saved_once_after_half_a_second(void **state)
{
  World *world = *state;
  gtk_entry_set_text(GTK_ENTRY(find(world, "text")), "瓦");
  gtk_entry_set_text(GTK_ENTRY(find(world, "text")), "瓦斯");
  assert_int_equal(world->changed->len, 0);
  wait_pause();
  assert_int_equal(world->changed->len, 1);
  assert_string_equal(g_ptr_array_index(world->changed, 0), "text");
  assert_value(world, "text", "\"瓦斯\"");
}

static void test_typing_without_a_pause_is_saved_within_two_seconds(void **state)
{
  World *world = *state;
  GtkEntry *entry = GTK_ENTRY(find(world, "text"));
  gint64 begin = g_get_monotonic_time();
  guint typed = 0;
  while (world->changed->len == 0 &&
         g_get_monotonic_time() - begin < 2 * BH_FORM_VIEW_LONGEST_MS * 1000) {
    g_autofree char *text = g_strdup_printf("%u", typed++);
    gtk_entry_set_text(entry, text);
    g_usleep(50000);
    while (gtk_events_pending())
      gtk_main_iteration();
  }
  assert_int_equal(world->changed->len, 1);
  assert_in_range(g_get_monotonic_time() - begin, BH_FORM_VIEW_PAUSE_MS * 1000,
                  (BH_FORM_VIEW_LONGEST_MS + 500) * 1000);
}

static void test_leaving_a_page_saves_typed_text_at_once(void **state)
{
  World *world = *state;
  gtk_entry_set_text(GTK_ENTRY(find(world, "text")), "瓦斯");
  bh_form_view_flush(world->form);
  assert_value(world, "text", "\"瓦斯\"");
}

static void test_one_choice_excludes_the_others_and_shows_what_depends_on_it(void **state)
{
  World *world = *state;
  GtkWidget *dependent = gtk_widget_get_parent(find(world, "only_two"));
  assert_false(gtk_widget_get_visible(dependent));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(find(world, "choice-one")), TRUE);
  assert_value(world, "choice", "\"one\"");
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(find(world, "choice-two")), TRUE);
  assert_value(world, "choice", "\"two\"");
  assert_false(gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(find(world, "choice-one"))));
  assert_true(gtk_widget_get_visible(dependent));
}

static void test_several_choices_come_sorted(void **state)
{
  World *world = *state;
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(find(world, "choices-b")), TRUE);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(find(world, "choices-a")), TRUE);
  assert_value(world, "choices", "[\"a\",\"b\"]");
}

static void test_a_date_is_one_tap(void **state)
{
  World *world = *state;
  gtk_button_clicked(GTK_BUTTON(find(world, "date-plus-15")));
  BhDate day = bh_date_add_days(bh_session_today(world->session), 15);
  g_autofree char *text = bh_date_format(&day);
  g_autofree char *wanted = g_strdup_printf("\"%s\"", text);
  assert_value(world, "date", wanted);
}

static void test_a_position_can_be_cleared(void **state)
{
  World *world = *state;
  g_autoptr(json_t) record = json_pack("{s:{s:s, s:s}}", "place", "lat", "39.5", "lon", "112.2");
  bh_form_view_load(world->form, record);
  GtkWidget *clear = find(world, "clear-place");
  assert_true(gtk_widget_get_visible(clear));
  gtk_button_clicked(GTK_BUTTON(clear));
  assert_value(world, "place", "none");
  assert_false(gtk_widget_get_visible(clear));
}

static void test_a_locked_field_is_text(void **state)
{
  World *world = *state;
  g_autoptr(json_t) record = json_pack("{s:s, s:b, s:s, s:s}", "text", "一", "flag", 1, "choice",
                                       "one", "date", "2026-02-28");
  g_autoptr(json_t) locked = json_pack("[s, s, s, s]", "text", "flag", "date", "longtext");
  g_autoptr(json_t) none = json_array();
  bh_form_view_load(world->form, record);
  bh_form_view_lock(world->form, none);
  assert_true(GTK_IS_ENTRY(find(world, "text")));
  bh_form_view_lock(world->form, locked);
  assert_true(GTK_IS_LABEL(find(world, "text")));
  assert_string_equal(gtk_label_get_text(GTK_LABEL(find(world, "text"))), "一");
  assert_string_equal(gtk_label_get_text(GTK_LABEL(find(world, "flag"))), "是");
  assert_string_equal(gtk_label_get_text(GTK_LABEL(find(world, "date"))), "2026-02-28");
  assert_true(gtk_widget_get_visible(find(world, "locked")));
  /* A locked, empty field is not shown. */
  assert_false(gtk_widget_get_visible(gtk_widget_get_parent(find(world, "longtext"))));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(find(world, "choice-two")), TRUE);
  bh_form_view_flush(world->form);
  assert_value(world, "choice", "\"two\"");
  assert_value(world, "text", "\"一\"");
  assert_value(world, "flag", "true");
  assert_value(world, "date", "\"2026-02-28\"");
}

static void test_an_invalid_value_is_reported_at_its_field(void **state)
{
  World *world = *state;
  gtk_entry_set_text(GTK_ENTRY(find(world, "integer")), "abc");
  gtk_entry_set_text(GTK_ENTRY(find(world, "uscc")), "91140603MA0000015");
  bh_form_view_flush(world->form);
  assert_true(gtk_widget_get_visible(find(world, "problem-integer")));
  assert_true(gtk_widget_get_visible(find(world, "problem-uscc")));
  assert_value(world, "integer", "\"abc\"");
  gtk_entry_set_text(GTK_ENTRY(find(world, "integer")), "12");
  bh_form_view_flush(world->form);
  assert_false(gtk_widget_get_visible(find(world, "problem-integer")));
  assert_value(world, "integer", "12");
}

/* A wrong check character is reported at once and asks for the reason; it can be saved. */
static void test_a_doubtful_code_is_reported_at_once_and_needs_a_reason(void **state)
{
  World *world = *state;
  GtkWidget *reason = gtk_widget_get_parent(find(world, "uscc_doubt"));
  assert_false(gtk_widget_get_visible(reason));
  gtk_entry_set_text(GTK_ENTRY(find(world, "uscc")), "91140603MA00000150");
  bh_form_view_flush(world->form);
  assert_value(world, "uscc", "\"91140603MA00000150\"");
  assert_false(gtk_widget_get_visible(find(world, "problem-uscc")));
  assert_true(gtk_widget_get_visible(find(world, "doubt-uscc")));
  assert_true(gtk_widget_get_visible(reason));
  assert_true(bh_form_view_validate(world->form));
  gtk_entry_set_text(GTK_ENTRY(find(world, "uscc")), "91140603MA0000015Q");
  bh_form_view_flush(world->form);
  assert_false(gtk_widget_get_visible(find(world, "doubt-uscc")));
  assert_false(gtk_widget_get_visible(reason));
}

static void test_text_that_cannot_be_stored_stops_saving_and_stays_reported(void **state)
{
  World *world = *state;
  gtk_entry_set_text(GTK_ENTRY(find(world, "text")), "风\342\200\256门");
  assert_false(bh_form_view_validate(world->form));
  g_autoptr(json_t) none = json_array();
  g_free(bh_form_view_show_problems(world->form, none));
  assert_true(gtk_widget_get_visible(find(world, "problem-text")));
  gtk_entry_set_text(GTK_ENTRY(find(world, "text")), "风门");
  assert_true(bh_form_view_validate(world->form));
  assert_false(gtk_widget_get_visible(find(world, "problem-text")));
}

/* Text is never truncated: one that is too long stays whole, is reported, and is not saved. */
static void test_a_text_that_is_too_long_is_kept_and_reported(void **state)
{
  World *world = *state;
  g_autoptr(GString) pasted = g_string_new(NULL);
  for (int i = 0; i < 50; i++)
    g_string_append(pasted, "风");
  GtkEntry *entry = GTK_ENTRY(find(world, "text"));
  int at = 0;
  gtk_editable_insert_text(GTK_EDITABLE(entry), pasted->str, -1, &at);
  assert_string_equal(gtk_entry_get_text(entry), pasted->str);
  assert_false(bh_form_view_validate(world->form));
  assert_true(gtk_widget_get_visible(find(world, "problem-text")));
  g_autofree char *kept = g_strdup_printf("\"%s\"", pasted->str);
  assert_value(world, "text", kept);
}

static void test_pasted_text_becomes_one_line_without_hidden_characters(void **state)
{
  World *world = *state;
  gtk_entry_set_text(GTK_ENTRY(find(world, "text")), " 风\u200b门\n二\u3000");
  assert_true(bh_form_view_validate(world->form));
  assert_value(world, "text", "\"风门 二\"");
  gtk_entry_set_text(GTK_ENTRY(find(world, "text")), "\u3000\u200b");
  assert_true(bh_form_view_validate(world->form));
  assert_value(world, "text", "none");
}

static void test_a_refused_change_is_shown_again_with_its_error(void **state)
{
  World *world = *state;
  gtk_entry_set_text(GTK_ENTRY(find(world, "integer")), "abc");
  bh_form_view_flush(world->form);
  g_autoptr(json_t) draft = json_deep_copy(bh_form_view_get_values(world->form));
  g_autoptr(json_t) none = json_object();
  bh_form_view_load(world->form, none);
  assert_false(gtk_widget_get_visible(find(world, "problem-integer")));
  bh_form_view_load(world->form, draft);
  assert_string_equal(gtk_entry_get_text(GTK_ENTRY(find(world, "integer"))), "abc");
  assert_true(gtk_widget_get_visible(find(world, "problem-integer")));
  assert_false(bh_form_view_validate(world->form));
}

static void test_problems_are_shown_at_their_field_and_other_values_are_returned(void **state)
{
  World *world = *state;
  g_autoptr(json_t) problems =
      json_pack("[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}]", "field", "text", "zh", "必填", "field",
                "only_two", "zh", "看不见", "field", "", "zh", "整体");
  g_autofree char *rest = bh_form_view_show_problems(world->form, problems);
  assert_string_equal(gtk_label_get_text(GTK_LABEL(find(world, "problem-text"))), "必填");
  assert_string_equal(rest, "选二才有: 看不见\n整体");
}

static void test_hostile_text_stays_text(void **state)
{
  World *world = *state;
  static const char hostile[] = "<b>&amp;\u202e%s%n</b>";
  g_autoptr(json_t) record = json_pack("{s:s, s:s}", "text", hostile, "longtext", hostile);
  bh_form_view_load(world->form, record);
  assert_string_equal(gtk_entry_get_text(GTK_ENTRY(find(world, "text"))), hostile);
  GtkWidget *row = bh_part_row("row", hostile, hostile, hostile, "id");
  g_object_ref_sink(row);
  assert_string_equal(atk_object_get_name(gtk_widget_get_accessible(row)), hostile);
  gtk_widget_destroy(row);
  g_object_unref(row);
  g_autoptr(json_t) problems = json_pack("[{s:s, s:s}]", "field", "text", "zh", hostile);
  g_autofree char *rest = bh_form_view_show_problems(world->form, problems);
  assert_string_equal(gtk_label_get_text(GTK_LABEL(find(world, "problem-text"))), hostile);
  assert_string_equal(rest, "");
}

static void test_a_phone_field_takes_two_numbers_with_extensions(void **state)
{
  World *world = *state;
  GtkWidget *phone = find(world, "phone");
  gtk_entry_set_text(GTK_ENTRY(phone), "０５５３-1234567 转 801／13800000000");
  wait_pause();
  assert_value(world, "phone", "\"0553-1234567转801、13800000000\"");
  gtk_entry_set_text(GTK_ENTRY(phone), "0553-1234567转总机");
  wait_pause();
  const char *said = gtk_label_get_text(GTK_LABEL(find(world, "problem-phone")));
  assert_non_null(strstr(said, "One or two phone numbers"));
  assert_string_equal(gtk_entry_get_text(GTK_ENTRY(phone)), "0553-1234567转总机");
}

/* Types the text into the entry of a field, leaves the field, and checks the value. */
static void type_and_check(World *world, const char *field, const char *typed, const char *wanted)
{
  gtk_entry_set_text(GTK_ENTRY(find(world, field)), typed);
  bh_form_view_flush(world->form);
  assert_value(world, field, wanted);
}

static void assert_text(World *world, const char *id, const char *wanted)
{
  GtkWidget *label = find(world, id);
  assert_true(gtk_widget_get_visible(label));
  assert_string_equal(gtk_label_get_text(GTK_LABEL(label)), wanted);
}

static void test_each_kind_of_number_and_code_is_typed_as_people_write_it(void **state)
{
  World *world = *state;
  type_and_check(world, "money", "１，２５０．５元", "\"1250.5\"");
  type_and_check(world, "percent", "12.5％", "\"12.5\"");
  type_and_check(world, "duration", "3小时20分", "200");
  type_and_check(world, "duration", "0:45", "45");
  type_and_check(world, "url", "https：／／a。cn", "\"https://a.cn\"");
  type_and_check(world, "id_number", "110105 19491231 002x", "\"11010519491231002X\"");
  type_and_check(world, "weight", "7.5 吨", "\"7.5\"");
  assert_true(bh_form_view_validate(world->form));
}

static void test_the_unit_is_beside_the_entry_and_the_meaning_below(void **state)
{
  World *world = *state;
  assert_text(world, "unit-money", "元");
  assert_text(world, "unit-percent", "%");
  assert_text(world, "unit-weight", "吨");
  assert_false(gtk_widget_get_visible(find(world, "meaning-money")));
  gtk_entry_set_text(GTK_ENTRY(find(world, "money")), "1250000");
  assert_text(world, "meaning-money", "= 1,250,000 元");
  gtk_entry_set_text(GTK_ENTRY(find(world, "duration")), "90");
  assert_text(world, "meaning-duration", "= 1 小时 30 分");
  gtk_entry_set_text(GTK_ENTRY(find(world, "duration")), "lang");
  assert_false(gtk_widget_get_visible(find(world, "meaning-duration")));
  const char *name = atk_object_get_name(gtk_widget_get_accessible(find(world, "weight")));
  assert_string_equal(name, "重量 (吨)");
}

static void test_what_is_wrong_with_a_number_or_code_is_reported_in_words(void **state)
{
  World *world = *state;
  static const struct {
    const char *field, *typed, *words;
  } cases[] = {
      {"money", "1,23", "An amount from 0 元 to 1,000,000,000,000 元"},
      {"money", "-5", "An amount from 0 元"},
      {"percent", "101", "A number from 0% to 100%, with at most 1 digits"},
      {"percent", "1.25", "A number from 0% to 100%"},
      {"duration", "101:00", "A duration from 0 分 to 100 小时"},
      {"duration", "drei", "A duration from 0 分 to 100 小时"},
      {"url", "www.a.cn", "A web address that begins with http://"},
      {"url", "javascript:alert(1)", "A web address that begins with http://"},
      {"id_number", "110105194912310021", "An identity card number has 18 characters"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *id = g_strconcat("problem-", cases[i].field, NULL);
    gtk_entry_set_text(GTK_ENTRY(find(world, cases[i].field)), cases[i].typed);
    assert_false(bh_form_view_validate(world->form));
    const char *said = gtk_label_get_text(GTK_LABEL(find(world, id)));
    if (strstr(said, cases[i].words) == NULL)
      fail_msg("%s: %s", cases[i].typed, said);
    /* What was typed is kept as a draft and can be shown again. */
    g_autofree char *kept = g_strdup_printf("\"%s\"", cases[i].typed);
    assert_value(world, cases[i].field, kept);
    gtk_entry_set_text(GTK_ENTRY(find(world, cases[i].field)), "");
    assert_true(bh_form_view_validate(world->form));
  }
}

static void test_a_month_is_one_tap_or_chosen_in_its_year(void **state)
{
  World *world = *state;
  BhDate today = bh_session_today(world->session);
  BhDate last = bh_date_add_months(today, -1);
  g_autofree char *this_month = bh_date_format_month(&today);
  g_autofree char *last_month = bh_date_format_month(&last);
  g_autofree char *this_value = g_strdup_printf("\"%s\"", this_month);
  g_autofree char *last_value = g_strdup_printf("\"%s\"", last_month);
  assert_false(gtk_widget_get_visible(find(world, "month-clear")));
  gtk_button_clicked(GTK_BUTTON(find(world, "month-this")));
  assert_value(world, "month", this_value);
  gtk_button_clicked(GTK_BUTTON(find(world, "month-last")));
  assert_value(world, "month", last_value);

  g_autoptr(json_t) record = json_pack("{s:s}", "month", "2026-02");
  bh_form_view_load(world->form, record);
  gtk_button_clicked(GTK_BUTTON(find(world, "month")));
  assert_text(world, "month-year", "2026");
  gtk_button_clicked(GTK_BUTTON(find(world, "month-year-before")));
  assert_text(world, "month-year", "2025");
  gtk_button_clicked(GTK_BUTTON(find(world, "month-2025-12")));
  assert_value(world, "month", "\"2025-12\"");
  gtk_button_clicked(GTK_BUTTON(find(world, "month")));
  gtk_button_clicked(GTK_BUTTON(find(world, "month-year-after")));
  gtk_button_clicked(GTK_BUTTON(find(world, "month-2026-01")));
  assert_value(world, "month", "\"2026-01\"");
  gtk_button_clicked(GTK_BUTTON(find(world, "month-clear")));
  assert_value(world, "month", "none");
}

/* The style of the window, so that sizes are those that people see. */
static void load_style(void)
{
  g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
  g_autofree char *path = bh_data_path("assets", "style.css", NULL);
  assert_true(gtk_css_provider_load_from_path(provider, path, NULL));
  gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(provider),
                                            GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void test_targets_of_a_month_are_48_pixels_and_fit_into_360(void **state)
{
  World *world = *state;
  static const char *const ids[] = {"month",         "month-this",        "month-last",
                                    "month-clear",   "month-year-before", "month-year-after",
                                    "month-2026-01", "month-2026-12"};
  g_autoptr(json_t) record = json_pack("{s:s}", "month", "2026-09");
  bh_form_view_load(world->form, record);
  gtk_button_clicked(GTK_BUTTON(find(world, "month")));
  for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
    int width = 0, height = 0;
    gtk_widget_get_preferred_width(find(world, ids[i]), NULL, &width);
    gtk_widget_get_preferred_height(find(world, ids[i]), NULL, &height);
    if (width < 48 || height < 48)
      fail_msg("%s: %d × %d", ids[i], width, height);
  }
  int least = 0;
  gtk_widget_get_preferred_width(gtk_widget_get_parent(find(world, "month")), &least, NULL);
  assert_in_range(least, 1, 336); /* 360 without the margins of a page */
}

static char *opened;
static gboolean has_browser;

static gboolean open_page(GtkWidget *widget, const char *address, GError **error)
{
  (void)widget;
  (void)error;
  g_free(opened);
  opened = g_strdup(address);
  return has_browser;
}

static GtkWidget *find_in(GtkWidget *root, const char *id)
{
  gpointer search[2] = {(gpointer)id, NULL};
  find_named(root, search);
  return search[1];
}

static void test_a_web_address_is_opened_by_a_tap_only(void **state)
{
  (void)state;
  bh_web_link_set_open(open_page);
  GtkWidget *line = g_object_ref_sink(bh_web_link_new("url", "网址", "https://a.cn/x"));
  GtkWidget *button = find_in(line, "url");
  assert_null(opened);
  has_browser = TRUE;
  gtk_button_clicked(GTK_BUTTON(button));
  assert_string_equal(opened, "https://a.cn/x");
  GtkWidget *problem = bh_part_find_class(line, "problem");
  assert_null(problem);
  has_browser = FALSE;
  gtk_button_clicked(GTK_BUTTON(button));
  problem = bh_part_find_class(line, "problem");
  assert_string_equal(gtk_label_get_text(GTK_LABEL(problem)),
                      "No program to open web pages is installed");
  gtk_widget_destroy(line);
  g_object_unref(line);
  g_clear_pointer(&opened, g_free);
  bh_web_link_set_open(NULL);
}

static void test_an_address_that_is_not_of_a_web_page_has_no_button(void **state)
{
  (void)state;
  static const char *const hostile[] = {"javascript:alert(1)", "file:///etc/passwd",
                                        "https://a.cn@b.cn/", ""};
  for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
    GtkWidget *line = g_object_ref_sink(bh_web_link_new("url", "网址", hostile[i]));
    assert_null(find_in(line, "url"));
    gtk_widget_destroy(line);
    g_object_unref(line);
  }
}

static void test_every_control_has_a_name_and_is_big_enough(void **state)
{
  World *world = *state;
  static const char *const ids[] = {
      "text",    "longtext", "integer",  "decimal", "flag",      "choice-one", "choices-a",
      "date",    "time",     "phone",    "uscc",    "area",      "place",      "money",
      "percent", "month",    "duration", "url",     "id_number", "weight",     NULL};
  for (int i = 0; ids[i] != NULL; i++) {
    GtkWidget *control = find(world, ids[i]);
    const char *name = atk_object_get_name(gtk_widget_get_accessible(control));
    if (name == NULL || *name == '\0')
      fail_msg("%s has no accessible name", ids[i]);
  }
}

static void test_signature_undo_clear_and_picture(void **state)
{
  (void)state;
  BhSignaturePad *pad = BH_SIGNATURE_PAD(g_object_ref_sink(bh_signature_pad_new()));
  assert_true(bh_signature_pad_is_empty(pad));
  assert_null(bh_signature_pad_dup_png(pad));
  static const double stroke[] = {10, 10, 60, 40, 90, 30, 120, 20};
  bh_signature_pad_add_stroke(pad, stroke, 4);
  bh_signature_pad_add_stroke(pad, stroke, 4);
  bh_signature_pad_undo(pad);
  assert_false(bh_signature_pad_is_empty(pad));
  g_autoptr(GBytes) png = bh_signature_pad_dup_png(pad);
  gsize len = 0;
  const guint8 *bytes = g_bytes_get_data(png, &len);
  assert_true(len > 100);
  assert_memory_equal(bytes, "\x89PNG", 4);
  bh_signature_pad_clear(pad);
  assert_true(bh_signature_pad_is_empty(pad));
  gtk_widget_destroy(GTK_WIDGET(pad));
  g_object_unref(pad);
}

static void test_a_dot_is_no_signature(void **state)
{
  (void)state;
  static const struct {
    const double xy[20];
    gsize n_points;
    gboolean name;
  } rows[] = {
      {{50, 50}, 1, FALSE},
      {{50, 50, 51, 50, 51, 51, 50, 51, 50, 50}, 5, FALSE},         /* a single thick dot */
      {{50, 50, 60, 60, 50, 60, 60, 50, 50, 50, 60, 60}, 6, FALSE}, /* a scribble on one spot */
      {{50, 50, 70, 70}, 2, FALSE},                                 /* a tick mark */
      {{10, 10, 60, 40, 90, 30, 120, 20}, 4, TRUE},
      {{10, 10, 10, 40, 10, 60, 10, 90}, 4, TRUE}, /* a stroke downwards */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    BhSignaturePad *pad = BH_SIGNATURE_PAD(g_object_ref_sink(bh_signature_pad_new()));
    assert_false(bh_signature_pad_has_name(pad));
    bh_signature_pad_add_stroke(pad, rows[i].xy, rows[i].n_points);
    assert_int_equal(bh_signature_pad_has_name(pad), rows[i].name);
    bh_signature_pad_undo(pad);
    assert_false(bh_signature_pad_has_name(pad));
    gtk_widget_destroy(GTK_WIDGET(pad));
    g_object_unref(pad);
  }
}

/* A form of a kind with a limit that the office sets and a code list. */
static const char office_kinds[] =
    "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'shop','label':{'zh':'店','en':'Shop'},"
    "'scope':'area','area_from':'area','title':'{note}',"
    "'codes':[{'name':'trade','label':{'zh':'行业','en':'Trade'}}],"
    "'settings':[{'name':'most','type':'integer','label':{'zh':'上限','en':'Most'},'min':1,"
    "'max':900}],'fields':["
    "{'name':'note','type':'text','label':{'zh':'注','en':'Note'}},"
    "{'name':'area','type':'area','label':{'zh':'区','en':'Area'}},"
    "{'name':'depth','type':'integer','label':{'zh':'深','en':'Depth'},"
    "'max':{'setting':'most'}},"
    "{'name':'trade','type':'enum_ref','label':{'zh':'业','en':'Trade'},'codes':'trade'}]}]}";

static void set_office(World *world, const char *most)
{
  static const char *const codes[] = {
      "{'list':'trade','code':'ski','label_zh':'滑雪','area':'140600'}",
      "{'list':'trade','code':'stay','label_zh':'民宿','area':'140500'}"};
  g_autoptr(json_t) value = json_pack("{s:s, s:s}", "name", "most", "value", most);
  BhSettingValues *settings = bh_setting_values_new();
  bh_setting_values_add(settings, BH_SETTING_KIND, "s", value);
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    g_autofree char *text = g_strdelimit(g_strdup(codes[i]), "'", '"');
    g_autoptr(json_t) code = json_loads(text, 0, NULL);
    bh_setting_values_add(settings, BH_CODE_KIND, codes[i], code);
  }
  bh_setting_values_unref(world->session->office);
  world->session->office = settings;
  g_signal_emit_by_name(world->session, "office-settings-changed");
}

static gboolean has_control(World *world, const char *id)
{
  gpointer search[2] = {(gpointer)id, NULL};
  find_named(GTK_WIDGET(world->form), search);
  return search[1] != NULL;
}

static void test_limits_and_codes_of_the_office_are_live(void **state)
{
  World *world = *state;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdelimit(g_strdup(office_kinds), "'", '"');
  g_autoptr(json_t) root = json_loads(text, 0, NULL);
  g_autofree char *canonical = bh_json_dump(root);
  g_autoptr(BhKindSet) kinds = bh_kind_set_from_text(canonical, strlen(canonical), &error);
  assert_null(error);
  gtk_widget_destroy(GTK_WIDGET(world->form));
  world->form = bh_form_view_new(world->session, bh_kind_set_find(kinds, "shop"), NULL, NULL);
  gtk_container_add(GTK_CONTAINER(world->window), GTK_WIDGET(world->form));
  g_autoptr(json_t) first =
      json_pack("{s:s, s:s, s:i}", "area", "140603", "trade", "swing", "depth", 30);
  bh_form_view_load(world->form, first);
  /* Nothing is known of the office yet: the value stays, and no limit is shown. */
  assert_true(has_control(world, "trade-swing"));
  assert_false(has_control(world, "trade-ski"));
  assert_false(gtk_widget_get_visible(find(world, "problem-depth")));
  set_office(world, "20");
  assert_true(has_control(world, "trade-swing"));
  assert_true(has_control(world, "trade-ski"));
  assert_false(has_control(world, "trade-stay"));
  assert_true(gtk_widget_get_visible(find(world, "problem-depth")));
  assert_non_null(strstr(gtk_label_get_text(GTK_LABEL(find(world, "problem-depth"))), "20"));
  gtk_entry_set_text(GTK_ENTRY(find(world, "depth")), "20");
  wait_pause();
  assert_value(world, "depth", "20");
  assert_false(gtk_widget_get_visible(find(world, "problem-depth")));
  gtk_entry_set_text(GTK_ENTRY(find(world, "depth")), "21");
  wait_pause();
  assert_true(gtk_widget_get_visible(find(world, "problem-depth")));
  set_office(world, "21");
  assert_false(gtk_widget_get_visible(find(world, "problem-depth")));
  /* What the form has is kept, also when the area changes and it is not offered there. */
  gtk_widget_grab_focus(find(world, "trade-ski"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(find(world, "trade-ski")), TRUE);
  assert_value(world, "trade", "\"ski\"");
  assert_false(has_control(world, "trade-swing"));
  /* The buttons were made again; the focus is where it was. */
  assert_ptr_equal(gtk_window_get_focus(GTK_WINDOW(world->window)), find(world, "trade-ski"));
  g_autoptr(json_t) elsewhere = json_string("140502");
  bh_form_view_set(world->form, "area", elsewhere);
  assert_value(world, "trade", "\"ski\"");
  assert_true(has_control(world, "trade-stay"));
  assert_true(has_control(world, "trade-ski"));
  /* The button with the focus is gone: the focus stays in the field. */
  gtk_widget_grab_focus(find(world, "trade-ski"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(find(world, "trade-ski")), FALSE);
  assert_false(has_control(world, "trade-ski"));
  assert_ptr_equal(gtk_window_get_focus(GTK_WINDOW(world->window)), find(world, "trade-stay"));
  gtk_widget_destroy(GTK_WIDGET(world->form));
  world->form =
      bh_form_view_new(world->session, bh_kind_set_find(world->kinds, "every"), NULL, NULL);
  gtk_container_add(GTK_CONTAINER(world->window), GTK_WIDGET(world->form));
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  load_style();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_every_type_keeps_its_value, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_typed_text_is_saved_once_after_half_a_second, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_typing_without_a_pause_is_saved_within_two_seconds,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_leaving_a_page_saves_typed_text_at_once, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_one_choice_excludes_the_others_and_shows_what_depends_on_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_several_choices_come_sorted, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_date_is_one_tap, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_position_can_be_cleared, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_locked_field_is_text, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_invalid_value_is_reported_at_its_field, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_doubtful_code_is_reported_at_once_and_needs_a_reason,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_text_that_cannot_be_stored_stops_saving_and_stays_reported, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_text_that_is_too_long_is_kept_and_reported, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_pasted_text_becomes_one_line_without_hidden_characters,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_refused_change_is_shown_again_with_its_error, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_problems_are_shown_at_their_field_and_other_values_are_returned, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_hostile_text_stays_text, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_phone_field_takes_two_numbers_with_extensions, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_every_control_has_a_name_and_is_big_enough, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_each_kind_of_number_and_code_is_typed_as_people_write_it,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_unit_is_beside_the_entry_and_the_meaning_below,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_limits_and_codes_of_the_office_are_live, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_what_is_wrong_with_a_number_or_code_is_reported_in_words,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_month_is_one_tap_or_chosen_in_its_year, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_targets_of_a_month_are_48_pixels_and_fit_into_360,
                                      set_up, tear_down),
      cmocka_unit_test(test_a_web_address_is_opened_by_a_tap_only),
      cmocka_unit_test(test_an_address_that_is_not_of_a_web_page_has_no_button),
      cmocka_unit_test(test_signature_undo_clear_and_picture),
      cmocka_unit_test(test_a_dot_is_no_signature),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
