/* Reads the CSV of a checklist into items and reports every fault with line and column. Start with
 * bh_checklist_read_csv. */
#include "schema/checklist-internal.h"

#include <string.h>
#include "schema/csv.h"
#include "schema/error.h"

static const char *const columns[] = {"item_no",  "section_zh",   "check_zh",         "standard_zh",
                                      "basis_zh", "major_hazard", "rectification_zh", "method_zh"};
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

/* A row that is being checked, and the list for its faults. */
typedef struct {
  GPtrArray *faults;
  int line;
} Row;

static gboolean fail(const Row *row, int column, const char *zh, const char *en)
{
  bh_csv_fault_add(row->faults, row->line, column + 1, zh, en);
  return FALSE;
}

static gboolean check_cells(const Row *row, char *const cells[COLUMNS])
{
  static const int needed[] = {SECTION, CHECK, STANDARD, BASIS, RECTIFICATION, METHOD};
  gboolean is_valid = TRUE;
  for (int i = 0; i < COLUMNS; i++) {
    if (strlen(cells[i]) > BH_CHECKLIST_CELL_MAX)
      is_valid = fail(row, i, "格子超过 2000 字节", "the cell is longer than 2000 bytes");
    for (const char *at = cells[i]; *at != '\0'; at++) {
      if ((guchar)*at < 0x20) {
        is_valid = fail(row, i, "格子里有换行等控制字符", "the cell contains a control character");
        break;
      }
    }
  }
  if (!bh_is_item_no(cells[ITEM_NO]))
    is_valid = fail(row, ITEM_NO, "item_no 只能是大写字母、数字和连字符",
                    "item_no must consist of capital letters, digits and hyphens");
  for (gsize i = 0; i < G_N_ELEMENTS(needed); i++)
    if (cells[needed[i]][0] == '\0')
      is_valid = fail(row, needed[i], "此格不能为空", "the cell is empty");
  if (!g_str_equal(cells[MAJOR], "yes") && !g_str_equal(cells[MAJOR], "no"))
    is_valid = fail(row, MAJOR, "major_hazard 应为 yes 或 no", "major_hazard must be yes or no");
  return is_valid;
}

/* Adds an item. Takes the cells that it keeps: they become NULL. */
static gboolean add_item(BhChecklist *checklist, const Row *row, char *cells[COLUMNS])
{
  if (!check_cells(row, cells))
    return FALSE;
  if (g_hash_table_contains(checklist->index, cells[ITEM_NO]))
    return fail(row, ITEM_NO, "item_no 重复", "duplicate item_no");
  if (checklist->items->len >= BH_CHECKLIST_MAX_ITEMS)
    return fail(row, ITEM_NO, "条目太多", "the list has too many items");
  BhChecklistItem *item = g_new0(BhChecklistItem, 1);
  item->major_candidate = g_str_equal(cells[MAJOR], "yes");
  item->item_no = g_steal_pointer(&cells[ITEM_NO]);
  item->section = g_steal_pointer(&cells[SECTION]);
  item->check = g_steal_pointer(&cells[CHECK]);
  item->standard = g_steal_pointer(&cells[STANDARD]);
  item->policy_source = g_steal_pointer(&cells[BASIS]);
  item->rectification = g_steal_pointer(&cells[RECTIFICATION]);
  item->method = g_steal_pointer(&cells[METHOD]);
  item->addressee = g_strdup("enterprise");
  item->same_as = g_strdup("");
  item->measures = g_strdup("");
  item->area = g_strdup("");
  g_ptr_array_add(checklist->items, item);
  g_hash_table_insert(checklist->index, item->item_no, item);
  return TRUE;
}

/* Whether the row has exactly COLUMNS cells. Empty cells after them, which spreadsheets add, do not
 * count. */
static gboolean check_width(const Row *row, const BhCsvRow *cells)
{
  guint width = cells->n_cells;
  while (width > COLUMNS && cells->cells[width - 1][0] == '\0')
    width--;
  if (width < COLUMNS)
    return fail(row, (int)width - 1, "这一行的列太少", "the row has too few cells");
  return width == COLUMNS || fail(row, COLUMNS - 1, "这一行的列太多", "the row has too many cells");
}

static gboolean check_header(const Row *row, const BhCsvRow *header)
{
  if (!check_width(row, header))
    return FALSE;
  for (int i = 0; i < COLUMNS; i++)
    if (!g_str_equal(header->cells[i], columns[i]))
      return fail(row, i,
                  "表头应为 item_no,section_zh,check_zh,standard_zh,basis_zh,major_hazard,"
                  "rectification_zh,method_zh",
                  "the header must be item_no,section_zh,check_zh,standard_zh,"
                  "basis_zh,major_hazard,rectification_zh,method_zh");
  return TRUE;
}

void bh_checklist_read_csv(BhChecklist *checklist, const char *csv, gsize len, GPtrArray *faults)
{
  g_autoptr(GPtrArray) rows = bh_csv_parse(csv, len, BH_CHECKLIST_CELL_MAX, faults);
  for (guint i = 0; i < rows->len; i++) {
    BhCsvRow *cells = rows->pdata[i];
    Row row = {.faults = faults, .line = cells->line};
    if (i == 0) {
      if (!check_header(&row, cells))
        return;
    } else if (check_width(&row, cells)) {
      char *kept[COLUMNS];
      for (int k = 0; k < COLUMNS; k++)
        kept[k] = g_strdup(cells->cells[k]);
      add_item(checklist, &row, kept);
      for (int k = 0; k < COLUMNS; k++)
        g_free(kept[k]);
    }
  }
  if (checklist->items->len == 0 && faults->len == 0)
    bh_csv_fault_add(faults, 1, 1, "清单里没有条目", "the list has no items");
}

void bh_checklist_set_fault(const GPtrArray *faults, const char *name, GError **error)
{
  const BhCsvFault *fault = faults->pdata[0];
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: line %d, column %d: %s", name,
              MAX(fault->line, 1), MAX(fault->column, 1), fault->en);
}

gboolean bh_checklist_add_row(BhChecklist *checklist, const char *name, int line,
                              char *cells[COLUMNS], GError **error)
{
  g_autoptr(GPtrArray) faults = bh_csv_faults_new();
  Row row = {.faults = faults, .line = line};
  if (add_item(checklist, &row, cells))
    return TRUE;
  bh_checklist_set_fault(faults, name, error);
  return FALSE;
}
