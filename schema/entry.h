/* One signed, chained entry: an envelope, a body, and the openings of the body's personal values.
 * Entries are stored, hashed, signed and forwarded as the bytes that were made first; no function
 * serialises a parsed entry again. The format is specified in sync/wire/PROTOCOL.md § 1.
 *
 * Pure; any thread; no global state except sodium_init, which bh_entry_* call themselves. */
#pragma once

#include <glib.h>
#include "schema/ident.h"
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_ENTRY_FORMAT "bihuan-entry-1"
#define BH_ENVELOPE_MAX 1024        /* bytes of an envelope */
#define BH_BODY_MAX (256 * 1024)    /* bytes of a body */
#define BH_OPENINGS_MAX (64 * 1024) /* bytes of the openings of an entry */
#define BH_ENTRY_MAX_OPS 64
#define BH_ENTRY_MAX_KEYS 512 /* keys that one entry sets, in all its operations together */
#define BH_ENTRY_MAX_FILES 32
#define BH_KEY_MAX 96                  /* bytes of a key, "field" or "field/item" */
#define BH_VALUE_MAX_DEPTH 16          /* levels of nesting of a value; its body adds more levels */
#define BH_FILE_MAX (64 * 1024 * 1024) /* bytes of a file that an entry declares */
#define BH_SIGNATURE_SIZE 64
#define BH_SIGNATURE_BASE64_LEN 88
#define BH_PUBLIC_KEY_SIZE 32
#define BH_SECRET_KEY_SIZE 64
#define BH_INCARNATION_LEN 32 /* hex digits of an incarnation */

/* Identity and keys that sign entries: of a device, or of a hub, which is a device of its own. The
 * secret key is wiped on free. */
typedef struct {
  char hub[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  guint8 secret_key[BH_SECRET_KEY_SIZE];
} BhSigner;

/* A signer whose members are all zero; bh_signer_free. */
BhSigner *bh_signer_new(void);
/* Wipes the secret key and frees the signer. NULL is allowed. */
void bh_signer_free(BhSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhSigner, bh_signer_free)
/* Sets both keys to a new Ed25519 pair, from 32 bytes of `random`. */
void bh_signer_make_keys(BhSigner *signer, const BhRandom *random);
/* Sets `incarnation` to new random hex digits. */
void bh_signer_make_incarnation(BhSigner *signer, const BhRandom *random);

/* Makes a detached Ed25519 signature over "bihuan/" + domain + "\0" + bytes. Each purpose has its
 * own domain ("entry/1", "time/1", "plaque/1", "enrol/1", "export/1", "person/1"), so that a
 * signature made for one purpose is never valid for another. */
void bh_sign(const guint8 secret_key[BH_SECRET_KEY_SIZE], const char *domain, const void *bytes,
             gsize len, guint8 signature[BH_SIGNATURE_SIZE]);
/* Whether the signature is valid for these bytes in this domain. */
gboolean bh_sign_verify(const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *domain,
                        const void *bytes, gsize len, const guint8 signature[BH_SIGNATURE_SIZE]);

/* The four lines of an entry, as they are sent and stored. `body` is NULL when it was withheld or
 * erased; `openings` is "" when there are none. */
typedef struct {
  char *envelope;
  char *signature; /* base64, standard alphabet, padded */
  char *body;
  char *openings; /* JSON array of {"op":int,"key":str,"salt":base64,"value":JSON text} or "" */
} BhEntryText;

/* Copies the four texts. Free with bh_entry_text_free. */
BhEntryText *bh_entry_text_new(const char *envelope, const char *signature, const char *body,
                               const char *openings);
/* Frees an entry text; NULL is allowed. */
void bh_entry_text_free(BhEntryText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEntryText, bh_entry_text_free)
/* Bytes of the four lines on the wire, line ends included. */
gsize bh_entry_text_size(const BhEntryText *text);
/* Appends envelope, signature, body ("" if withheld) and openings, each followed by "\n". */
void bh_entry_text_append(const BhEntryText *text, GString *out);
/* Reads the next four lines from *cursor (at most up to `end`) and advances it. The limit of each
 * line is checked before it is copied. NULL with BH_ERROR_FORMAT or _LIMIT; *cursor is then
 * undefined. */
BhEntryText *bh_entry_text_take(const char **cursor, const char *end, GError **error);

/* The members of a parsed envelope. */
typedef struct {
  char hub[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  gint64 seq;                      /* number of the entry in its chain, from 1, without gaps */
  char prev[BH_HASH_HEX_LEN + 1];  /* hash of the envelope before; 64 zeros when seq is 1 */
  char kinds[BH_HASH_HEX_LEN + 1]; /* hash of the kind set under which the entry was made */
  char body_hash[BH_HASH_HEX_LEN + 1];
  char hash[BH_HASH_HEX_LEN + 1]; /* SHA-256 of the envelope's own bytes */
} BhEnvelope;

typedef enum {
  BH_CLOCK_QUALITY_UNSURE = 0, /* the clock was not compared with a hub since boot */
  BH_CLOCK_QUALITY_GOOD = 1,   /* the clock was within a minute of the hub's time in this boot */
  /* the clock is wrong: far from the hub's time, or before BH_CLOCK_FLOOR_MS */
  BH_CLOCK_QUALITY_BAD = 2,
} BhClockQuality;

/* 2026-01-01. The program did not exist before, so a clock that shows an earlier time is wrong. */
#define BH_CLOCK_FLOOR_MS 1767225600000

/* Readings of all clocks at the moment the entry was made. */
typedef struct {
  gint64 wall_ms;
  gint64 boot_ms;
  char boot_id[BH_ID_LEN + 1];
  BhClockQuality quality;
  gint64 hub_ms;      /* last signed hub time that the device received, 0 if none */
  gint64 hub_boot_ms; /* boot clock when hub_ms was received; 0 unless in the same boot */
  char hub_sig[BH_SIGNATURE_BASE64_LEN + 1]; /* the hub's signature over hub_ms; "" if none */
} BhEntryClock;

/* One assignment to one key of one record. */
typedef struct {
  char *key;
  json_t *value;    /* plain value, JSON null clears; NULL for a personal value */
  char *commitment; /* commitment to a personal value, as hex; NULL for a plain value */
  json_t *opened;   /* the personal value, if its opening was present and verified */
  char *salt;       /* base64 salt of that opening, as received; NULL without an opening */
  char *opening;    /* JSON text of the value in that opening; NULL without an opening */
  char **was;       /* ids of the entries that this set replaces; NULL-terminated, sorted */
} BhSet;

/* All sets of one record in one entry. */
typedef struct {
  char record[BH_ID_LEN + 1];
  char *kind;
  GPtrArray *sets; /* BhSet*, sorted by key, keys unique */
} BhOp;

/* Name of the field in which a record of the kind "file" has the SHA-256 of its bytes. An entry
 * that sets this field brings the file with it. */
#define BH_FILE_HASH "sha256"

/* A file that an entry declares. */
typedef struct {
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size; /* bytes */
  char *media_type;
} BhFileRef;

typedef struct {
  char id[BH_ID_LEN + 1];
  char by[BH_ID_LEN + 1]; /* acting person (staff record); the hub's own id for the system */
  gint64 observed_ms;     /* time of the observation, 0 = when it was entered (FIELD 2) */
  BhEntryClock clock;
  GPtrArray *ops;   /* BhOp* */
  GPtrArray *files; /* BhFileRef*: files that the entry declares, before they are uploaded */
  /* Signature of the acting person (person.h), if there is one. Parsing does not verify it. */
  gboolean is_signed;
  guint8 person_key[BH_PUBLIC_KEY_SIZE];
  guint8 person_signature[BH_SIGNATURE_SIZE];
} BhBody;

/* The value of a set: the plain value, or the opened personal value; NULL for a commitment without
 * an opening. Borrowed. */
json_t *bh_set_get_value(const BhSet *set);
/* The part of an operation that sets `key`, borrowed; NULL when the operation does not set it. */
const BhSet *bh_op_find_set(const BhOp *op, const char *key);
/* The set of `key` of `record` in the body of an entry, borrowed; NULL when the entry does not set
 * the key. `body` may be NULL. */
const BhSet *bh_body_find_set(const BhBody *body, const char *record, const char *key);
/* Frees a body; NULL is allowed. */
void bh_body_free(BhBody *body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBody, bh_body_free)

/* Builds a body. Personal values get a salt from `random` and are written as commitments; the
 * builder collects their openings. */
typedef struct _BhBodyBuilder BhBodyBuilder;
/* A builder of the body of an entry. `observed_ms` is 0 when the observation was made at the time
 * of the entry. `random` is borrowed until the builder is freed. */
BhBodyBuilder *bh_body_builder_new(const char *entry_id, const char *by, const BhEntryClock *clock,
                                   gint64 observed_ms, const BhRandom *random);
/* Frees a builder, and wipes the secret key of a person that it was given. NULL is allowed. */
void bh_body_builder_free(BhBodyBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBodyBuilder, bh_body_builder_free)
/* Adds one set. Sets of one record are joined to one operation. `value` is borrowed; its numbers
 * must be integers (fractions are sent as strings). JSON null clears the key; the null of a
 * personal key is written in plain. `was` is a NULL-terminated list of entry ids in any order, or
 * NULL. */
void bh_body_builder_set(BhBodyBuilder *builder, const char *record, const char *kind,
                         const char *key, json_t *value, gboolean personal, const char *const *was);
/* Declares a file of `size` bytes. Adding the same file again is a no-op. */
void bh_body_builder_add_file(BhBodyBuilder *builder, const char *sha256, gint64 size,
                              const char *media_type);
/* Writes the text of the body to *body and that of the openings to *openings; g_free both. FALSE
 * with BH_ERROR_LIMIT when a limit above is exceeded, or BH_ERROR_FORMAT for an invalid id, key,
 * value or file, or a key that was set twice. */
gboolean bh_body_builder_finish(BhBodyBuilder *builder, char **body, char **openings,
                                GError **error);
/* Like bh_body_builder_finish, and returns the BhBody that bh_body_parse would make of the two
 * texts (bh_body_free). NULL with an error. */
BhBody *bh_body_builder_finish_body(BhBodyBuilder *builder, char **body, char **openings,
                                    GError **error);

/* Makes and signs the envelope of `body`. `prev` is the hash of the previous envelope of this
 * incarnation (ignored for seq 1). Never fails for valid arguments. Free
 * with bh_entry_text_free. */
BhEntryText *bh_entry_sign(const BhSigner *signer, gint64 seq, const char *prev,
                           const char *kinds_hash, const char *body, const char *openings);

/* Parses an envelope strictly. Does not verify the signature. FALSE with BH_ERROR_FORMAT, _LIMIT or
 * _UNKNOWN. */
gboolean bh_envelope_parse(const char *text, BhEnvelope *envelope, GError **error);
/* Verifies the signature with `public_key`, and the hash of the body if the body is present. FALSE
 * with BH_ERROR_SIGNATURE, or BH_ERROR_FORMAT for a malformed signature or openings without a
 * body. */
gboolean bh_entry_verify(const BhEntryText *text, const BhEnvelope *envelope,
                         const guint8 public_key[BH_PUBLIC_KEY_SIZE], GError **error);
/* Parses a body strictly (unknown members are refused) and verifies each opening against its
 * commitment. NULL with an error: BH_ERROR_SIGNATURE for an opening that does not match its
 * commitment or has none. Does not verify the person's signature (person.h). bh_body_free. */
BhBody *bh_body_parse(const char *body, const char *openings, GError **error);

G_END_DECLS
