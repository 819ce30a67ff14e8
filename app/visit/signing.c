/* Saves signatures and the end of a visit. The text of the papers is made in documents.c. Start at
 * save_signature and end_visit. */
#include "app/visit/signing.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/user-error.h"
#include "app/visit/documents.h"
#include "app/visit/visit.h"
#include "schema/signed-text.h"

static void return_result(GTask *task, json_t *result, GError *error)
{
  if (result != NULL)
    g_task_return_pointer(task, result, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, error);
}

/* What was on the screen when a person tapped, and the time of the tap. */
typedef struct {
  char *author;
  char *inspection;
  char *sha256; /* hash of the text on the screen */
  gint64 now_ms;
} ShownText;

static ShownText shown_text_make(BhSession *session, const char *inspection, const char *sha256)
{
  return (ShownText){.author = g_strdup(bh_session_get_actor(session)),
                     .inspection = g_strdup(inspection),
                     .sha256 = g_strdup(sha256),
                     .now_ms = bh_session_now_ms(session)};
}

static void shown_text_clear(ShownText *shown)
{
  g_free(shown->author);
  g_free(shown->inspection);
  g_free(shown->sha256);
}

static gboolean check_shown(const json_t *frozen, const ShownText *shown, GError **error)
{
  g_autofree char *digest = bh_signed_text_dup_digest(frozen);
  if (g_strcmp0(digest, shown->sha256) == 0)
    return TRUE;
  g_set_error(error, BH_USER_ERROR, BH_USER_ERROR_MESSAGE, "%s",
              _("The text above has changed; read it again before you sign"));
  return FALSE;
}

/* Adds the signed text to `set`, so that the text is stored with the visit, unless it is stored
 * already. FALSE with an error when the records in the store give another text than the one that
 * was shown. */
static gboolean keep_text(BhDevice *device, const ShownText *shown, json_t *set, GError **error)
{
  g_autoptr(json_t) visit = bh_visit_load(device, shown->author, shown->inspection, error);
  if (visit == NULL)
    return FALSE;
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(device);
  g_autoptr(json_t) frozen =
      bh_documents_freeze_to_sign(visit, kinds, shown->inspection, shown->now_ms, error);
  if (frozen == NULL || !check_shown(frozen, shown, error))
    return FALSE;
  const json_t *inspection_values = bh_visit_get_values(visit, "inspection");
  if (strcmp(bh_json_string_or(inspection_values, "signed_sha256", ""), shown->sha256) == 0)
    return TRUE;
  json_object_set(set, "signed_facts", frozen);
  json_object_set_new(set, "signed_sha256", json_string(shown->sha256));
  return TRUE;
}

/* --- a signature --- */

typedef struct {
  ShownText shown;
  char *document;
  char id[BH_ID_LEN + 1];
  GBytes *png;       /* picture of the signature; NULL: the person refused to sign */
  json_t *set;       /* values of the new record of the signature */
  json_t *visit_set; /* values that are set in the inspection: the signed text, and why it was
                        refused */
} Signing;

void bh_signing_free(gpointer data)
{
  Signing *signing = data;
  shown_text_clear(&signing->shown);
  g_free(signing->document);
  g_clear_pointer(&signing->png, g_bytes_unref);
  json_decref(signing->set);
  json_decref(signing->visit_set);
  g_free(signing);
}

static void set_text(json_t *set, const char *key, const char *text)
{
  if (text != NULL && *text != '\0')
    json_object_set_new(set, key, json_string(text));
}

gpointer bh_signing_new(BhSession *session, const BhSigningRequest *signer, GBytes *png)
{
  Signing *signing = g_new0(Signing, 1);
  const char *parent = signer->document != NULL ? signer->document : signer->inspection;
  signing->shown = shown_text_make(session, signer->inspection, signer->shown_sha256);
  signing->document = g_strdup(signer->document);
  signing->png = png;
  bh_session_make_id(session, signing->id);
  signing->set =
      json_pack("{s:s, s:s, s:s, s:I}", "parent", parent, "role", signer->role, "shown_sha256",
                signer->shown_sha256, "signed_at", (json_int_t)signing->shown.now_ms);
  set_text(signing->set, "staff", signer->staff);
  set_text(signing->set, "name", signer->name);
  set_text(signing->set, "post", signer->post);
  signing->visit_set = json_object();
  if (signer->refusal_reason != NULL) {
    json_object_set_new(signing->set, "refused", json_true());
    set_text(signing->set, "refusal_reason", signer->refusal_reason);
  }
  if (signer->refusal_reason != NULL && signer->document == NULL) {
    set_text(signing->visit_set, "refusal_reason", signer->refusal_reason);
    set_text(signing->visit_set, "refusal_witness", signer->refusal_witness);
  }
  return signing;
}

/* Checks that the order which is signed is the one whose text was shown. The frozen fields of an
 * order never change, but the page may have shown another order. */
static gboolean check_order(BhDevice *device, const Signing *signing, GError **error)
{
  g_autoptr(json_t) record = bh_device_get(device, signing->document, error);
  return record != NULL && check_shown(json_object_get(json_object_get(record, "values"), "frozen"),
                                       &signing->shown, error);
}

static gboolean add_picture(BhDevice *device, const Signing *signing, json_t *ops, GError **error)
{
  char id[BH_ID_LEN + 1];
  gsize len = 0;
  if (signing->png == NULL)
    return TRUE;
  const void *bytes = g_bytes_get_data(signing->png, &len);
  json_t *file = bh_device_add_bytes(device, bytes, len, error);
  if (file == NULL)
    return FALSE;
  bh_device_make_id(device, id);
  json_object_set_new(signing->set, "file", json_string(id));
  json_object_set_new(file, "parent", json_string(signing->id));
  json_object_set_new(file, "role", json_string("signature"));
  json_array_append_new(ops,
                        json_pack("{s:s, s:s, s:o}", "record", id, "kind", "file", "set", file));
  return TRUE;
}

static char *save_signature(BhDevice *device, const Signing *signing, GError **error)
{
  g_autoptr(json_t) ops = json_array();
  gboolean ready = signing->document != NULL
                       ? check_order(device, signing, error)
                       : keep_text(device, &signing->shown, signing->visit_set, error);
  if (!ready || !add_picture(device, signing, ops, error))
    return NULL;
  json_array_insert_new(ops, 0,
                        json_pack("{s:s, s:s, s:O}", "record", signing->id, "kind", "signature",
                                  "set", signing->set));
  if (json_object_size(signing->visit_set) > 0)
    json_array_append_new(ops, json_pack("{s:s, s:s, s:O}", "record", signing->shown.inspection,
                                         "kind", "inspection", "set", signing->visit_set));
  return bh_device_save(device, signing->shown.author, ops, 0, error);
}

void bh_signing_run(BhDevice *device, GTask *task, gpointer data)
{
  GError *error = NULL;
  g_autofree char *entry = save_signature(device, data, &error);
  return_result(task, entry != NULL ? json_object() : NULL, error);
}

/* --- the end of a visit --- */

typedef struct {
  ShownText shown;
  json_t *set;
} VisitEnd;

void bh_visit_end_free(gpointer data)
{
  VisitEnd *end = data;
  shown_text_clear(&end->shown);
  json_decref(end->set);
  g_free(end);
}

gpointer bh_visit_end_new(BhSession *session, const char *inspection, const char *shown_sha256,
                          json_t *set)
{
  VisitEnd *end = g_new0(VisitEnd, 1);
  end->shown = shown_text_make(session, inspection, shown_sha256);
  end->set = set;
  return end;
}

static json_t *end_visit(BhDevice *device, const VisitEnd *end, GError **error)
{
  if (!keep_text(device, &end->shown, end->set, error))
    return NULL;
  g_autoptr(json_t) problems = bh_device_check(device, end->shown.author, end->shown.inspection,
                                               "inspection", end->set, error);
  if (problems == NULL)
    return NULL;
  if (json_array_size(problems) == 0) {
    g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:O}]", "record", end->shown.inspection, "kind",
                                      "inspection", "set", end->set);
    g_autofree char *entry = bh_device_save(device, end->shown.author, ops, 0, error);
    if (entry == NULL)
      return NULL;
  }
  return g_steal_pointer(&problems);
}

void bh_visit_end_run(BhDevice *device, GTask *task, gpointer data)
{
  GError *error = NULL;
  json_t *result = end_visit(device, data, &error);
  return_result(task, result, error);
}
