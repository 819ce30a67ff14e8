/* The table of routes: path, size of the body, the duties that allow it, and the function that
 * answers. */
#include "sync/hub/office/internal.h"
#include "sync/wire/limits.h"

#include <string.h>

#define BODY_MAX (64 * 1024)    /* bytes of the body of a request */
#define VALUES_MAX (256 * 1024) /* bytes of a body with the values of a form */

typedef struct {
  const char *method;
  const char *path;
  gsize body_max;
  guint duties; /* bits of BhDuty, or BH_OFFICE_ANYONE: the person needs one; 0: no session */
  BhOfficeWork work;
  gboolean takes_bytes; /* the body is not JSON */
} Call;

static const Call calls[] = {
    {"POST", "/office/v1/session", BODY_MAX, 0, bh_office_sign_in},
    {"GET", "/office/v1/session", 0, 0, bh_office_get_session},
    {"DELETE", "/office/v1/session", 0, BH_OFFICE_ANYONE, bh_office_sign_out},
    {"GET", "/office/v1/head", 0, BH_OFFICE_ANYONE, bh_office_head},
    {"GET", "/office/v1/filters", 0, BH_OFFICE_ANYONE, bh_office_filters},
    {"GET", "/office/v1/inbox", 0, BH_DUTY_ALL, bh_office_inbox},
    {"GET", "/office/v1/ahead", 0, BH_DUTY_ALL, bh_office_ahead},
    {"GET", "/office/v1/enterprises", 0, BH_OFFICE_ANYONE, bh_office_enterprises},
    {"GET", "/office/v1/ledger", 0, BH_OFFICE_ANYONE, bh_office_ledger},
    {"GET", "/office/v1/count", 0, BH_OFFICE_ANYONE, bh_office_count},
    {"GET", "/office/v1/devices", 0, BH_DUTY_ALL, bh_office_devices},
    {"POST", "/office/v1/devices/{id}/revoke", BODY_MAX, BH_DUTY_ADMINISTER, bh_office_revoke},
    {"GET", "/office/v1/access", 0, BH_DUTY_OVERSEE, bh_office_access},
    {"GET", "/office/v1/anomalies", 0, BH_DUTY_RELEASE, bh_office_anomalies},
    {"GET", "/office/v1/numbers", 0, BH_DUTY_RELEASE, bh_office_numbers},
    {"GET", "/office/v1/records/{id}", 0, BH_OFFICE_ANYONE, bh_office_record},
    {"GET", "/office/v1/records/{id}/case", 0, BH_OFFICE_ANYONE, bh_office_case},
    {"GET", "/office/v1/records/{id}/history", 0, BH_OFFICE_ANYONE, bh_office_history},
    {"GET", "/office/v1/records/{id}/news", 0, BH_OFFICE_ANYONE, bh_office_news},
    {"GET", "/office/v1/records/{id}/files/{sha256}", 0, BH_OFFICE_ANYONE, bh_office_file},
    {"POST", "/office/v1/records/{id}/files", BODY_MAX, BH_OFFICE_ANYONE, bh_office_attach},
    {"POST", "/office/v1/uploads", BODY_MAX, BH_OFFICE_ANYONE, bh_office_begin_file},
    {"GET", "/office/v1/uploads/{id}", 0, BH_OFFICE_ANYONE, bh_office_attach_state},
    {"PATCH", "/office/v1/uploads/{id}", BH_UPLOAD_CHUNK_MAX_BYTES, BH_OFFICE_ANYONE,
     bh_office_attach_part, TRUE},
    {"DELETE", "/office/v1/uploads/{id}", 0, BH_OFFICE_ANYONE, bh_office_attach_cancel},
    {"POST", "/office/v1/records/{id}/review", BODY_MAX, BH_DUTY_REVIEW, bh_office_review},
    {"GET", "/office/v1/creations", 0, BH_OFFICE_ANYONE, bh_office_creations},
    {"GET", "/office/v1/pick", 0, BH_OFFICE_ANYONE, bh_office_pick},
    {"POST", "/office/v1/form", VALUES_MAX, BH_OFFICE_ANYONE, bh_office_form},
    {"POST", "/office/v1/records", VALUES_MAX, BH_OFFICE_ANYONE, bh_office_create},
    {"POST", "/office/v1/records/{id}/act", VALUES_MAX, BH_OFFICE_ANYONE, bh_office_act},
    {"POST", "/office/v1/records/{id}/unseal", BODY_MAX, BH_OFFICE_ANYONE, bh_office_unseal},
    {"GET", "/office/v1/records/{id}/worksheet", 0, BH_OFFICE_ANYONE, bh_office_worksheet},
    {"POST", "/office/v1/records/{id}/worksheet", BODY_MAX, BH_OFFICE_ANYONE, bh_office_answer},
    {"POST", "/office/v1/records/{id}/resolve", BODY_MAX, BH_DUTY_RESOLVE, bh_office_resolve},
    {"GET", "/office/v1/quarantine/{id}", 0, BH_DUTY_RELEASE, bh_office_quarantined},
    {"POST", "/office/v1/quarantine/{id}", BODY_MAX, BH_DUTY_RELEASE, bh_office_decide},
    {"GET", "/office/v1/plaques", 0, BH_DUTY_ALL, bh_office_plaques},
    {"POST", "/office/v1/plaques", BODY_MAX, BH_DUTY_PLAQUES, bh_office_issue_plaques},
    {"GET", "/office/v1/plaques/{serial}/qr.svg", 0, BH_DUTY_ALL, bh_office_plaque_svg},
};

/* The page and its files are the same for everybody and need no session. */
static void on_root(BhRequest *request, gpointer data)
{
  (void)data;
  bh_request_add_header(request, "Location", "/office/");
  bh_request_answer_bytes(request, 303, NULL, NULL);
}

static const BhRoute pages[] = {
    {"GET", "/office/{path*}", 0, bh_office_page},
    {"GET", "/office", 0, on_root},
    {"GET", "/", 0, on_root},
};

static BhRoute routes[G_N_ELEMENTS(calls) + G_N_ELEMENTS(pages)];

static void on_call(BhRequest *request, gpointer data)
{
  const Call *call = &calls[bh_request_get_route(request) - routes];
  bh_office_start(data, request, call->duties, call->takes_bytes, call->work);
}

/* The policy allows the page's own files only; trusted types keep text from being used as markup.
 */
static const char *const headers[] = {
    "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options",
    "nosniff",
    "X-Frame-Options",
    "DENY",
    "Referrer-Policy",
    "same-origin",
    "Cross-Origin-Opener-Policy",
    "same-origin",
    "Cross-Origin-Resource-Policy",
    "same-origin",
    "Permissions-Policy",
    "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    NULL,
};

static gpointer fill_routes(gpointer unused)
{
  (void)unused;
  for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
    routes[i] = (BhRoute){calls[i].method, calls[i].path, calls[i].body_max, on_call};
  memcpy(routes + G_N_ELEMENTS(calls), pages, sizeof pages);
  return routes;
}

const BhRoute *bh_office_routes(gsize *n)
{
  static GOnce once = G_ONCE_INIT;
  *n = G_N_ELEMENTS(routes);
  return g_once(&once, fill_routes, NULL);
}

const char *const *bh_office_headers(void)
{
  return headers;
}
