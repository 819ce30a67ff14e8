/* Drafts of records that do not exist yet. Knows nothing of what is typed. */
#include "app/typed.h"

#include <string.h>

BhTyped *bh_typed_new(const char *kind, const char *above_key, const char *above,
                      const char *record)
{
  BhTyped *typed = g_new0(BhTyped, 1);
  typed->kind = g_strdup(kind);
  typed->above_key = g_strdup(above_key);
  typed->above = g_strdup(above);
  g_strlcpy(typed->record, record != NULL ? record : "", sizeof typed->record);
  return typed;
}

void bh_typed_free(BhTyped *typed)
{
  if (typed == NULL)
    return;
  g_free(typed->kind);
  g_free(typed->above_key);
  g_free(typed->above);
  g_free(typed);
}

typedef struct {
  char *author;
  char *kind;
  char *above_key;
  char *above;
  char *record; /* "": the newest draft that fits */
} Ask;

static void ask_free(gpointer data)
{
  Ask *ask = data;
  g_free(ask->author);
  g_free(ask->kind);
  g_free(ask->above_key);
  g_free(ask->above);
  g_free(ask->record);
  g_free(ask);
}

/* The newest draft of a record that was never saved, below the right one. */
static json_t *find(BhDevice *device, const Ask *ask)
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
    if (strcmp(bh_json_string_or(changed, ask->above_key, ""), ask->above) == 0)
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
  BhTyped *typed; /* of the page, which is there when the answer comes */
  BhPageReply reply;
} Wait;

static void on_loaded(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const Wait *wait = data;
  BhTyped *typed = wait->typed;
  const char *record = bh_json_string_or(result, "record", NULL);
  typed->kept = record != NULL;
  if (record != NULL)
    g_strlcpy(typed->record, record, sizeof typed->record);
  else if (*typed->record == '\0')
    bh_session_make_id(bh_page_get_session(page), typed->record);
  g_autoptr(json_t) none = json_object();
  json_t *changed = json_object_get(result, "changed");
  wait->reply(page, changed != NULL ? changed : none, error, NULL);
}

void bh_typed_ask(BhTyped *typed, BhPage *page, BhPageReply reply)
{
  Ask *ask = g_new0(Ask, 1);
  ask->author = g_strdup(bh_session_get_actor(bh_page_get_session(page)));
  ask->kind = g_strdup(typed->kind);
  ask->above_key = g_strdup(typed->above_key);
  ask->above = g_strdup(typed->above);
  ask->record = g_strdup(typed->record);
  Wait *wait = g_new0(Wait, 1);
  wait->typed = typed;
  wait->reply = reply;
  bh_page_ask_run(page, "typed", load, ask, ask_free, on_loaded, wait, g_free);
}

static void keep(BhTyped *typed, BhPage *page, const char *key, const json_t *value)
{
  bh_page_keep(page, bh_call_set_draft(typed->record, typed->kind, key, value), NULL, NULL, NULL);
}

void bh_typed_keep(BhTyped *typed, BhPage *page, const char *key, const json_t *value)
{
  if (typed->over || *typed->record == '\0')
    return;
  if (!typed->kept) {
    g_autoptr(json_t) above = json_string(typed->above);
    keep(typed, page, typed->above_key, above);
  }
  typed->kept = TRUE;
  keep(typed, page, key, value);
}

void bh_typed_drop(BhTyped *typed, BhPage *page)
{
  typed->over = TRUE;
  if (typed->kept)
    bh_page_keep(page, bh_call_discard_draft(typed->record), NULL, NULL, NULL);
}
