/* Requests to a hub and its answers, as plain data. */
#include "sync/device/engine/exchange.h"

#include <string.h>

BhTransportRequest *bh_transport_request_new(const char *method, const char *base_url,
                                             const char *path, const char *const *pins)
{
  BhTransportRequest *request = g_new0(BhTransportRequest, 1);

  request->method = g_strdup(method);
  request->url = g_strconcat(base_url, path, NULL);
  request->pins = g_strdupv((char **)pins);
  request->headers = g_ptr_array_new_with_free_func(g_free);
  return request;
}

void bh_transport_request_free(BhTransportRequest *request)
{
  g_free(request->method);
  g_free(request->url);
  g_strfreev(request->pins);
  g_ptr_array_unref(request->headers);
  g_clear_pointer(&request->body, g_bytes_unref);
  g_free(request);
}

void bh_transport_request_add_header(BhTransportRequest *request, const char *name,
                                     const char *value)
{
  g_return_if_fail(strpbrk(value, "\r\n") == NULL);
  g_ptr_array_add(request->headers, g_strconcat(name, ": ", value, NULL));
}

BhTransportAnswer *bh_transport_answer_new(guint status, GBytes *body)
{
  BhTransportAnswer *answer = g_new0(BhTransportAnswer, 1);

  answer->status = status;
  answer->body = body != NULL ? body : g_bytes_new(NULL, 0);
  answer->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return answer;
}

void bh_transport_answer_free(BhTransportAnswer *answer)
{
  g_hash_table_unref(answer->headers);
  g_bytes_unref(answer->body);
  g_free(answer);
}

const char *bh_transport_answer_get_header(const BhTransportAnswer *answer, const char *name)
{
  g_autofree char *lower = g_ascii_strdown(name, -1);

  return g_hash_table_lookup(answer->headers, lower);
}
