/* What writing and verifying an export must agree on. */
#pragma once

#include "sync/wire/export.h"

G_BEGIN_DECLS

#define BH_EXPORT_DOMAIN "export/1"

/* What the hub signs at the end: "<hub> <entries> <sha256 hex of all bytes before>"; g_free. */
char *bh_export_seal_text(const char *hub, gint64 entries, const char *sha256);
/* The last line, without its "\n"; g_free. */
char *bh_export_seal_line(gint64 entries, const char *sha256, const char *signature_base64);

/* --- one case --- */

/* A file as the seal names it. */
typedef struct {
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
  char *name; /* in the archive; NULL: missing */
} BhSealedFile;

/* What the lines of a case file promise, while it is verified. Functions are called with a place
 * for their error. */
typedef struct _BhCaseCheck BhCaseCheck;
/* From the head; NULL with BH_ERROR_FORMAT. */
BhCaseCheck *bh_case_check_new(const json_t *head, GError **error);
void bh_case_check_free(BhCaseCheck *check);
/* The chain goes on at `seq` instead of `expected`: FALSE when a span needs what lies between. */
gboolean bh_case_check_skip(BhCaseCheck *check, const BhEnvelope *envelope, gint64 expected);
/* A chain ends; FALSE when its span does not. `chain` is "device incarnation". */
gboolean bh_case_check_chain(BhCaseCheck *check, const char *chain, gint64 last);
/* FALSE when a span has no chain: after the chains. */
gboolean bh_case_check_all_met(const BhCaseCheck *check);
void bh_case_check_declare(BhCaseCheck *check, const BhBody *body);
/* A line "F …" or "P …" behind the entries; FALSE with BH_ERROR_FORMAT or _SIGNATURE. */
gboolean bh_case_check_line(BhCaseCheck *check, const char *text, gsize len, GError **error);
/* FALSE with an error when a declared file or the page was not named. */
gboolean bh_case_check_end(BhCaseCheck *check, GError **error);
/* What was read, new; g_free. */
BhCaseReport *bh_case_check_report(const BhCaseCheck *check);
/* Members the archive must hold before its text, in order: files that are there, the page
 * (BhSealedFile*). Borrowed. */
const GPtrArray *bh_case_check_members(const BhCaseCheck *check);

/* Verifies the text of an export. `check` is set for a case, to be freed by the caller. */
BhExportReport *bh_export_verify_text(GInputStream *in, const char *name, const guint8 *hub_key,
                                      BhCaseCheck **check, GError **error);
BhExportReport *bh_export_report_new(void);
void bh_export_report_note(BhExportReport *report, gint64 line, BhErrorCode code, const char *text);
/* Verifies the archive of a case. */
BhExportReport *bh_case_verify_stream(GInputStream *in, const char *name, const guint8 *hub_key,
                                      GError **error);

G_END_DECLS
