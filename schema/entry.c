/* Makes, parses and verifies envelopes. Start with bh_entry_sign and bh_envelope_parse. */
#include "schema/entry.h"

#include <string.h>
#include "schema/base64.h"
#include "schema/error.h"

#define DOMAIN "entry/1"

static const char no_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

static gboolean incarnation_is_valid(const char *text)
{
  return strlen(text) == BH_INCARNATION_LEN &&
         strspn(text, "0123456789abcdef") == BH_INCARNATION_LEN;
}

BhEntryText *bh_entry_sign(const BhSigner *signer, gint64 seq, const char *prev,
                           const char *kinds_hash, const char *body, const char *openings)
{
  g_return_val_if_fail(seq >= 1 && (seq == 1 || bh_hash_is_valid(prev)), NULL);
  g_return_val_if_fail(bh_hash_is_valid(kinds_hash), NULL);
  g_return_val_if_fail(bh_id_is_valid(signer->hub) && bh_id_is_valid(signer->device), NULL);
  g_return_val_if_fail(incarnation_is_valid(signer->incarnation), NULL);
  g_return_val_if_fail(body != NULL && strchr(body, '\n') == NULL, NULL);

  g_autofree char *body_hash = bh_hash_hex(body, strlen(body));
  char number[24];
  g_snprintf(number, sizeof number, "%" G_GINT64_FORMAT, seq);
  /* No value needs JSON escaping, so the text is concatenated. */
  g_autofree char *envelope =
      g_strconcat("{\"format\":\"" BH_ENTRY_FORMAT "\",\"hub\":\"", signer->hub, "\",\"device\":\"",
                  signer->device, "\",\"incarnation\":\"", signer->incarnation,
                  "\",\"seq\":", number, ",\"prev\":\"", seq == 1 ? no_hash : prev,
                  "\",\"kinds\":\"", kinds_hash, "\",\"body\":\"", body_hash, "\"}", NULL);
  guint8 signature[BH_SIGNATURE_SIZE];
  bh_sign(signer->secret_key, DOMAIN, envelope, strlen(envelope), signature);
  g_autofree char *signature_text = bh_base64_encode(signature, sizeof signature);
  return bh_entry_text_new(envelope, signature_text, body, openings);
}

static gboolean read_id(const json_t *object, const char *key, char out[BH_ID_LEN + 1],
                        GError **error)
{
  const char *id = bh_json_get_string(object, key, "envelope", error);
  if (id == NULL)
    return FALSE;
  if (!bh_id_is_valid(id)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "envelope: \"%s\" is not an id", key);
    return FALSE;
  }
  memcpy(out, id, BH_ID_LEN + 1);
  return TRUE;
}

static gboolean read_hash(const json_t *object, const char *key, char out[BH_HASH_HEX_LEN + 1],
                          GError **error)
{
  const char *hash = bh_json_get_string(object, key, "envelope", error);
  if (hash == NULL)
    return FALSE;
  if (!bh_hash_is_valid(hash)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "envelope: \"%s\" is not a hash", key);
    return FALSE;
  }
  memcpy(out, hash, BH_HASH_HEX_LEN + 1);
  return TRUE;
}

static gboolean skip(const char **at, const char *literal)
{
  gsize len = strlen(literal);
  if (strncmp(*at, literal, len) != 0)
    return FALSE;
  *at += len;
  return TRUE;
}

/* Copies `len` bytes and a NUL to `out`, and moves *at behind them. */
static gboolean take(const char **at, char *out, gsize len)
{
  if (strnlen(*at, len) < len)
    return FALSE;
  memcpy(out, *at, len);
  out[len] = '\0';
  *at += len;
  return TRUE;
}

static gboolean take_seq(const char **at, gint64 *seq)
{
  gsize digits = strspn(*at, "0123456789");
  if (digits == 0 || digits > 18 || **at == '0')
    return FALSE;
  *seq = g_ascii_strtoll(*at, NULL, 10);
  *at += digits;
  return TRUE;
}

/* Reads exactly the form that bh_entry_sign writes; nearly all envelopes have it. FALSE for any
 * other text: the caller then uses the JSON parser, which accepts or refuses it. */
static gboolean read_sealed_form(const char *text, BhEnvelope *read)
{
  const char *at = text;
  return skip(&at, "{\"format\":\"" BH_ENTRY_FORMAT "\",\"hub\":\"") &&
         take(&at, read->hub, BH_ID_LEN) && skip(&at, "\",\"device\":\"") &&
         take(&at, read->device, BH_ID_LEN) && skip(&at, "\",\"incarnation\":\"") &&
         take(&at, read->incarnation, BH_INCARNATION_LEN) && skip(&at, "\",\"seq\":") &&
         take_seq(&at, &read->seq) && skip(&at, ",\"prev\":\"") &&
         take(&at, read->prev, BH_HASH_HEX_LEN) && skip(&at, "\",\"kinds\":\"") &&
         take(&at, read->kinds, BH_HASH_HEX_LEN) && skip(&at, "\",\"body\":\"") &&
         take(&at, read->body_hash, BH_HASH_HEX_LEN) && strcmp(at, "\"}") == 0 &&
         bh_id_is_valid(read->hub) && bh_id_is_valid(read->device) &&
         incarnation_is_valid(read->incarnation) && bh_hash_is_valid(read->prev) &&
         bh_hash_is_valid(read->kinds) && bh_hash_is_valid(read->body_hash);
}

static gboolean read_any_form(const char *text, gsize len, BhEnvelope *read, GError **error)
{
  static const char *const members[] = {"format", "hub",   "device", "incarnation", "seq",
                                        "prev",   "kinds", "body",   NULL};
  g_autoptr(json_t) object = bh_json_parse(text, len, BH_ENVELOPE_MAX, "envelope", error);
  if (object == NULL)
    return FALSE;
  const char *format = bh_json_get_string(object, "format", "envelope", error);
  if (format == NULL)
    return FALSE;
  if (!g_str_equal(format, BH_ENTRY_FORMAT)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "envelope: format is not " BH_ENTRY_FORMAT);
    return FALSE;
  }
  if (strchr(text, '\n') != NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "envelope: has a line break");
    return FALSE;
  }
  const char *incarnation = bh_json_get_string(object, "incarnation", "envelope", error);
  if (incarnation == NULL)
    return FALSE;
  if (!incarnation_is_valid(incarnation)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "envelope: \"incarnation\" is not %d hex digits",
                BH_INCARNATION_LEN);
    return FALSE;
  }
  memcpy(read->incarnation, incarnation, sizeof read->incarnation);
  return bh_json_check_keys(object, members, "envelope", error) &&
         read_id(object, "hub", read->hub, error) &&
         read_id(object, "device", read->device, error) &&
         bh_json_get_int(object, "seq", 1, G_MAXINT64, &read->seq, "envelope", error) &&
         read_hash(object, "prev", read->prev, error) &&
         read_hash(object, "kinds", read->kinds, error) &&
         read_hash(object, "body", read->body_hash, error);
}

gboolean bh_envelope_parse(const char *text, BhEnvelope *envelope, GError **error)
{
  gsize len = strlen(text);
  BhEnvelope read = {0};
  if (!read_sealed_form(text, &read)) {
    memset(&read, 0, sizeof read);
    if (!read_any_form(text, len, &read, error))
      return FALSE;
  }
  if ((read.seq == 1) != g_str_equal(read.prev, no_hash)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "envelope: \"prev\" must be 64 zeros if and only if \"seq\" is 1");
    return FALSE;
  }
  g_autofree char *hash = bh_hash_hex(text, len);
  memcpy(read.hash, hash, sizeof read.hash);
  *envelope = read;
  return TRUE;
}

gboolean bh_entry_verify(const BhEntryText *text, const BhEnvelope *envelope,
                         const guint8 public_key[BH_PUBLIC_KEY_SIZE], GError **error)
{
  guint8 signature[BH_SIGNATURE_SIZE];
  if (!bh_base64_decode(text->signature, signature, sizeof signature)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "entry: signature is not base64 of %d bytes",
                BH_SIGNATURE_SIZE);
    return FALSE;
  }
  if (!bh_sign_verify(public_key, DOMAIN, text->envelope, strlen(text->envelope), signature)) {
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE, "entry: signature does not verify");
    return FALSE;
  }
  if (text->body == NULL) {
    if (*text->openings != '\0') {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "entry: openings without a body");
      return FALSE;
    }
    return TRUE;
  }
  g_autofree char *hash = bh_hash_hex(text->body, strlen(text->body));
  if (!g_str_equal(hash, envelope->body_hash)) {
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE,
                "entry: the body does not match the hash in the envelope");
    return FALSE;
  }
  return TRUE;
}
