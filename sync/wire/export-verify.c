/* Verifies the text of an export or of a case, line by line, without the hub. The archive around a
 * case is verified in case-verify.c, its spans and files in export-case.c. Start with
 * bh_export_verify_text. */
#include "sync/wire/export.h"

#include <sodium.h>
#include <string.h>
#include "schema/base64.h"
#include "schema/person.h"
#include "schema/error.h"
#include "sync/wire/evidence.h"
#include "sync/wire/export-internal.h"
#include "sync/wire/line-reader.h"

#define SEAL_MAX_BYTES 512

/* `error` must not be NULL in the static functions of this file. */

/* A key that may sign for a device, and the hub that enrolled it. */
typedef struct {
  char hub[BH_ID_LEN + 1];
  guint8 key[BH_PUBLIC_KEY_SIZE];
  gint64 enrolled_ms; /* by the clock of the hub's entry; 0 for the hub itself */
} Trust;

typedef struct {
  gint64 signed_ms; /* latest verified hub time in the chain so far, as in BhTimeProof */
  gint64 seq;
  char hash[BH_HASH_HEX_LEN + 1];
} Chain;

/* An entry id and the hash of the body that has it. Only 16 bytes of the hash are kept, because an
 * export may have millions of entries, and 16 bytes are enough to detect a different body. */
typedef struct {
  guint8 id[16];
  guint8 body[16];
} Known;

typedef struct {
  BhLineReader lines;
  BhExportReport *report;
  guint8 hub_key[BH_PUBLIC_KEY_SIZE];
  GHashTable *kinds; /* set of the hashes of the kind sets in the file, borrowed from kind_order */
  GPtrArray *kind_order;
  GHashTable *trust;    /* device id → GPtrArray of Trust: a device can get a new key */
  GHashTable *signers;  /* ids of the devices that signed entries */
  GHashTable *chains;   /* "device incarnation" → Chain */
  GHashTable *bodies;   /* set of Known, compared by id */
  BhCaseCheck *of_case; /* what is checked of a case; NULL: the file is a whole export */
} Verifier;

static guint hash_known(gconstpointer data)
{
  /* The last bytes of a UUIDv7 are random, so they serve as its hash. */
  guint hash;
  memcpy(&hash, ((const Known *)data)->id + 12, sizeof hash);
  return hash;
}

static gboolean equal_known(gconstpointer a, gconstpointer b)
{
  return memcmp(((const Known *)a)->id, ((const Known *)b)->id, sizeof((const Known *)a)->id) == 0;
}

static void verifier_clear(Verifier *verifier)
{
  bh_line_reader_clear(&verifier->lines);
  g_clear_pointer(&verifier->report, bh_export_report_free);
  g_clear_pointer(&verifier->kinds, g_hash_table_unref);
  g_clear_pointer(&verifier->kind_order, g_ptr_array_unref);
  g_clear_pointer(&verifier->trust, g_hash_table_unref);
  g_clear_pointer(&verifier->signers, g_hash_table_unref);
  g_clear_pointer(&verifier->chains, g_hash_table_unref);
  g_clear_pointer(&verifier->bodies, g_hash_table_unref);
  g_clear_pointer(&verifier->of_case, bh_case_check_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Verifier, verifier_clear)

static void problem_free(gpointer data)
{
  BhExportProblem *problem = data;
  g_free(problem->text);
  g_free(problem);
}

void bh_export_report_free(BhExportReport *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref(report->problems);
  g_free(report->of_case);
  g_free(report);
}

BhExportReport *bh_export_report_new(void)
{
  BhExportReport *report = g_new0(BhExportReport, 1);
  report->problems = g_ptr_array_new_with_free_func(problem_free);
  return report;
}

void bh_export_report_note(BhExportReport *report, gint64 line, BhErrorCode code, const char *text)
{
  report->n_problems++;
  report->authentic = FALSE;
  if (report->problems->len >= BH_EXPORT_MAX_PROBLEMS)
    return;
  BhExportProblem *problem = g_new0(BhExportProblem, 1);
  problem->line = line;
  problem->code = code;
  problem->text = g_strdup(text);
  g_ptr_array_add(report->problems, problem);
}

static void note(Verifier *verifier, gint64 line, BhErrorCode code, const char *text)
{
  bh_export_report_note(verifier->report, line, code, text);
}

static void note_error(Verifier *verifier, gint64 line, const GError *error)
{
  note(verifier, line, (BhErrorCode)error->code, error->message);
}

/* --- head --- */

static gboolean read_head(Verifier *verifier, gboolean is_case, const char *text, gsize len,
                          const guint8 *wanted_key, GError **error)
{
  static const char *const members[] = {"hub",    "hub_key",  "made_ms", "kinds",
                                        "record", "personal", "spans",   NULL};
  static const char *const of_all[] = {"hub", "hub_key", "made_ms", "kinds", NULL};
  g_autoptr(json_t) head = bh_json_parse(text, len, BH_EXPORT_HEAD_MAX_BYTES, "head", error);
  if (head == NULL || !bh_json_check_keys(head, is_case ? members : of_all, "head", error))
    return FALSE;
  if (is_case && (verifier->of_case = bh_case_check_new(head, error)) == NULL)
    return FALSE;
  const char *hub = bh_json_get_string(head, "hub", "head", error);
  const char *key = hub != NULL ? bh_json_get_string(head, "hub_key", "head", error) : NULL;
  const json_t *kinds = key != NULL ? bh_json_get_array(head, "kinds", "head", error) : NULL;
  if (kinds == NULL ||
      !bh_json_get_int(head, "made_ms", 0, G_MAXINT64, &verifier->report->made_ms, "head", error))
    return FALSE;
  if (!bh_id_is_valid(hub) || !bh_base64_decode(key, verifier->hub_key, BH_PUBLIC_KEY_SIZE)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "head: \"hub\" or \"hub_key\" is not valid");
    return FALSE;
  }
  gsize i;
  json_t *item;
  json_array_foreach(kinds, i, item) {
    const char *hash = json_string_value(item);
    if (!bh_hash_is_valid(hash) || g_hash_table_contains(verifier->kinds, hash)) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                  "head: \"kinds\" must be an array of different hashes");
      return FALSE;
    }
    g_ptr_array_add(verifier->kind_order, g_strdup(hash));
    g_hash_table_add(verifier->kinds, verifier->kind_order->pdata[i]);
  }
  g_strlcpy(verifier->report->hub, hub, sizeof verifier->report->hub);
  if (wanted_key != NULL && memcmp(wanted_key, verifier->hub_key, BH_PUBLIC_KEY_SIZE) != 0)
    note(verifier, verifier->lines.line, BH_ERROR_SIGNATURE,
         "the file was made with another key than the given one");
  return TRUE;
}

static void trust_key(Verifier *verifier, const char *device, const char *hub,
                      const guint8 key[BH_PUBLIC_KEY_SIZE], gint64 enrolled_ms)
{
  GPtrArray *keys = g_hash_table_lookup(verifier->trust, device);
  if (keys == NULL) {
    keys = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_insert(verifier->trust, g_strdup(device), keys);
  }
  Trust *trust = g_new0(Trust, 1);
  g_strlcpy(trust->hub, hub, sizeof trust->hub);
  memcpy(trust->key, key, BH_PUBLIC_KEY_SIZE);
  trust->enrolled_ms = enrolled_ms;
  g_ptr_array_add(keys, trust);
}

/* Reads format, head and kind sets. FALSE with an error when the file cannot be read
 * any further. */
static gboolean read_beginning(Verifier *verifier, const guint8 *wanted_key, GError **error)
{
  gsize len = 0;
  const char *line = bh_line_reader_next(&verifier->lines, 64, &len, error);
  gboolean is_case = line != NULL && g_str_equal(line, BH_CASE_FORMAT);
  if (line == NULL || (!is_case && !g_str_equal(line, BH_EXPORT_FORMAT))) {
    if (*error == NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                  "the file is neither " BH_EXPORT_FORMAT " nor " BH_CASE_FORMAT);
    return FALSE;
  }
  line = bh_line_reader_next(&verifier->lines, BH_EXPORT_HEAD_MAX_BYTES, &len, error);
  if (line == NULL || !read_head(verifier, is_case, line, len, wanted_key, error)) {
    if (*error == NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "the file ends before its head");
    return FALSE;
  }
  trust_key(verifier, verifier->report->hub, verifier->report->hub, verifier->hub_key, 0);
  for (guint i = 0; i < verifier->kind_order->len; i++) {
    line = bh_line_reader_next(&verifier->lines, BH_EXPORT_KINDS_MAX_BYTES + 2, &len, error);
    if (line == NULL || !g_str_has_prefix(line, "K ")) {
      if (*error == NULL)
        g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "a kind set of the head is missing");
      return FALSE;
    }
    g_autofree char *hash = bh_hash_hex(line + 2, len - 2);
    if (!g_str_equal(hash, verifier->kind_order->pdata[i]))
      note(verifier, verifier->lines.line, BH_ERROR_SIGNATURE,
           "the kind set does not match its hash in the head");
  }
  return TRUE;
}

/* --- entries --- */

static gboolean is_signed(const Verifier *verifier, const BhEntryText *text,
                          const BhEnvelope *envelope, GError **error)
{
  const GPtrArray *keys = g_hash_table_lookup(verifier->trust, envelope->device);
  g_autoptr(GError) last = NULL;
  for (guint i = 0; keys != NULL && i < keys->len; i++) {
    const Trust *trust = keys->pdata[i];
    if (!g_str_equal(trust->hub, envelope->hub))
      continue;
    g_clear_error(&last);
    if (bh_entry_verify(text, envelope, trust->key, &last))
      return TRUE;
  }
  if (last != NULL)
    g_propagate_error(error, g_steal_pointer(&last));
  else
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                "entry: no earlier entry of the hub enrolls the device that signed it");
  return FALSE;
}

static Chain *check_chain(Verifier *verifier, const BhEnvelope *envelope, gint64 line)
{
  g_autofree char *key = g_strdup_printf("%s %s", envelope->device, envelope->incarnation);
  Chain *chain = g_hash_table_lookup(verifier->chains, key);
  if (chain == NULL) {
    chain = g_new0(Chain, 1);
    g_hash_table_insert(verifier->chains, g_steal_pointer(&key), chain);
  }
  if (envelope->seq <= chain->seq)
    note(verifier, line, BH_ERROR_FORK, "entry: duplicate \"seq\" in its chain");
  else if (envelope->seq > chain->seq + 1 && verifier->of_case != NULL &&
           bh_case_check_skip(verifier->of_case, envelope, chain->seq + 1))
    ; /* a gap of a case, outside its spans: only the signature of this entry is verified */
  else if (envelope->seq > chain->seq + 1)
    note(verifier, line, BH_ERROR_CHAIN, "entry: an earlier entry of its chain is missing");
  else if (chain->seq > 0 && !g_str_equal(envelope->prev, chain->hash))
    note(verifier, line, BH_ERROR_CHAIN,
         "entry: \"prev\" is not the hash of the previous entry of its chain");
  /* the chain continues from this entry, so that a gap is reported once */
  if (envelope->seq > chain->seq) {
    chain->seq = envelope->seq;
    memcpy(chain->hash, envelope->hash, sizeof chain->hash);
  }
  return chain;
}

/* Counts what is proved about the time of a device's entry. The file contains no receipts; the
 * entry was certainly received before the file was made. */
static void check_time(Verifier *verifier, const BhEnvelope *envelope, const BhBody *body,
                       Chain *chain)
{
  BhExportReport *report = verifier->report;
  const GPtrArray *keys = g_hash_table_lookup(verifier->trust, envelope->device);
  if (g_str_equal(envelope->device, envelope->hub) || keys == NULL)
    return;
  gboolean is_signed = bh_evidence_is_signed(&body->clock, envelope, verifier->hub_key);
  if (is_signed)
    chain->signed_ms = MAX(chain->signed_ms, body->clock.hub_ms);
  const BhTimeProof proof = {.received_ms = report->made_ms,
                             .enrolled_ms = ((const Trust *)keys->pdata[0])->enrolled_ms,
                             .signed_ms = chain->signed_ms};
  BhEvidence evidence = bh_evidence_compute(&body->clock, is_signed, &proof);
  report->times_signed += evidence.basis == BH_TIME_SIGNED;
  report->times_claimed += evidence.basis != BH_TIME_SIGNED;
  report->times_contradicted += evidence.contradiction != NULL;
}

/* Learns the keys of devices, from entries that the hub signed itself only. */
static void learn_keys(Verifier *verifier, const BhEnvelope *envelope, const BhBody *body)
{
  if (!g_str_equal(envelope->device, envelope->hub))
    return;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    if (!g_str_equal(op->kind, "device"))
      continue;
    for (guint j = 0; j < op->sets->len; j++) {
      const BhSet *set = op->sets->pdata[j];
      guint8 key[BH_PUBLIC_KEY_SIZE];
      if (g_str_equal(set->key, "key") &&
          bh_base64_decode(json_string_value(set->value), key, sizeof key))
        trust_key(verifier, op->record, envelope->hub, key, body->clock.wall_ms);
    }
  }
}

/* Remembers the body of an entry id. FALSE when an earlier entry of this id had another body. */
static gboolean remember_body(Verifier *verifier, const BhBody *body, const BhEnvelope *envelope)
{
  guint8 hash[BH_HASH_SIZE];
  Known *known = g_new0(Known, 1);
  bh_hash_from_hex(envelope->body_hash, hash);
  memcpy(known->body, hash, sizeof known->body);
  sodium_hex2bin(known->id, sizeof known->id, body->id, BH_ID_LEN, "-", NULL, NULL);
  const Known *before = g_hash_table_lookup(verifier->bodies, known);
  gboolean same = before == NULL || memcmp(before->body, known->body, sizeof known->body) == 0;
  if (before == NULL)
    g_hash_table_add(verifier->bodies, known);
  else
    g_free(known);
  return same;
}

static void check_body(Verifier *verifier, const BhEntryText *text, const BhEnvelope *envelope,
                       Chain *chain)
{
  BhExportReport *report = verifier->report;
  if (text->body == NULL) {
    report->withheld++;
    return;
  }
  g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, NULL);
  if (body != NULL && verifier->of_case != NULL)
    bh_case_check_declare(verifier->of_case, body);
  if (body == NULL || !bh_body_verify_person(body, text->body, envelope->hub, NULL) ||
      !g_hash_table_contains(verifier->kinds, envelope->kinds) ||
      !remember_body(verifier, body, envelope))
    report->doubtful++;
  else
    learn_keys(verifier, envelope, body);
  if (body != NULL)
    check_time(verifier, envelope, body, chain);
}

/* Reads and verifies the four lines after an "E". FALSE when the file cannot be read
 * any further. */
static gboolean read_entry(Verifier *verifier, GError **error)
{
  static const gsize limits[] = {BH_ENVELOPE_MAX, 88, BH_BODY_MAX, BH_OPENINGS_MAX};
  gint64 line = verifier->lines.line;
  g_autoptr(GString) lines = g_string_new(NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
    gsize len = 0;
    const char *text = bh_line_reader_next(&verifier->lines, limits[i], &len, error);
    if (text == NULL) {
      if (*error == NULL)
        g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "the file ends within an entry");
      return FALSE;
    }
    g_string_append_len(lines, text, (gssize)len);
    g_string_append_c(lines, '\n');
  }
  verifier->report->entries++;
  const char *cursor = lines->str;
  BhEnvelope envelope;
  g_autoptr(GError) fault = NULL;
  g_autoptr(BhEntryText) text = bh_entry_text_take(&cursor, lines->str + lines->len, &fault);
  if (text == NULL || !bh_envelope_parse(text->envelope, &envelope, &fault) ||
      !is_signed(verifier, text, &envelope, &fault)) {
    note_error(verifier, line, fault);
    return TRUE;
  }
  g_hash_table_add(verifier->signers, g_strdup(envelope.device));
  Chain *chain = check_chain(verifier, &envelope, line);
  check_body(verifier, text, &envelope, chain);
  return TRUE;
}

/* --- end --- */

/* Checks the seal. It has one form only, so the expected line is made and compared byte by byte. */
static void check_seal(Verifier *verifier, const char *text, gsize len)
{
  BhExportReport *report = verifier->report;
  gint64 line = verifier->lines.line;
  guint8 hash[BH_HASH_SIZE];
  char hex[BH_HASH_HEX_LEN + 1];
  struct sha256_ctx state = verifier->lines.before;
  sha256_digest(&state, BH_HASH_SIZE, hash);
  bh_hash_to_hex(hash, hex);

  g_autoptr(json_t) seal = bh_json_parse(text + 2, len - 2, SEAL_MAX_BYTES, "seal", NULL);
  const char *base64 = bh_json_string_or(seal, "sig", "");
  g_autofree char *wanted = bh_export_seal_line(report->entries, hex, base64);
  g_autofree char *sealed = bh_export_seal_text(report->hub, report->entries, hex);
  guint8 signature[BH_SIGNATURE_SIZE];
  if (!g_str_equal(wanted, text))
    note(verifier, line, BH_ERROR_SIGNATURE,
         "the seal does not match the file: something was changed, added or removed");
  else if (!bh_base64_decode(base64, signature, sizeof signature) ||
           !bh_sign_verify(verifier->hub_key, BH_EXPORT_DOMAIN, sealed, strlen(sealed), signature))
    note(verifier, line, BH_ERROR_SIGNATURE, "the seal is not signed by the hub");
}

/* Checks the spans and files of a case, after the seal. */
static void check_case(Verifier *verifier, gint64 line)
{
  g_autoptr(GError) fault = NULL;
  GHashTableIter iter;
  gpointer key;
  gpointer chain;
  gboolean whole = TRUE;
  g_hash_table_iter_init(&iter, verifier->chains);
  while (g_hash_table_iter_next(&iter, &key, &chain))
    whole = bh_case_check_chain(verifier->of_case, key, ((const Chain *)chain)->seq) && whole;
  if (!whole || !bh_case_check_all_met(verifier->of_case))
    note(verifier, line, BH_ERROR_CHAIN, "a span of the head is not complete");
  if (!bh_case_check_end(verifier->of_case, &fault))
    note_error(verifier, line, fault);
}

static void check_member(Verifier *verifier, const char *line, gsize len)
{
  g_autoptr(GError) fault = NULL;
  if (!bh_case_check_line(verifier->of_case, line, len, &fault))
    note_error(verifier, verifier->lines.line, fault);
}

/* Reads everything after the kind sets, up to the end of the file. */
static gboolean read_rest(Verifier *verifier, GError **error)
{
  gsize len = 0;
  const char *line;
  gboolean members = FALSE; /* the list of files has begun: no entry may follow */
  while ((line = bh_line_reader_next(&verifier->lines, SEAL_MAX_BYTES, &len, error)) != NULL) {
    if (verifier->of_case != NULL && (line[0] == 'F' || line[0] == 'P')) {
      members = TRUE;
      check_member(verifier, line, len);
      continue;
    }
    if (!members && g_str_equal(line, "E")) {
      if (!read_entry(verifier, error))
        return FALSE;
      continue;
    }
    if (!g_str_has_prefix(line, "Z ")) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "the line is neither an entry nor the seal");
      return FALSE;
    }
    check_seal(verifier, line, len);
    if (verifier->of_case != NULL)
      check_case(verifier, verifier->lines.line);
    if (bh_line_reader_next(&verifier->lines, SEAL_MAX_BYTES, &len, error) != NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "there is a line after the seal");
    return *error == NULL;
  }
  if (*error == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "the file ends without a seal");
  return FALSE;
}

BhExportReport *bh_export_verify_text(GInputStream *in, const char *name, const guint8 *hub_key,
                                      BhCaseCheck **check, GError **error)
{
  g_auto(Verifier) verifier = {0};
  bh_line_reader_init(&verifier.lines, in);
  verifier.report = bh_export_report_new();
  verifier.kind_order = g_ptr_array_new_with_free_func(g_free);
  verifier.kinds = g_hash_table_new(g_str_hash, g_str_equal);
  verifier.trust =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  verifier.signers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  verifier.chains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  verifier.bodies = g_hash_table_new_full(hash_known, equal_known, g_free, NULL);

  g_autoptr(GError) fault = NULL;
  if (!read_beginning(&verifier, hub_key, &fault) || !read_rest(&verifier, &fault)) {
    if (g_error_matches(fault, BH_ERROR, BH_ERROR_STORAGE)) {
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", name, fault->message);
      return NULL;
    }
    note_error(&verifier, verifier.lines.line, fault);
  }
  BhExportReport *report = g_steal_pointer(&verifier.report);
  report->devices = (int)g_hash_table_size(verifier.signers);
  report->incarnations = (int)g_hash_table_size(verifier.chains);
  report->authentic = hub_key != NULL && report->n_problems == 0;
  if (verifier.of_case != NULL)
    report->of_case = bh_case_check_report(verifier.of_case);
  *check = g_steal_pointer(&verifier.of_case);
  return report;
}

static gboolean is_archive(GBufferedInputStream *in)
{
  gsize len = 0;
  g_buffered_input_stream_fill(in, 4, NULL, NULL);
  const guint8 *bytes = g_buffered_input_stream_peek_buffer(in, &len);
  return len >= 4 && memcmp(bytes, "PK\003\004", 4) == 0;
}

BhExportReport *bh_export_verify_stream(GInputStream *in, const char *name, const guint8 *hub_key,
                                        GError **error)
{
  g_autoptr(GInputStream) buffered = g_buffered_input_stream_new(in);
  g_filter_input_stream_set_close_base_stream(G_FILTER_INPUT_STREAM(buffered), FALSE);
  if (is_archive(G_BUFFERED_INPUT_STREAM(buffered)))
    return bh_case_verify_stream(buffered, name, hub_key, error);
  BhCaseCheck *check = NULL;
  BhExportReport *report = bh_export_verify_text(buffered, name, hub_key, &check, error);
  g_clear_pointer(&check, bh_case_check_free);
  return report;
}

BhExportReport *bh_export_verify(const char *path, const guint8 *hub_key, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_autoptr(GError) io_error = NULL;
  g_autoptr(GFileInputStream) in = g_file_read(file, NULL, &io_error);
  if (in == NULL) {
    gboolean missing = g_error_matches(io_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_set_error(error, BH_ERROR, missing ? BH_ERROR_NOT_FOUND : BH_ERROR_STORAGE, "%s: %s", path,
                io_error->message);
    return NULL;
  }
  return bh_export_verify_stream(G_INPUT_STREAM(in), path, hub_key, error);
}

const char *bh_export_report_get_verdict(const BhExportReport *report)
{
  return report->n_problems > 0 ? "broken" : report->authentic ? "authentic" : "self-consistent";
}

json_t *bh_export_report_to_json(const BhExportReport *report)
{
  json_t *problems = json_array();
  for (guint i = 0; i < report->problems->len; i++) {
    const BhExportProblem *problem = report->problems->pdata[i];
    json_array_append_new(problems,
                          json_pack("{sI, ss, ss}", "line", (json_int_t)problem->line, "code",
                                    bh_error_code_name(problem->code), "text", problem->text));
  }
  const BhCaseReport *case_report = report->of_case;
  json_t *of_case =
      case_report == NULL
          ? NULL
          : json_pack("{ss, sb, si, sI, sI, sI, sb}", "record", case_report->record, "personal",
                      (int)case_report->personal, "spans", case_report->spans, "gaps",
                      (json_int_t)case_report->gaps, "files", (json_int_t)case_report->files,
                      "files_missing", (json_int_t)case_report->files_missing, "in_archive",
                      (int)case_report->in_archive);
  json_t *times = json_pack("{sI, sI, sI}", "signed", (json_int_t)report->times_signed, "claimed",
                            (json_int_t)report->times_claimed, "contradicted",
                            (json_int_t)report->times_contradicted);
  return json_pack("{ss, ss, sI, sI, sI, sI, so, si, si, so*, so, sI}", "verdict",
                   bh_export_report_get_verdict(report), "hub", report->hub, "made_ms",
                   (json_int_t)report->made_ms, "entries", (json_int_t)report->entries, "withheld",
                   (json_int_t)report->withheld, "doubtful", (json_int_t)report->doubtful, "times",
                   times, "devices", report->devices, "incarnations", report->incarnations, "case",
                   of_case, "problems", problems, "problem_count", (json_int_t)report->n_problems);
}
