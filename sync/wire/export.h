/* The export file (PROTOCOL.md § 11): everything a hub has, as one text that defends itself without
 * the hub. The writer streams; the verifier reads line by line and holds no more than one entry
 * and a few bytes per entry id, device and incarnation. Any thread, one at a time per object. */
#pragma once

#include <gio/gio.h>
#include "schema/entry.h"
#include "schema/error.h"

G_BEGIN_DECLS

#define BH_EXPORT_FORMAT "bihuan-export-1"
#define BH_EXPORT_HEAD_MAX_BYTES (256 * 1024)
#define BH_EXPORT_KINDS_MAX_BYTES (4 * 1024 * 1024) /* one kind set */
#define BH_EXPORT_MAX_PROBLEMS 200                  /* that are listed; all are counted */

/* --- writing --- */

typedef struct _BhExportWriter BhExportWriter;

/* Writes the first lines. `kind_texts` are the canonical texts of all kind sets, NULL-terminated.
 * `out` is borrowed until the writer is freed; making the file durable is the caller's part. NULL
 * with BH_ERROR_STORAGE. */
BhExportWriter *bh_export_writer_new(GOutputStream *out, const char *hub,
                                     const guint8 hub_key[BH_PUBLIC_KEY_SIZE], gint64 made_ms,
                                     const char *const *kind_texts, GError **error);
void bh_export_writer_free(BhExportWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhExportWriter, bh_export_writer_free)
/* In hub order, each incarnation from its first entry on. BH_ERROR_STORAGE. */
gboolean bh_export_writer_add(BhExportWriter *writer, const BhEntryText *entry, GError **error);
/* Seals the file with the hub's key and flushes; without this it does not verify. */
gboolean bh_export_writer_finish(BhExportWriter *writer,
                                 const guint8 hub_secret_key[BH_SECRET_KEY_SIZE], GError **error);

/* --- verifying --- */

typedef struct {
  gint64 line; /* from 1 */
  BhErrorCode code;
  char *text; /* English, without values */
} BhExportProblem;

typedef struct {
  char hub[BH_ID_LEN + 1]; /* "" when the head could not be read */
  gint64 made_ms;
  gint64 entries;
  gint64 withheld; /* entries without body: their chain was verified, not their content */
  gint64 doubtful; /* authentic, but without a valid body, of an unknown kind set, or with another
                      body than an earlier entry of this id: what a hub keeps in quarantine, and
                      no problem of the export */
  int devices;     /* signers that were met, hubs included */
  int incarnations;
  gint64 n_problems;
  GPtrArray *problems; /* const BhExportProblem*, by line, the first BH_EXPORT_MAX_PROBLEMS */
  gboolean authentic;  /* no problem, and the hub's key was given and is the one that sealed it;
                          without problem but FALSE: self-consistent only */
} BhExportReport;

void bh_export_report_free(BhExportReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhExportReport, bh_export_report_free)
/* "authentic", "self-consistent" or "broken". Static. */
const char *bh_export_report_get_verdict(const BhExportReport *report);
/* {"verdict","hub","made_ms","entries","withheld","doubtful","devices","incarnations",
 * "problems":[{"line","code","text"}],"problem_count"}; new reference. */
json_t *bh_export_report_to_json(const BhExportReport *report);

/* `hub_key` may be NULL. NULL with BH_ERROR_NOT_FOUND or _STORAGE when the file cannot be read;
 * whatever is wrong within it is a problem in the report. */
BhExportReport *bh_export_verify(const char *path, const guint8 *hub_key, GError **error);
/* The same for a stream; `name` stands for it in errors. */
BhExportReport *bh_export_verify_stream(GInputStream *in, const char *name, const guint8 *hub_key,
                                        GError **error);

G_END_DECLS
