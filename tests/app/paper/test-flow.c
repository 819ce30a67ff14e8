/* Layout over pages: text, tables that continue, limits. */
#include "app/paper/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double shares[] = {1, 3};

static BhFlow *new_flow(void)
{
  return bh_flow_new(595, 842, 50, 50, 50);
}

static void add_row(BhFlow *flow, const char *left, const char *right)
{
  BhFlowCell cells[] = {{.text = left, .style = BH_FLOW_CELL},
                        {.text = right, .style = BH_FLOW_CELL}};
  bh_flow_add_row(flow, cells, 2);
}

static char *repeat(const char *text, int times)
{
  GString *out = g_string_new(NULL);
  while (times-- > 0)
    g_string_append(out, text);
  return g_string_free(out, FALSE);
}

static void test_short_text_takes_one_page(G_GNUC_UNUSED void **state)
{
  g_autoptr(BhFlow) flow = new_flow();
  bh_flow_add_text(flow, BH_FLOW_TITLE, "现场检查记录");
  bh_flow_add_text(flow, BH_FLOW_BODY, "");
  assert_int_equal(bh_flow_count_pages(flow), 1);
}

static void test_long_text_goes_on_over_pages(G_GNUC_UNUSED void **state)
{
  g_autoptr(BhFlow) flow = new_flow();
  g_autofree char *text = repeat("查", 5000);
  bh_flow_add_text(flow, BH_FLOW_BODY, text);
  assert_in_range(bh_flow_count_pages(flow), 3, 6);
}

static void test_a_row_longer_than_a_page_is_cut_and_ends(G_GNUC_UNUSED void **state)
{
  g_autoptr(BhFlow) flow = new_flow();
  g_autofree char *text = repeat("查\n", 300);
  static const BhFlowCell head[] = {{.text = "序号", .style = BH_FLOW_CELL_LABEL},
                                    {.text = "问题", .style = BH_FLOW_CELL_LABEL}};
  bh_flow_begin_table(flow, shares, 2, head);
  add_row(flow, "1", text);
  add_row(flow, "2", "短");
  bh_flow_end_table(flow);
  assert_in_range(bh_flow_count_pages(flow), 6, 12);
}

static void test_a_picture_that_does_not_fit_moves_to_the_next_page(G_GNUC_UNUSED void **state)
{
  g_autoptr(BhFlow) flow = new_flow();
  cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 100, 100);
  BhFlowCell cells[] = {{.text = "签名", .style = BH_FLOW_CELL_LABEL},
                        {.text = "", .picture = picture, .picture_height = 100}};
  bh_flow_skip_to(flow, 700);
  bh_flow_begin_table(flow, shares, 2, NULL);
  bh_flow_add_row(flow, cells, 2);
  bh_flow_end_table(flow);
  cairo_surface_destroy(picture);
  assert_int_equal(bh_flow_count_pages(flow), 2);
}

static void test_endless_text_stops_at_the_page_limit(G_GNUC_UNUSED void **state)
{
  g_autoptr(BhFlow) flow = new_flow();
  g_autofree char *text = repeat("\n", 60);
  for (int i = 0; i < BH_FLOW_MAX_PAGES * 2 && !bh_flow_is_full(flow); i++)
    bh_flow_add_text(flow, BH_FLOW_BODY, text);
  assert_true(bh_flow_is_full(flow));
  assert_int_equal(bh_flow_count_pages(flow), BH_FLOW_MAX_PAGES);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_short_text_takes_one_page),
      cmocka_unit_test(test_long_text_goes_on_over_pages),
      cmocka_unit_test(test_a_row_longer_than_a_page_is_cut_and_ends),
      cmocka_unit_test(test_a_picture_that_does_not_fit_moves_to_the_next_page),
      cmocka_unit_test(test_endless_text_stops_at_the_page_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
