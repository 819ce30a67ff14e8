/* The questions of a checklist: CSV after RFC 4180, one cell at a time. */
#include "schema/checklist-internal.h"

#include <string.h>
#include "schema/error.h"

static const char *const columns[] = {"item_no",  "section_zh",   "check_zh",         "standard_zh",
                                      "basis_zh", "major_hazard", "rectification_zh", "method_zh"};
typedef struct {
  const char *name;
  const char *at, *end;
  int line;   /* of the row being read, from 1 */
  int column; /* from 1 */
  GError **error;
} Csv;

static gboolean csv_fail(const Csv *csv, const char *reason)
{
  g_set_error(csv->error, BH_ERROR, BH_ERROR_FORMAT, "%s: line %d, column %d: %s", csv->name,
              csv->line, csv->column, reason);
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
    g_string_append_c(cell, *csv->at);
  }
  return csv_fail(csv, "a quoted cell does not end");
}

/* Reads one cell; *last tells that its row ends with it. */
static gboolean read_cell(Csv *csv, GString *cell, gboolean *last)
{
  g_string_truncate(cell, 0);
  if (csv->at < csv->end && *csv->at == '"') {
    if (!read_quoted(csv, cell))
      return FALSE;
  } else {
    while (csv->at < csv->end && strchr(",\r\n\"", *csv->at) == NULL)
      g_string_append_c(cell, *csv->at++);
  }
  if (csv->at < csv->end && *csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n')
    csv->at++;
  *last = csv->at == csv->end || *csv->at == '\n';
  if (!*last && *csv->at != ',')
    return csv_fail(csv, "a quote or line end stands inside a cell");
  if (csv->at < csv->end)
    csv->at++;
  if (cell->len > BH_CHECKLIST_CELL_MAX)
    return csv_fail(csv, "the cell is longer than 2000 bytes");
  for (gsize i = 0; i < cell->len; i++)
    if ((guchar)cell->str[i] < 0x20)
      return csv_fail(csv, "the cell holds a control character");
  return TRUE;
}

/* Reads one row of exactly COLUMNS cells. */
static gboolean read_row(Csv *csv, char *cells[COLUMNS])
{
  g_autoptr(GString) cell = g_string_new(NULL);
  gboolean last = FALSE;
  for (int i = 0; i < COLUMNS; i++) {
    csv->column = i + 1;
    if (!read_cell(csv, cell, &last))
      return FALSE;
    if (last != (i == COLUMNS - 1))
      return csv_fail(csv, last ? "the row has too few cells" : "the row has too many cells");
    cells[i] = g_strstrip(g_strdup(cell->str));
  }
  return TRUE;
}

static void clear_row(char *cells[COLUMNS])
{
  for (int i = 0; i < COLUMNS; i++)
    g_clear_pointer(&cells[i], g_free);
}

gboolean bh_is_item_no(const char *text)
{
  gsize len = strlen(text);
  if (len == 0 || len > BH_CHECKLIST_ITEM_NO_MAX || !g_ascii_isupper(text[0]))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isupper(text[i]) && !g_ascii_isdigit(text[i]) && text[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean add_item(BhChecklist *checklist, Csv *csv, char *cells[COLUMNS])
{
  static const int needed[] = {SECTION, CHECK, STANDARD, BASIS, RECTIFICATION, METHOD};
  csv->column = ITEM_NO + 1;
  if (!bh_is_item_no(cells[ITEM_NO]))
    return csv_fail(csv, "item_no must be capital letters, digits and hyphens");
  if (g_hash_table_contains(checklist->index, cells[ITEM_NO]))
    return csv_fail(csv, "item_no stands twice");
  for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
    csv->column = needed[i] + 1;
    if (cells[needed[i]][0] == '\0')
      return csv_fail(csv, "the cell is empty");
  }
  csv->column = MAJOR + 1;
  gboolean major = g_str_equal(cells[MAJOR], "yes");
  if (!major && !g_str_equal(cells[MAJOR], "no"))
    return csv_fail(csv, "major_hazard must be yes or no");
  if (checklist->items->len >= BH_CHECKLIST_MAX_ITEMS)
    return csv_fail(csv, "the list has too many items");
  BhChecklistItem *item = g_new0(BhChecklistItem, 1);
  item->item_no = g_steal_pointer(&cells[ITEM_NO]);
  item->section = g_steal_pointer(&cells[SECTION]);
  item->check = g_steal_pointer(&cells[CHECK]);
  item->standard = g_steal_pointer(&cells[STANDARD]);
  item->policy_source = g_steal_pointer(&cells[BASIS]);
  item->rectification = g_steal_pointer(&cells[RECTIFICATION]);
  item->method = g_steal_pointer(&cells[METHOD]);
  item->major_candidate = major;
  item->addressee = g_strdup("enterprise");
  item->same_as = g_strdup("");
  item->area = g_strdup("");
  g_ptr_array_add(checklist->items, item);
  g_hash_table_insert(checklist->index, item->item_no, item);
  return TRUE;
}

static gboolean parse_csv(BhChecklist *checklist, Csv *csv)
{
  if (csv->end - csv->at >= 3 && memcmp(csv->at, "\xef\xbb\xbf", 3) == 0)
    csv->at += 3;
  while (csv->at < csv->end) {
    const char *row = csv->at;
    char *cells[COLUMNS] = {NULL};
    gboolean fine = read_row(csv, cells);
    if (fine && csv->line == 1) {
      for (int i = 0; fine && i < COLUMNS; i++) {
        csv->column = i + 1;
        if (!g_str_equal(cells[i], columns[i]))
          fine = csv_fail(csv, "the header must be item_no,section_zh,check_zh,standard_zh,"
                               "basis_zh,major_hazard,rectification_zh,method_zh");
      }
    } else if (fine) {
      fine = add_item(checklist, csv, cells);
    }
    clear_row(cells);
    if (!fine)
      return FALSE;
    for (; row < csv->at; row++)
      csv->line += *row == '\n';
  }
  csv->column = 1;
  return checklist->items->len > 0 || csv_fail(csv, "the list has no items");
}

gboolean bh_checklist_read_csv(BhChecklist *checklist, const char *csv, gsize len, const char *name,
                               GError **error)
{
  Csv reader = {name, csv, csv + len, 1, 1, error};
  if (!g_utf8_validate_len(csv, len, NULL))
    return csv_fail(&reader, "the file is not UTF-8 text");
  return parse_csv(checklist, &reader);
}

gboolean bh_checklist_add_row(BhChecklist *checklist, const char *name, int line,
                              char *cells[COLUMNS], GError **error)
{
  Csv reader = {name, NULL, NULL, line, 1, error};
  return add_item(checklist, &reader, cells);
}
