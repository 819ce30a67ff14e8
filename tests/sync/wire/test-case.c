#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <string.h>
#include "schema/error.h"
#include "sync/wire/zip.h"
#include "tests/sync/wire/export-world.h"

#define PAGE "<!DOCTYPE html><p>案卷"
#define PHOTO "\xff\xd8\xff not much of a photo"
#define MADE_MS G_GINT64_CONSTANT(1795258740000)

/* The parts of a case. A test changes one of them, and the hub seals the result all the same. */
typedef struct {
  World *world;
  const guint *order; /* the order of the entries in the file */
  guint n;
  guint bodies;    /* one bit per entry: whether its body is in the file */
  gint64 from, to; /* the span of the first device */
  /* bytes of the photo in the archive; NULL: the sealed text says that they are missing */
  const char *photo;
  const char *name;     /* name of the photo in the sealed text; NULL: the right one */
  const char *member;   /* name of the photo in the archive; NULL: the name in the sealed text */
  const char *page;     /* bytes of the page in the archive */
  const char *extra;    /* name of an additional member, or NULL */
  gboolean forget_file; /* the sealed text does not list the photo */
  gboolean page_first;
} Case;

static char photo_hash[BH_HASH_HEX_LEN + 1];

static char *photo_name(void)
{
  return g_strdup_printf("files/%s.jpg", photo_hash);
}

static World *case_world(void)
{
  World *world = world_new();
  g_autofree char *hash = bh_hash_hex(PHOTO, strlen(PHOTO));
  g_strlcpy(photo_hash, hash, sizeof photo_hash);
  world_write_file(world, 1, world->hub->hub, photo_hash, (gint64)strlen(PHOTO), "image/jpeg");
  return world;
}

/* Entries: 0 enrols device 1; 1, 3 and 5 are of device 1; 2 enrols device 2; 4 is of device 2; 6
 * is of device 1 and declares the photo. */
static const guint all[] = {0, 1, 3, 5, 6};

static Case whole(World *world)
{
  return (Case){.world = world,
                .order = all,
                .n = G_N_ELEMENTS(all),
                .bodies = 1 << 0 | 1 << 1 | 1 << 6,
                .from = 1,
                .to = 4,
                .photo = PHOTO,
                .page = PAGE};
}

static void put_member(BhZipWriter *zip, const char *name, const char *bytes)
{
  GOutputStream *out = bh_zip_writer_begin(zip, name, NULL);
  assert_non_null(out);
  assert_true(g_output_stream_write_all(out, bytes, strlen(bytes), NULL, NULL, NULL));
  assert_true(bh_zip_writer_end(zip, NULL));
}

static void put_entries(const Case *one, BhExportWriter *writer)
{
  for (guint i = 0; i < one->n; i++) {
    const BhEntryText *entry = one->world->entries->pdata[one->order[i]];
    gboolean given = (one->bodies >> one->order[i] & 1) != 0;
    g_autoptr(BhEntryText) text =
        bh_entry_text_new(entry->envelope, entry->signature, given ? entry->body : NULL, "");
    assert_true(bh_export_writer_add(writer, text, NULL));
  }
}

static void put_text(const Case *one, GOutputStream *out)
{
  static const char *const kinds[] = {WORLD_KINDS, NULL};
  const World *world = one->world;
  g_autoptr(json_t) spans = json_pack("[{s:s, s:s, s:I, s:I}]", "device", world->devices[0]->device,
                                      "incarnation", world->devices[0]->incarnation, "from",
                                      (json_int_t)one->from, "to", (json_int_t)one->to);
  g_autoptr(BhExportWriter) writer =
      bh_export_writer_new_case(out, world->hub->hub, world->hub->public_key, MADE_MS, kinds,
                                world->hub->hub, FALSE, spans, NULL);
  assert_non_null(writer);
  put_entries(one, writer);
  BhFileRef file = {.size = (gint64)strlen(PHOTO), .media_type = (char *)"image/jpeg"};
  g_strlcpy(file.sha256, photo_hash, sizeof file.sha256);
  g_autofree char *name = one->name != NULL ? g_strdup(one->name) : photo_name();
  if (!one->forget_file)
    assert_true(bh_export_writer_add_file(writer, &file, one->photo != NULL ? name : NULL, NULL));
  g_autofree char *page = bh_hash_hex(PAGE, strlen(PAGE));
  assert_true(bh_export_writer_add_page(writer, page, (gint64)strlen(PAGE), NULL));
  assert_true(bh_export_writer_finish(writer, world->hub->secret_key, NULL));
}

static GBytes *pack(const Case *one)
{
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  g_autoptr(BhZipWriter) zip = bh_zip_writer_new(out, MADE_MS);
  g_autofree char *name = photo_name();
  if (one->page_first)
    put_member(zip, BH_CASE_PAGE_NAME, one->page);
  if (one->photo != NULL)
    put_member(zip, one->member != NULL ? one->member : name, one->photo);
  if (one->extra != NULL)
    put_member(zip, one->extra, "more");
  if (!one->page_first)
    put_member(zip, BH_CASE_PAGE_NAME, one->page);
  put_text(one, bh_zip_writer_begin(zip, BH_CASE_EXPORT_NAME, NULL));
  assert_true(bh_zip_writer_end(zip, NULL));
  assert_true(bh_zip_writer_finish(zip, NULL));
  return world_close_stream(out);
}

static BhExportReport *verify_case(const Case *one)
{
  gsize len = 0;
  g_autoptr(GBytes) bytes = pack(one);
  const void *data = g_bytes_get_data(bytes, &len);
  return world_verify("case", data, len, one->world->hub->public_key);
}

static void assert_broken(const Case *one, BhErrorCode code)
{
  g_autoptr(BhExportReport) report = verify_case(one);
  assert_string_equal(bh_export_report_get_verdict(report), "broken");
  assert_int_equal(((const BhExportProblem *)report->problems->pdata[0])->code, code);
}

static void test_case_is_authentic_and_says_what_it_leaves_out(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = case_world();
  const Case one = whole(world);
  g_autoptr(BhExportReport) report = verify_case(&one);
  assert_true(report->authentic);
  assert_int_equal(report->entries, 5);
  assert_int_equal(report->withheld, 2);
  assert_int_equal(report->of_case->spans, 1);
  assert_int_equal(report->of_case->gaps, 0);
  assert_int_equal(report->of_case->files, 1);
  assert_int_equal(report->of_case->files_missing, 0);
  assert_true(report->of_case->in_archive);
  assert_false(report->of_case->personal);
  assert_string_equal(report->of_case->record, world->hub->hub);
  g_autoptr(json_t) json = bh_export_report_to_json(report);
  assert_true(json_is_true(json_object_get(json_object_get(json, "case"), "in_archive")));
}

static void test_a_missing_file_is_reported_and_is_not_a_fault(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = case_world();
  Case one = whole(world);
  one.photo = NULL;
  g_autoptr(BhExportReport) report = verify_case(&one);
  assert_true(report->authentic);
  assert_int_equal(report->of_case->files_missing, 1);
}

static void test_entries_outside_of_the_span_may_be_left_out(void **state G_GNUC_UNUSED)
{
  static const guint order[] = {0, 1, 6};
  g_autoptr(World) world = case_world();
  Case one = whole(world);
  one.order = order;
  one.n = G_N_ELEMENTS(order);
  one.from = one.to = 4;
  g_autoptr(BhExportReport) report = verify_case(&one);
  assert_true(report->authentic);
  assert_int_equal(report->of_case->gaps, 1);
}

static void test_T10_every_byte_of_a_case_counts(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = case_world();
  const Case one = whole(world);
  gsize len = 0;
  g_autoptr(GBytes) bytes = pack(&one);
  const guint8 *data = g_bytes_get_data(bytes, &len);
  g_autofree guint8 *copy = g_memdup2(data, len);
  for (gsize i = 0; i < len; i++) {
    copy[i] ^= (guint8)(1 << i % 8);
    g_autoptr(BhExportReport) report = world_verify("case", copy, len, NULL);
    if (report->n_problems == 0)
      fail_msg("byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is not protected", i, len);
    copy[i] = data[i];
  }
}

static void test_T10_every_cut_of_a_case_is_noticed(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = case_world();
  const Case one = whole(world);
  gsize len = 0;
  g_autoptr(GBytes) bytes = pack(&one);
  const char *data = g_bytes_get_data(bytes, &len);
  for (gsize n = 0; n < len; n++) {
    g_autoptr(BhExportReport) report = world_verify("case", data, n, NULL);
    assert_true(report->n_problems > 0);
  }
  g_autofree char *longer = g_malloc0(len + 1);
  memcpy(longer, data, len);
  g_autoptr(BhExportReport) report = world_verify("case", longer, len + 1, NULL);
  assert_true(report->n_problems > 0);
}

/* Somebody with the hub's key can seal a file again, but cannot drop, swap or repeat entries that
 * devices signed within the span, nor replace the bytes of a declared file. */
static void test_T10_sealed_again_without_an_entry_of_the_span(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = case_world();
  for (guint gone = 1; gone < G_N_ELEMENTS(all); gone++) {
    guint order[G_N_ELEMENTS(all)];
    guint n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
      if (i != gone)
        order[n++] = all[i];
    Case one = whole(world);
    one.order = order;
    one.n = n;
    one.forget_file = gone == G_N_ELEMENTS(all) - 1;
    one.photo = one.forget_file ? NULL : one.photo;
    assert_broken(&one, BH_ERROR_CHAIN);
  }
}

static void test_T10_sealed_again_with_swapped_or_repeated_entries(void **state G_GNUC_UNUSED)
{
  static const guint swapped[] = {0, 3, 1, 5, 6};
  static const guint repeated[] = {0, 1, 3, 3, 5, 6};
  static const guint without_key[] = {1, 3, 5, 6};
  g_autoptr(World) world = case_world();
  Case one = whole(world);
  one.order = swapped;
  assert_broken(&one, BH_ERROR_CHAIN);
  one.order = repeated;
  one.n = G_N_ELEMENTS(repeated);
  assert_broken(&one, BH_ERROR_FORK);
  one.order = without_key;
  one.n = G_N_ELEMENTS(without_key);
  assert_broken(&one, BH_ERROR_DENIED);
}

static void test_a_span_without_entries_is_not_complete(void **state G_GNUC_UNUSED)
{
  static const guint order[] = {0};
  g_autoptr(World) world = case_world();
  Case one = whole(world);
  one.to = 5;
  assert_broken(&one, BH_ERROR_CHAIN);
  one.order = order;
  one.n = 1;
  one.forget_file = TRUE;
  one.photo = NULL;
  assert_broken(&one, BH_ERROR_CHAIN);
}

static void test_T10_files_are_those_that_entries_declare(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = case_world();
  Case one = whole(world);
  one.photo = "\xff\xd8\xff not quite the photo";
  assert_broken(&one, BH_ERROR_SIGNATURE);
  one = whole(world);
  one.page = "<!DOCTYPE html><p>案宗";
  assert_broken(&one, BH_ERROR_SIGNATURE);
  one = whole(world);
  one.extra = "files/more.jpg";
  assert_broken(&one, BH_ERROR_SIGNATURE);
  one = whole(world);
  one.page_first = TRUE;
  assert_broken(&one, BH_ERROR_SIGNATURE);
  one = whole(world);
  one.member = "files/other.jpg";
  assert_broken(&one, BH_ERROR_SIGNATURE);
  one = whole(world);
  one.forget_file = TRUE;
  assert_broken(&one, BH_ERROR_FORMAT);
  one = whole(world);
  one.bodies = 1 << 0 | 1 << 1; /* the body that declares the photo is withheld */
  assert_broken(&one, BH_ERROR_FORMAT);
}

static void test_names_in_the_archive_are_the_hubs(void **state G_GNUC_UNUSED)
{
  static const char *const names[] = {"../../etc/passwd", "/etc/passwd",   "files/x.jpg",
                                      "files/",           "index.html",    "case.export",
                                      "C:\\x.exe",        "files/../x.jpg"};
  g_autoptr(World) world = case_world();
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    Case one = whole(world);
    one.name = names[i];
    one.member = names[i];
    assert_broken(&one, BH_ERROR_FORMAT);
  }
  Case one = whole(world);
  g_autofree char *long_suffix = g_strdup_printf("files/%s.html5", photo_hash);
  one.name = long_suffix;
  assert_broken(&one, BH_ERROR_FORMAT);
}

static void test_text_alone_verifies_without_the_files(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = case_world();
  const Case one = whole(world);
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  put_text(&one, out);
  g_autoptr(GBytes) bytes = world_close_stream(out);
  gsize len = 0;
  const void *data = g_bytes_get_data(bytes, &len);
  g_autoptr(BhExportReport) report = world_verify("case", data, len, world->hub->public_key);
  assert_true(report->authentic);
  assert_false(report->of_case->in_archive);
}

static void test_other_archives_are_broken_not_a_crash(void **state G_GNUC_UNUSED)
{
  static const char *const texts[] = {"", "bihuan-export-1\n{}\n", "bihuan-case-1\n{}\n", "Z {}\n"};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
    g_autoptr(BhZipWriter) zip = bh_zip_writer_new(out, MADE_MS);
    put_member(zip, i == 0 ? "other" : BH_CASE_EXPORT_NAME, texts[i]);
    assert_true(bh_zip_writer_finish(zip, NULL));
    g_autoptr(GBytes) bytes = world_close_stream(out);
    gsize len = 0;
    const void *data = g_bytes_get_data(bytes, &len);
    g_autoptr(BhExportReport) report = world_verify("case", data, len, NULL);
    assert_true(report->n_problems > 0);
  }
}

static void test_a_member_of_the_archive_can_be_dropped(void **state G_GNUC_UNUSED)
{
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  g_autoptr(BhZipWriter) zip = bh_zip_writer_new(out, MADE_MS);
  put_member(zip, "one", "first");
  GOutputStream *member = bh_zip_writer_begin(zip, "gone", NULL);
  assert_true(g_output_stream_write_all(member, "much longer", 11, NULL, NULL, NULL));
  assert_true(bh_zip_writer_drop(zip, NULL));
  put_member(zip, "two", "");
  assert_true(bh_zip_writer_finish(zip, NULL));
  g_autoptr(GBytes) bytes = world_close_stream(out);
  assert_int_equal(g_bytes_get_size(bytes), bh_zip_writer_get_size(zip));
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_bytes(bytes);
  g_autoptr(BhZipReader) reader = bh_zip_reader_new(in);
  assert_string_equal(bh_zip_reader_next(reader, NULL), "one");
  assert_string_equal(bh_zip_reader_next(reader, NULL), "two");
  assert_int_equal(bh_zip_reader_get_size(reader), 0);
  g_autoptr(GError) error = NULL;
  assert_null(bh_zip_reader_next(reader, &error));
  assert_null(error);
  assert_true(bh_zip_reader_finish(reader, MADE_MS, &error));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_case_is_authentic_and_says_what_it_leaves_out),
      cmocka_unit_test(test_a_missing_file_is_reported_and_is_not_a_fault),
      cmocka_unit_test(test_entries_outside_of_the_span_may_be_left_out),
      cmocka_unit_test(test_T10_every_byte_of_a_case_counts),
      cmocka_unit_test(test_T10_every_cut_of_a_case_is_noticed),
      cmocka_unit_test(test_T10_sealed_again_without_an_entry_of_the_span),
      cmocka_unit_test(test_T10_sealed_again_with_swapped_or_repeated_entries),
      cmocka_unit_test(test_a_span_without_entries_is_not_complete),
      cmocka_unit_test(test_T10_files_are_those_that_entries_declare),
      cmocka_unit_test(test_names_in_the_archive_are_the_hubs),
      cmocka_unit_test(test_text_alone_verifies_without_the_files),
      cmocka_unit_test(test_other_archives_are_broken_not_a_crash),
      cmocka_unit_test(test_a_member_of_the_archive_can_be_dropped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
