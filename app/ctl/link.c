/* Connects to a store: takes it, or asks its owner through the socket. */
#include "app/ctl/link.h"

#include <string.h>

#include "schema/codes.h"
#include "schema/error.h"
#include "schema/setting-values.h"
#include "schema/world.h"
#include "sync/owner/owner.h"

#define ASK_TIMEOUT_S 30
#define TAKE_TIMEOUT_S 15
#define OPEN_TRIES 50
#define OPEN_PAUSE_US 100000

struct _BhLink {
  char *dir;
  BhOwner *owner; /* `owner` and `worker` are NULL when another process owns the store */
  BhWorker *worker;
  BhKindSet *kinds;
  BhSettingValues *settings;
};

void bh_link_close(BhLink *link)
{
  if (link == NULL)
    return;
  g_clear_pointer(&link->worker, bh_worker_stop);
  g_clear_pointer(&link->owner, bh_owner_release);
  g_clear_pointer(&link->kinds, bh_kind_set_unref);
  bh_setting_values_unref(link->settings);
  g_free(link->dir);
  g_free(link);
}

static gboolean start(BhLink *link, GError **error)
{
  link->worker = bh_worker_start(link->dir, bh_clock_system(), bh_random_system(), error);
  return link->worker != NULL;
}

static BhLink *make(const char *dir)
{
  BhLink *link = g_new0(BhLink, 1);

  link->dir = g_canonicalize_filename(dir, NULL);
  return link;
}

static gboolean make_dir(BhLink *link, GError **error)
{
  if (g_mkdir_with_parents(link->dir, 0700) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "cannot create the store's directory %s",
              link->dir);
  return FALSE;
}

static gboolean is_answered(BhLink *link)
{
  g_autoptr(json_t) status = bh_link_call(link, "status", NULL, NULL);
  return status != NULL;
}

BhLink *bh_link_open(const char *dir, GError **error)
{
  g_autoptr(BhLink) link = make(dir);
  g_autoptr(GError) local = NULL;

  if (!make_dir(link, error))
    return NULL;
  /* Tries again for some seconds, because an owner that is starting or ending holds the store for a
   * moment and does not answer. */
  for (int i = 0; i < OPEN_TRIES; i++) {
    g_clear_error(&local);
    link->owner = bh_owner_take(link->dir, "ctl", &local);
    if (link->owner != NULL)
      return start(link, error) ? g_steal_pointer(&link) : NULL;
    if (!g_error_matches(local, BH_ERROR, BH_ERROR_BUSY))
      break;
    if (is_answered(link))
      return g_steal_pointer(&link);
    g_usleep(OPEN_PAUSE_US);
  }
  g_propagate_error(error, g_steal_pointer(&local));
  return NULL;
}

BhLink *bh_link_take(const char *dir, GError **error)
{
  g_autoptr(BhLink) link = make(dir);

  if (!make_dir(link, error))
    return NULL;
  link->owner = bh_owner_take_over(link->dir, "ctl", TAKE_TIMEOUT_S, error);
  return link->owner != NULL && start(link, error) ? g_steal_pointer(&link) : NULL;
}

json_t *bh_link_call(BhLink *link, const char *method, json_t *params, GError **error)
{
  g_autoptr(json_t) request = json_object();

  json_object_set_new(request, "method", json_string(method));
  json_object_set_new(request, "params", params != NULL ? params : json_object());
  return link->worker != NULL ? bh_worker_call(link->worker, request, error)
                              : bh_owner_call(link->dir, request, ASK_TIMEOUT_S, error);
}

BhWorker *bh_link_get_worker(BhLink *link)
{
  return link->worker;
}

BhKindSet *bh_link_get_kinds(BhLink *link, GError **error)
{
  if (link->kinds != NULL)
    return link->kinds;
  g_autoptr(json_t) answer = bh_link_call(link, "kinds", NULL, error);
  const char *text = answer != NULL ? bh_json_get_string(answer, "text", "kinds", error) : NULL;
  if (text != NULL)
    link->kinds = bh_kind_set_from_text(text, strlen(text), error);
  return link->kinds;
}

const BhSettingValues *bh_link_get_codes(BhLink *link)
{
  if (link->settings != NULL)
    return link->settings;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) answer = bh_link_call(link, "codes", NULL, &error);
  gsize i;
  json_t *one;
  /* A process of an older version that has the store open does not know the method. */
  if (answer == NULL && !g_error_matches(error, BH_ERROR, BH_ERROR_UNKNOWN))
    g_warning("%s", error->message);
  link->settings = bh_setting_values_new();
  json_array_foreach(json_object_get(answer, "codes"), i, one) {
    bh_setting_values_add(link->settings, BH_CODE_KIND, bh_json_string_or(one, "id", ""),
                          json_object_get(one, "values"));
  }
  return link->settings;
}
