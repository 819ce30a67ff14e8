/* Named limits of the wire protocol (PROTOCOL.md, "Limits" and "Order and retry of a client"), for
 * device and hub. The limits of an entry are in schema/entry.h. */
#pragma once

/* An entry id contains a time (UUIDv7). The hub does not fold an entry whose id is further ahead of
 * the hub's clock than AHEAD_MAX, because its value would be shown instead of every later one. A
 * device uses its own clock for ids only up to TRUST after the last hub time that it knows. */
#define BH_ID_AHEAD_MAX_MS (G_GINT64_CONSTANT(7) * 24 * 3600 * 1000)
#define BH_ID_TRUST_MS (G_GINT64_CONSTANT(6) * 24 * 3600 * 1000)

#define BH_BATCH_MAX_ENTRIES 500
#define BH_BATCH_MAX_BYTES (4 * 1024 * 1024)      /* bytes of an expanded batch */
#define BH_BATCH_MAX_WIRE_BYTES (2 * 1024 * 1024) /* bytes of a compressed batch */
/* Copies of urgent entries that are sent ahead of their chain: in one request, its bytes, and those
 * of one device that the hub keeps. */
#define BH_AHEAD_MAX_ENTRIES 16
#define BH_AHEAD_MAX_BYTES (1024 * 1024)
#define BH_AHEAD_KEPT_MAX 64
/* Bytes of a request body that has no limit of its own. */
#define BH_REQUEST_MAX_BYTES (64 * 1024)
#define BH_REQUEST_HEAD_MAX_BYTES (16 * 1024)
#define BH_CONNECTION_IDLE_S 60
#define BH_ZSTD_WINDOW_LOG_MAX 23 /* a window of 8 MiB */

#define BH_UPLOAD_CHUNK_MAX_BYTES (1024 * 1024)
#define BH_FILE_MAX_BYTES (64 * 1024 * 1024)
#define BH_UPLOADS_MAX_PER_DEVICE 64
#define BH_UPLOAD_EXPIRES_S (7 * 24 * 60 * 60)

/* Bytes of a snapshot. A set that would exceed them is quarantined. */
#define BH_RECORD_MAX_BYTES (2 * 1024 * 1024)
/* Shares of BH_RECORD_MAX_BYTES, so that one device cannot block the others: the most that one
 * device may contribute, and the part that all devices together must leave to the office. */
#define BH_RECORD_DEVICE_MAX_BYTES (512 * 1024)
#define BH_RECORD_OFFICE_BYTES (256 * 1024)
/* Entries that sets of one device replace and that the hub has not received, per key and per
 * record. */
#define BH_PENDING_PER_KEY_MAX 32
#define BH_PENDING_PER_RECORD_MAX 2048
#define BH_CHANGES_MAX_RECORDS 500
/* Bytes of a page of the feed. One record alone may exceed them. */
#define BH_CHANGES_MAX_BYTES (4 * 1024 * 1024)
/* Ids in "gone" of a page of the feed. If there would be more, the hub makes the device read the
 * feed from the start. */
#define BH_CHANGES_MAX_GONE 10000
#define BH_QUARANTINED_MAX 200

#define BH_ANSWER_MAX_BYTES (32 * 1024 * 1024) /* a client refuses longer answers, except files */
#define BH_CURSOR_MAX_BYTES 256
#define BH_URL_MAX_BYTES 1024

#define BH_ENROL_TOKEN_SIZE 16
#define BH_ENROL_VALID_S (10 * 60)
/* How long the hub accepts entries that were saved offline under a person's previous key, and how
 * long a sign-in on a device stays valid without a sync. */
#define BH_ENROL_OLD_KEY_MS (30LL * 24 * 3600 * 1000)
#define BH_ENROL_TEXT_MAX_BYTES 2048
#define BH_DEVICE_NAME_MAX_BYTES 256 /* enough for 64 characters */
#define BH_TOKEN_SIZE 32             /* bytes of the bearer token of a device */
#define BH_PIN_SIZE 32               /* SHA-256 of a SubjectPublicKeyInfo */
#define BH_PINS_MAX 4

#define BH_RETRY_BASE_MS 2000
#define BH_RETRY_MAX_MS (15 * 60 * 1000)
#define BH_RETRY_AFTER_MAX_S (24 * 60 * 60) /* a longer Retry-After counts as this many seconds */
#define BH_CONNECT_TIMEOUT_S 15
#define BH_LOW_SPEED_BYTES_PER_S 64
#define BH_LOW_SPEED_S 30

#define BH_HEADER_HUB "Bihuan-Hub"
#define BH_HEADER_ENCRYPTION "Bihuan-Encryption" /* of a device's disk (PROTOCOL § 4) */
#define BH_TYPE_ENTRIES "application/x-bihuan-entries"
#define BH_TYPE_UPLOAD "application/offset+octet-stream"
