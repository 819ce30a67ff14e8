#include "app/visit-page.h"

#include "schema/error.h"

typedef struct {
  char *author;
  char *inspection;
} Ask;

static void ask_free(gpointer data)
{
  Ask *ask = data;
  g_free(ask->author);
  g_free(ask->inspection);
  g_free(ask);
}

static void load(BhDevice *device, GTask *task, gpointer data)
{
  Ask *ask = data;
  g_autoptr(GError) error = NULL;
  json_t *visit = bh_visit_load(device, ask->author, ask->inspection, &error);
  if (visit != NULL)
    g_task_return_pointer(task, visit, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}

void bh_visit_ask(BhPage *page, const char *inspection, BhPageReply reply)
{
  const char *actor = bh_session_get_actor(bh_page_get_session(page));
  if (actor == NULL)
    return;
  Ask *ask = g_new0(Ask, 1);
  ask->author = g_strdup(actor);
  ask->inspection = g_strdup(inspection);
  bh_page_ask_run(page, BH_VISIT_SLOT, load, ask, ask_free, reply, NULL, NULL);
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  /* Nothing was typed: there is no draft to save. */
  if (error != NULL && !g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND))
    bh_page_say_error(page, error);
}

void bh_visit_save_draft_of(BhPage *page, const char *record)
{
  bh_page_keep(page, bh_call_save_draft(record), on_saved, NULL, NULL);
}

void bh_visit_save_inspection_draft(BhPage *page, const char *inspection)
{
  bh_visit_save_draft_of(page, inspection);
}
