/* Loads tables of records: the header contains names or labels of fields, each row is a record. A
 * row is an existing record if it has the same id, the same distinct value (a credit code), or, if
 * the kind has no distinct value, the same title in the same area and unit. Start at bh_load_table.
 */
#include <string.h>

#include "schema/csv.h"
#include "schema/number.h"
#include "schema/workflow.h"
#include "sync/hub/cli/load-internal.h"

#define CELL_MAX (64 * 1024) /* bytes */

typedef struct {
  BhLoad *load;
  const BhKind *kind;
  const char *path;
  /* field of each column; NULL: the column is "id", "state", or ignored */
  const BhField *columns[BH_CSV_COLUMNS_MAX];
  int id_column;    /* number of the column "id"; -1: there is none */
  int state_column; /* number of the column "state"; -1: there is none */
  guint n_columns;
} Table;

typedef struct {
  const BhCsvRow *row;
  BhLoadRecord *record;
} Row;

static gboolean is_label(const char *header, const char *label)
{
  return *label != '\0' && g_ascii_strcasecmp(header, label) == 0;
}

/* The header of a column without spaces and the star that often marks required columns; g_free. */
static char *dup_header(const char *cell)
{
  char *header = g_strstrip(g_strdup(cell));
  gsize len = strlen(header);
  if (len > 1 && header[len - 1] == '*')
    header[len - 1] = '\0';
  memmove(header, header + (header[0] == '*'), strlen(header + (header[0] == '*')) + 1);
  return g_strstrip(header);
}

static gboolean is_fillable(const BhField *field)
{
  return bh_field_is_in_form(field) && !bh_field_is_retired(field);
}

static const BhField *find_column(const BhKind *kind, const char *header)
{
  const GPtrArray *fields = bh_kind_list_fields(kind);
  const BhField *found = NULL;
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    if (!is_fillable(field))
      continue;
    if (strcmp(bh_field_get_name(field), header) == 0)
      return field;
    if (found == NULL && (is_label(header, bh_field_get_label(field, "zh")) ||
                          is_label(header, bh_field_get_label(field, "en"))))
      found = field;
  }
  return found;
}

static char *list_columns(const Table *table)
{
  const GPtrArray *fields = bh_kind_list_fields(table->kind);
  gboolean zh = bh_load_is_zh(table->load);
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    if (is_fillable(field))
      g_string_append_printf(out, zh ? "%s%s（%s）" : "%s%s (%s)",
                             out->len == 0 ? ""
                             : zh          ? "、"
                                           : ", ",
                             bh_field_get_label(field, table->load->options->lang),
                             bh_field_get_name(field));
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static gboolean read_header(Table *table, const BhCsvRow *header)
{
  BhLoad *load = table->load;
  gboolean zh = bh_load_is_zh(load);
  g_autofree char *where = bh_load_format_place(load, table->path, header->line);
  g_autoptr(GString) unknown = g_string_new(NULL);
  guint before = load->n_problems;
  table->id_column = table->state_column = -1;
  table->n_columns = header->n_cells;
  for (guint i = 0; i < header->n_cells; i++) {
    g_autofree char *name = dup_header(header->cells[i]);
    if (*name == '\0')
      continue;
    gboolean is_duplicate = FALSE;
    if (strcmp(name, "id") == 0) {
      is_duplicate = table->id_column >= 0;
      table->id_column = (int)i;
    } else if (bh_kind_has_states(table->kind) &&
               (strcmp(name, "state") == 0 || strcmp(name, "状态") == 0)) {
      is_duplicate = table->state_column >= 0;
      table->state_column = (int)i;
    } else {
      table->columns[i] = find_column(table->kind, name);
      for (guint k = 0; k < i; k++)
        is_duplicate |= table->columns[i] != NULL && table->columns[k] == table->columns[i];
      if (table->columns[i] == NULL)
        g_string_append_printf(unknown, zh ? "%s“%s”" : "%s\"%s\"", unknown->len > 0 ? " " : "",
                               name);
    }
    if (is_duplicate) {
      g_autofree char *text =
          g_strdup_printf(zh ? "列“%s”出现了两次" : "duplicate column \"%s\"", name);
      bh_load_add_problem(load, where, text);
    }
  }
  if (unknown->len > 0) {
    g_autofree char *columns = list_columns(table);
    g_autofree char *text = g_strdup_printf(
        zh ? "%s没有这些列：%s。可用的列：id、%s" : "%s has no columns %s. There are: id, %s",
        bh_kind_get_label(table->kind, load->options->lang), unknown->str, columns);
    bh_load_add_problem(load, where, text);
  }
  return load->n_problems == before;
}

/* --- identity of rows --- */

static const char *text_at(const json_t *values, const char *key)
{
  return bh_json_string_or(values, key, "");
}

/* The first distinct field that has a value in the row; NULL when there is none. */
static const BhField *find_distinct(const BhKind *kind, const json_t *set)
{
  const GPtrArray *fields = bh_kind_list_fields(kind);
  const BhContext context = {.values = set};
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    if (bh_field_is_distinct(field, &context) &&
        bh_json_string_or(set, bh_field_get_name(field), NULL) != NULL)
      return field;
  }
  return NULL;
}

static gboolean is_same_value(const json_t *values, const BhField *field, const char *text)
{
  g_autofree char *key =
      bh_number_make_key(bh_json_string_or(values, bh_field_get_name(field), ""));
  g_autofree char *text_key = bh_number_make_key(text);
  return key != NULL && g_strcmp0(key, text_key) == 0;
}

static char *belongs_to(BhLoad *load, const char *kind, const char *id)
{
  g_autofree char *other = bh_names_describe(load->names, kind, id);
  return g_strdup_printf(bh_load_is_zh(load)
                             ? "已属于 %s；如果是同一个，请在 id 列填 %s"
                             : "%s has it; if the row is the same record, put %s into a column id",
                         other, id);
}

/* The id of a row by its distinct value (g_free). NULL and a problem when a record with another
 * title has the same value, because one of the two values may be a typing error. */
static char *identify_by_value(Table *table, const BhField *field, const json_t *set,
                               const char *where)
{
  BhLoad *load = table->load;
  const char *kind = bh_kind_get_name(table->kind);
  const char *text = bh_json_string_or(set, bh_field_get_name(field), "");
  g_autoptr(GPtrArray) ids = bh_names_list_matches(load->names, kind, text, NULL);
  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    const json_t *row = bh_names_find_row(load->names, kind, ids->pdata[i]);
    const json_t *values = json_object_get(row, "values");
    const BhContext context = {.values = values};
    if (row == NULL || !is_same_value(values, field, text) ||
        !bh_field_is_distinct(field, &context))
      continue;
    g_autofree char *title = bh_kind_dup_title(table->kind, set, load->options->lang);
    const BhLoadRecord *above = g_hash_table_lookup(load->by_id, ids->pdata[i]);
    if (above == NULL &&
        (*title == '\0' || strcmp(title, bh_json_string_or(row, "title", "")) == 0))
      return g_strdup(ids->pdata[i]);
    g_autofree char *why = above != NULL ? bh_load_format_duplicate(load, above)
                                         : belongs_to(load, kind, ids->pdata[i]);
    g_autofree char *complaint = bh_names_format_problem(load->names, field, text, why);
    bh_load_add_problem(load, where, complaint);
    return NULL;
  }
  g_autofree char *space = g_strdup_printf("csv/%s/%s", kind, bh_field_get_name(field));
  g_autofree char *key = bh_number_make_key(text);
  char id[BH_ID_LEN + 1];
  bh_id_from_name(space, key != NULL ? key : text, id);
  return g_strdup(id);
}

/* The id of a row by title, area and unit; g_free. */
static char *identify_by_title(Table *table, const json_t *set)
{
  BhLoad *load = table->load;
  const char *kind = bh_kind_get_name(table->kind);
  g_autofree char *title = bh_kind_dup_title(table->kind, set, load->options->lang);
  const char *area = text_at(set, "area"), *unit = text_at(set, "unit");
  const char *found = NULL;
  g_autoptr(GPtrArray) ids = bh_names_list_matches(load->names, kind, title, NULL);
  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    const json_t *row = bh_names_find_row(load->names, kind, ids->pdata[i]);
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(row, "title", ""), title) == 0 &&
        strcmp(text_at(values, "area"), area) == 0 && strcmp(text_at(values, "unit"), unit) == 0 &&
        find_distinct(table->kind, values) == NULL)
      found = ids->pdata[i];
  }
  if (found != NULL)
    return g_strdup(found);
  g_autofree char *space = g_strconcat("csv/", kind, NULL);
  g_autofree char *name = g_strdup_printf("%s\n%s\n%s", title, area, unit);
  char id[BH_ID_LEN + 1];
  bh_id_from_name(space, name, id);
  return g_strdup(id);
}

static char *identify(Table *table, const char *given, const json_t *set, const char *where)
{
  if (given != NULL && *given != '\0') {
    char id[BH_ID_LEN + 1];
    g_autofree char *space = g_strdup_printf("csv/%s/id", bh_kind_get_name(table->kind));
    if (bh_id_is_valid(given))
      return g_strdup(given);
    bh_id_from_name(space, given, id);
    return g_strdup(id);
  }
  const BhField *field = find_distinct(table->kind, set);
  return field != NULL ? identify_by_value(table, field, set, where)
                       : identify_by_title(table, set);
}

/* --- rows --- */

static gboolean names_own_kind(const Table *table, const BhField *field)
{
  return g_strv_contains(bh_field_get_ref_kinds(field), bh_kind_get_name(table->kind));
}

/* Reads a cell into `set`. FALSE when the text was refused and a problem was added. */
static gboolean read_cell(Table *table, const BhField *field, const char *cell, const char *where,
                          json_t *set, json_t *reported)
{
  g_autoptr(GError) why = NULL;
  if (*cell == '\0')
    return TRUE;
  json_t *value = bh_names_parse(table->load->names, field, cell, &why);
  if (value != NULL) {
    json_object_set_new(set, bh_field_get_name(field), value);
    return TRUE;
  }
  bh_load_add_problem(table->load, where, why->message);
  json_object_set_new(reported, bh_field_get_name(field), json_true());
  return FALSE;
}

static gboolean read_state(Table *table, const char *cell, const char *where, json_t *set)
{
  g_autoptr(GPtrArray) states = bh_kind_list_states(table->kind);
  g_autoptr(GString) known = g_string_new(NULL);
  gboolean zh = bh_load_is_zh(table->load);
  if (*cell == '\0')
    return TRUE;
  for (guint i = 0; i < states->len; i++) {
    const char *state = states->pdata[i];
    const char *label = bh_kind_get_state_label(table->kind, state, table->load->options->lang);
    if (strcmp(state, cell) == 0 ||
        is_label(cell, bh_kind_get_state_label(table->kind, state, "zh")) ||
        is_label(cell, label)) {
      json_object_set_new(set, "state", json_string(state));
      return TRUE;
    }
    g_string_append_printf(known, zh ? "%s%s（%s）" : "%s%s (%s)",
                           known->len == 0 ? ""
                           : zh            ? "、"
                                           : ", ",
                           label, state);
  }
  g_autofree char *text = g_strdup_printf(
      zh ? "状态（state）“%s”：可选：%s" : "state \"%s\": one of: %s", cell, known->str);
  bh_load_add_problem(table->load, where, text);
  return FALSE;
}

/* Reads a row except refs to records of the same kind, which may be in later rows. */
static void read_row(Table *table, const BhCsvRow *row, GArray *rows)
{
  BhLoad *load = table->load;
  g_autofree char *where = bh_load_format_place(load, table->path, row->line);
  g_autoptr(json_t) set = json_object();
  g_autoptr(json_t) reported = json_object();
  gboolean fine = TRUE;
  for (guint i = 0; i < row->n_cells; i++) {
    const BhField *field = i < table->n_columns ? table->columns[i] : NULL;
    if (field != NULL && !names_own_kind(table, field))
      fine &= read_cell(table, field, row->cells[i], where, set, reported);
    else if ((int)i == table->state_column)
      fine &= read_state(table, row->cells[i], where, set);
    else if (i >= table->n_columns && row->cells[i][0] != '\0') {
      bh_load_add_problem(load, where,
                          bh_load_is_zh(load) ? "这一行的列比表头多"
                                              : "the row has more cells than the header");
      fine = FALSE;
      break;
    }
  }
  const char *given = table->id_column >= 0 && (guint)table->id_column < row->n_cells
                          ? row->cells[table->id_column]
                          : NULL;
  g_autofree char *id = identify(table, given, set, where);
  BhLoadRecord *record =
      id != NULL ? bh_load_add(load, id, bh_kind_get_name(table->kind), where, set) : NULL;
  if (record == NULL)
    return;
  record->is_bad |= !fine;
  json_object_update(record->reported, reported);
  bh_names_add(load->names, record->kind, record->id, set);
  Row read = {.row = row, .record = record};
  g_array_append_val(rows, read);
}

static void read_own_refs(Table *table, const Row *read)
{
  for (guint i = 0; i < read->row->n_cells && i < table->n_columns; i++) {
    const BhField *field = table->columns[i];
    if (field != NULL && names_own_kind(table, field) &&
        !read_cell(table, field, read->row->cells[i], read->record->where, read->record->set,
                   read->record->reported))
      read->record->is_bad = TRUE;
  }
}

gboolean bh_load_table(BhLoad *load, const char *path, GError **error)
{
  gboolean zh = bh_load_is_zh(load);
  Table table = {
      .load = load, .path = path, .kind = bh_kind_set_find(load->kinds, load->options->kind)};
  g_autofree char *whole = bh_load_format_place(load, path, 0);
  g_autofree char *bytes = NULL;
  gsize len = 0;
  g_autoptr(GError) failed = NULL;
  if (!g_file_get_contents(path, &bytes, &len, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return FALSE;
  }
  if (len > BH_LOAD_FILE_MAX) {
    bh_load_add_problem(load, whole, zh ? "文件超过 16 MiB" : "the file has more than 16 MiB");
    return TRUE;
  }
  g_autoptr(GPtrArray) faults = bh_csv_faults_new();
  g_autoptr(GPtrArray) rows = bh_csv_parse(bytes, len, CELL_MAX, faults);
  for (guint i = 0; i < faults->len; i++) {
    const BhCsvFault *fault = faults->pdata[i];
    g_autofree char *where = bh_load_format_place(load, path, fault->line);
    bh_load_add_problem(load, where, zh ? fault->zh : fault->en);
  }
  if (rows->len < 2 && faults->len == 0)
    bh_load_add_problem(load, whole, zh ? "表里没有数据行" : "the table has no rows");
  if (rows->len == 0 || !read_header(&table, rows->pdata[0]))
    return TRUE;
  g_autoptr(GArray) read = g_array_new(FALSE, FALSE, sizeof(Row));
  for (guint i = 1; i < rows->len; i++)
    read_row(&table, rows->pdata[i], read);
  for (guint i = 0; i < read->len; i++)
    read_own_refs(&table, &g_array_index(read, Row, i));
  return TRUE;
}
