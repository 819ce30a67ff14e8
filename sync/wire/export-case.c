/* Checks the statements of a case file that no single signature proves: that chains are complete
 * within their spans, and that every file which a body declares is listed. Used
 * by export-verify.c. */
#include "sync/wire/export-internal.h"

#include <string.h>
#include "schema/error.h"

#define MEMBER_MAX_BYTES 512
#define SUFFIX_MAX 4

typedef struct {
  gint64 from;
  gint64 to;
  gboolean has_chain;
} Span;

typedef struct {
  gint64 size;
  char *media_type;
  gboolean is_listed;
} Declared;

struct _BhCaseCheck {
  BhCaseReport report;
  GHashTable *spans;    /* "device incarnation" → Span */
  GHashTable *declared; /* SHA-256 → Declared: the files that bodies declare */
  guint n_listed;
  GPtrArray *members; /* BhSealedFile*: what the archive must contain */
  gboolean has_page;
};

static void sealed_file_free(gpointer data)
{
  BhSealedFile *file = data;
  g_free(file->name);
  g_free(file);
}

static void declared_free(gpointer data)
{
  Declared *declared = data;
  g_free(declared->media_type);
  g_free(declared);
}

static gboolean refuse(GError **error, const char *what)
{
  if (*error == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s", what);
  return FALSE;
}

/* --- head --- */

static gboolean add_span(BhCaseCheck *check, const json_t *item, GError **error)
{
  static const char *const members[] = {"device", "incarnation", "from", "to", NULL};
  g_autofree Span *span = g_new0(Span, 1);
  if (!json_is_object(item))
    return refuse(error, "head: \"spans\" must be an array of objects");
  if (!bh_json_check_keys(item, members, "span", error))
    return FALSE;
  const char *device = bh_json_get_string(item, "device", "span", error);
  const char *incarnation =
      device != NULL ? bh_json_get_string(item, "incarnation", "span", error) : NULL;
  if (incarnation == NULL ||
      !bh_json_get_int(item, "from", 1, G_MAXINT64, &span->from, "span", error) ||
      !bh_json_get_int(item, "to", span->from, G_MAXINT64, &span->to, "span", error))
    return FALSE;
  g_autofree char *key = g_strdup_printf("%s %s", device, incarnation);
  if (g_hash_table_contains(check->spans, key))
    return refuse(error, "head: duplicate span of a chain");
  g_hash_table_insert(check->spans, g_steal_pointer(&key), g_steal_pointer(&span));
  return TRUE;
}

BhCaseCheck *bh_case_check_new(const json_t *head, GError **error)
{
  BhCaseCheck *check = g_new0(BhCaseCheck, 1);
  check->spans = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  check->declared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, declared_free);
  check->members = g_ptr_array_new_with_free_func(sealed_file_free);
  const char *record = bh_json_get_string(head, "record", "head", error);
  const json_t *spans = record != NULL ? bh_json_get_array(head, "spans", "head", error) : NULL;
  gboolean ok = spans != NULL;
  if (ok && (!bh_id_is_valid(record) || !json_is_boolean(json_object_get(head, "personal"))))
    ok = refuse(error, "head: \"record\" or \"personal\" is not valid");
  for (gsize i = 0; ok && i < json_array_size(spans); i++)
    ok = add_span(check, json_array_get(spans, i), error);
  if (!ok) {
    bh_case_check_free(check);
    return NULL;
  }
  g_strlcpy(check->report.record, record, sizeof check->report.record);
  check->report.personal = json_is_true(json_object_get(head, "personal"));
  check->report.spans = (int)g_hash_table_size(check->spans);
  return check;
}

void bh_case_check_free(BhCaseCheck *check)
{
  g_hash_table_unref(check->spans);
  g_hash_table_unref(check->declared);
  g_ptr_array_unref(check->members);
  g_free(check);
}

/* --- chains --- */

gboolean bh_case_check_skip(BhCaseCheck *check, const BhEnvelope *envelope, gint64 expected)
{
  g_autofree char *key = g_strdup_printf("%s %s", envelope->device, envelope->incarnation);
  const Span *span = g_hash_table_lookup(check->spans, key);
  if (span != NULL && span->from < envelope->seq && span->to >= expected)
    return FALSE;
  check->report.gaps++;
  return TRUE;
}

gboolean bh_case_check_chain(BhCaseCheck *check, const char *chain, gint64 last)
{
  Span *span = g_hash_table_lookup(check->spans, chain);
  if (span != NULL)
    span->has_chain = TRUE;
  return span == NULL || last >= span->to;
}

gboolean bh_case_check_all_met(const BhCaseCheck *check)
{
  GHashTableIter iter;
  gpointer span;
  g_hash_table_iter_init(&iter, check->spans);
  while (g_hash_table_iter_next(&iter, NULL, &span))
    if (!((const Span *)span)->has_chain)
      return FALSE;
  return TRUE;
}

/* --- files --- */

void bh_case_check_declare(BhCaseCheck *check, const BhBody *body)
{
  for (guint i = 0; i < body->files->len; i++) {
    const BhFileRef *file = body->files->pdata[i];
    if (g_hash_table_contains(check->declared, file->sha256))
      continue;
    Declared *declared = g_new0(Declared, 1);
    declared->size = file->size;
    declared->media_type = g_strdup(file->media_type);
    g_hash_table_insert(check->declared, g_strdup(file->sha256), declared);
  }
}

/* Whether `name` is "files/SHA256.SUFFIX" with the hash `sha256`. The hub makes the names of files;
 * devices have no influence on them. */
static gboolean is_name_of(const char *name, const char *sha256)
{
  g_autofree char *stem = g_strconcat(BH_CASE_FILES_DIR, sha256, ".", NULL);
  if (!g_str_has_prefix(name, stem))
    return FALSE;
  const char *suffix = name + strlen(stem);
  gsize len = strlen(suffix);
  return len > 0 && len <= SUFFIX_MAX &&
         strspn(suffix, "abcdefghijklmnopqrstuvwxyz0123456789") == len;
}

static void add_member(BhCaseCheck *check, const char *name, const char *sha256, gint64 size)
{
  BhSealedFile *member = g_new0(BhSealedFile, 1);
  g_strlcpy(member->sha256, sha256, sizeof member->sha256);
  member->size = size;
  member->name = g_strdup(name);
  g_ptr_array_add(check->members, member);
}

static gboolean take_file(BhCaseCheck *check, const json_t *line, GError **error)
{
  static const char *const members[] = {"name", "sha256", "size", "type", NULL};
  gint64 size;
  const char *name = bh_json_string_or(line, "name", NULL);
  if (!bh_json_check_keys(line, members, "file", error))
    return FALSE;
  const char *sha256 = bh_json_get_string(line, "sha256", "file", error);
  const char *type = sha256 != NULL ? bh_json_get_string(line, "type", "file", error) : NULL;
  if (type == NULL || !bh_json_get_int(line, "size", 1, BH_FILE_MAX, &size, "file", error))
    return FALSE;
  Declared *declared = g_hash_table_lookup(check->declared, sha256);
  if (declared == NULL || declared->is_listed || declared->size != size ||
      !g_str_equal(declared->media_type, type))
    return refuse(error,
                  "a file that no entry declares with this size and type, or a duplicate file");
  if (check->has_page ||
      (json_object_get(line, "name") != NULL && (name == NULL || !is_name_of(name, sha256))))
    return refuse(error, "a file after the page, or with a wrong name");
  declared->is_listed = TRUE;
  check->n_listed++;
  check->report.files++;
  if (name != NULL)
    add_member(check, name, sha256, size);
  else
    check->report.files_missing++;
  return TRUE;
}

static gboolean take_page(BhCaseCheck *check, const json_t *line, GError **error)
{
  static const char *const members[] = {"name", "sha256", "size", NULL};
  gint64 size;
  if (!bh_json_check_keys(line, members, "page", error))
    return FALSE;
  const char *sha256 = bh_json_get_string(line, "sha256", "page", error);
  if (sha256 == NULL || !bh_json_get_int(line, "size", 1, G_MAXUINT32, &size, "page", error))
    return FALSE;
  if (check->has_page || !bh_hash_is_valid(sha256) ||
      !g_str_equal(bh_json_string_or(line, "name", ""), BH_CASE_PAGE_NAME))
    return refuse(error, "a duplicate or invalid page");
  check->has_page = TRUE;
  add_member(check, BH_CASE_PAGE_NAME, sha256, size);
  return TRUE;
}

gboolean bh_case_check_line(BhCaseCheck *check, const char *text, gsize len, GError **error)
{
  if (len < 2 || text[1] != ' ')
    return refuse(error, "the line lists neither a file (F) nor the page (P) of the case");
  g_autoptr(json_t) line = bh_json_parse(text + 2, len - 2, MEMBER_MAX_BYTES, "file", error);
  if (!json_is_object(line))
    return refuse(error, "the line lists neither a file (F) nor the page (P) of the case");
  return text[0] == 'F' ? take_file(check, line, error) : take_page(check, line, error);
}

gboolean bh_case_check_end(BhCaseCheck *check, GError **error)
{
  if (check->n_listed != g_hash_table_size(check->declared))
    return refuse(error, "a file that an entry declares is not listed");
  return check->has_page || refuse(error, "the page of the case is not listed");
}

BhCaseReport *bh_case_check_report(const BhCaseCheck *check)
{
  return g_memdup2(&check->report, sizeof check->report);
}

const GPtrArray *bh_case_check_members(const BhCaseCheck *check)
{
  return check->members;
}
