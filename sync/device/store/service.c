/* Methods by name: a table, and one small function per method that unpacks its params. */
#include "sync/device/store/service.h"

#include <string.h>

#include "schema/error.h"

#define WHERE "request"

typedef json_t *(*Method)(BhDevice *device, const json_t *params, GError **error);

static const char *text_of(const json_t *params, const char *name, GError **error)
{
  return bh_json_get_string(params, name, WHERE, error);
}

static json_t *wrap(const char *name, json_t *value)
{
  if (value == NULL)
    return NULL;
  json_t *out = json_object();
  json_object_set_new(out, name, value);
  return out;
}

static json_t *done(gboolean ok)
{
  return ok ? json_object() : NULL;
}

static json_t *wrap_text(const char *name, char *text)
{
  json_t *out = text != NULL ? wrap(name, json_string(text)) : NULL;
  g_free(text);
  return out;
}

static json_t *describe(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  return bh_device_describe(device, error);
}

static json_t *kinds(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  g_autoptr(BhKindSet) set = bh_device_dup_kinds(device);

  if (set == NULL) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: the device is not enrolled");
    return NULL;
  }
  json_t *out = wrap("hash", json_string(bh_kind_set_get_hash(set)));
  json_object_set_new(out, "text", json_string(bh_kind_set_get_text(set)));
  return out;
}

static json_t *list_staff(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  return wrap("staff", bh_device_list_staff(device, error));
}

static json_t *sign_in(BhDevice *device, const json_t *params, GError **error)
{
  const char *staff = text_of(params, "staff", error);
  const char *pin = staff != NULL ? text_of(params, "pin", error) : NULL;

  return pin != NULL ? done(bh_device_sign_in(device, staff, pin, NULL, error)) : NULL;
}

static json_t *sign_out(BhDevice *device, const json_t *params, GError **error)
{
  const char *staff = text_of(params, "staff", error);

  if (staff == NULL)
    return NULL;
  bh_device_sign_out(device, staff);
  return done(TRUE);
}

static json_t *draft_set(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;
  const char *kind = record != NULL ? text_of(params, "kind", error) : NULL;
  const char *key = kind != NULL ? text_of(params, "key", error) : NULL;
  const json_t *value = json_object_get(params, "value");

  if (key == NULL)
    return NULL;
  if (value == NULL) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, WHERE ": value is missing");
    return NULL;
  }
  return done(bh_device_draft_set(device, author, record, kind, key, value, error));
}

static json_t *draft_get(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;

  return record != NULL ? bh_device_draft_get(device, author, record, error) : NULL;
}

static json_t *draft_list(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);

  return author != NULL ? wrap("drafts", bh_device_draft_list(device, author, error)) : NULL;
}

static json_t *draft_discard(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;

  return record != NULL ? done(bh_device_draft_discard(device, author, record, error)) : NULL;
}

static json_t *draft_forget(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;
  const json_t *keys = json_object_get(params, "keys");

  return record != NULL ? done(bh_device_draft_forget(device, author, record, keys, error)) : NULL;
}

static json_t *draft_put(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const json_t *drafts = author != NULL ? bh_json_get_array(params, "drafts", WHERE, error) : NULL;

  return drafts != NULL ? done(bh_device_draft_put(device, author, drafts, error)) : NULL;
}

static json_t *draft_drop(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const json_t *ids = author != NULL ? bh_json_get_array(params, "records", WHERE, error) : NULL;

  return ids != NULL ? done(bh_device_draft_drop(device, author, ids, error)) : NULL;
}

static json_t *make_id(BhDevice *device, const json_t *params G_GNUC_UNUSED,
                       GError **error G_GNUC_UNUSED)
{
  char id[BH_ID_LEN + 1];

  bh_device_make_id(device, id);
  return wrap("id", json_string(id));
}

static json_t *check(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;
  const char *kind = record != NULL ? text_of(params, "kind", error) : NULL;

  return kind != NULL ? wrap("problems", bh_device_check(device, author, record, kind,
                                                         json_object_get(params, "set"), error))
                      : NULL;
}

static json_t *acts(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;

  return record != NULL ? wrap("acts", bh_device_list_acts(device, author, record, error)) : NULL;
}

static json_t *creations(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *origin = bh_json_string_or(params, "origin", NULL);

  return author != NULL ? wrap("acts", bh_device_list_creations(device, author, origin, error))
                        : NULL;
}

static json_t *prepare_act(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);

  return author != NULL ? bh_device_prepare_act(device, author, params, error) : NULL;
}

static json_t *make_act(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const json_t *values = author != NULL ? bh_json_get_object(params, "values", WHERE, error) : NULL;

  return values != NULL ? bh_device_make_act(device, author, params, values, error) : NULL;
}

static json_t *worksheet(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;

  return record != NULL
             ? bh_device_worksheet(device, author, record, bh_json_string_or(params, "list", NULL),
                                   bh_json_string_or(params, "lang", "zh"), error)
             : NULL;
}

static json_t *answer(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);

  return author != NULL ? bh_device_answer(device, author, params, error) : NULL;
}

static json_t *save(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const json_t *ops = author != NULL ? bh_json_get_array(params, "ops", WHERE, error) : NULL;
  gint64 observed_ms = 0;

  if (ops == NULL ||
      (json_object_get(params, "observed_ms") != NULL &&
       !bh_json_get_int(params, "observed_ms", 0, G_MAXINT64 / 2, &observed_ms, WHERE, error)))
    return NULL;
  json_t *saved = wrap_text("entry", bh_device_save(device, author, ops, observed_ms, error));
  if (saved != NULL)
    json_object_set_new(saved, "doubts", bh_device_list_doubts(device, ops));
  return saved;
}

static json_t *save_draft(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const char *record = author != NULL ? text_of(params, "record", error) : NULL;
  const json_t *also = json_object_get(params, "also");

  if (record == NULL)
    return NULL;
  return wrap_text("entry", bh_device_save_draft(device, author, record,
                                                 json_is_object(also) ? also : NULL, error));
}

static json_t *save_drafts(BhDevice *device, const json_t *params, GError **error)
{
  const char *author = text_of(params, "author", error);
  const json_t *drafts = author != NULL ? bh_json_get_array(params, "drafts", WHERE, error) : NULL;

  return drafts != NULL
             ? wrap("entries", bh_device_save_drafts(device, author, drafts, NULL, error))
             : NULL;
}

static json_t *get(BhDevice *device, const json_t *params, GError **error)
{
  const char *id = text_of(params, "id", error);

  return id != NULL ? bh_device_show(device, bh_json_string_or(params, "author", NULL), id, error)
                    : NULL;
}

static json_t *list(BhDevice *device, const json_t *params, GError **error)
{
  const json_t *query = bh_json_get_object(params, "query", WHERE, error);

  return query != NULL ? bh_device_list(device, query, error) : NULL;
}

static json_t *agenda(BhDevice *device, const json_t *params, GError **error)
{
  json_t *query = bh_json_get_object(params, "query", WHERE, error);
  return query != NULL ? bh_device_agenda(device, query, error) : NULL;
}

static json_t *history(BhDevice *device, const json_t *params, GError **error)
{
  const char *id = text_of(params, "id", error);

  return id != NULL ? wrap("entries", bh_device_history(device, id, error)) : NULL;
}

static json_t *resolve_code(BhDevice *device, const json_t *params, GError **error)
{
  const char *text = text_of(params, "text", error);

  return text != NULL ? bh_device_resolve_code(device, text, error) : NULL;
}

static json_t *add_file(BhDevice *device, const json_t *params, GError **error)
{
  const char *path = text_of(params, "path", error);

  return path != NULL ? bh_device_add_file(device, path, error) : NULL;
}

static json_t *describe_file(BhDevice *device, const json_t *params, GError **error)
{
  const char *path = text_of(params, "path", error);

  return path != NULL ? bh_device_describe_file(device, path, error) : NULL;
}

static json_t *file_path(BhDevice *device, const json_t *params, GError **error)
{
  const char *sha256 = text_of(params, "sha256", error);

  if (sha256 == NULL)
    return NULL;
  g_autofree char *path = bh_device_dup_file_path(device, sha256);
  return wrap("path", path != NULL ? json_string(path) : json_null());
}

static json_t *status(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  return bh_device_status(device, error);
}

static json_t *queue(BhDevice *device, const json_t *params, GError **error)
{
  gint64 offset = json_integer_value(json_object_get(params, "offset"));
  gint64 limit = json_integer_value(json_object_get(params, "limit"));

  return wrap("items",
              bh_device_queue(device, offset, limit > 0 ? (int)MIN(limit, 1000) : 50, error));
}

static json_t *remove_orphans(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  return bh_device_remove_orphans(device, error);
}

static json_t *codes(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  return wrap("codes", bh_device_list_codes(device, error));
}

static json_t *doctor(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  return bh_device_doctor(device, error);
}

static json_t *export(BhDevice *device, const json_t *params, GError **error)
{
  const char *path = text_of(params, "path", error);

  return path != NULL ? bh_device_export(device, path, error) : NULL;
}

static json_t *damaged(BhDevice *device, const json_t *params G_GNUC_UNUSED, GError **error)
{
  return wrap("entries", bh_device_list_damaged(device, error));
}

json_t *bh_service_call(BhDevice *device, const json_t *request, GError **error)
{
  static const struct {
    const char *name;
    Method method;
  } methods[] = {
      {"describe", describe},
      {"kinds", kinds},
      {"codes", codes},
      {"list_staff", list_staff},
      {"sign_in", sign_in},
      {"sign_out", sign_out},
      {"draft_set", draft_set},
      {"draft_get", draft_get},
      {"draft_list", draft_list},
      {"draft_discard", draft_discard},
      {"draft_forget", draft_forget},
      {"draft_put", draft_put},
      {"draft_drop", draft_drop},
      {"make_id", make_id},
      {"check", check},
      {"acts", acts},
      {"creations", creations},
      {"prepare_act", prepare_act},
      {"make_act", make_act},
      {"worksheet", worksheet},
      {"answer", answer},
      {"save", save},
      {"save_draft", save_draft},
      {"save_drafts", save_drafts},
      {"get", get},
      {"list", list},
      {"agenda", agenda},
      {"history", history},
      {"resolve_code", resolve_code},
      {"add_file", add_file},
      {"describe_file", describe_file},
      {"file_path", file_path},
      {"status", status},
      {"queue", queue},
      {"doctor", doctor},
      {"remove_orphans", remove_orphans},
      {"damaged", damaged},
      {"export", export},
  };
  const char *name = bh_json_get_string(request, "method", WHERE, error);
  const json_t *params = json_object_get(request, "params");
  g_autoptr(json_t) none = json_object();

  if (name == NULL)
    return NULL;
  if (params != NULL && !json_is_object(params)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, WHERE ": params is no object");
    return NULL;
  }
  for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
    if (strcmp(methods[i].name, name) == 0)
      return methods[i].method(device, params != NULL ? params : none, error);
  }
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, WHERE ": there is no method \"%.64s\"", name);
  return NULL;
}
