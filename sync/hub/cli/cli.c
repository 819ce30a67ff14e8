/* What all commands of bihuan-hub need: locale, exit codes, and the call of a method in the process
 * that serves the hub, or in this one (bh_cli_call). */
#include "sync/hub/cli/cli.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "schema/world.h"
#include "sync/owner/owner.h"

#define ASK_TIMEOUT_S 600
#define BUSY_US (10 * G_USEC_PER_SEC) /* how long a command waits for another command */
#define BUSY_POLL_US (50 * 1000)

void bh_cli_start_locale(void)
{
  if (setlocale(LC_ALL, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
    setlocale(LC_ALL, "C.UTF-8");
  setlocale(LC_NUMERIC, "C");
}

const char *bh_cli_lang(void)
{
  const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    const char *value = g_getenv(names[i]);
    if (value != NULL && *value != '\0')
      return g_str_has_prefix(value, "en") ? "en" : "zh";
  }
  return "zh";
}

int bh_cli_fail(const GError *error)
{
  fprintf(stderr, "bihuan-hub: %s\n", error->message);
  if (error->domain != BH_ERROR)
    return error->domain == G_OPTION_ERROR ? BH_EXIT_USAGE : BH_EXIT_FAILED;
  switch (error->code) {
  case BH_ERROR_NOT_FOUND:
    return BH_EXIT_NOT_FOUND;
  case BH_ERROR_BUSY:
    return BH_EXIT_BUSY;
  case BH_ERROR_FORMAT:
  case BH_ERROR_LIMIT:
  case BH_ERROR_INVALID:
  case BH_ERROR_UNKNOWN:
  case BH_ERROR_SIGNATURE:
  case BH_ERROR_DENIED:
  case BH_ERROR_CHAIN:
    return BH_EXIT_INVALID;
  default:
    return BH_EXIT_FAILED;
  }
}

int bh_cli_usage(const char *command, const char *what)
{
  fprintf(stderr, "bihuan-hub %s: %s; see bihuan-hub %s --help\n", command, what, command);
  return BH_EXIT_USAGE;
}

void bh_cli_print_json(const json_t *json)
{
  g_autofree char *text = bh_json_dump(json);
  puts(text);
}

static json_t *call_here(const char *dir, const char *method, const json_t *params, GError **error)
{
  g_autoptr(BhOwner) owner = bh_owner_take(dir, "hub", error);
  if (owner == NULL)
    return NULL;
  g_autoptr(BhHub) hub = bh_hub_open(dir, bh_clock_system(), bh_random_system(), error);
  json_t *result = hub != NULL ? bh_cli_dispatch(hub, method, params, error) : NULL;
  /* The store must be closed before the lock is released. */
  g_clear_pointer(&hub, bh_hub_close);
  return result;
}

/* Whether a process answers calls for the hub. */
static gboolean is_served(const char *dir)
{
  g_autoptr(json_t) request = json_pack("{s:s}", "method", "owner");
  g_autoptr(json_t) about = bh_owner_call(dir, request, ASK_TIMEOUT_S, NULL);
  return about != NULL;
}

/* Calls the process that has the hub open, or opens it here. *again: another process has the hub
 * open, but serves no calls: it runs a command itself, and will be done soon. */
static json_t *try_call(const char *dir, const char *method, const json_t *params, gboolean *again,
                        GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autoptr(GError) busy = NULL;
  g_autoptr(json_t) request = json_pack("{s:s, s:O}", "method", method, "params", params);
  json_t *result = bh_owner_call(dir, request, ASK_TIMEOUT_S, &failed);
  *again = FALSE;
  if (result != NULL)
    return result;
  if (!g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  /* BH_ERROR_NOT_FOUND means either that no process serves the hub, or that the process which
   * serves it did not find a record that the method needs. In the second case that process has the
   * lock, so the call in this process fails with BH_ERROR_BUSY, and the first error is reported. */
  result = call_here(dir, method, params, &busy);
  if (result != NULL)
    return result;
  gboolean is_busy = g_error_matches(busy, BH_ERROR, BH_ERROR_BUSY);
  gboolean served = is_busy && is_served(dir);
  *again = is_busy && !served;
  g_propagate_error(error, served ? g_steal_pointer(&failed) : g_steal_pointer(&busy));
  return NULL;
}

json_t *bh_cli_call(const char *dir, const char *method, const json_t *params, GError **error)
{
  if (!g_file_test(dir, G_FILE_TEST_IS_DIR)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no hub in %s", dir);
    return NULL;
  }
  for (gint64 until_us = g_get_monotonic_time() + BUSY_US;; g_usleep(BUSY_POLL_US)) {
    gboolean again;
    g_autoptr(GError) failed = NULL;
    json_t *result = try_call(dir, method, params, &again, &failed);
    if (result != NULL)
      return result;
    if (!again || g_get_monotonic_time() > until_us) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return NULL;
    }
  }
}
