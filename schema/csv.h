/* Reads tables that people export from spreadsheets: CSV after RFC 4180, as UTF-8 (with or without
 * BOM), UTF-16 or GB 18030 (Chinese Excel writes the latter), separated by comma, semicolon or tab.
 * Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_CSV_COLUMNS_MAX 200

typedef struct {
  int line;     /* line at which the row begins, from 1, as editors and spreadsheets count */
  char **cells; /* UTF-8, surrounding blanks removed (text.h); NULL-terminated, at least one */
  guint n_cells;
} BhCsvRow;

/* One fault of a table, in both languages. */
typedef struct {
  int line;   /* line of the fault, from 1; 0: the fault is of the file as a whole */
  int column; /* column of the fault, from 1; 0: the fault is of the row as a whole */
  char *zh;
  char *en;
} BhCsvFault;

/* An empty list of BhCsvFault* that owns its members; g_ptr_array_unref. */
GPtrArray *bh_csv_faults_new(void);
/* Adds one fault; the texts are copied. */
void bh_csv_fault_add(GPtrArray *faults, int line, int column, const char *zh, const char *en);

/* Parses a table. Returns all rows that are not blank, as BhCsvRow*, the header first. The array
 * owns them; free with g_ptr_array_unref. Text that cannot be read is reported in `faults`; the
 * rows before it are returned all the same. A cell of more than `cell_max` bytes is a fault. Never
 * NULL. */
GPtrArray *bh_csv_parse(const char *bytes, gsize len, gsize cell_max, GPtrArray *faults);

G_END_DECLS
