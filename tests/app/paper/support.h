/* Shared by the tests of papers: sample fields, and reading a PDF with poppler. */
#pragma once

#include <glib.h>

#include "app/paper/paper.h"

#define PAPER_HUB "0190f5a0-0000-7000-8000-000000000001"
#define PAPER_ENTRY "0190f5a0-0000-7000-8000-0000000000ab"

/* A finished PDF in a temporary directory. */
typedef struct {
  char *directory;
  char *pdf;
} PaperFile;

PaperFile *paper_file_new(void);
void paper_file_free(PaperFile *file); /* removes the temporary directory and frees the members */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PaperFile, paper_file_free)

/* Sample fields of a document with every member set; new reference. */
json_t *paper_sample(const char *doc_type, int n_hazards);
json_t *paper_sample_signatures(void);

/* Renders `frozen` as a PDF into `file`; fails the test when that fails. `signatures` may be NULL;
 * `code` NULL gives a draft. */
void paper_render(PaperFile *file, const json_t *frozen, const json_t *signatures,
                  const char *code);

/* Runs a program and returns its output; g_free. The test fails when the program fails or is
 * missing. */
char *paper_run(const char *program, ...) G_GNUC_NULL_TERMINATED;
/* Returns the text of the PDF without any white space; g_free. */
char *paper_read_text(const PaperFile *file);
/* Returns a copy of `text` without white space; g_free. */
char *paper_squeeze(const char *text);
/* Fails the test unless the PDF shows `text`, whatever its line breaks. */
void paper_assert_shows(const char *pdf_text, const char *text);
void paper_assert_hides(const char *pdf_text, const char *text);
/* Fails the test unless the PDF shows every string in `value`, except those under the named
 * keys. */
void paper_assert_shows_all(const char *pdf_text, const json_t *value, const char *const *except);
/* Fails the test when a word is outside the margins of its page. */
void paper_assert_within_margins(const PaperFile *file);
/* Copies page 1 as NAME.png to the directory for pictures, if one is set. */
void paper_keep_picture(const PaperFile *file, const char *name);
