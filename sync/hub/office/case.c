/* Exports a case as one archive to a person who may see its inspection. Records that are hidden
 * from the person are left out. Start at bh_office_case. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "schema/error.h"
#include "sync/hub/cases/cases.h"
#include "sync/hub/office/internal.h"
#include "sync/hub/devices/devices.h"

#define PLACE "case.part" /* file in the hub's folder while a case is written; one at a time */

static gboolean sees(const char *record, gpointer data)
{
  return bh_office_show(data, record, BH_ACCESS_EXPORT);
}

static gboolean write_case(BhOfficeCall *call, const char *id, const char *path, GError **error)
{
  const BhCaseOptions options = {
      .personal = bh_request_get_query(call->request, "without_personal") == NULL,
      .sees = sees,
      .data = call};
  g_autoptr(GError) failed = NULL;
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_unlink(path); /* left by a hub that was stopped while writing a case */
  g_autoptr(GFileOutputStream) out = g_file_create(file, G_FILE_CREATE_PRIVATE, NULL, &failed);
  g_autoptr(json_t) summary =
      out != NULL ? bh_case_write(call->hub, call->db, id, &options, G_OUTPUT_STREAM(out), error)
                  : NULL;
  if (summary != NULL && g_output_stream_close(G_OUTPUT_STREAM(out), NULL, &failed))
    return TRUE;
  if (failed != NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "case: %s", failed->message);
  return FALSE;
}

/* Writes the case to a file and returns it open and without a name; -1 with an error. The case is
 * complete before the first byte is sent, so that a slow download does not keep a read transaction
 * open, and an error is reported instead of half an archive. */
static int make(BhOfficeCall *call, const char *id, GError **error)
{
  g_autofree char *path = g_build_filename(bh_hub_get_dir(call->hub), PLACE, NULL);
  if (!g_mutex_trylock(&call->office->case_lock)) {
    g_set_error(error, BH_ERROR, BH_ERROR_BUSY, "case: another one is being written, try again");
    return -1;
  }
  int fd = -1;
  if (write_case(call, id, path, error)) {
    fd = g_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "case: %s", g_strerror(errno));
  }
  g_unlink(path);
  g_mutex_unlock(&call->office->case_lock);
  return fd;
}

json_t *bh_office_case(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, BH_ACCESS_EXPORT, error);
  if (record == NULL ||
      !bh_hub_has_space(call->hub, BH_FREE_SPACE_MIN, BH_FREE_SPACE_MIN, "case", error))
    return NULL;
  int fd = make(call, id, error);
  if (fd < 0)
    return NULL;
  BhRequest *request = bh_office_take_request(call, error);
  if (request == NULL) {
    close(fd);
    return NULL;
  }
  g_autofree char *disposition = g_strdup_printf("attachment; filename=\"case-%s.zip\"", id);
  char tag[BH_ID_LEN + 1];
  bh_office_make_id(call->office, tag); /* a new ETag, because the archive is never the same */
  bh_request_add_header(request, "Content-Disposition", disposition);
  bh_request_add_header(request, "Cache-Control", "no-store");
  bh_request_answer_fd(request, fd, BH_CASE_TYPE, tag);
  return NULL;
}
