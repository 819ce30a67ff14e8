/* Attaches a file to a record: begins an upload, receives its parts (upload.h), and makes the
 * file's own record in one entry when the last part arrived. What may be attached where is declared
 * by the kind "file"; the entry is judged like any other. Start at bh_office_attach. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/act.h"
#include "schema/error.h"
#include "sync/hub/access/access.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/office/internal.h"
#include "sync/hub/office/office-store.h"
#include "sync/hub/office/upload.h"
#include "sync/wire/limits.h"

#define FILE_KIND "file"
#define ROLE "role"
#define NOTE "note"
#define TAKEN "taken_at"
#define SAME_MAX 100 /* records of one file below one record that are compared */

static const char *say(const BhOfficeCall *call, const char *zh, const char *en)
{
  return strcmp(call->lang, "en") == 0 ? en : zh;
}

/* --- what may be attached --- */

/* The problems of a new file record with these values: locks, and values that the kind refuses. The
 * writer judges the entry again. */
static GPtrArray *check_new(BhOfficeCall *call, const BhKind *kind, const json_t *set)
{
  BhContext context;
  bh_office_context(call, NULL, NULL, &context);
  return bh_kind_check_change(kind, set, &context);
}

static json_t *first_values(const BhKind *kind, const char *parent, const char *role)
{
  return json_pack("{s:s,s:s}", bh_kind_get_parent_field(kind), parent, ROLE, role);
}

/* Whether records of `parent_kind` can have files. */
static gboolean has_files(const BhKind *kind, const BhKind *parent_kind)
{
  const char *name = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  const BhField *field = name != NULL ? bh_kind_find_field(kind, name) : NULL;
  return field != NULL && parent_kind != NULL && bh_kind_find_field(kind, ROLE) != NULL &&
         g_strv_contains(bh_field_get_ref_kinds(field), bh_kind_get_name(parent_kind));
}

static gboolean is_offered(const BhField *role, gsize choice)
{
  return !bh_field_is_choice_retired(role, choice) && !bh_field_is_choice_automatic(role, choice);
}

/* {"name","label","max"} of a field that the page asks for with a file; NULL when the kind does not
 * have it. */
static json_t *asked_field(BhOfficeCall *call, const BhKind *kind, const char *name)
{
  const BhField *field = bh_kind_find_field(kind, name);
  return field != NULL && bh_field_is_in_form(field)
             ? json_pack("{s:s,s:s,s:I}", "name", name, "label",
                         bh_field_get_label(field, call->lang), "max",
                         (json_int_t)bh_field_get_max(field))
             : NULL;
}

json_t *bh_office_attachable(BhOfficeCall *call, const char *id, const BhKind *parent_kind)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, FILE_KIND);
  if (!has_files(kind, parent_kind))
    return NULL;
  const BhField *role = bh_kind_find_field(kind, ROLE);
  g_autoptr(json_t) roles = json_array();
  for (gsize i = 0; i < bh_field_count_choices(role); i++) {
    const char *code = bh_field_get_choice_code(role, i);
    g_autoptr(json_t) set = first_values(kind, id, code);
    g_autoptr(GPtrArray) problems = check_new(call, kind, set);
    if (is_offered(role, i) && problems->len == 0)
      json_array_append_new(roles, json_pack("{s:s,s:s}", "code", code, "label",
                                             bh_field_get_choice_label(role, i, call->lang)));
  }
  if (json_array_size(roles) == 0)
    return NULL;
  return json_pack("{s:s,s:O,s:I,s:o*,s:o*}", "label", bh_field_get_label(role, call->lang),
                   "roles", roles, "max_bytes", (json_int_t)BH_FILE_MAX_BYTES, NOTE,
                   asked_field(call, kind, NOTE), TAKEN, asked_field(call, kind, TAKEN));
}

/* --- begin --- */

/* The code of the choice in the body; NULL with an error when it is not offered. */
static const char *read_role(BhOfficeCall *call, const BhKind *kind, GError **error)
{
  const BhField *field = bh_kind_find_field(kind, ROLE);
  const char *given = bh_json_get_string(call->body, ROLE, "body", error);
  for (gsize i = 0; given != NULL && i < bh_field_count_choices(field); i++)
    if (strcmp(given, bh_field_get_choice_code(field, i)) == 0 && is_offered(field, i))
      return bh_field_get_choice_code(field, i);
  if (given != NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "body: \"%s\": no file can be attached as %.64s",
                ROLE, given);
  return NULL;
}

static gint64 read_size(BhOfficeCall *call, GError **error)
{
  const json_t *given = json_object_get(call->body, "size");
  gint64 size = json_is_integer(given) ? json_integer_value(given) : 0;
  if (size <= 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "body: \"size\" must be a positive number of bytes");
    return -1;
  }
  if (size > BH_FILE_MAX_BYTES) {
    g_autofree char *bytes = g_strdup_printf("%" G_GINT64_FORMAT, size);
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "%s%s%s%d%s",
                say(call, "文件有 ", "the file has "), bytes,
                say(call, " 字节，最多 ", " bytes, at most "), BH_FILE_MAX_BYTES,
                say(call, " 字节", " are allowed"));
    return -1;
  }
  return size;
}

/* Reads an optional member of the body, as it was typed, into `set`. */
static gboolean read_typed(BhOfficeCall *call, const BhKind *kind, const char *name, json_t *set,
                           GError **error)
{
  const BhField *field = bh_kind_find_field(kind, name);
  g_autoptr(GError) wrong = NULL;
  g_autofree char *text = bh_office_body_text(call, name, BH_OFFICE_TEXT_MAX, error);
  if (text == NULL)
    return FALSE;
  if (field == NULL || text[0] == '\0')
    return TRUE;
  g_autoptr(json_t) value = bh_field_parse_typed(field, text, &wrong);
  if (value != NULL && bh_kind_check_value(kind, name, value, &wrong)) {
    json_object_set(set, name, value);
    return TRUE;
  }
  g_autofree char *message = value == NULL
                                 ? g_strdup_printf("%s.%s", bh_kind_get_name(kind), wrong->message)
                                 : g_strdup(wrong->message);
  g_autofree char *words = bh_office_format_reason(call, message);
  g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, words);
  return FALSE;
}

/* Begins an upload for a record of `parent_kind`, which is to be made if `waits`. */
static json_t *begin(BhOfficeCall *call, const char *id, const char *parent_kind, gboolean waits,
                     GError **error)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, FILE_KIND);
  if (!has_files(kind, bh_kind_set_find(call->kinds, parent_kind))) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "record: no file can be attached to a %s",
                parent_kind);
    return NULL;
  }
  gint64 size = read_size(call, error);
  const char *role = size > 0 ? read_role(call, kind, error) : NULL;
  if (role == NULL)
    return NULL;
  g_autoptr(json_t) set = first_values(kind, id, role);
  if (!read_typed(call, kind, NOTE, set, error) || !read_typed(call, kind, TAKEN, set, error))
    return NULL;
  bh_act_mark_file(kind, bh_kind_set_find(call->kinds, parent_kind), bh_office_values(call, id),
                   set);
  g_autoptr(GPtrArray) problems = check_new(call, kind, set);
  if (problems->len > 0) {
    bh_office_set_problems(call, kind, problems, error);
    return NULL;
  }
  char upload[BH_ID_LEN + 1];
  bh_office_make_id(call->office, upload);
  if (!bh_office_uploads_begin(call->office->uploads, upload, call->staff, id, waits, set, size,
                               error))
    return NULL;
  return json_pack("{s:s,s:I,s:I}", "upload", upload, "offset", (json_int_t)0, "part",
                   (json_int_t)BH_UPLOAD_CHUNK_MAX_BYTES);
}

json_t *bh_office_attach(BhOfficeCall *call, GError **error)
{
  const char *id = bh_office_get_argument(call, "id");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, NULL, error);
  return record != NULL ? begin(call, id, bh_record_get_kind(record), FALSE, error) : NULL;
}

json_t *bh_office_begin_for_new(BhOfficeCall *call, const char *record, const BhKind *kind,
                                GError **error)
{
  return begin(call, record, bh_kind_get_name(kind), TRUE, error);
}

/* --- the entry --- */

typedef struct {
  BhOfficeCall *call;
  const BhKind *kind; /* the kind "file" */
  BhOfficeUpload *upload;
  char *record; /* result: id of the file's record; g_free */
  char *entry;  /* result: id of the entry; NULL: the record was there before; g_free */
} Attach;

/* *found (g_free): a record of the same file in the same role below the same record, attached under
 * the same moment of it, whose bytes can be read through it. A page that did not get the answer
 * sends the file again. */
static gboolean find_same(Attach *attach, BhDb *db, char **found, GError **error)
{
  const BhOfficeUpload *upload = attach->upload;
  const char *role = bh_json_string_or(upload->set, ROLE, "");
  g_autoptr(GPtrArray) ids = bh_office_store_list_with_file(db, upload->record, FILE_KIND,
                                                            upload->sha256, SAME_MAX, error);
  for (guint i = 0; ids != NULL && *found == NULL && i < ids->len; i++) {
    gboolean proven = FALSE;
    g_autoptr(BhRecord) record = bh_record_load(db, ids->pdata[i], error);
    if (record == NULL ||
        !bh_file_access_is_proven(db, bh_hub_get_id(attach->call->hub), attach->kind, record,
                                  upload->sha256, &proven, error))
      return FALSE;
    const json_t *step = json_object_get(upload->set, BH_ACT_FILE_STEP);
    if (proven && g_strcmp0(bh_record_get_string(record, ROLE), role) == 0 &&
        (step == NULL || json_equal((json_t *)step, bh_record_get(record, BH_ACT_FILE_STEP))))
      *found = g_strdup(ids->pdata[i]);
  }
  return ids != NULL;
}

/* Stores that the hub has the bytes. */
static gboolean write_rows(BhHub *hub, BhDb *db, const BhOfficeUpload *upload, GError **error)
{
  gint64 size;
  gboolean complete;
  if (!bh_log_declare_file(db, NULL, upload->sha256, upload->size, upload->media.type, error) ||
      !bh_log_get_file(db, upload->sha256, &size, NULL, &complete, error))
    return FALSE;
  const BhClock *clock = bh_hub_get_clock(hub);
  return complete ||
         bh_log_complete_file(db, upload->sha256, upload->size, clock->wall_ms(clock->data), error);
}

/* The operation that makes the record `id` of a file. */
static json_t *make_op(const char *id, const BhOfficeUpload *upload)
{
  json_t *set = json_copy(upload->set);
  json_object_set_new(set, BH_FILE_HASH, json_string(upload->sha256));
  json_object_set_new(set, "size", json_integer(upload->size));
  json_object_set_new(set, "media_type", json_string(upload->media.type));
  json_object_set_new(set, "source", json_string("import"));
  return json_pack("{s:s,s:s,s:o}", "record", id, "kind", FILE_KIND, "set", set);
}

/* Moves the bytes last, so that a refused entry leaves none behind. They are in place before the
 * entry is durable. */
static gboolean write_file(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Attach *attach = data;
  BhOfficeUpload *upload = attach->upload;
  char *same = NULL;
  if (!find_same(attach, db, &same, error) || !write_rows(hub, db, upload, error))
    return FALSE;
  if (same != NULL) {
    g_free(attach->record);
    attach->record = same;
  } else {
    g_autoptr(json_t) ops = json_pack("[o]", make_op(attach->record, upload));
    attach->entry = bh_hub_append_in(hub, db, attach->call->staff, ops, error);
    if (attach->entry == NULL)
      return FALSE;
  }
  return bh_uploads_place(hub, upload->path, upload->sha256, error);
}

/* The answer to the last part of a file whose record is to be made: the bytes are kept. */
static json_t *keep(BhOfficeUpload *upload, GError **error)
{
  if (!bh_office_upload_finish(upload, error))
    return NULL;
  return json_pack("{s:I,s:s,s:s,s:b}", "offset", (json_int_t)upload->done, "sha256",
                   upload->sha256, "media_type", upload->media.type, "kept", 1);
}

static json_t *finish(BhOfficeCall *call, BhOfficeUpload *upload, GError **error)
{
  char id[BH_ID_LEN + 1];
  g_autoptr(GError) failed = NULL;
  if (!bh_office_upload_finish(upload, error))
    return NULL;
  bh_office_make_id(call->office, id);
  Attach attach = {.call = call,
                   .kind = bh_kind_set_find(call->kinds, FILE_KIND),
                   .upload = upload,
                   .record = g_strdup(id)};
  gboolean good = attach.kind != NULL && bh_hub_write(call->hub, write_file, &attach, error);
  g_autofree char *record = attach.record;
  g_autofree char *entry = attach.entry;
  if (!good)
    return NULL;
  g_message("%s: attached the file %s, %s of %" G_GINT64_FORMAT " bytes, to %s%s", call->staff,
            upload->sha256, upload->media.type, upload->size, upload->record,
            entry == NULL ? ", where it was already" : "");
  return json_pack("{s:I,s:s,s:s,s:s,s:b,s:s*}", "offset", (json_int_t)upload->done, "record",
                   record, "sha256", upload->sha256, "media_type", upload->media.type, "repeated",
                   entry == NULL, "entry", entry);
}

/* --- files of a record that is made --- */

void bh_office_release_files(BhOfficeCall *call, GPtrArray *files, gboolean is_over)
{
  for (guint i = 0; files != NULL && i < files->len; i++)
    bh_office_upload_release(call->office->uploads, files->pdata[i], is_over, NULL);
  if (files != NULL)
    g_ptr_array_unref(files);
}

/* Takes one of the uploads. FALSE with an error; it is released then. */
static gboolean take_file(BhOfficeCall *call, const char *id, const char *record, GPtrArray *files,
                          GError **error)
{
  BhOfficeUpload *upload =
      id != NULL ? bh_office_upload_take(call->office->uploads, id, call->staff, error) : NULL;
  if (upload != NULL && upload->waits && upload->answer != NULL &&
      strcmp(upload->record, record) == 0) {
    g_ptr_array_add(files, upload);
    return TRUE;
  }
  if (upload != NULL)
    bh_office_upload_release(call->office->uploads, upload, FALSE, NULL);
  if (upload != NULL || id == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "body: \"files\" must be ids of complete uploads for this record");
  return FALSE;
}

GPtrArray *bh_office_take_files(BhOfficeCall *call, const char *record, GError **error)
{
  const json_t *ids = json_object_get(call->body, "files");
  g_autoptr(GPtrArray) files = g_ptr_array_new();
  gboolean good =
      ids == NULL || (json_is_array(ids) && json_array_size(ids) <= BH_OFFICE_UPLOADS_WAITING);
  if (!good)
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "body: \"files\" must be an array of at most %d",
                BH_OFFICE_UPLOADS_WAITING);
  for (gsize i = 0; good && i < json_array_size(ids); i++)
    good = take_file(call, json_string_value(json_array_get(ids, i)), record, files, error);
  if (good)
    return g_steal_pointer(&files);
  bh_office_release_files(call, g_steal_pointer(&files), FALSE);
  return NULL;
}

json_t *bh_office_describe_files(const GPtrArray *files)
{
  json_t *out = json_array();
  for (guint i = 0; i < files->len; i++) {
    const BhOfficeUpload *upload = files->pdata[i];
    json_array_append_new(out,
                          json_pack("{s:s,s:s}", ROLE, bh_json_string_or(upload->set, ROLE, ""),
                                    "media_type", upload->media.type));
  }
  return out;
}

void bh_office_add_file_ops(BhOfficeCall *call, const GPtrArray *files, json_t *ops)
{
  for (guint i = 0; i < files->len; i++) {
    char id[BH_ID_LEN + 1];
    bh_office_make_id(call->office, id);
    json_array_append_new(ops, make_op(id, files->pdata[i]));
  }
}

gboolean bh_office_write_files(BhHub *hub, BhDb *db, const GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++)
    if (!write_rows(hub, db, files->pdata[i], error))
      return FALSE;
  return TRUE;
}

gboolean bh_office_place_files(BhHub *hub, const GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++) {
    const BhOfficeUpload *upload = files->pdata[i];
    if (!bh_uploads_place(hub, upload->path, upload->sha256, error))
      return FALSE;
  }
  return TRUE;
}

/* --- parts --- */

/* What is wrong with the bytes, in words for people; the error itself has other words for devices.
 */
static void explain(BhOfficeCall *call, const BhOfficeUpload *upload, GError **error)
{
  BhMediaVerdict verdict = upload->done == upload->size ? upload->media.verdict : BH_MEDIA_UNKNOWN;
  const char *text =
      verdict == BH_MEDIA_UNKNOWN
          ? say(call, "不是可以附上的文件：只收 JPEG、PNG、PDF、WAV、Ogg、MP4、M4A、WebM",
                "not a file that can be attached: only JPEG, PNG, PDF, WAV, Ogg, MP4, M4A and WebM "
                "are")
      : verdict == BH_MEDIA_CUT_OFF
          ? say(call, "文件不完整：缺少末尾", "the file is incomplete: its end is missing")
          : say(call, "文件已损坏", "the file is damaged");
  g_clear_error(error);
  g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, text);
}

static json_t *take_part(BhOfficeCall *call, BhOfficeUpload *upload, gint64 offset, GBytes *part,
                         GError **error)
{
  g_autoptr(GError) failed = NULL;
  json_t *answer = NULL;
  if (bh_office_upload_append(call->office->uploads, upload, offset, part, &failed))
    answer = upload->done < upload->size ? json_pack("{s:I}", "offset", (json_int_t)upload->done)
             : upload->waits             ? keep(upload, &failed)
                                         : finish(call, upload, &failed);
  if (failed == NULL)
    return answer;
  if (g_error_matches(failed, BH_ERROR, BH_ERROR_CHAIN))
    call->more = json_pack("{s:I}", "offset", (json_int_t)upload->done);
  else if (g_error_matches(failed, BH_ERROR, BH_ERROR_FORMAT))
    explain(call, upload, &failed);
  g_propagate_error(error, g_steal_pointer(&failed));
  return NULL;
}

static json_t *put_part(BhOfficeCall *call, const char *id, gint64 offset, GBytes *part,
                        GError **error)
{
  BhOfficeUpload *upload = bh_office_upload_take(call->office->uploads, id, call->staff, error);
  if (upload == NULL)
    return NULL;
  g_autoptr(GError) failed = NULL;
  json_t *answer = upload->answer != NULL ? json_incref(upload->answer)
                                          : take_part(call, upload, offset, part, &failed);
  gboolean is_over = failed != NULL && failed->code != BH_ERROR_CHAIN;
  gboolean is_complete = answer != NULL && upload->done == upload->size;
  bh_office_upload_release(call->office->uploads, upload, is_over, is_complete ? answer : NULL);
  if (failed != NULL)
    g_propagate_error(error, g_steal_pointer(&failed));
  return answer;
}

json_t *bh_office_attach_part(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  const char *at = bh_request_get_query(call->request, "offset");
  guint64 offset;
  if (at == NULL || !g_ascii_string_to_unsigned(at, 10, 0, G_MAXINT64, &offset, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "query: \"offset\" must be a number of bytes");
    return NULL;
  }
  return put_part(call, id, (gint64)offset, bh_request_get_body(call->request), error);
}

json_t *bh_office_attach_state(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  BhOfficeUpload *upload = bh_office_upload_take(call->office->uploads, id, call->staff, error);
  if (upload == NULL)
    return NULL;
  json_t *answer = upload->answer != NULL ? json_incref(upload->answer)
                                          : json_pack("{s:I}", "offset", (json_int_t)upload->done);
  bh_office_upload_release(call->office->uploads, upload, FALSE, NULL);
  return answer;
}

json_t *bh_office_attach_cancel(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  return bh_office_uploads_drop(call->office->uploads, id, call->staff, error) ? json_object()
                                                                               : NULL;
}

/* --- files of this machine --- */

/* Opens a regular file and sets the "size" of the body. -1 with an error that names the path. */
static int open_file(BhOfficeCall *call, const char *path, GError **error)
{
  struct stat about;
  /* Opening a pipe would otherwise wait for somebody who writes into it. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &about) != 0) {
    int code = errno;
    g_set_error(error, BH_ERROR, code == ENOENT ? BH_ERROR_NOT_FOUND : BH_ERROR_STORAGE, "%s: %s",
                path, g_strerror(code));
  } else if (!S_ISREG(about.st_mode)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: is not a regular file", path);
  } else {
    json_object_set_new(call->body, "size", json_integer(about.st_size));
    return fd;
  }
  if (fd >= 0)
    close(fd);
  return -1;
}

/* Reads the next part; NULL with an error, also at the end of the file. */
static GBytes *read_part(int fd, GError **error)
{
  g_autofree guint8 *bytes = g_malloc(BH_UPLOAD_CHUNK_MAX_BYTES);
  ssize_t n;
  do
    n = read(fd, bytes, BH_UPLOAD_CHUNK_MAX_BYTES);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    return g_bytes_new_take(g_steal_pointer(&bytes), (gsize)n);
  g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE,
                      n < 0 ? g_strerror(errno) : "the file became shorter while it was read");
  return NULL;
}

/* Sends all parts. The answer to the last one; NULL with an error. */
static json_t *put_parts(BhOfficeCall *call, const char *upload, int fd, gint64 size,
                         GError **error)
{
  for (gint64 offset = 0;;) {
    g_autoptr(GBytes) part = read_part(fd, error);
    g_autoptr(json_t) answer = part != NULL ? put_part(call, upload, offset, part, error) : NULL;
    if (answer == NULL)
      return NULL;
    offset += (gint64)g_bytes_get_size(part);
    if (offset >= size)
      return g_steal_pointer(&answer);
  }
}

/* Sends a file of this machine with an upload that `begin_upload` begins. *upload (g_free): its id.
 * The answer to its last part; NULL with an error, and nothing is left. */
static json_t *send_path(BhOfficeCall *call, const char *path, BhOfficeWork begin_upload,
                         char **upload, GError **error)
{
  int fd = path != NULL ? open_file(call, path, error) : -1;
  if (fd < 0)
    return NULL;
  g_autoptr(GError) failed = NULL;
  gint64 size = json_integer_value(json_object_get(call->body, "size"));
  g_autoptr(json_t) begun = begin_upload(call, &failed);
  *upload = g_strdup(bh_json_string_or(begun, "upload", NULL));
  json_t *answer = *upload != NULL ? put_parts(call, *upload, fd, size, &failed) : NULL;
  if (*upload != NULL && answer == NULL) /* a refused part has removed it already */
    bh_office_uploads_drop(call->office->uploads, *upload, call->staff, NULL);
  close(fd);
  if (failed != NULL)
    g_propagate_prefixed_error(error, g_steal_pointer(&failed), "%s: ", path);
  return answer;
}

json_t *bh_office_attach_path(BhOfficeCall *call, GError **error)
{
  g_autofree char *upload = NULL;
  const char *path = bh_json_get_string(call->body, "path", "body", error);
  return send_path(call, path, bh_office_attach, &upload, error);
}

json_t *bh_office_keep_path(BhOfficeCall *call, GError **error)
{
  g_autofree char *upload = NULL;
  const char *path = bh_json_get_string(call->body, "path", "body", error);
  g_autoptr(json_t) answer = send_path(call, path, bh_office_begin_file, &upload, error);
  return answer != NULL ? json_string(upload) : NULL;
}
