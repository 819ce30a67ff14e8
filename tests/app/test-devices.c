/* The devices: wedge bursts, codes in pictures, picture quality, battery, position values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <qrencode.h>

#include "app/devices/code-reader.h"
#include "app/devices/location.h"
#include "app/devices/picture-check.h"
#include "app/devices/picture-load.h"
#include "app/devices/power.h"
#include "app/devices/wedge.h"
#include "app/user-error.h"
#include "tests/support/pictures.h"

static char *type(BhWedge *wedge, const char *text, guint32 gap_ms, guint32 *at_ms)
{
  for (const char *c = text; *c != '\0'; c++) {
    *at_ms += gap_ms;
    assert_null(bh_wedge_add_character(wedge, (gunichar)*c, *at_ms));
  }
  *at_ms += gap_ms;
  return bh_wedge_add_character(wedge, '\n', *at_ms);
}

static void test_a_burst_that_ends_in_enter_is_a_code(void **state)
{
  (void)state;
  g_autoptr(BhWedge) wedge = bh_wedge_new();
  guint32 at_ms = 1000;
  g_autofree char *code = type(wedge, "1234-5678-97", 8, &at_ms);
  assert_string_equal(code, "1234-5678-97");
  at_ms += 900;
  g_autofree char *next = type(wedge, "BH1:ABCDEFGH", 20, &at_ms);
  assert_string_equal(next, "BH1:ABCDEFGH");
}

static void test_a_person_typing_is_no_scanner(void **state)
{
  (void)state;
  g_autoptr(BhWedge) wedge = bh_wedge_new();
  guint32 at_ms = 1000;
  assert_null(type(wedge, "1234567890", 180, &at_ms));
  at_ms += 900;
  assert_null(type(wedge, "123", 8, &at_ms)); /* too short for a scanned code */
}

static void test_short_input_is_a_code_only_when_typed_faster_than_by_hand(void **state)
{
  (void)state;
  g_autoptr(BhWedge) wedge = bh_wedge_new();
  guint32 at_ms = 1000;
  g_autofree char *code = type(wedge, "SL01", 8, &at_ms);
  assert_string_equal(code, "SL01");
  at_ms += 900;
  /* a PIN that is typed fast, by rolling over the keys */
  assert_null(type(wedge, "1234", 45, &at_ms));
}

static void test_a_scanner_with_a_prefix_is_known_by_it(void **state)
{
  (void)state;
  g_autoptr(BhWedge) wedge = bh_wedge_new();
  bh_wedge_set_prefix(wedge, "]Q");
  guint32 at_ms = 1000;
  g_autofree char *code = type(wedge, "]Q12", 40, &at_ms);
  assert_string_equal(code, "12");
}

static void test_caps_lock_changes_no_code(void **state)
{
  (void)state;
  g_autoptr(BhWedge) wedge = bh_wedge_new();
  g_autofree char *code = NULL;
  guint32 at_ms = 1000;
  for (const char *c = "bh1:abCD-12"; *c != '\0'; c++) {
    GdkEventKey key = {.keyval = gdk_unicode_to_keyval((guint32)*c), .state = GDK_LOCK_MASK};
    key.time = at_ms += 8;
    assert_null(bh_wedge_add_key(wedge, &key));
  }
  GdkEventKey enter = {.keyval = GDK_KEY_Return, .state = GDK_LOCK_MASK, .time = at_ms + 8};
  code = bh_wedge_add_key(wedge, &enter);
  assert_string_equal(code, "BH1:ABcd-12");
}

/* A QR code as a picture: `module` pixels per dot, a quiet zone of four dots. */
static GdkPixbuf *draw_code(const char *text, int module, gboolean inverted)
{
  QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
  int side = (code->width + 8) * module;
  GdkPixbuf *picture = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, side, side);
  gdk_pixbuf_fill(picture, inverted ? 0x000000ff : 0xffffffff);
  guint8 *pixels = gdk_pixbuf_get_pixels(picture);
  int stride = gdk_pixbuf_get_rowstride(picture);
  for (int y = 0; y < code->width * module; y++) {
    for (int x = 0; x < code->width * module; x++) {
      if ((code->data[y / module * code->width + x / module] & 1) == 0)
        continue;
      guint8 *p = pixels + (y + 4 * module) * stride + (x + 4 * module) * 3;
      memset(p, inverted ? 255 : 0, 3);
    }
  }
  QRcode_free(code);
  return picture;
}

static void test_codes_are_read_small_and_inverted(void **state)
{
  (void)state;
  for (int inverted = 0; inverted < 2; inverted++) {
    for (int module = 2; module <= 8; module += 3) {
      g_autoptr(GdkPixbuf) picture = draw_code("BH1:TEST0123456789", module, inverted == 1);
      g_autofree char *text = bh_code_read_pixbuf(picture);
      assert_non_null(text);
      assert_string_equal(text, "BH1:TEST0123456789");
    }
  }
}

static void test_a_picture_without_code_gives_none(void **state)
{
  (void)state;
  g_autoptr(GdkPixbuf) picture = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, 300, 200);
  gdk_pixbuf_fill(picture, 0x808080ff);
  assert_null(bh_code_read_pixbuf(picture));
}

typedef struct {
  char *dir, *path;
} PictureFile;

static void picture_file_clear(PictureFile *file)
{
  g_unlink(file->path);
  g_rmdir(file->dir);
  g_free(file->path);
  g_free(file->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PictureFile, picture_file_clear)

static PictureFile make_file(const void *bytes, gsize len)
{
  PictureFile file = {g_dir_make_tmp("bihuan-picture-XXXXXX", NULL), NULL};
  file.path = g_build_filename(file.dir, "photo.jpg", NULL);
  assert_true(g_file_set_contents(file.path, bytes, (gssize)len, NULL));
  return file;
}

static char *say_of(const void *bytes, gsize len)
{
  g_auto(PictureFile) file = make_file(bytes, len);
  g_autoptr(GError) error = NULL;
  g_autoptr(GdkPixbuf) picture = bh_picture_load_whole(file.path, 300, &error);
  assert_null(picture);
  assert_true(error->domain == BH_USER_ERROR);
  return g_strdup(error->message);
}

static void test_faults_of_a_picture_are_reported(void **state)
{
  (void)state;
  g_autoptr(GByteArray) sound = test_jpeg_sized(300, 200, FALSE);
  g_autofree char *text = say_of("text", 4);
  assert_string_equal(text, "This file is not a readable picture");
  g_autofree char *three = say_of("\xff\xd8\xff", 3);
  assert_string_equal(three, "The picture is cut off: the end of the file is missing");
  g_autofree char *third = say_of(sound->data, sound->len - 100);
  assert_string_equal(third, three);
  g_autofree char *fake = say_of("\xff\xd8\xff\xd9", 4);
  assert_string_equal(fake, "The picture is damaged; its file is inconsistent");
  g_autoptr(GByteArray) huge = test_jpeg_sized(65000, 40000, FALSE);
  g_autofree char *large = say_of(huge->data, huge->len);
  assert_string_equal(large,
                      "The picture is too large: 2600 megapixels; at most 256 for this format");
  g_autoptr(GByteArray) scans = test_jpeg_sized(20000, 10000, TRUE);
  g_autofree char *many = say_of(scans->data, scans->len);
  assert_string_equal(many,
                      "The picture is too large: 200 megapixels; at most 134 for this format");
  g_autoptr(GError) error = NULL;
  assert_null(bh_picture_load_whole("/nowhere.jpg", 300, &error));
  assert_string_equal(error->message, "The file cannot be read; is the card still inserted?");
}

/* A picture of 72 megapixels, as telephones make, in several formats. */
static void test_a_large_picture_is_taken_and_made_small(void **state)
{
  (void)state;
  for (int progressive = 0; progressive < 2; progressive++) {
    g_autoptr(GByteArray) bytes = test_jpeg_sized(9800, 7350, progressive == 1);
    g_auto(PictureFile) file = make_file(bytes->data, bytes->len);
    g_autoptr(GError) error = NULL;
    g_autoptr(GdkPixbuf) picture = bh_picture_load_whole(file.path, 1280, &error);
    assert_null(error);
    assert_int_equal(gdk_pixbuf_get_width(picture), 1280);
    assert_int_equal(gdk_pixbuf_get_height(picture), 960);
  }
}

/* The readable part of a truncated picture is shown. */
static void test_the_readable_part_of_a_damaged_picture_is_shown(void **state)
{
  (void)state;
  g_autoptr(GByteArray) bytes = test_jpeg_sized(3000, 2000, FALSE);
  g_auto(PictureFile) file = make_file(bytes->data, bytes->len - 4000);
  g_autoptr(GdkPixbuf) seen = bh_picture_load(file.path, 1280, NULL);
  assert_non_null(seen);
  assert_null(bh_picture_load_whole(file.path, 1280, NULL));
}

static void test_dark_and_blurred_pictures_are_reported(void **state)
{
  (void)state;
  g_autoptr(GdkPixbuf) sharp = draw_code("BH1:TEST0123456789", 16, FALSE);
  BhPictureCheck good = bh_picture_check(sharp);
  assert_false(good.dark);
  assert_false(good.blurred);
  g_autoptr(GdkPixbuf) night = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, 300, 200);
  gdk_pixbuf_fill(night, 0x050505ff);
  BhPictureCheck bad = bh_picture_check(night);
  assert_true(bad.dark);
  assert_true(bad.blurred);
}

static void test_the_battery_is_read_from_the_kernels_files(void **state)
{
  (void)state;
  g_autofree char *root = g_dir_make_tmp("bihuan-power-XXXXXX", NULL);
  assert_int_equal(bh_power_get_percent(root, NULL), -1);
  g_autofree char *dir = g_build_filename(root, "BAT0", NULL);
  g_mkdir(dir, 0700);
  static const char *const files[][2] = {
      {"type", "Battery\n"}, {"capacity", "17\n"}, {"status", "Discharging\n"}};
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = g_build_filename(dir, files[i][0], NULL);
    assert_true(g_file_set_contents(path, files[i][1], -1, NULL));
  }
  gboolean charging = TRUE;
  assert_int_equal(bh_power_get_percent(root, &charging), 17);
  assert_false(charging);
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = g_build_filename(dir, files[i][0], NULL);
    g_unlink(path);
  }
  g_rmdir(dir);
  g_rmdir(root);
}

static void test_a_position_has_text_degrees_and_no_invented_accuracy(void **state)
{
  (void)state;
  g_autoptr(json_t) place = bh_location_make(39.5, 112.125, (double)NAN, 42, "gps");
  assert_string_equal(json_string_value(json_object_get(place, "lat")), "39.500000");
  assert_string_equal(json_string_value(json_object_get(place, "lon")), "112.125000");
  assert_null(json_object_get(place, "accuracy_m"));
  g_autoptr(json_t) known = bh_location_make(39.5, 112.125, 4.2, 42, "gps");
  assert_int_equal(json_integer_value(json_object_get(known, "accuracy_m")), 5);
}

static void test_only_a_present_position_on_earth_is_accepted(void **state)
{
  (void)state;
  static const struct {
    double lat, lon, accuracy_m;
    gint64 age_ms;
    BhLocationFault fault;
  } rows[] = {
      {39.5, 112.2, 8, 0, BH_LOCATION_GOOD},
      {39.5, 112.2, -1, 30000, BH_LOCATION_GOOD},
      {39.5, 112.2, 8, 2 * 3600000, BH_LOCATION_OLD},
      {39.5, 112.2, 8, -2 * 3600000, BH_LOCATION_OLD},
      {0, 0, 8, 0, BH_LOCATION_IMPOSSIBLE},
      {91.5, 112.2, 8, 0, BH_LOCATION_IMPOSSIBLE},
      {39.5, -180.1, 8, 0, BH_LOCATION_IMPOSSIBLE},
      {(double)NAN, 112.2, 8, 0, BH_LOCATION_IMPOSSIBLE},
      {39.5, 112.2, 250000, 0, BH_LOCATION_INEXACT},
      {39.5, 112.2, BH_LOCATION_ACCURACY_M, 0, BH_LOCATION_GOOD},
  };
  gint64 now_ms = G_GINT64_CONSTANT(1795860849275);
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    BhLocationFault fault = bh_location_check(rows[i].lat, rows[i].lon, rows[i].accuracy_m,
                                              now_ms - rows[i].age_ms, now_ms);
    assert_int_equal(fault, rows[i].fault);
    assert_true((bh_location_fault_text(fault) == NULL) == (fault == BH_LOCATION_GOOD));
  }
  assert_int_equal(bh_location_check(39.5, 112.2, 8, 0, now_ms), BH_LOCATION_GOOD);
}

/* --- the position receiver --- */

#define assert_no_error(error)                                                                     \
  if (error != NULL)                                                                               \
  fail_msg("%s", error->message)

typedef struct {
  GSocketListener *listener;
  guint16 port;
  const char *const *reports; /* lines that the simulated receiver sends, two per second */
} Receiver;

static gpointer serve_reports(gpointer data)
{
  static const char hello[] = "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\","
                              "\"proto_major\":3,\"proto_minor\":14}\r\n";
  Receiver *receiver = data;
  g_autoptr(GSocketConnection) client =
      g_socket_listener_accept(receiver->listener, NULL, NULL, NULL);
  GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(client));
  gboolean open = g_output_stream_write_all(out, hello, strlen(hello), NULL, NULL, NULL);
  for (gsize i = 0; open; i++) {
    const char *line =
        receiver->reports[i] != NULL ? receiver->reports[i] : receiver->reports[i - 1];
    if (receiver->reports[i] == NULL)
      i--;
    open = g_output_stream_write_all(out, line, strlen(line), NULL, NULL, NULL);
    g_usleep(300000);
  }
  return NULL;
}

static void keep_result(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)source;
  *(GAsyncResult **)data = g_object_ref(result);
}

static json_t *ask_receiver(const char *const *reports, GError **error)
{
  Receiver receiver = {.listener = g_socket_listener_new(), .reports = reports};
  g_autoptr(GAsyncResult) result = NULL;
  receiver.port = g_socket_listener_add_any_inet_port(receiver.listener, NULL, NULL);
  g_autofree char *port = g_strdup_printf("%u", receiver.port);
  GThread *thread = g_thread_new("gpsd", serve_reports, &receiver);
  bh_location_ask_async("127.0.0.1", port, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration(NULL, TRUE);
  json_t *place = bh_location_ask_finish(result, error);
  g_thread_join(thread);
  g_object_unref(receiver.listener);
  return place;
}

static char *report(gint64 age_s, const char *lat)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  g_autoptr(GDateTime) then = g_date_time_add_seconds(now, (gdouble)-age_s);
  g_autofree char *time = g_date_time_format(then, "%Y-%m-%dT%H:%M:%S.000Z");
  return g_strdup_printf("{\"class\":\"TPV\",\"device\":\"/dev/x\",\"mode\":3,\"time\":\"%s\","
                         "\"lat\":%s,\"lon\":112.2,\"epx\":4.0,\"epy\":5.0}\r\n",
                         time, lat);
}

static void test_an_old_report_of_the_position_receiver_is_skipped(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autofree char *old = report(7200, "10.0");
  g_autofree char *fresh = report(0, "39.5");
  const char *const reports[] = {old, old, fresh, NULL};
  g_autoptr(json_t) place = ask_receiver(reports, &error);
  assert_no_error(error);
  assert_string_equal(json_string_value(json_object_get(place, "lat")), "39.500000");
}

/* The clock of the device is wrong; the time of the satellites advances. */
static void test_a_wrong_clock_of_the_device_hinders_no_position(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autofree char *first = report(7200, "39.5");
  g_autofree char *second = report(7199, "39.5");
  const char *const reports[] = {first, second, NULL};
  g_autoptr(json_t) place = ask_receiver(reports, &error);
  assert_no_error(error);
  assert_non_null(place);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_burst_that_ends_in_enter_is_a_code),
      cmocka_unit_test(test_a_person_typing_is_no_scanner),
      cmocka_unit_test(test_short_input_is_a_code_only_when_typed_faster_than_by_hand),
      cmocka_unit_test(test_a_scanner_with_a_prefix_is_known_by_it),
      cmocka_unit_test(test_caps_lock_changes_no_code),
      cmocka_unit_test(test_codes_are_read_small_and_inverted),
      cmocka_unit_test(test_a_picture_without_code_gives_none),
      cmocka_unit_test(test_faults_of_a_picture_are_reported),
      cmocka_unit_test(test_a_large_picture_is_taken_and_made_small),
      cmocka_unit_test(test_the_readable_part_of_a_damaged_picture_is_shown),
      cmocka_unit_test(test_dark_and_blurred_pictures_are_reported),
      cmocka_unit_test(test_the_battery_is_read_from_the_kernels_files),
      cmocka_unit_test(test_a_position_has_text_degrees_and_no_invented_accuracy),
      cmocka_unit_test(test_only_a_present_position_on_earth_is_accepted),
      cmocka_unit_test(test_an_old_report_of_the_position_receiver_is_skipped),
      cmocka_unit_test(test_a_wrong_clock_of_the_device_hinders_no_position),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
