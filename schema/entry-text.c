/* The four lines of an entry as they are sent. Does not parse their content (entry.c, body.c). */
#include "schema/entry.h"

#include <string.h>
#include "schema/error.h"

#define SIGNATURE_TEXT_MAX 88 /* base64 of 64 bytes */

BhEntryText *bh_entry_text_new(const char *envelope, const char *signature, const char *body,
                               const char *openings)
{
  BhEntryText *text = g_new0(BhEntryText, 1);
  text->envelope = g_strdup(envelope);
  text->signature = g_strdup(signature);
  text->body = g_strdup(body);
  text->openings = g_strdup(openings != NULL ? openings : "");
  return text;
}

void bh_entry_text_free(BhEntryText *text)
{
  if (text == NULL)
    return;
  g_free(text->envelope);
  g_free(text->signature);
  g_free(text->body);
  g_free(text->openings);
  g_free(text);
}

gsize bh_entry_text_size(const BhEntryText *text)
{
  return strlen(text->envelope) + strlen(text->signature) +
         (text->body != NULL ? strlen(text->body) : 0) + strlen(text->openings) + 4;
}

void bh_entry_text_append(const BhEntryText *text, GString *out)
{
  const char *lines[] = {text->envelope, text->signature, text->body != NULL ? text->body : "",
                         text->openings};
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_string_append(out, lines[i]);
    g_string_append_c(out, '\n');
  }
}

/* Copies one line of at most `limit` bytes. Reads no byte beyond `end` or the limit. */
static char *take_line(const char **cursor, const char *end, gsize limit, const char *name,
                       GError **error)
{
  gsize rest = (gsize)(end - *cursor);
  gsize window = MIN(rest, limit + 1);
  const char *stop = window > 0 ? memchr(*cursor, '\n', window) : NULL;
  if (stop == NULL && rest > limit) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "entry: %s is longer than %" G_GSIZE_FORMAT " bytes", name, limit);
    return NULL;
  }
  if (stop == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "entry: ends within its %s line", name);
    return NULL;
  }
  gsize len = (gsize)(stop - *cursor);
  if (memchr(*cursor, '\0', len) != NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "entry: %s contains a NUL byte", name);
    return NULL;
  }
  char *line = g_strndup(*cursor, len);
  *cursor = stop + 1;
  return line;
}

BhEntryText *bh_entry_text_take(const char **cursor, const char *end, GError **error)
{
  g_autoptr(BhEntryText) text = g_new0(BhEntryText, 1);
  text->envelope = take_line(cursor, end, BH_ENVELOPE_MAX, "envelope", error);
  if (text->envelope == NULL)
    return NULL;
  text->signature = take_line(cursor, end, SIGNATURE_TEXT_MAX, "signature", error);
  if (text->signature == NULL)
    return NULL;
  text->body = take_line(cursor, end, BH_BODY_MAX, "body", error);
  if (text->body == NULL)
    return NULL;
  if (*text->body == '\0')
    g_clear_pointer(&text->body, g_free);
  text->openings = take_line(cursor, end, BH_OPENINGS_MAX, "openings", error);
  if (text->openings == NULL)
    return NULL;
  return g_steal_pointer(&text);
}
