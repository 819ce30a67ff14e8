/* Starts bihuanctl, and makes the files that tests give to the program. */
#include "tests/app/ctl/ctl.h"

#include <string.h>
#include <sys/wait.h>

#include "tests/support/pictures.h"

void outcome_clear(Outcome *outcome)
{
  g_free(outcome->out);
  g_free(outcome->err);
}

void run(Outcome *outcome, ...)
{
  g_autoptr(GPtrArray) words = g_ptr_array_new();
  g_autoptr(GError) error = NULL;
  const char *word;
  int status = 0;
  va_list list;

  memset(outcome, 0, sizeof *outcome);
  g_ptr_array_add(words, (gpointer)g_getenv("BIHUANCTL"));
  va_start(list, outcome);
  while ((word = va_arg(list, const char *)) != NULL)
    g_ptr_array_add(words, (gpointer)word);
  va_end(list);
  g_ptr_array_add(words, NULL);
  g_spawn_sync(NULL, (char **)words->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &outcome->out,
               &outcome->err, &status, &error);
  assert_no_error(error);
  assert_true(WIFEXITED(status));
  outcome->code = WEXITSTATUS(status);
}

void expect_code(const Outcome *outcome, int code)
{
  if (outcome->code != code)
    fail_msg("exit %d, not %d: %s%s", outcome->code, code, outcome->out, outcome->err);
}

json_t *parse(const char *text)
{
  g_autoptr(GError) error = NULL;
  json_t *value = bh_json_parse(text, strlen(text), 1 << 20, "output", &error);

  assert_no_error(error);
  return value;
}

char *write_file(Fixture *fixture, const char *name, const char *text)
{
  char *path = g_build_filename(fixture->dir, name, NULL);

  assert_true(g_file_set_contents(path, text, -1, NULL));
  return path;
}

char *write_picture(Fixture *fixture, const char *name, gsize size)
{
  char *path = g_build_filename(fixture->dir, name, NULL);
  guint8 bytes[PICTURE_SIZE] = {0};

  test_jpeg_fill(bytes, sizeof bytes);
  assert_true(g_file_set_contents(path, (const char *)bytes, (gssize)size, NULL));
  return path;
}

Fixture *make_store(void)
{
  Fixture *fixture = fixture_new();

  fixture_give_pins(fixture);
  assert_true(bh_device_set_setting(fixture->device, BH_SETTING_LEASE_DAYS, "3650", NULL));
  g_clear_pointer(&fixture->device, bh_device_close);
  return fixture;
}
