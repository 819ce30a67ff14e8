/* Fetches the files that pulled records name, newest first. */
#include "sync/device/engine/downloads.h"

#include "schema/error.h"

/* Reads the list of missing files into engine->missing. The store lists the newest first, but files
 * are taken from the end of engine->missing, so the order is reversed. */
static gboolean list_missing(BhEngine *engine, BhDevice *device, GError **error)
{
  if (engine->missing != NULL)
    return TRUE;
  g_autoptr(GPtrArray) found =
      bh_outbox_list_missing_files(device, BH_ENGINE_DOWNLOADS_PER_ROUND, error);
  if (found == NULL)
    return FALSE;
  engine->missing = g_ptr_array_new_with_free_func(g_free);
  for (guint i = found->len; i > 0; i--)
    g_ptr_array_add(engine->missing, g_strdup(found->pdata[i - 1]));
  return TRUE;
}

static void drop_last(BhEngine *engine)
{
  g_ptr_array_set_size(engine->missing, (gint)engine->missing->len - 1);
}

BhEnginePhase bh_engine_begin_download(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;

  if (!list_missing(engine, device, &error))
    return bh_engine_fail_store(engine, device, error);
  while (engine->missing->len > 0) {
    const char *hash = engine->missing->pdata[engine->missing->len - 1];
    if (!g_hash_table_contains(engine->absent, hash)) {
      g_autofree char *path = g_strconcat("/v1/files/", hash, NULL);
      return bh_engine_send(engine, PHASE_DOWNLOAD,
                            bh_engine_request(engine, "GET", path, BH_FILE_MAX_BYTES));
    }
    drop_last(engine);
  }
  return PHASE_END;
}

static BhEnginePhase leave_file(BhEngine *engine)
{
  drop_last(engine);
  return engine->saved ? PHASE_PUSH : PHASE_DOWNLOAD;
}

BhEnginePhase bh_engine_skip_download(BhEngine *engine, BhDevice *device G_GNUC_UNUSED)
{
  const char *hash = engine->missing->pdata[engine->missing->len - 1];

  g_hash_table_add(engine->absent, g_strdup(hash));
  return leave_file(engine);
}

BhEnginePhase bh_engine_on_download(BhEngine *engine, BhDevice *device,
                                    const BhTransportAnswer *answer)
{
  const char *wanted = engine->missing->pdata[engine->missing->len - 1];
  g_autoptr(GError) error = NULL;
  gsize len;

  /* Status 500 may concern this file only, so the round goes on with the next file. */
  if (answer->status != 500 && bh_engine_refused(engine, device, answer))
    return PHASE_NONE;
  const void *bytes = g_bytes_get_data(answer->body, &len);
  g_autofree char *hash = bh_hash_hex(bytes != NULL ? bytes : "", len);
  gboolean kept = answer->status == 200 && g_str_equal(hash, wanted) &&
                  bh_outbox_keep_download(device, wanted, bytes, len, &error);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE))
    return bh_engine_fail_store(engine, device, error);
  return kept ? leave_file(engine) : bh_engine_skip_download(engine, device);
}
