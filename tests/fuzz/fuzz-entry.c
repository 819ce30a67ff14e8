/* Reads the four lines of an entry in a batch, and does everything that a hub does before it
 * stores the entry. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/base64.h"
#include "schema/entry.h"

/* The public key of tests/schema/fixtures/entry-1.json, whose entry is in the corpus. */
static const char public_key_text[] = "ZnYG/9rVghzDG7uoS1fjtme9GQ/5ZkRIVDhrFTlFdk8=";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  g_assert(bh_base64_decode(public_key_text, public_key, sizeof public_key));
  const char *cursor = (const char *)data;
  const char *end = cursor + size;
  while (cursor < end) {
    const char *start = cursor;
    g_autoptr(GError) error = NULL;
    g_autoptr(BhEntryText) text = bh_entry_text_take(&cursor, end, &error);
    g_assert((text == NULL) == (error != NULL));
    if (text == NULL)
      break;
    g_assert(cursor > start && cursor <= end);
    g_autoptr(GString) again = g_string_new(NULL);
    bh_entry_text_append(text, again);
    g_assert(again->len == (gsize)(cursor - start) && memcmp(again->str, start, again->len) == 0);
    g_assert(bh_entry_text_size(text) == again->len);
    BhEnvelope envelope;
    if (bh_envelope_parse(text->envelope, &envelope, NULL))
      bh_entry_verify(text, &envelope, public_key, NULL);
    if (text->body != NULL)
      bh_body_free(bh_body_parse(text->body, text->openings, NULL));
  }
  return 0;
}
