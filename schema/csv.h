/* Tables that people make in spreadsheets: CSV after RFC 4180, as UTF-8 (with or without BOM),
 * UTF-16 or GB 18030, which is what Chinese Excel writes; separated by comma, semicolon or tab.
 * Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_CSV_COLUMNS_MAX 200

typedef struct {
  int line;     /* where the row begins, from 1, as editors and spreadsheets count */
  char **cells; /* UTF-8 without blanks around them (typed.h); NULL-terminated, at least one */
  guint n_cells;
} BhCsvRow;

/* One thing that is wrong with a table, in both languages. */
typedef struct {
  int line;   /* from 1; 0: the file as a whole */
  int column; /* from 1; 0: the row as a whole */
  char *zh;
  char *en;
} BhCsvFault;

GPtrArray *bh_csv_faults_new(void); /* BhCsvFault*, owned */
void bh_csv_fault_add(GPtrArray *faults, int line, int column, const char *zh, const char *en);

/* All rows that are not blank, BhCsvRow*, the header first; owned. What cannot be read is added to
 * `faults`; rows before it are still there. Cells of at most `cell_max` bytes. */
GPtrArray *bh_csv_parse(const char *bytes, gsize len, gsize cell_max, GPtrArray *faults);

G_END_DECLS
