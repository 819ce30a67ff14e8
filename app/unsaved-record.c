/* Drafts of records that do not exist yet. Only the pages know the fields of these records. */
#include "app/unsaved-record.h"

#include <string.h>

BhUnsavedRecord *bh_unsaved_record_new(const char *kind, const char *parent_key, const char *parent,
                                       const char *record)
{
  BhUnsavedRecord *unsaved = g_new0(BhUnsavedRecord, 1);
  unsaved->kind = g_strdup(kind);
  unsaved->parent_key = g_strdup(parent_key);
  unsaved->parent = g_strdup(parent);
  g_strlcpy(unsaved->record, record != NULL ? record : "", sizeof unsaved->record);
  return unsaved;
}

void bh_unsaved_record_free(BhUnsavedRecord *unsaved)
{
  if (unsaved == NULL)
    return;
  g_free(unsaved->kind);
  g_free(unsaved->parent_key);
  g_free(unsaved->parent);
  g_free(unsaved);
}

typedef struct {
  char *author;
  char *kind;
  char *parent_key;
  char *parent;
  char *record; /* id of the draft; "": the newest draft of the parent is read */
} LoadRequest;

static void load_request_free(gpointer data)
{
  LoadRequest *ask = data;
  g_free(ask->author);
  g_free(ask->kind);
  g_free(ask->parent_key);
  g_free(ask->parent);
  g_free(ask->record);
  g_free(ask);
}

/* The draft that `ask` names; or, when it names none, the author's newest draft of a record that
 * was never saved and has the parent of `ask`. A new reference; NULL when there is no such draft.
 */
static json_t *find(BhDevice *device, const LoadRequest *ask)
{
  if (*ask->record != '\0')
    return bh_device_draft_get(device, ask->author, ask->record, NULL);
  g_autoptr(json_t) rows = bh_device_draft_list(device, ask->author, NULL);
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    if (strcmp(bh_json_string_or(row, "kind", ""), ask->kind) != 0 ||
        json_object_get(row, "state") != NULL)
      continue;
    g_autoptr(json_t) draft =
        bh_device_draft_get(device, ask->author, bh_json_string_or(row, "record", ""), NULL);
    const json_t *changed = json_object_get(draft, "changed");
    if (strcmp(bh_json_string_or(changed, ask->parent_key, ""), ask->parent) == 0)
      return g_steal_pointer(&draft);
  }
  return NULL;
}

static void load(BhDevice *device, GTask *task, gpointer data)
{
  json_t *draft = find(device, data);
  g_task_return_pointer(task, draft != NULL ? draft : json_object(), (GDestroyNotify)json_decref);
}

typedef struct {
  /* Borrowed from the page, which exists whenever its answer is delivered. */
  BhUnsavedRecord *unsaved;
  BhPageReply reply;
} PendingReply;

static void on_loaded(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const PendingReply *pending = data;
  BhUnsavedRecord *unsaved = pending->unsaved;
  const char *record = bh_json_string_or(result, "record", NULL);
  unsaved->has_draft = record != NULL;
  if (record != NULL)
    g_strlcpy(unsaved->record, record, sizeof unsaved->record);
  else if (*unsaved->record == '\0')
    bh_session_make_id(bh_page_get_session(page), unsaved->record);
  g_autoptr(json_t) none = json_object();
  json_t *changed = json_object_get(result, "changed");
  pending->reply(page, changed != NULL ? changed : none, error, NULL);
}

void bh_unsaved_record_load(BhUnsavedRecord *unsaved, BhPage *page, BhPageReply reply)
{
  LoadRequest *ask = g_new0(LoadRequest, 1);
  ask->author = g_strdup(bh_session_get_actor(bh_page_get_session(page)));
  ask->kind = g_strdup(unsaved->kind);
  ask->parent_key = g_strdup(unsaved->parent_key);
  ask->parent = g_strdup(unsaved->parent);
  ask->record = g_strdup(unsaved->record);
  PendingReply *pending = g_new0(PendingReply, 1);
  pending->unsaved = unsaved;
  pending->reply = reply;
  bh_page_ask_run(page, "typed", load, ask, load_request_free, on_loaded, pending, g_free);
}

static void set_draft_key(BhUnsavedRecord *unsaved, BhPage *page, const char *key,
                          const json_t *value)
{
  bh_page_post(page, bh_call_set_draft(unsaved->record, unsaved->kind, key, value), NULL, NULL,
               NULL);
}

void bh_unsaved_record_set(BhUnsavedRecord *unsaved, BhPage *page, const char *key,
                           const json_t *value)
{
  if (unsaved->is_finished || *unsaved->record == '\0')
    return;
  if (!unsaved->has_draft) {
    g_autoptr(json_t) parent = json_string(unsaved->parent);
    set_draft_key(unsaved, page, unsaved->parent_key, parent);
  }
  unsaved->has_draft = TRUE;
  set_draft_key(unsaved, page, key, value);
}

void bh_unsaved_record_discard(BhUnsavedRecord *unsaved, BhPage *page)
{
  unsaved->is_finished = TRUE;
  if (unsaved->has_draft)
    bh_page_post(page, bh_call_discard_draft(unsaved->record), NULL, NULL, NULL);
}
