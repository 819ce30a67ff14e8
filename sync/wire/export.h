/* The export file (PROTOCOL.md § 11): everything a hub has, as one text that defends itself without
 * the hub; and the case file (§ 13): the same about one case, in an archive beside the originals.
 * The writer streams; the verifier reads line by line and holds no more than one entry and a few
 * bytes per entry id, file, device and incarnation. Any thread, one at a time per object. */
#pragma once

#include <gio/gio.h>
#include "schema/entry.h"
#include "schema/error.h"

G_BEGIN_DECLS

#define BH_EXPORT_FORMAT "bihuan-export-1"
#define BH_CASE_FORMAT "bihuan-case-1"
#define BH_CASE_EXPORT_NAME "case.export" /* last member of the archive */
#define BH_CASE_PAGE_NAME "index.html"    /* the one before it */
#define BH_CASE_FILES_DIR "files/"        /* all before these: files/SHA256.SUFFIX */
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
/* The same for one case. `spans` is [{"device","incarnation","from","to"}]: chains that are whole
 * between two seqs; `personal`: openings were not left out. BH_ERROR_LIMIT for too many spans. */
BhExportWriter *bh_export_writer_new_case(GOutputStream *out, const char *hub,
                                          const guint8 hub_key[BH_PUBLIC_KEY_SIZE], gint64 made_ms,
                                          const char *const *kind_texts, const char *record,
                                          gboolean personal, json_t *spans, GError **error);
/* In hub order, each incarnation from its first entry on; of a case, those it needs and all in its
 * spans. BH_ERROR_STORAGE. */
gboolean bh_export_writer_add(BhExportWriter *writer, const BhEntryText *entry, GError **error);
/* Of a case, after the entries: each file that a body among them declares, in order of its first
 * declaration. `name`: of its member in the archive, NULL where the bytes are missing. */
gboolean bh_export_writer_add_file(BhExportWriter *writer, const BhFileRef *file, const char *name,
                                   GError **error);
/* Of a case, last: the page for people. */
gboolean bh_export_writer_add_page(BhExportWriter *writer, const char *sha256, gint64 size,
                                   GError **error);
/* Seals the file with the hub's key and flushes; without this it does not verify. */
gboolean bh_export_writer_finish(BhExportWriter *writer,
                                 const guint8 hub_secret_key[BH_SECRET_KEY_SIZE], GError **error);

/* --- verifying --- */

typedef struct {
  gint64 line; /* from 1; 0: of the archive */
  BhErrorCode code;
  char *text; /* English, without values */
} BhExportProblem;

/* What a case file says beyond its entries. */
typedef struct {
  char record[BH_ID_LEN + 1];
  gboolean personal;    /* openings were not left out by request */
  int spans;            /* chains that are whole between two seqs */
  gint64 gaps;          /* places where entries outside of them are not in the file */
  gint64 files;         /* that entries declare */
  gint64 files_missing; /* whose bytes the hub did not have */
  gboolean in_archive;  /* the bytes of page and files were there and compared */
} BhCaseReport;

typedef struct {
  char hub[BH_ID_LEN + 1]; /* "" when the head could not be read */
  gint64 made_ms;
  gint64 entries;
  gint64 withheld; /* entries without body: their chain was verified, not their content */
  gint64 doubtful; /* authentic, but without a valid body, of an unknown kind set, or with another
                      body than an earlier entry of this id: what a hub keeps in quarantine, and
                      no problem of the export */
  gint64 times_signed;  /* entries of devices made after a time that the hub signed, proved */
  gint64 times_claimed; /* those of which only the enrolment lies before, if that */
  gint64 times_odd;     /* those whose device claims a time that contradicts what is known */
  int devices;          /* signers that were met, hubs included */
  int incarnations;
  BhCaseReport *of_case; /* NULL: a whole export */
  gint64 n_problems;
  GPtrArray *problems; /* const BhExportProblem*, by line, the first BH_EXPORT_MAX_PROBLEMS */
  gboolean authentic;  /* no problem, and the hub's key was given and is the one that sealed it;
                          without problem but FALSE: self-consistent only */
} BhExportReport;

void bh_export_report_free(BhExportReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhExportReport, bh_export_report_free)
/* "authentic", "self-consistent" or "broken". Static. */
const char *bh_export_report_get_verdict(const BhExportReport *report);
/* {"verdict","hub","made_ms","entries","withheld","doubtful","times":{"signed","claimed",
 * "contradicted"},"devices","incarnations",
 * "case"?: {"record","personal","spans","gaps","files","files_missing","in_archive"},
 * "problems":[{"line","code","text"}],"problem_count"}; new reference. */
json_t *bh_export_report_to_json(const BhExportReport *report);

/* An export, a case file, or the text taken out of one. `hub_key` may be NULL. NULL with
 * BH_ERROR_NOT_FOUND or _STORAGE when the file cannot be read; whatever is wrong within it is a
 * problem in the report. */
BhExportReport *bh_export_verify(const char *path, const guint8 *hub_key, GError **error);
/* The same for a stream; `name` stands for it in errors. */
BhExportReport *bh_export_verify_stream(GInputStream *in, const char *name, const guint8 *hub_key,
                                        GError **error);

G_END_DECLS
