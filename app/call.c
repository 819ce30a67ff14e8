/* Calls to the store: each is a function of sync/device/store/device.h with its arguments. One
 * static run_… function per call, with its constructor below. */
#include "app/call.h"

#include "schema/error.h"

typedef json_t *(*Run)(const BhCall *call, BhDevice *device, GError **error);

struct _BhCall {
  const char *name;
  Run run;
  gboolean is_change;
  gboolean needs_author;
  char *author;
  char *record; /* id of the record, or the text of a call that has only one text argument */
  char *kind;
  char *key;
  json_t *value; /* JSON argument: a copy that only this call references */
  gint64 number; /* the offset of a list, or the time of an observation */
  int limit;
};

/* `value` is taken over. The call gets a copy of it, because the store's thread uses the call and
 * json_t counts references without a lock. */
static BhCall *call_new(const char *name, Run run, const char *record, json_t *value)
{
  BhCall *call = g_new0(BhCall, 1);
  call->name = name;
  call->run = run;
  call->record = g_strdup(record);
  call->value = json_deep_copy(value);
  json_decref(value);
  return call;
}

/* A call that fails when no author is set (bh_call_set_author). */
static BhCall *own_new(const char *name, Run run, const char *record, json_t *value)
{
  BhCall *call = call_new(name, run, record, value);
  call->needs_author = TRUE;
  return call;
}

static BhCall *change_new(const char *name, Run run, const char *record, json_t *value)
{
  BhCall *call = own_new(name, run, record, value);
  call->is_change = TRUE;
  return call;
}

void bh_call_free(BhCall *call)
{
  if (call == NULL)
    return;
  g_free(call->author);
  g_free(call->record);
  g_free(call->kind);
  g_free(call->key);
  json_decref(call->value);
  g_free(call);
}

const char *bh_call_get_name(const BhCall *call)
{
  return call->name;
}

gboolean bh_call_is_change(const BhCall *call)
{
  return call->is_change;
}

void bh_call_set_author(BhCall *call, const char *author)
{
  if (call->author == NULL)
    call->author = g_strdup(author);
}

json_t *bh_call_run(const BhCall *call, BhDevice *device, GError **error)
{
  if (call->needs_author && call->author == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "%s: nobody is signed in", call->name);
    return NULL;
  }
  return call->run(call, device, error);
}

static json_t *done(gboolean ok)
{
  return ok ? json_null() : NULL;
}

static json_t *take_text(char *text)
{
  json_t *out = text != NULL ? json_string(text) : NULL;
  g_free(text);
  return out;
}

/* --- reading --- */

static json_t *run_describe(const BhCall *call, BhDevice *device, GError **error)
{
  (void)call;
  return bh_device_describe(device, error);
}

BhCall *bh_call_describe(void)
{
  return call_new("describe", run_describe, NULL, NULL);
}

static json_t *run_status(const BhCall *call, BhDevice *device, GError **error)
{
  (void)call;
  return bh_device_status(device, error);
}

BhCall *bh_call_status(void)
{
  return call_new("status", run_status, NULL, NULL);
}

static json_t *run_doctor(const BhCall *call, BhDevice *device, GError **error)
{
  (void)call;
  return bh_device_doctor(device, error);
}

BhCall *bh_call_doctor(void)
{
  return call_new("doctor", run_doctor, NULL, NULL);
}

static json_t *run_list_staff(const BhCall *call, BhDevice *device, GError **error)
{
  (void)call;
  return bh_device_list_staff(device, error);
}

BhCall *bh_call_list_staff(void)
{
  return call_new("list_staff", run_list_staff, NULL, NULL);
}

static json_t *run_get(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_get(device, call->record, error);
}

BhCall *bh_call_get(const char *record)
{
  return call_new("get", run_get, record, NULL);
}

static json_t *run_show(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_show(device, call->author, call->record, error);
}

BhCall *bh_call_show(const char *record)
{
  return own_new("show", run_show, record, NULL);
}

static json_t *run_list(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_list(device, call->value, error);
}

BhCall *bh_call_list(json_t *query)
{
  return call_new("list", run_list, NULL, query);
}

static json_t *run_agenda(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_agenda(device, call->value, error);
}

BhCall *bh_call_agenda(json_t *query)
{
  return call_new("agenda", run_agenda, NULL, query);
}

static json_t *run_history(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_history(device, call->record, error);
}

BhCall *bh_call_list_history(const char *record)
{
  return call_new("history", run_history, record, NULL);
}

static json_t *run_acts(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_list_acts(device, call->author, call->record, error);
}

BhCall *bh_call_list_acts(const char *record)
{
  return own_new("acts", run_acts, record, NULL);
}

static json_t *run_creations(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_list_creations(device, call->author, call->record, error);
}

BhCall *bh_call_list_creations(const char *origin)
{
  return own_new("creations", run_creations, origin, NULL);
}

static json_t *run_prepare_act(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_prepare_act(device, call->author, call->value, error);
}

BhCall *bh_call_prepare_act(json_t *act)
{
  return own_new("prepare_act", run_prepare_act, NULL, act);
}

static json_t *run_make_act(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_make_act(device, call->author, json_object_get(call->value, "act"),
                            json_object_get(call->value, "values"), error);
}

BhCall *bh_call_make_act(json_t *act, json_t *values)
{
  return change_new("make_act", run_make_act, NULL,
                    json_pack("{s:o, s:o}", "act", act, "values", values));
}

static json_t *run_worksheet(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_worksheet(device, call->author, call->record,
                             bh_json_string_or(call->value, "list", NULL),
                             bh_json_string_or(call->value, "lang", "zh"), error);
}

BhCall *bh_call_worksheet(const char *record, const char *list, const char *lang)
{
  return call_new("worksheet", run_worksheet, record,
                  json_pack("{s:s*, s:s}", "list", list, "lang", lang));
}

static json_t *run_answer(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_answer(device, call->author, call->value, error);
}

BhCall *bh_call_answer(json_t *answer)
{
  return change_new("answer", run_answer, NULL, answer);
}

static json_t *run_find_code(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_resolve_code(device, call->record, error);
}

BhCall *bh_call_find_code(const char *text)
{
  return call_new("resolve_code", run_find_code, text, NULL);
}

static json_t *run_find_file(const BhCall *call, BhDevice *device, GError **error)
{
  (void)error;
  g_autofree char *path = bh_device_dup_file_path(device, call->record);
  return path != NULL ? json_string(path) : json_null();
}

BhCall *bh_call_find_file(const char *sha256)
{
  return call_new("file_path", run_find_file, sha256, NULL);
}

static json_t *run_queue(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_queue(device, call->number, call->limit, error);
}

BhCall *bh_call_list_queue(gint64 offset, int limit)
{
  BhCall *call = call_new("queue", run_queue, NULL, NULL);
  call->number = offset;
  call->limit = limit;
  return call;
}

static json_t *run_check(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_check(device, call->author, call->record, call->kind, call->value, error);
}

BhCall *bh_call_check(const char *record, const char *kind, json_t *set)
{
  BhCall *call = own_new("check", run_check, record, set);
  call->kind = g_strdup(kind);
  return call;
}

/* --- files --- */

static json_t *run_add_file(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_add_file(device, call->record, error);
}

BhCall *bh_call_add_file(const char *path)
{
  return change_new("add_file", run_add_file, path, NULL);
}

/* --- drafts --- */

static json_t *run_list_drafts(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_draft_list(device, call->author, error);
}

BhCall *bh_call_list_drafts(void)
{
  return own_new("draft_list", run_list_drafts, NULL, NULL);
}

static json_t *run_get_draft(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_draft_get(device, call->author, call->record, error);
}

BhCall *bh_call_get_draft(const char *record)
{
  return own_new("draft_get", run_get_draft, record, NULL);
}

static json_t *run_set_draft(const BhCall *call, BhDevice *device, GError **error)
{
  return done(bh_device_draft_set(device, call->author, call->record, call->kind, call->key,
                                  call->value, error));
}

BhCall *bh_call_set_draft(const char *record, const char *kind, const char *key,
                          const json_t *value)
{
  BhCall *call = change_new("draft_set", run_set_draft, record, NULL);
  call->value = value != NULL ? json_deep_copy(value) : json_null();
  call->kind = g_strdup(kind);
  call->key = g_strdup(key);
  return call;
}

static json_t *run_discard_draft(const BhCall *call, BhDevice *device, GError **error)
{
  return done(bh_device_draft_discard(device, call->author, call->record, error));
}

BhCall *bh_call_discard_draft(const char *record)
{
  return change_new("draft_discard", run_discard_draft, record, NULL);
}

static json_t *run_forget_draft(const BhCall *call, BhDevice *device, GError **error)
{
  return done(bh_device_draft_forget(device, call->author, call->record, call->value, error));
}

BhCall *bh_call_forget_draft(const char *record, json_t *keys)
{
  return change_new("draft_forget", run_forget_draft, record, keys);
}

static json_t *run_put_drafts(const BhCall *call, BhDevice *device, GError **error)
{
  return done(bh_device_draft_put(device, call->author, call->value, error));
}

BhCall *bh_call_put_drafts(json_t *drafts)
{
  return change_new("draft_put", run_put_drafts, NULL, drafts);
}

static json_t *run_drop_drafts(const BhCall *call, BhDevice *device, GError **error)
{
  return done(bh_device_draft_drop(device, call->author, call->value, error));
}

BhCall *bh_call_drop_drafts(json_t *records)
{
  return change_new("draft_drop", run_drop_drafts, NULL, records);
}

/* --- entries --- */

static json_t *run_save(const BhCall *call, BhDevice *device, GError **error)
{
  return take_text(bh_device_save(device, call->author, call->value, call->number, error));
}

BhCall *bh_call_save_observed(json_t *ops, gint64 observed_ms)
{
  BhCall *call = change_new("save", run_save, NULL, ops);
  call->number = observed_ms;
  return call;
}

BhCall *bh_call_save(json_t *ops)
{
  return bh_call_save_observed(ops, 0);
}

BhCall *bh_call_save_one(const char *record, const char *kind, json_t *set)
{
  return bh_call_save(json_pack("[{s:s, s:s, s:o}]", "record", record, "kind", kind, "set", set));
}

static json_t *run_save_draft(const BhCall *call, BhDevice *device, GError **error)
{
  return take_text(bh_device_save_draft(device, call->author, call->record, NULL, error));
}

BhCall *bh_call_save_draft(const char *record)
{
  return change_new("save_draft", run_save_draft, record, NULL);
}

static json_t *run_save_drafts(const BhCall *call, BhDevice *device, GError **error)
{
  return bh_device_save_drafts(device, call->author, call->value, NULL, error);
}

BhCall *bh_call_save_drafts(json_t *drafts)
{
  return change_new("save_drafts", run_save_drafts, NULL, drafts);
}

/* --- people --- */

static json_t *run_sign_out(const BhCall *call, BhDevice *device, GError **error)
{
  (void)error;
  bh_device_sign_out(device, call->record);
  return json_null();
}

BhCall *bh_call_sign_out(const char *staff)
{
  return call_new("sign_out", run_sign_out, staff, NULL);
}
