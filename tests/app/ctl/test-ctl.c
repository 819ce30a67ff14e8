/* Runs the program bihuanctl: input lines, stored records and exit codes. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/app/ctl/ctl.h"

static char *make_line(Fixture *fixture, const char *summary)
{
  return g_strdup_printf("{\"ops\":[{\"kind\":\"hazard\",\"set\":{\"enterprise\":\"%s\","
                         "\"summary\":\"%s\",\"level\":\"general\",\"place\":\"1301\","
                         "\"found_by\":\"inspection\",\"state\":\"found\"}}]}",
                         fixture->enterprise, summary);
}

static void test_wrong_usage_is_reported_with_its_exit_code(void **state G_GNUC_UNUSED)
{
  g_autofree char *dir = g_dir_make_tmp("bihuan-ctl-XXXXXX", NULL);
  g_auto(Outcome) help = {0}, none = {0}, unknown = {0}, few = {0}, bad = {0};

  run(&help, "--help", NULL);
  expect_code(&help, 0);
  assert_non_null(strstr(help.out, "Exit codes"));
  run(&none, "status", NULL);
  expect_code(&none, 2);
  run(&unknown, "--store", dir, "fly", NULL);
  expect_code(&unknown, 2);
  run(&few, "--store", dir, "show", NULL);
  expect_code(&few, 2);
  run(&bad, "--store", dir, "--nonsense", NULL);
  expect_code(&bad, 2);
  g_rmdir(dir);
}

static void test_a_store_that_is_not_enrolled_says_so(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new_bare();
  g_auto(Outcome) list = {0}, enrol = {0}, status = {0};

  g_clear_pointer(&fixture->device, bh_device_close);
  run(&list, "--store", fixture->dir, "list", "enterprise", NULL);
  expect_code(&list, 1);
  assert_non_null(strstr(list.err, "not enrolled"));
  run(&enrol, "--store", fixture->dir, "enrol", "BHE1:nonsense", NULL);
  expect_code(&enrol, 3);
  run(&status, "--store", fixture->dir, "status", "--json", NULL);
  expect_code(&status, 0);
}

static void test_L8_a_bad_line_stops_nothing_else(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_autofree char *pin = write_file(fixture, "pin", PIN_OF_LI "\n");
  g_autofree char *first = make_line(fixture, "顶板离层");
  g_autofree char *second = make_line(fixture, "支护失效");
  g_autofree char *text = g_strdup_printf(
      "%s\nno json\n{\"ops\":[{\"kind\":\"hazard\",\"set\":{\"state\":\"found\"}}]}\n\n%s\n", first,
      second);
  g_autofree char *lines = write_file(fixture, "lines", text);
  g_auto(Outcome) record = {0}, status = {0}, list = {0}, search = {0};

  run(&record, "--store", fixture->dir, "--json", "record", "--by", fixture->li, "--pin-file", pin,
      lines, NULL);
  expect_code(&record, 3);
  g_auto(GStrv) rows = g_strsplit(g_strstrip(record.out), "\n", -1);
  assert_int_equal(g_strv_length(rows), 4);
  static const gboolean good[] = {TRUE, FALSE, FALSE, TRUE};
  static const int numbers[] = {1, 2, 3, 5};
  for (gsize i = 0; i < 4; i++) {
    g_autoptr(json_t) row = parse(rows[i]);
    assert_int_equal(json_integer_value(json_object_get(row, "line")), numbers[i]);
    assert_int_equal(json_object_get(row, "entry") != NULL, good[i]);
  }
  assert_non_null(strstr(record.err, "line 2"));
  assert_non_null(strstr(record.err, "line 3: hazard"));

  run(&status, "--store", fixture->dir, "status", "--json", NULL);
  g_autoptr(json_t) result = parse(status.out);
  assert_int_equal(json_integer_value(json_object_get(result, "pending")), 2);
  run(&list, "--store", fixture->dir, "list", "hazard", "--json", "--where", "state=found", NULL);
  g_autoptr(json_t) found = parse(list.out);
  assert_int_equal(json_array_size(json_object_get(found, "rows")), 2);
  run(&search, "--store", fixture->dir, "list", "hazard", "--search", "离层", NULL);
  expect_code(&search, 0);
  assert_non_null(strstr(search.out, "顶板离层"));
  assert_null(strstr(search.out, "支护失效"));
}

/* A doubtful value is saved with its reason, and reported; without a reason it is refused. */
static void test_a_doubtful_code_is_saved_with_its_reason_and_reported(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_autofree char *pin = write_file(fixture, "pin", PIN_OF_LI "\n");
  static const char line[] =
      "{\"ops\":[{\"kind\":\"enterprise\",\"set\":{\"name\":\"老字号\",\"uscc\":"
      "\"91140603MA0000015R\",\"sector\":\"coal_mine\",\"area\":\"140603100\",\"provisional\":true,"
      "\"provisional_reason\":\"待核对\",%s\"state\":\"provisional\"}}]}\n";
  g_autofree char *without = g_strdup_printf(line, "");
  g_autofree char *with = g_strdup_printf(line, "\"uscc_doubt\":\"执照上就是这样\",");
  g_autofree char *text = g_strconcat(without, with, NULL);
  g_autofree char *lines = write_file(fixture, "lines", text);
  g_auto(Outcome) record = {0}, list = {0};

  run(&record, "--store", fixture->dir, "record", "--by", fixture->li, "--pin-file", pin, lines,
      NULL);
  expect_code(&record, 3);
  assert_non_null(strstr(record.err, "line 1: enterprise"));
  assert_null(strstr(record.err, "line 1: saved"));
  assert_non_null(strstr(record.err, "line 2: saved, but doubtful: uscc"));
  run(&list, "--store", fixture->dir, "list", "enterprise", "--search", "老字号", "--json", NULL);
  assert_non_null(strstr(list.out, "91140603MA0000015R"));
}

static void test_files_come_by_path(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_autofree char *pin = write_file(fixture, "pin", PIN_OF_LI);
  g_autofree char *picture = write_picture(fixture, "a.jpg", PICTURE_SIZE);
  g_autofree char *no_picture = write_picture(fixture, "b.jpg", PICTURE_SIZE / 3);
  g_autofree char *text = g_strdup_printf(
      "{\"ops\":[{\"kind\":\"file\",\"set\":{\"parent\":\"%s\",\"role\":\"photo\",\"path\":"
      "\"a.jpg\"}}]}\n"
      "{\"ops\":[{\"kind\":\"file\",\"set\":{\"parent\":\"%s\",\"role\":\"photo\",\"path\":"
      "\"%s\"}}]}\n",
      fixture->enterprise, fixture->enterprise, no_picture);
  g_autofree char *lines = write_file(fixture, "lines", text);
  g_auto(Outcome) record = {0}, status = {0}, queue = {0};

  run(&record, "--store", fixture->dir, "record", "--by", fixture->li, "--pin-file", pin, lines,
      NULL);
  expect_code(&record, 3);
  assert_non_null(strstr(record.err, "b.jpg"));
  assert_non_null(strstr(record.err, "its end is missing"));
  run(&status, "--store", fixture->dir, "status", "--json", NULL);
  g_autoptr(json_t) result = parse(status.out);
  assert_int_equal(json_integer_value(json_object_get(result, "files_pending")), 1);
  run(&queue, "--store", fixture->dir, "queue", NULL);
  assert_non_null(strstr(queue.out, "after_entries"));
  assert_true(g_file_test(picture, G_FILE_TEST_EXISTS));
}

static guint count_files(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  guint n = 0;

  if (dir == NULL)
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    n += count_files(child);
  }
  return n;
}

static void test_a_check_keeps_no_file(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_autofree char *picture = write_picture(fixture, "a.jpg", PICTURE_SIZE);
  g_autofree char *no_picture = write_file(fixture, "b.jpg", "text");
  g_autofree char *files = g_build_filename(fixture->dir, "files", NULL);
  g_autofree char *good = g_strdup_printf("{\"ops\":[],\"files\":[\"%s\"]}\n", picture);
  g_autofree char *bad = g_strdup_printf("{\"ops\":[],\"files\":[\"%s\"]}\n", no_picture);
  g_autofree char *text = g_strconcat(good, bad, NULL);
  g_autofree char *lines = write_file(fixture, "lines", text);
  g_auto(Outcome) check = {0};
  guint before = count_files(files);

  run(&check, "--store", fixture->dir, "check", "--by", fixture->li, lines, NULL);
  assert_non_null(strstr(check.out, "line 1: nothing is wrong"));
  assert_non_null(strstr(check.err, "b.jpg"));
  assert_int_equal(count_files(files), before);
}

static void test_L12_without_the_right_pin_nothing_is_recorded(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_autofree char *pin = write_file(fixture, "pin", PIN_OF_WANG);
  g_autofree char *line = make_line(fixture, "顶板离层");
  g_autofree char *lines = write_file(fixture, "lines", line);
  g_auto(Outcome) record = {0}, nobody = {0}, status = {0};

  run(&record, "--store", fixture->dir, "record", "--by", fixture->li, "--pin-file", pin, lines,
      NULL);
  expect_code(&record, 3);
  run(&nobody, "--store", fixture->dir, "record", lines, NULL);
  expect_code(&nobody, 2);
  run(&status, "--store", fixture->dir, "status", "--json", NULL);
  g_autoptr(json_t) result = parse(status.out);
  assert_int_equal(json_integer_value(json_object_get(result, "pending")), 0);
}

static void test_records_are_shown_for_people_and_programs(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_auto(Outcome) show = {0}, json = {0}, missing = {0}, doctor = {0}, staff = {0}, history = {0};

  run(&show, "--store", fixture->dir, "show", fixture->enterprise, NULL);
  expect_code(&show, 0);
  assert_non_null(strstr(show.out, "朔州东升煤矿有限公司"));
  run(&json, "--store", fixture->dir, "show", fixture->enterprise, "--json", NULL);
  g_autoptr(json_t) result = parse(json.out);
  assert_string_equal(bh_json_string_or(result, "kind", ""), "enterprise");
  run(&missing, "--store", fixture->dir, "show", test_id(0xfff), NULL);
  expect_code(&missing, 1);
  run(&history, "--store", fixture->dir, "history", fixture->enterprise, NULL);
  expect_code(&history, 0);
  run(&staff, "--store", fixture->dir, "staff", NULL);
  assert_non_null(strstr(staff.out, "李明"));
  run(&doctor, "--store", fixture->dir, "doctor", "--json", NULL);
  g_autoptr(json_t) checks = parse(doctor.out);
  assert_true(json_array_size(json_object_get(checks, "checks")) > 4);
}

static void test_tidy_removes_what_doctor_names(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_auto(Outcome) doctor = {0}, tidy = {0}, after = {0};
  g_autofree char *hash = bh_hash_hex("left", 4);
  g_autofree char *folder = g_strndup(hash, 2);
  g_autofree char *shelf = g_build_filename(fixture->dir, "files", folder, NULL);
  g_autofree char *path = g_build_filename(shelf, hash, NULL);

  assert_int_equal(g_mkdir_with_parents(shelf, 0700), 0);
  assert_true(g_file_set_contents(path, "left", 4, NULL));
  run(&doctor, "--store", fixture->dir, "doctor", NULL);
  assert_non_null(strstr(doctor.out, hash));
  run(&tidy, "--store", fixture->dir, "tidy", "--json", NULL);
  expect_code(&tidy, 0);
  g_autoptr(json_t) removed = parse(tidy.out);
  assert_int_equal(json_integer_value(json_object_get(removed, "files")), 1);
  assert_int_equal(json_integer_value(json_object_get(removed, "bytes")), 4);
  assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  run(&after, "--store", fixture->dir, "doctor", NULL);
  assert_null(strstr(after.out, hash));
}

static void test_an_unreachable_hub_has_its_own_exit_code(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_auto(Outcome) sync = {0};

  run(&sync, "--store", fixture->dir, "sync", "--json", NULL);
  expect_code(&sync, 4);
  g_autoptr(json_t) result = parse(sync.out);
  assert_string_equal(bh_json_string_or(result, "last_error", ""), "network");
}

static GPid start_agent(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  const char *words[] = {g_getenv("BIHUAN_AGENT"), "--store", fixture->dir, NULL};
  g_autofree char *socket = g_build_filename(fixture->dir, "owner.sock", NULL);
  GPid pid = 0;

  g_spawn_async(NULL, (char **)words, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                NULL, NULL, &pid, &error);
  assert_no_error(error);
  for (int i = 0; i < 100 && !g_file_test(socket, G_FILE_TEST_EXISTS); i++)
    g_usleep(50000);
  return pid;
}

static void test_bihuanctl_asks_the_process_that_owns_the_store(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = make_store();
  g_autofree char *pin = write_file(fixture, "pin", PIN_OF_LI);
  g_autofree char *line = make_line(fixture, "顶板离层");
  g_autofree char *lines = write_file(fixture, "lines", line);
  g_auto(Outcome) record = {0}, status = {0}, show = {0}, after = {0};
  int code = 0;

  GPid agent = start_agent(fixture);
  run(&record, "--store", fixture->dir, "record", "--by", fixture->li, "--pin-file", pin, lines,
      NULL);
  run(&status, "--store", fixture->dir, "status", "--json", NULL);
  run(&show, "--store", fixture->dir, "show", fixture->enterprise, NULL);
  kill(agent, SIGTERM);
  waitpid(agent, &code, 0);
  expect_code(&record, 0);
  expect_code(&status, 0);
  expect_code(&show, 0);
  g_autoptr(json_t) result = parse(status.out);
  assert_int_equal(json_integer_value(json_object_get(result, "pending")), 1);
  run(&after, "--store", fixture->dir, "status", "--json", NULL);
  g_autoptr(json_t) again = parse(after.out);
  assert_int_equal(json_integer_value(json_object_get(again, "pending")), 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wrong_usage_is_reported_with_its_exit_code),
      cmocka_unit_test(test_a_store_that_is_not_enrolled_says_so),
      cmocka_unit_test(test_L8_a_bad_line_stops_nothing_else),
      cmocka_unit_test(test_a_doubtful_code_is_saved_with_its_reason_and_reported),
      cmocka_unit_test(test_files_come_by_path),
      cmocka_unit_test(test_a_check_keeps_no_file),
      cmocka_unit_test(test_L12_without_the_right_pin_nothing_is_recorded),
      cmocka_unit_test(test_records_are_shown_for_people_and_programs),
      cmocka_unit_test(test_tidy_removes_what_doctor_names),
      cmocka_unit_test(test_an_unreachable_hub_has_its_own_exit_code),
      cmocka_unit_test(test_bihuanctl_asks_the_process_that_owns_the_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
