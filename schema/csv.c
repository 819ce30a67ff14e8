/* Reads a CSV table row by row. Does not interpret its columns. libcsv is not used: it would
 * save about thirty lines, but it reports no lines and columns, which every error here names, and
 * it accepts a lone CR as the end of a row. Start with bh_csv_parse. */
#include "schema/csv.h"

#include <string.h>

#include "schema/text.h"

#define ROWS_MAX 100000

static void fault_free(gpointer data)
{
  BhCsvFault *fault = data;
  g_free(fault->zh);
  g_free(fault->en);
  g_free(fault);
}

GPtrArray *bh_csv_faults_new(void)
{
  return g_ptr_array_new_with_free_func(fault_free);
}

void bh_csv_fault_add(GPtrArray *faults, int line, int column, const char *zh, const char *en)
{
  BhCsvFault *fault = g_new0(BhCsvFault, 1);
  fault->line = line;
  fault->column = column;
  fault->zh = g_strdup(zh);
  fault->en = g_strdup(en);
  g_ptr_array_add(faults, fault);
}

static void row_free(gpointer data)
{
  BhCsvRow *row = data;
  g_strfreev(row->cells);
  g_free(row);
}

/* --- encodings --- */

/* The bytes as UTF-8 without a byte order mark; g_free. NULL when they are not text. */
static char *decode(const char *bytes, gsize len, gsize *out_len)
{
  if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
    bytes += 3;
    len -= 3;
  }
  const char *from = NULL;
  if (len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
    from = "UTF-16";
  else if (!g_utf8_validate_len(bytes, len, NULL))
    from = "GB18030";
  if (from == NULL) {
    *out_len = len;
    return g_strndup(bytes, len);
  }
  char *text = g_convert(bytes, (gssize)len, "UTF-8", from, NULL, out_len, NULL);
  if (text != NULL && memchr(text, '\0', *out_len) != NULL)
    g_clear_pointer(&text, g_free);
  return text;
}

/* The separator (comma, semicolon or tab) that is most frequent in the first line, outside
 * quotes. */
static char find_separator(const char *at, const char *end)
{
  gsize commas = 0, semicolons = 0, tabs = 0;
  gboolean quoted = FALSE;
  for (; at < end && (quoted || *at != '\n'); at++) {
    quoted ^= *at == '"';
    commas += !quoted && *at == ',';
    semicolons += !quoted && *at == ';';
    tabs += !quoted && *at == '\t';
  }
  if (tabs > commas && tabs >= semicolons)
    return '\t';
  return semicolons > commas ? ';' : ',';
}

/* --- rows --- */

typedef struct {
  const char *at, *end;
  char separator;
  gsize cell_max;
  int line;
  int row_line;
  int column;
  GPtrArray *faults;
} Csv;

static gboolean fail(Csv *csv, const char *zh, const char *en)
{
  bh_csv_fault_add(csv->faults, csv->row_line, csv->column, zh, en);
  return FALSE;
}

static gboolean read_quoted(Csv *csv, GString *cell)
{
  for (csv->at++; csv->at < csv->end; csv->at++) {
    if (*csv->at == '"') {
      csv->at++;
      if (csv->at == csv->end || *csv->at != '"')
        return TRUE;
    }
    csv->line += *csv->at == '\n';
    if (*csv->at != '\r')
      g_string_append_c(cell, *csv->at);
  }
  return fail(csv, "引号没有结束", "a quoted cell does not end");
}

static gboolean read_cell(Csv *csv, GString *cell, gboolean *last)
{
  g_string_truncate(cell, 0);
  if (csv->at < csv->end && *csv->at == '"') {
    if (!read_quoted(csv, cell))
      return FALSE;
  } else {
    while (csv->at < csv->end && *csv->at != csv->separator && strchr("\r\n\"", *csv->at) == NULL)
      g_string_append_c(cell, *csv->at++);
  }
  if (csv->at < csv->end && *csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n')
    csv->at++;
  *last = csv->at == csv->end || *csv->at == '\n';
  if (!*last && *csv->at != csv->separator)
    return fail(csv, "格子中间有引号或换行",
                "a quote or line end inside a cell that is not quoted");
  csv->line += csv->at < csv->end && *csv->at == '\n';
  if (csv->at < csv->end)
    csv->at++;
  if (cell->len > csv->cell_max) {
    g_autofree char *zh = g_strdup_printf("格子超过 %" G_GSIZE_FORMAT " 字节", csv->cell_max);
    g_autofree char *en =
        g_strdup_printf("the cell is longer than %" G_GSIZE_FORMAT " bytes", csv->cell_max);
    bh_csv_fault_add(csv->faults, csv->row_line, csv->column, zh, en);
    g_string_truncate(cell, 0);
  }
  return TRUE;
}

/* The next row; NULL, with a fault added, when the rest of the table cannot be read. */
static BhCsvRow *read_row(Csv *csv, gboolean *is_blank)
{
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GString) cell = g_string_new(NULL);
  gboolean last = FALSE;
  csv->row_line = csv->line;
  csv->column = 0;
  *is_blank = TRUE;
  while (!last) {
    csv->column++;
    if (csv->column > BH_CSV_COLUMNS_MAX) {
      fail(csv, "列太多", "the row has too many cells");
      return NULL;
    }
    if (!read_cell(csv, cell, &last))
      return NULL;
    char *text = bh_text_clean(cell->str, TRUE);
    *is_blank &= *text == '\0';
    g_ptr_array_add(cells, text);
  }
  BhCsvRow *row = g_new0(BhCsvRow, 1);
  row->line = csv->row_line;
  row->n_cells = cells->len;
  g_ptr_array_add(cells, NULL);
  g_ptr_array_set_free_func(cells, NULL);
  row->cells = (char **)g_ptr_array_free(g_steal_pointer(&cells), FALSE);
  return row;
}

GPtrArray *bh_csv_parse(const char *bytes, gsize len, gsize cell_max, GPtrArray *faults)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
  gsize text_len = 0;
  g_autofree char *text = decode(bytes, len, &text_len);
  if (text == NULL) {
    bh_csv_fault_add(faults, 0, 0, "文件不是 UTF-8 或 GB 18030 文字",
                     "the file is neither UTF-8 nor GB 18030 text");
    return rows;
  }
  Csv csv = {.at = text,
             .end = text + text_len,
             .cell_max = cell_max,
             .line = 1,
             .faults = faults,
             .separator = find_separator(text, text + text_len)};
  while (csv.at < csv.end) {
    gboolean is_blank = FALSE;
    BhCsvRow *row = rows->len <= ROWS_MAX ? read_row(&csv, &is_blank) : NULL;
    if (row == NULL) {
      if (rows->len > ROWS_MAX)
        bh_csv_fault_add(faults, csv.line, 0, "行太多", "the table has too many rows");
      break;
    }
    if (is_blank)
      row_free(row);
    else
      g_ptr_array_add(rows, row);
  }
  return rows;
}
