/* Asks for visits and saves their drafts, for pages. */
#include "app/visit/visit-page.h"

#include "schema/error.h"

typedef struct {
  char *author;
  char *inspection;
} LoadRequest;

static void load_request_free(gpointer data)
{
  LoadRequest *request = data;
  g_free(request->author);
  g_free(request->inspection);
  g_free(request);
}

static void load(BhDevice *device, GTask *task, gpointer data)
{
  LoadRequest *request = data;
  g_autoptr(GError) error = NULL;
  json_t *visit = bh_visit_load(device, request->author, request->inspection, &error);
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
  LoadRequest *request = g_new0(LoadRequest, 1);
  request->author = g_strdup(actor);
  request->inspection = g_strdup(inspection);
  bh_page_ask_run(page, BH_VISIT_SLOT, load, request, load_request_free, reply, NULL, NULL);
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  /* BH_ERROR_NOT_FOUND: nothing was typed, so there is no draft to save. */
  if (error != NULL && !g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND))
    bh_page_say_error(page, error);
}

void bh_visit_save_draft(BhPage *page, const char *record)
{
  bh_page_post(page, bh_call_save_draft(record), on_saved, NULL, NULL);
}

void bh_visit_save_inspection_draft(BhPage *page, const char *inspection)
{
  bh_visit_save_draft(page, inspection);
}
