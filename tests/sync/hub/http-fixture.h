/* A server with routes that echo, wait, fail and send files. Shared by the tests of
 * sync/hub/http/server.c. */
#pragma once

#include "sync/hub/http/server.h"

#define ECHO_MAX 1000

typedef struct {
  BhHttp *http;
  char *dir;
  char *file; /* 100,000 bytes: byte i is i % 251 */
  GThreadPool *later;
  gint handled; /* atomic */
} HttpFixture;

/* `tls`: with a certificate made for the test; its files cert.pem and key.pem are in `dir`. */
HttpFixture *http_fixture_new(gboolean tls);
HttpFixture *http_fixture_new_with(gboolean tls, guint answer_timeout_ms);
HttpFixture *http_fixture_new_behind(gboolean tls, guint answer_timeout_ms,
                                     const char *const *proxies);
void http_fixture_free(HttpFixture *fixture);
