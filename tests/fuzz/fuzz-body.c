/* Reads the body of an entry and, after the first line break, its openings. A valid body is
 * folded. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/merge.h"

static void fold(const BhBody *body, const BhOp *op)
{
  g_autoptr(BhRecord) record = bh_record_new(op->record, op->kind);
  g_assert(bh_record_apply(record, body->id, op, NULL, NULL, NULL));
  g_autofree char *snapshot = bh_record_to_snapshot(record);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhRecord) read = bh_record_from_snapshot(snapshot, strlen(snapshot), &error);
  g_assert_no_error(error);
  g_autofree char *again = bh_record_to_snapshot(read);
  g_assert_cmpstr(snapshot, ==, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *body_text = g_strndup((const char *)data, size);
  char *openings = strchr(body_text, '\n');
  if (openings != NULL)
    *openings++ = '\0';
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) body = bh_body_parse(body_text, openings, &error);
  g_assert((body == NULL) == (error != NULL));
  for (guint i = 0; body != NULL && i < body->ops->len; i++)
    fold(body, body->ops->pdata[i]);
  return 0;
}
