/* Which address leads to which work, and who may go there. */
#include "sync/hub/office/internal.h"

#define BODY_MAX (64 * 1024)

static void on_sign_in(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, 0, bh_office_sign_in);
}

static void on_session(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, 0, bh_office_who);
}

static void on_sign_out(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_sign_out);
}

static void on_head(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_head);
}

static void on_filters(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_filters);
}

static void on_inbox(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_inbox);
}

static void on_enterprises(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_enterprises);
}

static void on_count(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_count);
}

static void on_ledger(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_ledger);
}

static void on_devices(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_devices);
}

static void on_access(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_OVERSEERS, bh_office_access);
}

static void on_anomalies(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_RELEASERS, bh_office_anomalies);
}

static void on_revoke(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_OVERSEERS, bh_office_revoke);
}

static void on_record(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_record);
}

static void on_news(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_news);
}

static void on_history(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_history);
}

static void on_case(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_case);
}

static void on_file(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_file);
}

static void on_review(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_JUDGES, bh_office_review);
}

static void on_transition(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_transition);
}

static void on_resolve(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_JUDGES, bh_office_resolve);
}

static void on_quarantined(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_RELEASERS, bh_office_quarantined);
}

static void on_decide(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_RELEASERS, bh_office_decide);
}

static void on_plaques(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_plaques);
}

static void on_issue_plaques(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_KEEPERS, bh_office_issue_plaques);
}

static void on_plaque_svg(BhRequest *request, gpointer data)
{
  bh_office_start(data, request, BH_OFFICE_ANYONE, bh_office_plaque_svg);
}

static void on_root(BhRequest *request, gpointer data)
{
  (void)data;
  bh_request_add_header(request, "Location", "/office/");
  bh_request_answer_bytes(request, 303, NULL, NULL);
}

static const BhRoute routes[] = {
    {"POST", "/office/v1/session", BODY_MAX, on_sign_in},
    {"GET", "/office/v1/session", 0, on_session},
    {"DELETE", "/office/v1/session", 0, on_sign_out},
    {"GET", "/office/v1/head", 0, on_head},
    {"GET", "/office/v1/filters", 0, on_filters},
    {"GET", "/office/v1/inbox", 0, on_inbox},
    {"GET", "/office/v1/enterprises", 0, on_enterprises},
    {"GET", "/office/v1/ledger", 0, on_ledger},
    {"GET", "/office/v1/count", 0, on_count},
    {"GET", "/office/v1/devices", 0, on_devices},
    {"POST", "/office/v1/devices/{id}/revoke", BODY_MAX, on_revoke},
    {"GET", "/office/v1/access", 0, on_access},
    {"GET", "/office/v1/anomalies", 0, on_anomalies},
    {"GET", "/office/v1/records/{id}", 0, on_record},
    {"GET", "/office/v1/records/{id}/case", 0, on_case},
    {"GET", "/office/v1/records/{id}/history", 0, on_history},
    {"GET", "/office/v1/records/{id}/news", 0, on_news},
    {"GET", "/office/v1/records/{id}/files/{sha256}", 0, on_file},
    {"POST", "/office/v1/records/{id}/review", BODY_MAX, on_review},
    {"POST", "/office/v1/records/{id}/transition", BODY_MAX, on_transition},
    {"POST", "/office/v1/records/{id}/resolve", BODY_MAX, on_resolve},
    {"GET", "/office/v1/quarantine/{id}", 0, on_quarantined},
    {"POST", "/office/v1/quarantine/{id}", BODY_MAX, on_decide},
    {"GET", "/office/v1/plaques", 0, on_plaques},
    {"POST", "/office/v1/plaques", BODY_MAX, on_issue_plaques},
    {"GET", "/office/v1/plaques/{serial}/qr.svg", 0, on_plaque_svg},
    {"GET", "/office/{path*}", 0, bh_office_page},
    {"GET", "/office", 0, on_root},
    {"GET", "/", 0, on_root},
};

/* Nothing but the page's own files; trusted types forbid every way to turn text into markup. */
static const char *const headers[] = {
    "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
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

const BhRoute *bh_office_routes(gsize *n)
{
  *n = G_N_ELEMENTS(routes);
  return routes;
}

const char *const *bh_office_headers(void)
{
  return headers;
}
