/* Grants blocks of numbers, and gives, replaces and registers the numbers of records. The numbers
 * of a device's blocks are given by the device itself (sync/device/store/numbers.c). Start at
 * bh_numbers_follow. */
#include "sync/hub/ingest/numbers.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/kind-rules.h"
#include "schema/numbering.h"
#include "sync/hub/ingest/numbers-store.h"

#define SEARCHES_MAX 20 /* places that are tried for a block without numbers written by hand */

static void fill_context(BhPiece *piece, const char *record, const json_t *values, BhContext *out)
{
  *out = (BhContext){.values = values,
                     .record = record,
                     .lookup = bh_records_lookup,
                     .children = bh_records_list_children,
                     .data = piece->records};
}

/* The epoch of the hub; g_free. NULL with an error when the store fails. */
static char *dup_epoch(BhPiece *piece, GError **error)
{
  g_autoptr(GError) failed = NULL;
  char *epoch = bh_log_dup_value(piece->db, "epoch", &failed);
  if (failed == NULL)
    return epoch != NULL ? epoch : g_strdup("");
  g_propagate_error(error, g_steal_pointer(&failed));
  return NULL;
}

/* --- blocks --- */

static json_t *describe_block(const BhHubBlock *block, const char *unit)
{
  json_t *set = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "of_kind", block->kind, "counter",
                          block->counter.key, "year", (json_int_t)block->counter.year, "digits",
                          (json_int_t)block->counter.digits, "first", (json_int_t)block->first,
                          "last", (json_int_t)block->last);
  const struct {
    const char *key, *text;
  } texts[] = {{"prefix", block->counter.prefix},
               {"suffix", block->counter.suffix},
               {"device", block->device},
               {"incarnation", block->incarnation},
               {"unit", unit}};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    if (texts[i].text != NULL && *texts[i].text != '\0')
      json_object_set_new(set, texts[i].key, json_string(texts[i].text));
  return set;
}

/* Whether a number from `first` to `last` was written by hand or by an import; *at: the last such
 * number. */
static gboolean find_written(BhPiece *piece, const BhKind *kind, const BhCounter *counter,
                             gint64 first, gint64 last, gint64 *at, GError **error)
{
  const char *field = bh_numbering_get_field(bh_kind_get_numbering(kind));
  *at = 0;
  for (gint64 n = last; n >= first && *at == 0; n--) {
    gboolean has = FALSE;
    g_autofree char *number = bh_counter_format(counter, n);
    if (!bh_hub_numbers_is_written(piece->db, bh_kind_get_name(kind), field, number, &has, error))
      return FALSE;
    if (has)
      *at = n;
  }
  return TRUE;
}

/* *first: where the next block of a counter begins; 0 when the counter has no numbers left. */
static gboolean find_first(BhPiece *piece, const BhKind *kind, const BhCounter *counter,
                           const char *epoch, gint64 *first, GError **error)
{
  gint64 last = 0, written = 0;
  gboolean is_old = FALSE;
  if (!bh_hub_numbers_get_last(piece->db, bh_kind_get_name(kind), counter, epoch, &last, &is_old,
                               error))
    return FALSE;
  *first = last + 1 + (is_old ? BH_NUMBERS_RESTORE_GAP : 0);
  for (int i = 0; i < SEARCHES_MAX; i++) {
    if (!find_written(piece, kind, counter, *first, *first + BH_NUMBERS_BLOCK - 1, &written, error))
      return FALSE;
    if (written == 0)
      break;
    *first = written + 1;
  }
  if (*first + BH_NUMBERS_BLOCK - 1 > BH_NUMBER_MAX)
    *first = 0;
  return TRUE;
}

/* Grants the next block of a counter to a device, or to the hub itself (`device` NULL). `unit`: the
 * unit whose devices receive the block. *block: the block (bh_hub_block_free); NULL when the
 * counter has no numbers left. */
static gboolean grant_block(BhPiece *piece, const BhKind *kind, const BhCounter *counter,
                            const char *device, const char *incarnation, const char *unit,
                            BhHubBlock **block, GError **error)
{
  g_autofree char *epoch = dup_epoch(piece, error);
  g_autoptr(BhHubBlock) made = g_new0(BhHubBlock, 1);
  char entry[BH_ID_LEN + 1];
  *block = NULL;
  if (epoch == NULL)
    return FALSE;
  if (!find_first(piece, kind, counter, epoch, &made->first, error))
    return FALSE;
  if (made->first == 0) {
    g_warning("numbers: counter %s of kind %s has no numbers left", counter->key,
              bh_kind_get_name(kind));
    return TRUE;
  }
  made->kind = g_strdup(bh_kind_get_name(kind));
  made->counter = (BhCounter){g_strdup(counter->key), counter->year, g_strdup(counter->prefix),
                              g_strdup(counter->suffix), counter->digits};
  made->next = made->first;
  made->last = made->first + BH_NUMBERS_BLOCK - 1;
  g_strlcpy(made->device, device != NULL ? device : "", sizeof made->device);
  g_strlcpy(made->incarnation, incarnation != NULL ? incarnation : "", sizeof made->incarnation);
  g_autofree char *name = g_strdup_printf("%s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                                          made->kind, counter->key, counter->year, made->first);
  bh_id_from_name(BH_NUMBER_BLOCK_KIND, name, made->record);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:o}]", "record", made->record, "kind",
                                    BH_NUMBER_BLOCK_KIND, "set", describe_block(made, unit));
  if (!bh_piece_append(piece, NULL, ops, entry, error) ||
      !bh_hub_numbers_add(piece->db, made, epoch, error))
    return FALSE;
  *block = g_steal_pointer(&made);
  return TRUE;
}

/* Whether blocks can be granted: not before the kind of blocks is in the set in use. */
static gboolean has_blocks(const BhPiece *piece)
{
  return piece->ingest->signer != NULL &&
         bh_kind_set_find(piece->kinds, BH_NUMBER_BLOCK_KIND) != NULL;
}

/* Grants a device another block of a counter if it has few numbers left. */
static gboolean refill(BhPiece *piece, const BhKind *kind, const BhCounter *counter,
                       const char *device, const char *incarnation, const char *unit,
                       GError **error)
{
  gint64 left = 0;
  g_autoptr(BhHubBlock) block = NULL;
  return bh_hub_numbers_count_left(piece->db, device, incarnation, bh_kind_get_name(kind), counter,
                                   &left, error) &&
         (left >= BH_NUMBERS_LEAST ||
          grant_block(piece, kind, counter, device, incarnation, unit, &block, error));
}

static gboolean refill_year(BhPiece *piece, const BhKind *kind, const char *device,
                            const char *incarnation, const char *unit, gint64 year, GError **error)
{
  BhContext context;
  fill_context(piece, NULL, NULL, &context);
  g_autoptr(GPtrArray) counters = bh_numbering_list_counters(kind, &context, unit, year);
  for (guint i = 0; i < counters->len; i++)
    if (!refill(piece, kind, counters->pdata[i], device, incarnation, unit, error))
      return FALSE;
  return TRUE;
}

gboolean bh_numbers_grant(BhPiece *piece, const char *device, const char *unit, GError **error)
{
  g_autoptr(GError) failed = NULL;
  if (!has_blocks(piece) || piece->is_doubted)
    return TRUE;
  g_autofree char *chain = bh_hub_numbers_dup_chain(piece->db, device, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  const char *incarnation = chain != NULL ? chain : "";
  gint64 year = bh_date_from_ms(piece->now_ms).year;
  gint64 next = bh_date_from_ms(piece->now_ms + BH_NUMBERS_AHEAD_DAYS * (gint64)BH_DAY_MS).year;
  const GPtrArray *kinds = bh_kind_set_list(piece->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    if (bh_kind_get_numbering(kind) == NULL || bh_kind_is_office(kind))
      continue;
    if (!refill_year(piece, kind, device, incarnation, unit, year, error) ||
        (next != year && !refill_year(piece, kind, device, incarnation, unit, next, error)))
      return FALSE;
  }
  return TRUE;
}

gboolean bh_numbers_note_chain(BhPiece *piece, const char *device, const char *incarnation,
                               gint64 seq, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *chain = bh_hub_numbers_dup_chain(piece->db, device, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  /* Of two stores that use one chain, the one that was in the chain first goes on in it. */
  if (chain != NULL && (seq != 1 || strcmp(chain, incarnation) == 0))
    return TRUE;
  return bh_hub_numbers_set_chain(piece->db, device, incarnation, error);
}

/* --- numbers that the hub gives --- */

/* Takes the next number of a counter from the hub's own blocks. *number: as it is written (g_free);
 * NULL when the counter has no numbers left. The number is noted as used by the record. */
static gboolean take_number(BhPiece *piece, const BhKind *kind, const BhCounter *counter,
                            const char *unit, const char *record, char **number, GError **error)
{
  const char *field = bh_numbering_get_field(bh_kind_get_numbering(kind));
  g_autofree char *epoch = dup_epoch(piece, error);
  *number = NULL;
  if (epoch == NULL)
    return FALSE;
  while (TRUE) {
    g_autoptr(BhHubBlock) block = NULL;
    gboolean written = FALSE;
    if (!bh_hub_numbers_find_own(piece->db, bh_kind_get_name(kind), counter, epoch, &block,
                                 error) ||
        (block == NULL && !grant_block(piece, kind, counter, NULL, NULL, unit, &block, error)))
      return FALSE;
    if (block == NULL)
      return TRUE;
    g_autofree char *text = bh_counter_format(&block->counter, block->next);
    if (!bh_hub_numbers_is_written(piece->db, bh_kind_get_name(kind), field, text, &written, error))
      return FALSE;
    if (!written) {
      *number = g_steal_pointer(&text);
      return bh_hub_numbers_use(piece->db, block->record, block->next, record, error);
    }
    if (!bh_hub_numbers_skip(piece->db, block->record, block->next, error))
      return FALSE;
  }
}

/* --- entries of the hub itself --- */

/* *number: a number for the record that `op` makes; NULL when it needs none, or its unit or type is
 * not known. */
static gboolean number_own(BhPiece *piece, const json_t *op, char **number, GError **error)
{
  const char *id = bh_json_string_or(op, "record", "");
  const json_t *set = json_object_get(op, "set");
  const BhKind *kind = bh_kind_set_find(piece->kinds, bh_json_string_or(op, "kind", ""));
  const BhNumbering *numbering = kind != NULL ? bh_kind_get_numbering(kind) : NULL;
  g_auto(BhCounter) counter = {0};
  BhRecord *record = NULL;
  BhContext context;
  *number = NULL;
  if (numbering == NULL || !has_blocks(piece))
    return TRUE;
  if (!bh_records_get(piece->records, id, &record, error))
    return FALSE;
  /* A number that an import brings is kept. */
  if (record != NULL || json_object_get(set, bh_numbering_get_field(numbering)) != NULL)
    return TRUE;
  fill_context(piece, id, set, &context);
  if (!bh_numbering_find_counter(kind, &context, NULL, bh_date_from_ms(piece->now_ms).year,
                                 &counter))
    return TRUE;
  /* A block of a kind of the office names no unit, so that the unit's devices do not receive it. */
  g_autofree char *unit =
      bh_kind_is_office(kind) ? NULL : g_strdup(bh_kind_get_unit(kind, &context));
  return take_number(piece, kind, &counter, unit, id, number, error);
}

json_t *bh_numbers_fill_own(BhPiece *piece, const json_t *ops, GError **error)
{
  g_autoptr(json_t) full = json_incref((json_t *)ops);
  size_t at;
  json_t *op;
  json_array_foreach((json_t *)ops, at, op) {
    g_autofree char *number = NULL;
    if (!number_own(piece, op, &number, error))
      return NULL;
    if (number == NULL)
      continue;
    const BhKind *kind = bh_kind_set_find(piece->kinds, bh_json_string_or(op, "kind", ""));
    if (full == ops) {
      json_decref(full);
      full = json_copy((json_t *)ops);
    }
    g_autoptr(json_t) set = json_copy(json_object_get(op, "set"));
    json_object_set_new(set, bh_numbering_get_field(bh_kind_get_numbering(kind)),
                        json_string(number));
    json_t *numbered = json_copy(op);
    json_object_set(numbered, "set", set);
    json_array_set_new(full, at, numbered);
  }
  return g_steal_pointer(&full);
}

/* --- entries of devices --- */

/* Where a numbered record came from. */
typedef struct {
  BhPiece *piece;
  const char *device, *unit, *incarnation;
  gint64 year; /* year in which the device made the entry */
} Source;

static gboolean sets_key(const BhOp *op, const char *key)
{
  for (guint i = 0; i < op->sets->len; i++)
    if (strcmp(((const BhSet *)op->sets->pdata[i])->key, key) == 0)
      return TRUE;
  return FALSE;
}

static gboolean is_void(const BhKind *kind, const BhRecord *record)
{
  const char *state = bh_record_get_string(record, "state");
  return state != NULL && bh_kind_is_void_state(kind, state);
}

/* *block: the block of the device in which the number is, if no other record has it
 * (bh_hub_block_free); NULL: the hub did not grant the number. *n: the number in the block. */
static gboolean find_granted(const Source *source, const BhKind *kind, const char *record,
                             const char *number, BhHubBlock **block, gint64 *n, GError **error)
{
  g_autoptr(GPtrArray) blocks =
      bh_hub_numbers_list_of(source->piece->db, source->device, bh_kind_get_name(kind), error);
  *block = NULL;
  if (blocks == NULL)
    return FALSE;
  for (guint i = 0; i < blocks->len; i++) {
    BhHubBlock *at = blocks->pdata[i];
    gboolean taken = FALSE;
    if (!bh_counter_parse(&at->counter, number, n) || *n < at->first || *n > at->last)
      continue;
    if (!bh_hub_numbers_has_other(source->piece->db, at->record, *n, record, &taken, error))
      return FALSE;
    if (!taken)
      *block = g_ptr_array_steal_index(blocks, i);
    return TRUE;
  }
  return TRUE;
}

/* Appends the entry with the number that the hub gives. */
static gboolean write_number(const Source *source, const BhKind *kind, const BhRecord *record,
                             const char *number, GError **error)
{
  const BhNumbering *numbering = bh_kind_get_numbering(kind);
  const char *flag = bh_numbering_get_provisional(numbering);
  g_autofree char *id = g_strdup(bh_record_get_id(record));
  g_autoptr(json_t) set = json_pack("{s:s}", bh_numbering_get_field(numbering), number);
  if (flag != NULL && json_is_true(bh_record_get(record, flag)))
    json_object_set_new(set, flag, json_false());
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:O}]", "record", id, "kind", bh_kind_get_name(kind), "set", set);
  return bh_piece_append_number(source->piece, ops, error);
}

static gboolean give_number(const Source *source, const BhKind *kind, const BhRecord *record,
                            GError **error)
{
  BhPiece *piece = source->piece;
  g_auto(BhCounter) counter = {0};
  g_autofree char *number = NULL;
  BhContext context;
  const char *id = bh_record_get_id(record);
  fill_context(piece, id, bh_records_get_values(piece->records, id), &context);
  if (!bh_numbering_find_counter(kind, &context, source->unit, source->year, &counter))
    return TRUE;
  g_autofree char *own = g_strdup(bh_kind_get_unit(kind, &context));
  const char *unit = own != NULL ? own : source->unit;
  return take_number(piece, kind, &counter, unit, id, &number, error) &&
         (number == NULL || write_number(source, kind, record, number, error)) &&
         /* The device had no number of this counter. */
         refill(piece, kind, &counter, source->device, source->incarnation, source->unit, error);
}

static gboolean follow_op(const Source *source, const BhOp *op, GError **error)
{
  BhPiece *piece = source->piece;
  const BhKind *kind = bh_kind_set_find(piece->kinds, op->kind);
  const BhNumbering *numbering = kind != NULL ? bh_kind_get_numbering(kind) : NULL;
  BhRecord *record = NULL;
  g_autoptr(BhHubBlock) block = NULL;
  gint64 n = 0;
  if (numbering == NULL)
    return TRUE;
  if (!bh_records_get(piece->records, op->record, &record, error))
    return FALSE;
  if (record == NULL)
    return TRUE;
  const char *field = bh_numbering_get_field(numbering);
  const char *flag = bh_numbering_get_provisional(numbering);
  const char *number = bh_record_get_string(record, field);
  gboolean has_number = number != NULL && *number != '\0';
  gboolean is_provisional = flag != NULL && json_is_true(bh_record_get(record, flag));
  if (has_number && !is_provisional) {
    if (!sets_key(op, field))
      return TRUE;
    if (!find_granted(source, kind, op->record, number, &block, &n, error))
      return FALSE;
    if (block != NULL)
      return bh_hub_numbers_use(piece->db, block->record, n, op->record, error) &&
             refill(piece, kind, &block->counter, source->device, source->incarnation, source->unit,
                    error);
  }
  if (!has_number && is_void(kind, record))
    return TRUE;
  return give_number(source, kind, record, error);
}

/* The day on which the entry was made, as far as it can be proved, is in piece->made_on. A clock
 * that is years off must not open a counter of another year. */
static gint64 find_year(const BhPiece *piece)
{
  BhDate made;
  gint64 now = bh_date_from_ms(piece->now_ms).year;
  return bh_date_parse(piece->made_on, &made, NULL) && made.year == now - 1 ? made.year : now;
}

gboolean bh_numbers_follow(BhPiece *piece, const BhBody *body, const char *device, const char *unit,
                           const char *incarnation, GError **error)
{
  gboolean is_ok = TRUE;
  if (!has_blocks(piece))
    return TRUE;
  const Source source = {.piece = piece,
                         .device = device,
                         .unit = unit,
                         .incarnation = incarnation,
                         .year = find_year(piece)};
  /* The entries made here are the hub's own: they are not judged as the device's, nor counted as
   * its share of a record. */
  const char *writer = piece->device;
  piece->device = NULL;
  bh_records_set_writer(piece->records, NULL);
  for (guint i = 0; is_ok && i < body->ops->len; i++)
    is_ok = follow_op(&source, body->ops->pdata[i], error);
  piece->device = writer;
  bh_records_set_writer(piece->records, writer);
  return is_ok;
}
