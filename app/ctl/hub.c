/* The commands enrol and sync. */
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "schema/error.h"
#include "sync/device/run/run.h"

#define ASK_MAX_S 600
#define ASK_PAUSE_US 200000
/* Number of polls after which the sync in another process must have started. */
#define START_TRIES 15

BhCtlExit bh_ctl_enrol(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;
  const char *name = options->name != NULL ? options->name : g_get_host_name();

  g_autoptr(BhLink) link = bh_link_take(options->store, &error);
  if (link == NULL || !bh_sync_enrol(bh_link_get_worker(link), options->arguments[0], name, &error))
    return bh_ctl_fail(error);
  g_autoptr(json_t) description = bh_link_call(link, "describe", NULL, &error);
  if (description == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(description);
  else
    printf("Enrolled at %s (%s) as %s\n", bh_json_string_or(description, "hub_name", ""),
           bh_json_string_or(description, "url", ""), name);
  return BH_CTL_OK;
}

static gboolean is_idle(const json_t *status)
{
  return strcmp(bh_json_string_or(status, "state", ""), "working") != 0 &&
         !json_is_true(json_object_get(status, "behind"));
}

/* Another process owns the store: asks it to sync, and polls its status until the sync is done or
 * seems not to have started, at most ASK_MAX_S seconds. Returns the last status, which may be
 * unfinished. */
static json_t *sync_elsewhere(BhLink *link, GError **error)
{
  json_t *status = NULL;
  gboolean started = FALSE;
  gint64 end = g_get_monotonic_time() + ASK_MAX_S * G_USEC_PER_SEC;

  g_autoptr(json_t) old_status = bh_link_call(link, "status", NULL, error);
  g_autoptr(json_t) accepted = old_status != NULL ? bh_link_call(link, "sync", NULL, error) : NULL;
  if (accepted == NULL)
    return NULL;
  gint64 last = json_integer_value(json_object_get(old_status, "last_sync_ms"));
  for (int i = 0; g_get_monotonic_time() < end; i++) {
    g_clear_pointer(&status, json_decref);
    g_usleep(ASK_PAUSE_US);
    status = bh_link_call(link, "status", NULL, error);
    if (status == NULL)
      return NULL;
    started = started || !is_idle(status) ||
              json_integer_value(json_object_get(status, "last_sync_ms")) != last;
    if (is_idle(status) && (started || i >= START_TRIES))
      return status;
  }
  return status;
}

static BhCtlExit get_exit_code(const json_t *status)
{
  const char *state = bh_json_string_or(status, "state", "");
  const char *last_error = bh_json_string_or(status, "last_error", "");

  if (strcmp(state, "revoked") == 0)
    return BH_CTL_REFUSED;
  if (strcmp(state, "no_hub") == 0 || strcmp(last_error, "network") == 0 ||
      strcmp(last_error, "not_hub") == 0)
    return BH_CTL_NO_HUB;
  return *last_error != '\0' || json_is_true(json_object_get(status, "behind")) ? BH_CTL_FAILED
                                                                                : BH_CTL_OK;
}

BhCtlExit bh_ctl_sync(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;

  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  if (link == NULL)
    return bh_ctl_fail(error);
  BhWorker *worker = bh_link_get_worker(link);
  g_autoptr(json_t) status =
      worker != NULL ? bh_sync_once(worker, &error) : sync_elsewhere(link, &error);
  if (status == NULL)
    return bh_ctl_fail(error);
  BhCtlExit code = get_exit_code(status);
  if (options->json)
    bh_ctl_print_json(status);
  else if (code == BH_CTL_OK)
    printf("In step with the hub.\n");
  else if (json_is_true(json_object_get(status, "behind")))
    printf("Not in step with the hub: its records are still being stored\n");
  else
    printf("Not in step with the hub: %s\n",
           bh_json_string_or(status, "last_error", bh_json_string_or(status, "state", "")));
  return code;
}
