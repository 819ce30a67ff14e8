/* One HTTP exchange with a hub as plain data: what the engine asks for and what comes back. The
 * transport that carries it is in sync/device/run. Any thread, one at a time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  char *method;
  char *url;   /* whole address, "https://host:port/path" */
  char **pins; /* base64 SHA-256 of the hub's public keys (SPKI), NULL-terminated, at least one */
  GPtrArray *headers; /* "Name: value", owned strings */
  GBytes *body;       /* NULL: none */
  gsize answer_max;   /* bytes of the answer's body; more is BH_ERROR_LIMIT */
} BhTransportRequest;

/* A request without headers and body; everything is copied. The caller sets answer_max. */
BhTransportRequest *bh_transport_request_new(const char *method, const char *base_url,
                                             const char *path, const char *const *pins);
/* Must not be NULL. */
void bh_transport_request_free(BhTransportRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTransportRequest, bh_transport_request_free)
/* Adds a header; both texts are copied. A value with a line break is refused with a warning. */
void bh_transport_request_add_header(BhTransportRequest *request, const char *name,
                                     const char *value);

typedef struct {
  guint status;
  GHashTable *headers; /* lower-case name → last value */
  GBytes *body;        /* never NULL */
} BhTransportAnswer;

/* An answer without headers. Takes `body`; NULL: an empty one. */
BhTransportAnswer *bh_transport_answer_new(guint status, GBytes *body);
/* Must not be NULL. */
void bh_transport_answer_free(BhTransportAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTransportAnswer, bh_transport_answer_free)
/* Value of a header, in any case of letters; borrowed, NULL when absent. */
const char *bh_transport_answer_get_header(const BhTransportAnswer *answer, const char *name);

G_END_DECLS
