/* The export file (PROTOCOL § 11): all entries of a hub as one text that can be verified without
 * the hub. The case file (§ 13): the same for one case, in an archive together with the original
 * files. The writer streams. The verifier reads line by line; it keeps at most one entry in memory,
 * and a few bytes per entry id, file, device and incarnation. Any thread, one at a time
 * per object. */
#pragma once

#include <gio/gio.h>
#include "schema/entry.h"
#include "schema/error.h"

G_BEGIN_DECLS

#define BH_EXPORT_FORMAT "bihuan-export-1"
#define BH_CASE_FORMAT "bihuan-case-1"
/* Name of the last member of the archive of a case: the sealed text. */
#define BH_CASE_EXPORT_NAME "case.export"
/* Name of the member before the last: the page for people. */
#define BH_CASE_PAGE_NAME "index.html"
#define BH_CASE_FILES_DIR "files/" /* folder of all earlier members, "files/SHA256.SUFFIX" */
#define BH_EXPORT_HEAD_MAX_BYTES (256 * 1024)
#define BH_EXPORT_KINDS_MAX_BYTES (4 * 1024 * 1024) /* bytes of the text of one kind set */
/* Problems that a report lists. All are counted. */
#define BH_EXPORT_MAX_PROBLEMS 200

/* --- writing --- */

typedef struct _BhExportWriter BhExportWriter;

/* Starts an export and writes its first lines. `kind_texts` are the canonical texts of all kind
 * sets, NULL-terminated. `out` is borrowed until the writer is freed; the caller must sync the
 * file. NULL with BH_ERROR_STORAGE or _LIMIT. */
BhExportWriter *bh_export_writer_new(GOutputStream *out, const char *hub,
                                     const guint8 hub_key[BH_PUBLIC_KEY_SIZE], gint64 made_ms,
                                     const char *const *kind_texts, GError **error);
/* Frees `writer`, which may be NULL. */
void bh_export_writer_free(BhExportWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhExportWriter, bh_export_writer_free)
/* Like bh_export_writer_new, for one case. `spans` is [{"device","incarnation","from","to"}]:
 * chains that are complete between two seqs, both included. `personal` is FALSE when openings are
 * left out on request. BH_ERROR_LIMIT for too many spans. */
BhExportWriter *bh_export_writer_new_case(GOutputStream *out, const char *hub,
                                          const guint8 hub_key[BH_PUBLIC_KEY_SIZE], gint64 made_ms,
                                          const char *const *kind_texts, const char *record,
                                          gboolean personal, json_t *spans, GError **error);
/* Writes an entry. The caller adds entries in hub order: for an export, each incarnation from its
 * first entry on; for a case, the entries of the case and all entries in its spans. FALSE with
 * BH_ERROR_STORAGE. */
gboolean bh_export_writer_add(BhExportWriter *writer, const BhEntryText *entry, GError **error);
/* Lists a file of a case. Called after the last entry, once for each file that a body declares, in
 * order of first declaration. `name` is the name of its member in the archive, NULL when the bytes
 * are missing. FALSE with BH_ERROR_STORAGE. */
gboolean bh_export_writer_add_file(BhExportWriter *writer, const BhFileRef *file, const char *name,
                                   GError **error);
/* Lists the page for people, after the files of a case. FALSE with BH_ERROR_STORAGE. */
gboolean bh_export_writer_add_page(BhExportWriter *writer, const char *sha256, gint64 size,
                                   GError **error);
/* Writes the seal, signed by the hub's key, and flushes. A file without seal does not verify. FALSE
 * with BH_ERROR_STORAGE. */
gboolean bh_export_writer_finish(BhExportWriter *writer,
                                 const guint8 hub_secret_key[BH_SECRET_KEY_SIZE], GError **error);

/* --- verifying --- */

typedef struct {
  gint64 line; /* line of the text, from 1; 0: the problem concerns the archive */
  BhErrorCode code;
  char *text; /* the problem in English, without values of records */
} BhExportProblem;

/* The part of a report that concerns a case. */
typedef struct {
  char record[BH_ID_LEN + 1];
  gboolean personal;    /* FALSE: openings were left out on request */
  int spans;            /* chains that are complete between two seqs */
  gint64 gaps;          /* number of gaps in chains, outside the spans */
  gint64 files;         /* files that entries declare */
  gint64 files_missing; /* files whose bytes the hub did not have */
  gboolean in_archive;  /* the bytes of page and files were present and compared */
} BhCaseReport;

typedef struct {
  /* hub that the file names in its second line; "" when that line could not be read */
  char hub[BH_ID_LEN + 1];
  gint64 made_ms;
  gint64 entries;
  gint64 withheld; /* entries without body: their chain was verified, not their content */
  /* Authentic entries whose body is invalid, whose kind set is unknown, or whose id had another
   * body before. A hub quarantines such entries; they are no problem of the export. */
  gint64 doubtful;
  gint64 times_signed;  /* entries of devices proved to be made after a time that the hub signed */
  gint64 times_claimed; /* entries of devices proved at most to be made after the enrolment */
  gint64 times_contradicted; /* entries that claim a time which contradicts known facts */
  int devices;               /* different devices that signed entries, hubs included */
  int incarnations;
  BhCaseReport *of_case; /* part of the report about a case; NULL: the file is a whole export */
  gint64 n_problems;
  GPtrArray *problems; /* const BhExportProblem*, by line, the first BH_EXPORT_MAX_PROBLEMS */
  /* No problem, and the file is sealed by the key that was given. Without a given key, a file
   * without problems is only self-consistent. */
  gboolean authentic;
} BhExportReport;

/* Frees `report`, which may be NULL. */
void bh_export_report_free(BhExportReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhExportReport, bh_export_report_free)
/* The verdict of a report: "authentic", "self-consistent" or "broken". Static. */
const char *bh_export_report_get_verdict(const BhExportReport *report);
/* The report as
 * {"verdict","hub","made_ms","entries","withheld","doubtful","times":{"signed","claimed",
 * "contradicted"},"devices","incarnations",
 * "case"?: {"record","personal","spans","gaps","files","files_missing","in_archive"},
 * "problems":[{"line","code","text"}],"problem_count"}; new reference. */
json_t *bh_export_report_to_json(const BhExportReport *report);

/* Verifies an export, the archive of a case, or the text extracted from one. `hub_key` may be NULL.
 * Faults of the content are problems in the report (bh_export_report_free); NULL only with
 * BH_ERROR_NOT_FOUND or _STORAGE when the file cannot be read. */
BhExportReport *bh_export_verify(const char *path, const guint8 *hub_key, GError **error);
/* Like bh_export_verify, for a stream; `name` is used in errors. */
BhExportReport *bh_export_verify_stream(GInputStream *in, const char *name, const guint8 *hub_key,
                                        GError **error);

G_END_DECLS
