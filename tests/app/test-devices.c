/* The devices behind their small interfaces: wedge bursts, codes in pictures, picture quality,
 * battery, position values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <math.h>
#include <qrencode.h>

#include "app/devices/code-reader.h"
#include "app/devices/location.h"
#include "app/devices/picture-check.h"
#include "app/devices/power.h"
#include "app/devices/wedge.h"

static char *type(BhWedge *wedge, const char *text, guint32 gap_ms, guint32 *at_ms)
{
  for (const char *c = text; *c != '\0'; c++) {
    *at_ms += gap_ms;
    assert_null(bh_wedge_take(wedge, (gunichar)*c, *at_ms));
  }
  *at_ms += gap_ms;
  return bh_wedge_take(wedge, '\n', *at_ms);
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
  assert_null(type(wedge, "123", 8, &at_ms)); /* too short */
}

static void test_a_short_code_is_one_only_when_no_hand_is_that_fast(void **state)
{
  (void)state;
  g_autoptr(BhWedge) wedge = bh_wedge_new();
  guint32 at_ms = 1000;
  g_autofree char *code = type(wedge, "SL01", 8, &at_ms);
  assert_string_equal(code, "SL01");
  at_ms += 900;
  assert_null(type(wedge, "1234", 45, &at_ms)); /* a PIN, rolled over the keys */
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
    assert_null(bh_wedge_take_key(wedge, &key));
  }
  GdkEventKey enter = {.keyval = GDK_KEY_Return, .state = GDK_LOCK_MASK, .time = at_ms + 8};
  code = bh_wedge_take_key(wedge, &enter);
  assert_string_equal(code, "BH1:ABcd-12");
}

/* A QR as a picture: `module` pixels a dot, a quiet zone of four. */
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

static void test_a_file_that_is_no_picture_is_refused(void **state)
{
  (void)state;
  g_autofree char *dir = g_dir_make_tmp("bihuan-picture-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(dir, "no.jpg", NULL);
  assert_true(g_file_set_contents(path, "\xff\xd8\xff\xe0 no more", -1, NULL));
  g_autoptr(GError) error = NULL;
  assert_null(bh_picture_load(path, 0, &error));
  assert_non_null(error);
  g_unlink(path);
  g_rmdir(dir);
}

static void test_dark_and_blurred_pictures_are_told(void **state)
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

static void test_the_battery_is_read_as_the_kernel_tells_it(void **state)
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_burst_that_ends_in_enter_is_a_code),
      cmocka_unit_test(test_a_person_typing_is_no_scanner),
      cmocka_unit_test(test_a_short_code_is_one_only_when_no_hand_is_that_fast),
      cmocka_unit_test(test_a_scanner_with_a_prefix_is_known_by_it),
      cmocka_unit_test(test_caps_lock_changes_no_code),
      cmocka_unit_test(test_codes_are_read_small_and_inverted),
      cmocka_unit_test(test_a_picture_without_code_gives_none),
      cmocka_unit_test(test_a_file_that_is_no_picture_is_refused),
      cmocka_unit_test(test_dark_and_blurred_pictures_are_told),
      cmocka_unit_test(test_the_battery_is_read_as_the_kernel_tells_it),
      cmocka_unit_test(test_a_position_has_text_degrees_and_no_invented_accuracy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
