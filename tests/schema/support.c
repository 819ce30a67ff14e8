#include "tests/schema/support.h"

#include <string.h>

guint64 test_random_next(TestRandom *random)
{
  guint64 x = random->state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  random->state = x;
  return x * G_GUINT64_CONSTANT(2685821657736338717);
}

void test_random_fill(gpointer data, void *bytes, gsize size)
{
  guint8 *out = bytes;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)(test_random_next(data) >> 56);
}

guint test_random_below(TestRandom *random, guint n)
{
  return (guint)((test_random_next(random) >> 32) % n);
}

static gint64 get_wall_ms(gpointer data)
{
  return ((TestClock *)data)->wall_ms;
}

static gint64 get_boot_ms(gpointer data)
{
  return ((TestClock *)data)->boot_ms;
}

static const char *get_boot_id(gpointer data G_GNUC_UNUSED)
{
  return "b00b00b0-0000-4000-8000-000000000000";
}

BhClock test_clock_wrap(TestClock *clock)
{
  return (BhClock){get_wall_ms, get_boot_ms, get_boot_id, clock};
}

const char *test_id(guint number)
{
  static char ids[64][BH_ID_LEN + 1];
  static guint next;
  char *id = ids[next++ % G_N_ELEMENTS(ids)];
  g_snprintf(id, BH_ID_LEN + 1, "00000000-0000-7000-8000-%012x", number);
  return id;
}

BhSigner *test_signer(guint number)
{
  TestRandom bytes = {number + 1};
  BhRandom random = {test_random_fill, &bytes};
  BhSigner *signer = bh_signer_new();
  bh_signer_make_keys(signer, &random);
  bh_signer_make_incarnation(signer, &random);
  g_strlcpy(signer->hub, test_id(0xb0b), sizeof signer->hub);
  g_strlcpy(signer->device, test_id(0xd0000 + number), sizeof signer->device);
  return signer;
}

BhEntryClock test_entry_clock(void)
{
  BhEntryClock clock = {.wall_ms = G_GINT64_CONSTANT(1795258740000),
                        .boot_ms = 3600000,
                        .quality = BH_CLOCK_QUALITY_GOOD,
                        .hub_ms = G_GINT64_CONSTANT(1795258000000),
                        .hub_boot_ms = 2860000};
  g_strlcpy(clock.boot_id, "b00b00b0-0000-4000-8000-000000000000", sizeof clock.boot_id);
  return clock;
}

BhBody *test_body_with_set(const char *entry, const char *record, const char *kind, const char *key,
                           json_t *value, gboolean personal, const char *const *was)
{
  TestRandom bytes = {g_str_hash(entry) | 1};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(entry, test_id(0xface), &clock, 0, &random);
  bh_body_builder_set(builder, record, kind, key, value, personal, was);
  g_autofree char *text = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  bh_body_builder_finish(builder, &text, &openings, &error);
  assert_no_error(error);
  BhBody *body = bh_body_parse(text, openings, &error);
  assert_no_error(error);
  return body;
}

GString *test_repeat(const char *head, const char *piece, guint n, const char *tail)
{
  GString *text = g_string_new(head);
  for (guint i = 0; i < n; i++)
    g_string_append(text, piece);
  g_string_append(text, tail);
  return text;
}
