/* Finds the enterprise for a code that was scanned or typed at a gate: plaque text, short
 * code of a plaque, short code of an enterprise, unified social credit code. */
#include <sodium.h>
#include <string.h>

#include "schema/plaque.h"
#include "schema/uscc.h"
#include "sync/device/store/device-store.h"
#include "sync/device/store/index.h"
#include "sync/device/store/views.h"

#define CODE_MAX BH_PLAQUE_TEXT_MAX
/* types of plaques in answers */
#define NAMED "named"
#define BLANK "blank"

/* Id of the newest record of `kind` whose `field` has this value; NULL when none. */
static char *find_by_value(BhDevice *device, const char *kind, const char *field,
                           const json_t *value)
{
  gint64 number = bh_device_index_find(device, kind, field, value);
  return number != 0 ? bh_records_store_dup_id(device, number, NULL) : NULL;
}

static char *find_by_text(BhDevice *device, const char *kind, const char *field, const char *text)
{
  g_autoptr(json_t) value = json_string(text);
  return value != NULL ? find_by_value(device, kind, field, value) : NULL;
}

static json_t *make_answer(guint32 serial, const char *type, const char *record)
{
  json_t *plaque = json_object();
  json_t *out = json_object();

  if (type != NULL) {
    json_object_set_new(plaque, "serial", json_integer(serial));
    json_object_set_new(plaque, "type", json_string(type));
  }
  json_object_set_new(out, "plaque", type != NULL ? json_incref(plaque) : json_null());
  json_object_set_new(out, "record", record != NULL ? json_string(record) : json_null());
  json_decref(plaque);
  return out;
}

/* Looks a plaque up in the store: a revoked one is refused; a bound one names its record. */
static gboolean look_up_plaque(BhDevice *device, guint32 serial, gboolean *known, char **record,
                               GError **error)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, "plaque");
  const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  g_autoptr(json_t) value = json_integer(serial);
  g_autofree char *id = find_by_value(device, "plaque", "serial", value);
  BhView *view = id != NULL ? bh_view_get(device, id, NULL) : NULL;

  *known = view != NULL;
  *record = NULL;
  if (view == NULL || field == NULL)
    return TRUE;
  if (g_strcmp0(bh_record_get_string(view->record, "state"), "revoked") == 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_REVOKED, "plaque %u was revoked", serial);
    return FALSE;
  }
  *record = g_strdup(bh_record_get_string(view->record, field));
  return TRUE;
}

static gboolean verify_by_hub(BhDevice *device, const char *text, BhPlaque *plaque, GError **error)
{
  g_autoptr(json_t) uplink = bh_device_store_read_uplink(device, error);
  const char *list = bh_json_string_or(uplink, "plaque_keys", "[]");
  g_autoptr(json_t) keys = bh_json_parse(list, strlen(list), 65536, "plaque keys", error);
  gsize index;
  json_t *item;

  if (keys == NULL || !bh_plaque_decode(text, plaque, error))
    return FALSE;
  if (strcmp(plaque->hub, device->signer->hub) != 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_UNKNOWN,
                        "plaque: names another hub, whose keys are not known here");
    return FALSE;
  }
  json_array_foreach(keys, index, item) {
    guint8 key[BH_PUBLIC_KEY_SIZE], id[BH_PLAQUE_KEY_ID_SIZE];
    gsize len = 0;
    const char *base64 = json_string_value(item);
    if (base64 == NULL ||
        sodium_base642bin(key, sizeof key, base64, strlen(base64), NULL, &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        len != sizeof key)
      continue;
    bh_plaque_key_id(key, id);
    if (memcmp(id, plaque->key_id, sizeof id) == 0)
      return bh_plaque_verify(text, key, plaque, error);
  }
  g_set_error_literal(error, BH_ERROR, BH_ERROR_SIGNATURE,
                      "plaque: not signed by a key of this hub");
  return FALSE;
}

static json_t *resolve_plaque(BhDevice *device, const char *text, GError **error)
{
  BhPlaque plaque;
  gboolean known = FALSE;
  g_autofree char *bound = NULL;

  if (!verify_by_hub(device, text, &plaque, error))
    return NULL;
  if (!look_up_plaque(device, plaque.serial, &known, &bound, error))
    return NULL;
  gboolean named = plaque.type == BH_PLAQUE_ENTERPRISE;
  const char *record = bound != NULL ? bound : named ? plaque.enterprise : NULL;
  return make_answer(plaque.serial, named ? NAMED : BLANK, record);
}

/* Whether a value of this type identifies a record of the directory. */
static gboolean is_code(const BhField *field, BhFieldType type)
{
  return bh_field_get_type(field) == type && bh_field_is_indexed(field) &&
         (type == BH_FIELD_USCC || bh_field_may_be_distinct(field));
}

/* The record of the directory with this code: first by credit codes, then by codes of its own. */
static char *find_in_directory(BhDevice *device, const char *typed)
{
  static const BhFieldType types[] = {BH_FIELD_USCC, BH_FIELD_TEXT};
  const BhKind *kind = device->kinds != NULL ? bh_kind_set_find_directory(device->kinds) : NULL;
  const GPtrArray *fields = kind != NULL ? bh_kind_list_fields(kind) : NULL;
  g_autofree char *uscc = bh_uscc_normalize(typed);
  g_autofree char *upper = g_ascii_strup(typed, -1);
  const char *const codes[] = {uscc, typed, upper};
  char *id = NULL;
  for (gsize t = 0; t < G_N_ELEMENTS(types); t++) {
    for (guint i = 0; fields != NULL && i < fields->len; i++) {
      const BhField *field = fields->pdata[i];
      gsize n = types[t] == BH_FIELD_USCC ? 1 : G_N_ELEMENTS(codes);
      for (gsize k = 0; id == NULL && is_code(field, types[t]) && k < n; k++)
        id = find_by_text(device, bh_kind_get_name(kind), bh_field_get_name(field), codes[k]);
    }
  }
  return id;
}

static json_t *resolve_short_code(BhDevice *device, const char *typed, GError **error)
{
  guint32 serial = 0;
  gboolean known = FALSE;
  g_autofree char *bound = NULL;
  g_autoptr(GError) local = NULL;

  if (!bh_plaque_parse_short_code(typed, &serial, &local)) {
    if (g_error_matches(local, BH_ERROR, BH_ERROR_INVALID)) {
      g_propagate_error(error, g_steal_pointer(&local));
      return NULL;
    }
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                        "this device knows no plaque and no enterprise with this code");
    return NULL;
  }
  /* A typed code of a plaque without an enterprise does not prove that the person is there; place
   * and photo have to prove it. */
  return look_up_plaque(device, serial, &known, &bound, error)
             ? make_answer(serial, known ? NAMED : BLANK, bound)
             : NULL;
}

json_t *bh_device_resolve_code(BhDevice *device, const char *text, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  if (text == NULL || strlen(text) > CODE_MAX || !g_utf8_validate(text, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "code: must be a text of at most %d bytes",
                CODE_MAX);
    return NULL;
  }
  g_autofree char *typed = g_strstrip(g_strdup(text));
  if (bh_plaque_is_text(typed))
    return resolve_plaque(device, typed, error);
  g_autofree char *record = find_in_directory(device, typed);
  if (record != NULL)
    return make_answer(0, NULL, record);
  g_autofree char *uscc = bh_uscc_normalize(typed);
  if (strlen(uscc) == BH_USCC_LEN && !bh_uscc_check(uscc, error))
    return NULL;
  if (strlen(uscc) == BH_USCC_LEN && !bh_uscc_is_consistent(uscc)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "no enterprise has this credit code, and its check character is wrong");
    return NULL;
  }
  return resolve_short_code(device, typed, error);
}
