/* One signed, chained entry: an envelope over a body, the openings of its personal values beside
 * it. Bytes are stored, hashed, signed and forwarded exactly as they were made; nothing here ever
 * serialises a parsed entry again. The format is written down in sync/wire/PROTOCOL.md.
 *
 * Pure; any thread; no global state beyond sodium_init, which bh_entry_* call themselves. */
#pragma once

#include <glib.h>
#include "schema/ident.h"
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_ENTRY_FORMAT "bihuan-entry-1"
#define BH_ENVELOPE_MAX 1024        /* bytes */
#define BH_BODY_MAX (256 * 1024)    /* bytes */
#define BH_OPENINGS_MAX (64 * 1024) /* bytes */
#define BH_ENTRY_MAX_OPS 64
#define BH_ENTRY_MAX_KEYS 512 /* over all operations */
#define BH_ENTRY_MAX_FILES 32
#define BH_KEY_MAX 96                  /* bytes of a key, "field" or "field/item" */
#define BH_VALUE_MAX_DEPTH 16          /* brackets of one value; leaves room for what wraps it */
#define BH_FILE_MAX (64 * 1024 * 1024) /* bytes */
#define BH_SIGNATURE_SIZE 64
#define BH_SIGNATURE_BASE64_LEN 88
#define BH_PUBLIC_KEY_SIZE 32
#define BH_SECRET_KEY_SIZE 64
#define BH_INCARNATION_LEN 32 /* hex digits */

/* Who signs: a device, or a hub as a device of its own. The secret key is wiped on free. */
typedef struct {
  char hub[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  guint8 secret_key[BH_SECRET_KEY_SIZE];
} BhSigner;

BhSigner *bh_signer_new(void);
void bh_signer_free(BhSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhSigner, bh_signer_free)
/* Makes a new Ed25519 pair from 32 bytes of `random`. */
void bh_signer_make_keys(BhSigner *signer, const BhRandom *random);
void bh_signer_make_incarnation(BhSigner *signer, const BhRandom *random);

/* Detached Ed25519 over "bihuan/" + domain + "\0" + bytes. One domain per purpose ("entry/1",
 * "time/1", "plaque/1", "enrol/1", "export/1", "person/1"), so that a signature for one can never
 * serve as another. */
void bh_sign(const guint8 secret_key[BH_SECRET_KEY_SIZE], const char *domain, const void *bytes,
             gsize len, guint8 signature[BH_SIGNATURE_SIZE]);
gboolean bh_sign_verify(const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *domain,
                        const void *bytes, gsize len, const guint8 signature[BH_SIGNATURE_SIZE]);

/* The four texts of an entry, one line each, as they travel. `body` is NULL when withheld or
 * erased; `openings` is "" when there are none. */
typedef struct {
  char *envelope;
  char *signature; /* base64, standard alphabet, padded */
  char *body;
  char *openings; /* JSON array of {"op":int,"key":str,"salt":base64,"value":JSON text} or "" */
} BhEntryText;

BhEntryText *bh_entry_text_new(const char *envelope, const char *signature, const char *body,
                               const char *openings);
void bh_entry_text_free(BhEntryText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEntryText, bh_entry_text_free)
gsize bh_entry_text_size(const BhEntryText *text); /* bytes of the four lines on the wire */
/* Appends envelope, signature, body ("" if withheld) and openings, each with "\n". */
void bh_entry_text_append(const BhEntryText *text, GString *out);
/* Takes the next four lines from *cursor (bounded by `end`) and moves it; every line's limit is
 * checked before copying. NULL with BH_ERROR_FORMAT or _LIMIT; *cursor then is undefined. */
BhEntryText *bh_entry_text_take(const char **cursor, const char *end, GError **error);

/* What the envelope says. */
typedef struct {
  char hub[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  gint64 seq;                     /* from 1, without gaps */
  char prev[BH_HASH_HEX_LEN + 1]; /* 64 zeros when seq is 1 */
  char kinds[BH_HASH_HEX_LEN + 1];
  char body_hash[BH_HASH_HEX_LEN + 1];
  char hash[BH_HASH_HEX_LEN + 1]; /* SHA-256 of the envelope's own bytes */
} BhEnvelope;

typedef enum {
  BH_CLOCK_QUALITY_UNSURE = 0, /* never checked against a hub since boot */
  BH_CLOCK_QUALITY_GOOD = 1,   /* within a minute of the hub's time in this boot */
  BH_CLOCK_QUALITY_BAD = 2,    /* known to be wrong: against the hub's time, or in the past */
} BhClockQuality;

/* 2026-01-01: no clock of this program was ever earlier. */
#define BH_CLOCK_FLOOR_MS 1767225600000

/* Clocks when the entry was made. */
typedef struct {
  gint64 wall_ms;
  gint64 boot_ms;
  char boot_id[BH_ID_LEN + 1];
  BhClockQuality quality;
  gint64 hub_ms;      /* last signed hub time, 0 if never */
  gint64 hub_boot_ms; /* boot clock when it was received, in the same boot; else 0 */
  char hub_sig[BH_SIGNATURE_BASE64_LEN + 1]; /* the hub's, over that time; "" without */
} BhEntryClock;

/* One set of one key of one record. */
typedef struct {
  char *key;
  json_t *value;    /* plain value, JSON null clears; NULL for a personal one */
  char *commitment; /* hex, for a personal one; else NULL */
  json_t *opened;   /* value of a personal one whose opening was there and verified */
  char *salt;       /* that opening as it came: base64 salt … */
  char *opening;    /* … and JSON text of the value; both NULL without one */
  char **was;       /* entry ids this set replaces; NULL-terminated, maybe empty, sorted */
} BhSet;

typedef struct {
  char record[BH_ID_LEN + 1];
  char *kind;
  GPtrArray *sets; /* BhSet*, sorted by key, keys unique */
} BhOp;

/* Field of a record of the kind "file" with the digest of its bytes: an operation that sets it
 * brings the file. */
#define BH_FILE_HASH "sha256"

typedef struct {
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
  char *media_type;
} BhFileRef;

typedef struct {
  char id[BH_ID_LEN + 1];
  char by[BH_ID_LEN + 1]; /* acting person (staff record); the hub's own id for the system */
  gint64 observed_ms;     /* when it was seen, 0 = when it was entered (FIELD 2) */
  BhEntryClock clock;
  GPtrArray *ops;   /* BhOp* */
  GPtrArray *files; /* BhFileRef*: declared before any upload */
  /* Of the person who acts (person.h), when there is one. Not verified by parsing. */
  gboolean is_signed;
  guint8 person_key[BH_PUBLIC_KEY_SIZE];
  guint8 person_signature[BH_SIGNATURE_SIZE];
} BhBody;

/* The value as far as it is known here: plain, or opened; NULL for a commitment nobody opened.
 * Borrowed. */
json_t *bh_set_get_value(const BhSet *set);
/* The set of a key in an operation; borrowed, NULL when it sets none. */
const BhSet *bh_op_find_set(const BhOp *op, const char *key);
/* The set of a key of a record in an entry; borrowed, NULL when it sets none. `body` may be NULL.
 */
const BhSet *bh_body_find_set(const BhBody *body, const char *record, const char *key);
void bh_body_free(BhBody *body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBody, bh_body_free)

/* Building a body. Personal sets get a salt from `random` and land as commitments; their openings
 * are collected. */
typedef struct _BhBodyBuilder BhBodyBuilder;
BhBodyBuilder *bh_body_builder_new(const char *entry_id, const char *by, const BhEntryClock *clock,
                                   gint64 observed_ms, const BhRandom *random);
void bh_body_builder_free(BhBodyBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBodyBuilder, bh_body_builder_free)
/* `was` is a NULL-terminated list of entry ids in any order, or NULL. Sets of one record join one
 * operation. `value` is borrowed; whole numbers only (fractions travel as strings). JSON null
 * clears, also a personal one: then it stands there as it is. */
void bh_body_builder_set(BhBodyBuilder *builder, const char *record, const char *kind,
                         const char *key, json_t *value, gboolean personal, const char *const *was);
void bh_body_builder_add_file(BhBodyBuilder *builder, const char *sha256, gint64 size,
                              const char *media_type);
/* Adding the same file again is a no-op. FALSE with BH_ERROR_LIMIT when a limit above would be
 * passed, BH_ERROR_FORMAT when something is no valid id, key, value or file, or when a key was set
 * twice. Both outputs g_free'd. */
gboolean bh_body_builder_finish(BhBodyBuilder *builder, char **body, char **openings,
                                GError **error);
/* The same, and hands out what bh_body_parse makes of the two texts; NULL on an error. */
BhBody *bh_body_builder_finish_body(BhBodyBuilder *builder, char **body, char **openings,
                                    GError **error);

/* Puts an envelope round `body` and signs it. `prev` is the hash of the previous envelope of this
 * incarnation (ignored for seq 1). Never fails for valid arguments. */
BhEntryText *bh_entry_seal(const BhSigner *signer, gint64 seq, const char *prev,
                           const char *kinds_hash, const char *body, const char *openings);

/* Parses an envelope; strict. Does not verify the signature. */
gboolean bh_envelope_parse(const char *text, BhEnvelope *envelope, GError **error);
/* Signature by `public_key`, and body hash when the body is there. */
gboolean bh_entry_verify(const BhEntryText *text, const BhEnvelope *envelope,
                         const guint8 public_key[BH_PUBLIC_KEY_SIZE], GError **error);
/* Parses a body and joins the openings to their commitments; an opening that does not match its
 * commitment, or belongs to none, is BH_ERROR_SIGNATURE. Strict: unknown members are refused. */
BhBody *bh_body_parse(const char *body, const char *openings, GError **error);

G_END_DECLS
