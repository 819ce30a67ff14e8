#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <string.h>
#include "schema/base64.h"
#include "tests/sync/wire/export-world.h"

/* Exports entries in the given order (all, when NULL), sealed by the hub. */
static GBytes *export_order(const World *world, const guint *order, guint n)
{
  static const char *const kinds[] = {WORLD_KINDS, NULL};
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhExportWriter) writer =
      bh_export_writer_new(out, world->hub->hub, world->hub->public_key, 1234, kinds, &error);
  assert_non_null(writer);
  for (guint i = 0; i < n; i++)
    assert_true(bh_export_writer_add(writer, world->entries->pdata[order ? order[i] : i], &error));
  assert_true(bh_export_writer_finish(writer, world->hub->secret_key, &error));
  return world_close_stream(out);
}

static BhExportReport *verify_bytes(GBytes *bytes, const guint8 *hub_key)
{
  gsize len = 0;
  const void *data = g_bytes_get_data(bytes, &len);
  return world_verify("export", data, len, hub_key);
}

static void test_whole_export_is_authentic_with_the_hubs_key(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  g_autoptr(GBytes) bytes = export_order(world, NULL, world->entries->len);
  g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
  assert_int_equal(report->n_problems, 0);
  assert_string_equal(bh_export_report_get_verdict(report), "authentic");
  assert_string_equal(report->hub, world->hub->hub);
  assert_int_equal(report->made_ms, 1234);
  assert_int_equal(report->entries, 6);
  assert_int_equal(report->devices, 3);
  assert_int_equal(report->incarnations, 3);
  assert_int_equal(report->doubtful, 0);
  g_autoptr(BhExportReport) alone = verify_bytes(bytes, NULL);
  assert_string_equal(bh_export_report_get_verdict(alone), "self-consistent");
  g_autoptr(BhExportReport) other = verify_bytes(bytes, world->devices[0]->public_key);
  assert_string_equal(bh_export_report_get_verdict(other), "broken");
  g_autoptr(json_t) json = bh_export_report_to_json(report);
  assert_string_equal(bh_json_string_or(json, "verdict", ""), "authentic");
}

static void test_empty_export_is_authentic(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  g_autoptr(GBytes) bytes = export_order(world, NULL, 0);
  g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
  assert_true(report->authentic);
}

static void test_every_changed_byte_of_an_export_is_noticed(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  static const guint order[] = {0, 1, 2, 4};
  g_autoptr(GBytes) bytes = export_order(world, order, G_N_ELEMENTS(order));
  gsize len = 0;
  const guint8 *data = g_bytes_get_data(bytes, &len);
  g_autofree guint8 *copy = g_memdup2(data, len);
  for (gsize i = 0; i < len; i++) {
    copy[i] ^= (guint8)(1 << i % 8);
    g_autoptr(BhExportReport) report = world_verify("export", copy, len, world->hub->public_key);
    if (report->n_problems == 0)
      fail_msg("byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is not protected", i, len);
    copy[i] = data[i];
  }
}

static void test_every_truncated_export_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  static const guint order[] = {0, 1};
  g_autoptr(GBytes) bytes = export_order(world, order, G_N_ELEMENTS(order));
  gsize len = 0;
  const char *data = g_bytes_get_data(bytes, &len);
  for (gsize n = 0; n < len; n++) {
    g_autoptr(BhExportReport) report = world_verify("export", data, n, NULL);
    assert_true(report->n_problems > 0);
  }
  g_autofree char *longer = g_malloc(len + 1);
  memcpy(longer, data, len);
  longer[len] = '\n';
  g_autoptr(BhExportReport) report = world_verify("export", longer, len + 1, NULL);
  assert_true(report->n_problems > 0);
}

/* Somebody with the hub's key can seal a file again, but cannot drop, repeat or swap entries that
 * a chain links. */
static void test_T10_sealed_again_without_an_entry_shows_the_gap(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  static const guint with_successor[] = {0, 1, 3}; /* enrolment, and two of the first device */
  for (gsize i = 0; i < G_N_ELEMENTS(with_successor); i++) {
    guint order[5];
    guint n = 0;
    for (guint j = 0; j < 6; j++)
      if (j != with_successor[i])
        order[n++] = j;
    g_autoptr(GBytes) bytes = export_order(world, order, n);
    g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
    assert_true(report->n_problems > 0);
    const BhExportProblem *first = report->problems->pdata[0];
    assert_true(first->code == BH_ERROR_CHAIN || first->code == BH_ERROR_DENIED);
    assert_true(first->line > 3);
  }
}

static void test_T10_sealed_again_with_swapped_or_repeated_entries(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  static const guint swapped[] = {0, 3, 2, 1, 4, 5};
  g_autoptr(GBytes) bytes = export_order(world, swapped, G_N_ELEMENTS(swapped));
  g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
  assert_string_equal(bh_export_report_get_verdict(report), "broken");
  for (guint i = 0; i < 6; i++) {
    guint order[7] = {0, 1, 2, 3, 4, 5, i};
    g_autoptr(GBytes) doubled = export_order(world, order, G_N_ELEMENTS(order));
    g_autoptr(BhExportReport) twice = verify_bytes(doubled, world->hub->public_key);
    assert_int_equal(twice->n_problems, 1);
    const BhExportProblem *problem = twice->problems->pdata[0];
    assert_int_equal(problem->code, BH_ERROR_FORK);
    assert_int_equal(problem->line, 4 + 6 * 5);
  }
}

static void test_problems_name_the_line_of_their_entry(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  BhEntryText *entry = world->entries->pdata[3];
  *strstr(entry->body, "phone") = 'x';
  g_autoptr(GBytes) bytes = export_order(world, NULL, world->entries->len);
  g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
  const BhExportProblem *problem = report->problems->pdata[0];
  assert_int_equal(problem->code, BH_ERROR_SIGNATURE);
  assert_int_equal(problem->line, 4 + 3 * 5);
}

static void test_withheld_bodies_and_erased_openings_verify(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  BhEntryText *entry = world->entries->pdata[1];
  g_clear_pointer(&entry->body, g_free);
  entry = world->entries->pdata[3];
  g_clear_pointer(&entry->openings, g_free);
  entry->openings = g_strdup("");
  g_autoptr(GBytes) bytes = export_order(world, NULL, world->entries->len);
  g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
  assert_true(report->authentic);
  assert_int_equal(report->withheld, 1);
}

static void test_quarantined_entries_are_counted_and_are_not_a_problem(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  world_seal_next(world, 1, "not JSON", "");
  const BhEntryText *entry = world->entries->pdata[1];
  g_autofree char *body = g_strdup(entry->body);
  memcpy(strstr(body, "major"), "minor", 5); /* another body with an id that was used */
  world_seal_next(world, 1, body, "");
  /* the same body once more in a new envelope, as after a fork */
  world_seal_next(world, 1, entry->body, "");
  g_autoptr(GBytes) bytes = export_order(world, NULL, world->entries->len);
  g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
  assert_true(report->authentic);
  assert_int_equal(report->doubtful, 2);
}

static void test_device_cannot_enrol_a_device(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  BhSigner *stranger = bh_signer_new();
  bh_signer_make_keys(stranger, &world->random);
  memcpy(stranger->hub, world->hub->hub, sizeof stranger->hub);
  bh_signer_make_incarnation(stranger, &world->random);
  bh_id_next(&world->ids, stranger->device);
  g_autofree char *key = bh_base64_encode(stranger->public_key, BH_PUBLIC_KEY_SIZE);
  world_write_entry(world, 1, stranger->device, "device", "key", key, FALSE);
  bh_signer_free(world->devices[1]);
  world->devices[1] = stranger;
  world->seqs[2] = 0;
  world_write_entry(world, 2, world->hub->hub, "hazard", "level", "major", FALSE);
  g_autoptr(GBytes) bytes = export_order(world, NULL, world->entries->len);
  g_autoptr(BhExportReport) report = verify_bytes(bytes, world->hub->public_key);
  assert_int_equal(report->n_problems, 1);
  assert_int_equal(((BhExportProblem *)report->problems->pdata[0])->code, BH_ERROR_DENIED);
}

static void test_other_files_are_broken_not_a_crash(void **state G_GNUC_UNUSED)
{
  static const char *const files[] = {
      "",
      "\n",
      "bihuan-export-1",
      "bihuan-export-1\n",
      "bihuan-export-1\n{}\n",
      "bihuan-export-2\n{}\n",
      "bihuan-export-1\nE\n",
      "SQLite format 3\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autoptr(BhExportReport) report = world_verify("export", files[i], strlen(files[i]), NULL);
    assert_int_equal(report->n_problems, 1);
    assert_string_equal(bh_export_report_get_verdict(report), "broken");
  }
  g_autofree char *long_line = g_strnfill(1024 * 1024, 'x');
  g_autoptr(BhExportReport) report = world_verify("export", long_line, strlen(long_line), NULL);
  assert_int_equal(((BhExportProblem *)report->problems->pdata[0])->code, BH_ERROR_LIMIT);
}

static void test_export_is_verified_from_a_file(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  g_autoptr(GBytes) bytes = export_order(world, NULL, world->entries->len);
  g_autofree char *dir = g_dir_make_tmp("bihuan-export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(dir, "all.export", NULL);
  g_autoptr(GError) error = NULL;
  assert_null(bh_export_verify(path, NULL, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
  g_clear_error(&error);
  gsize len = 0;
  const char *data = g_bytes_get_data(bytes, &len);
  g_file_set_contents(path, data, (gssize)len, NULL);
  g_autoptr(BhExportReport) report = bh_export_verify(path, world->hub->public_key, &error);
  assert_true(report->authentic);
  g_unlink(path);
  g_rmdir(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole_export_is_authentic_with_the_hubs_key),
      cmocka_unit_test(test_empty_export_is_authentic),
      cmocka_unit_test(test_every_changed_byte_of_an_export_is_noticed),
      cmocka_unit_test(test_every_truncated_export_is_refused),
      cmocka_unit_test(test_T10_sealed_again_without_an_entry_shows_the_gap),
      cmocka_unit_test(test_T10_sealed_again_with_swapped_or_repeated_entries),
      cmocka_unit_test(test_problems_name_the_line_of_their_entry),
      cmocka_unit_test(test_withheld_bodies_and_erased_openings_verify),
      cmocka_unit_test(test_quarantined_entries_are_counted_and_are_not_a_problem),
      cmocka_unit_test(test_device_cannot_enrol_a_device),
      cmocka_unit_test(test_other_files_are_broken_not_a_crash),
      cmocka_unit_test(test_export_is_verified_from_a_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
