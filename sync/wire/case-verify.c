/* Verifies the archive of a case: its members must be exactly those that its sealed text lists, in
 * that order and with those bytes. The text itself is verified in export-verify.c. Start with
 * bh_case_verify_stream. */
#include <nettle/sha2.h>
#include <string.h>

#include "schema/error.h"
#include "sync/wire/export-internal.h"
#include "sync/wire/zip.h"

#define READ_BYTES (64 * 1024)

/* Name, hash and size of a member that was read. */
typedef struct {
  char *name;
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
} Member;

static void member_free(gpointer data)
{
  Member *member = data;
  g_free(member->name);
  g_free(member);
}

static Member *read_member(BhZipReader *zip, const char *name, GError **error)
{
  g_autofree guint8 *buffer = g_malloc(READ_BYTES);
  GInputStream *in = bh_zip_reader_get_stream(zip);
  struct sha256_ctx state;
  guint8 hash[BH_HASH_SIZE];
  gssize n;
  g_autoptr(GError) io_error = NULL;
  sha256_init(&state);
  while ((n = g_input_stream_read(in, buffer, READ_BYTES, NULL, &io_error)) > 0)
    sha256_update(&state, (gsize)n, buffer);
  if (n < 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", io_error->message);
    return NULL;
  }
  Member *member = g_new0(Member, 1);
  member->name = g_strdup(name);
  member->size = bh_zip_reader_get_size(zip);
  sha256_digest(&state, BH_HASH_SIZE, hash);
  bh_hash_to_hex(hash, member->sha256);
  return member;
}

/* Reads the members before the text, then verifies the text. NULL with an error. */
static BhExportReport *read_all(BhZipReader *zip, const char *name, const guint8 *hub_key,
                                GPtrArray *members, BhCaseCheck **check, GError **error)
{
  const char *member;
  while ((member = bh_zip_reader_next(zip, error)) != NULL) {
    if (g_str_equal(member, BH_CASE_EXPORT_NAME))
      return bh_export_verify_text(bh_zip_reader_get_stream(zip), name, hub_key, check, error);
    Member *read = read_member(zip, member, error);
    if (read == NULL)
      return NULL;
    g_ptr_array_add(members, read);
  }
  if (*error == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "archive: " BH_CASE_EXPORT_NAME " is missing");
  return NULL;
}

static void compare(BhExportReport *report, const GPtrArray *sealed, const GPtrArray *members)
{
  for (guint i = 0; i < MAX(sealed->len, members->len); i++) {
    const BhSealedFile *wanted = i < sealed->len ? sealed->pdata[i] : NULL;
    const Member *member = i < members->len ? members->pdata[i] : NULL;
    g_autofree char *text = NULL;
    if (wanted == NULL)
      text = g_strdup_printf("archive: member %u is not listed in the sealed text", i + 1);
    else if (member == NULL)
      text = g_strdup_printf("archive: %s is missing", wanted->name);
    else if (!g_str_equal(wanted->name, member->name))
      text = g_strdup_printf("archive: member %u must be %s", i + 1, wanted->name);
    else if (wanted->size != member->size || !g_str_equal(wanted->sha256, member->sha256))
      text = g_strdup_printf("archive: %s was changed: its bytes are not the sealed ones",
                             wanted->name);
    if (text != NULL)
      bh_export_report_note(report, 0, BH_ERROR_SIGNATURE, text);
  }
}

/* Checks the end of the text and of the archive, and compares the members with the sealed list.
 * FALSE when reading fails. */
static gboolean check_archive(BhZipReader *zip, BhExportReport *report, const BhCaseCheck *check,
                              const GPtrArray *members, GError **error)
{
  g_autoptr(GError) fault = NULL;
  if (bh_zip_reader_next(zip, &fault) != NULL)
    bh_export_report_note(report, 0, BH_ERROR_FORMAT,
                          "archive: there is a member after " BH_CASE_EXPORT_NAME);
  else if (fault == NULL)
    bh_zip_reader_finish(zip, report->made_ms, &fault);
  if (g_error_matches(fault, BH_ERROR, BH_ERROR_STORAGE)) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return FALSE;
  }
  if (fault != NULL)
    bh_export_report_note(report, 0, (BhErrorCode)fault->code, fault->message);
  if (check == NULL) {
    bh_export_report_note(report, 0, BH_ERROR_UNKNOWN,
                          "archive: its text is not the text of a case");
    return TRUE;
  }
  compare(report, bh_case_check_members(check), members);
  report->of_case->in_archive = TRUE;
  return TRUE;
}

BhExportReport *bh_case_verify_stream(GInputStream *in, const char *name, const guint8 *hub_key,
                                      GError **error)
{
  g_autoptr(BhZipReader) zip = bh_zip_reader_new(in);
  g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(member_free);
  g_autoptr(GError) fault = NULL;
  BhCaseCheck *check = NULL;
  g_autoptr(BhExportReport) report = read_all(zip, name, hub_key, members, &check, &fault);
  gboolean read = report != NULL && check_archive(zip, report, check, members, &fault);
  g_clear_pointer(&check, bh_case_check_free);
  if (read)
    return g_steal_pointer(&report);
  if (g_error_matches(fault, BH_ERROR, BH_ERROR_STORAGE)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", name, fault->message);
    return NULL;
  }
  BhExportReport *broken = bh_export_report_new();
  bh_export_report_note(broken, 0, (BhErrorCode)fault->code, fault->message);
  return broken;
}
