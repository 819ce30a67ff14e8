/* Functions that the writer and the verifiers of exports share. Private to sync/wire. */
#pragma once

#include "sync/wire/export.h"

G_BEGIN_DECLS

#define BH_EXPORT_DOMAIN "export/1"

/* The text that the hub signs: "<hub> <entries> <sha256 hex of all bytes before the
 * seal>"; g_free. */
char *bh_export_seal_text(const char *hub, gint64 entries, const char *sha256);
/* The seal: the last line of the file, without its "\n"; g_free. */
char *bh_export_seal_line(gint64 entries, const char *sha256, const char *signature_base64);

/* --- one case --- */

/* A file of a case, or its page, as the sealed text of the case lists it. */
typedef struct {
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
  char *name; /* name of the member of the archive */
} BhSealedFile;

/* Checks the statements of a case file (spans, files, page) while it is verified. `error` must not
 * be NULL in any of these functions. */
typedef struct _BhCaseCheck BhCaseCheck;
/* Reads the spans from the head of the case file, the line after the format line. NULL with
 * BH_ERROR_FORMAT; bh_case_check_free. */
BhCaseCheck *bh_case_check_new(const json_t *head, GError **error);
/* Frees `check`, which must not be NULL. */
void bh_case_check_free(BhCaseCheck *check);
/* Notes a gap in a chain: the next entry in the file is that of `envelope` instead of the one with
 * the number `expected`. FALSE when a span covers the missing entries. */
gboolean bh_case_check_skip(BhCaseCheck *check, const BhEnvelope *envelope, gint64 expected);
/* Notes that the last entry of the chain ("device incarnation") has the number `last`. FALSE when
 * the span of the chain ends later. */
gboolean bh_case_check_chain(BhCaseCheck *check, const char *chain, gint64 last);
/* Whether the file has a chain for every span. Call after the last bh_case_check_chain. */
gboolean bh_case_check_all_met(const BhCaseCheck *check);
/* Notes the files that a body declares. */
void bh_case_check_declare(BhCaseCheck *check, const BhBody *body);
/* Checks a line after the entries: "F …" lists a file, "P …" the page. FALSE with BH_ERROR_FORMAT
 * or _SIGNATURE. */
gboolean bh_case_check_line(BhCaseCheck *check, const char *text, gsize len, GError **error);
/* Checks that the page and every declared file were listed. FALSE with an error. */
gboolean bh_case_check_end(BhCaseCheck *check, GError **error);
/* What was found about the case so far, as a new copy for BhExportReport.of_case; g_free. */
BhCaseReport *bh_case_check_report(const BhCaseCheck *check);
/* Members that the archive must contain before its text, in order: available files, then the page
 * (BhSealedFile*). Borrowed. */
const GPtrArray *bh_case_check_members(const BhCaseCheck *check);

/* Verifies the text of an export; the report contains what is wrong with it. *check: if the export
 * is a case, what remains to be compared with its archive (the caller frees it), else NULL. The
 * function returns NULL only with BH_ERROR_STORAGE. */
BhExportReport *bh_export_verify_text(GInputStream *in, const char *name, const guint8 *hub_key,
                                      BhCaseCheck **check, GError **error);
/* An empty report about a verification; bh_export_report_free. */
BhExportReport *bh_export_report_new(void);
/* Adds a problem to the report. When BH_EXPORT_MAX_PROBLEMS are listed already, the problem is only
 * counted. */
void bh_export_report_note(BhExportReport *report, gint64 line, BhErrorCode code, const char *text);
/* Verifies the archive of a case. NULL only with BH_ERROR_STORAGE. */
BhExportReport *bh_case_verify_stream(GInputStream *in, const char *name, const guint8 *hub_key,
                                      GError **error);

G_END_DECLS
