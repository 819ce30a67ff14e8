/* Sessions of the office with an injected clock: how long they last, what ends them, and that waits
 * after failures outlive a restart. And what the office needs of the kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <string.h>

#include "schema/error.h"
#include "schema/world.h"
#include "sync/hub/cli/init.h"
#include "sync/hub/office/office.h"

#define MINUTE_MS (60 * 1000LL)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define PASSWORD "right-password-1"

typedef struct {
  char *dir;
  gint64 now_ms;
  BhClock clock;
  BhHub *hub;
  BhOffice *office;
  BhHttp *http;
  gboolean secure;
  char staff[BH_ID_LEN + 1];
  const char *const *proxies; /* a proxy before the server; NULL: none */
} Fixture;

typedef struct {
  glong status;
  GString *head;
  GString *body;
} Answer;

static void answer_free(Answer *answer)
{
  g_string_free(answer->head, TRUE);
  g_string_free(answer->body, TRUE);
  g_free(answer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

static gint64 fake_wall_ms(gpointer data)
{
  return ((Fixture *)data)->now_ms;
}

static gint64 fake_boot_ms(gpointer data)
{
  return ((Fixture *)data)->now_ms;
}

static const char *fake_boot_id(gpointer data)
{
  (void)data;
  return "00000000-0000-4000-8000-000000000001";
}

static void start(Fixture *f)
{
  g_autoptr(GError) error = NULL;
  f->hub = bh_hub_open(f->dir, &f->clock, bh_random_system(), &error);
  g_assert_no_error(error);
  f->office = bh_office_new(f->hub, f->secure);
  gsize n = 0;
  const BhRoute *routes = bh_office_routes(&n);
  BhHttpConfig config = {.listen = "127.0.0.1:0", .threads = 2, .proxies = f->proxies};
  f->http = bh_http_start(&config, routes, n, bh_office_headers(), f->office, &error);
  g_assert_no_error(error);
}

static void stop(Fixture *f)
{
  g_clear_pointer(&f->http, bh_http_stop);
  g_clear_pointer(&f->office, bh_office_free);
  g_clear_pointer(&f->hub, bh_hub_close);
}

static void append(Fixture *f, json_t *ops)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *entry = bh_hub_append(f->hub, NULL, ops, &error);
  g_assert_no_error(error);
  json_decref(ops);
}

static int setup(void **state)
{
  g_autoptr(GError) error = NULL;
  Fixture *f = g_new0(Fixture, 1);
  f->dir = g_dir_make_tmp("bihuan-office-XXXXXX", &error);
  g_assert_no_error(error);
  const BhClock *real = bh_clock_system();
  f->now_ms = real->wall_ms(real->data);
  f->clock = (BhClock){fake_wall_ms, fake_boot_ms, fake_boot_id, f};
  bh_hub_init(f->dir, "测试中心", "140603", &error);
  g_assert_no_error(error);
  start(f);
  char unit[BH_ID_LEN + 1];
  bh_id_from_name("test", "unit", unit);
  bh_id_from_name("test", "staff", f->staff);
  append(f, json_pack("[{s:s,s:s,s:{s:s,s:s,s:s}}]", "record", unit, "kind", "unit", "set", "name",
                      "某局", "area", "140603", "level", "county"));
  append(f,
         json_pack("[{s:s,s:s,s:{s:s,s:s,s:[s],s:s}}]", "record", f->staff, "kind", "staff", "set",
                   "name", "审核员", "unit", unit, "roles", "reviewer", "state", "active"));
  bh_office_set_password(f->hub, f->staff, "reviewer", PASSWORD, &error);
  g_assert_no_error(error);
  *state = f;
  return 0;
}

static void remove_tree(const char *path)
{
  const char *argv[] = {"rm", "-r", "--", path, NULL};
  g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

static int teardown(void **state)
{
  Fixture *f = *state;
  stop(f);
  remove_tree(f->dir);
  g_free(f->dir);
  g_free(f);
  return 0;
}

/* --- requests --- */

static size_t collect(char *bytes, size_t size, size_t count, void *data)
{
  g_string_append_len(data, bytes, (gssize)(size * count));
  return size * count;
}

static Answer *ask_from(Fixture *f, const char *from, const char *method, const char *path,
                        const char *body, const char *cookie, const char *header)
{
  Answer *answer = g_new0(Answer, 1);
  answer->head = g_string_new(NULL);
  answer->body = g_string_new(NULL);
  guint port = bh_http_get_port(f->http);
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/office/v1/%s", port, path);
  g_autofree char *origin =
      g_strdup_printf("Origin: %s://127.0.0.1:%u", f->secure ? "https" : "http", port);
  struct curl_slist *headers = curl_slist_append(NULL, origin);
  headers = curl_slist_append(headers, "Content-Type: application/json");
  if (header != NULL)
    headers = curl_slist_append(headers, header);
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  if (from != NULL)
    curl_easy_setopt(curl, CURLOPT_INTERFACE, from);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer->body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer->head);
  if (body != NULL)
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  if (cookie != NULL)
    curl_easy_setopt(curl, CURLOPT_COOKIE, cookie);
  assert_int_equal(curl_easy_perform(curl), CURLE_OK);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
  curl_easy_cleanup(curl);
  curl_slist_free_all(headers);
  return answer;
}

static Answer *ask(Fixture *f, const char *method, const char *path, const char *body,
                   const char *cookie, const char *header)
{
  return ask_from(f, NULL, method, path, body, cookie, header);
}

/* `from`: a loopback address, or NULL. `cookie`: that of a known browser, or NULL. */
static Answer *sign_in_from(Fixture *f, const char *from, const char *cookie, const char *password)
{
  g_autofree char *body = g_strdup_printf("{\"login\":\"reviewer\",\"password\":\"%s\"}", password);
  return ask_from(f, from, "POST", "session", body, cookie, NULL);
}

static Answer *sign_in(Fixture *f, const char *password)
{
  return sign_in_from(f, NULL, NULL, password);
}

/* "name=value" of a cookie in the answer; NULL when it is missing; g_free. `name` ends in "=". */
static char *cookie_named(const Answer *answer, const char *name)
{
  g_autofree char *head = g_strconcat("Set-Cookie: ", name, NULL);
  const char *line = strstr(answer->head->str, head);
  if (line == NULL)
    return NULL;
  line += strlen("Set-Cookie: ");
  return g_strndup(line, strcspn(line, ";\r"));
}

static char *cookie_of(const Answer *answer)
{
  char *secure = cookie_named(answer, "__Host-bihuan=");
  return secure != NULL ? secure : cookie_named(answer, "bihuan=");
}

static char *come_in(Fixture *f)
{
  g_autoptr(Answer) answer = sign_in(f, PASSWORD);
  assert_int_equal(answer->status, 200);
  return cookie_of(answer);
}

static glong knock(Fixture *f, const char *cookie, gboolean poll)
{
  g_autoptr(Answer) answer = ask(f, "GET", "head", NULL, cookie, poll ? "X-Bihuan-Poll: 1" : NULL);
  return answer->status;
}

/* --- cases --- */

static void test_an_idle_session_ends_and_polling_is_idle(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  f->now_ms += 50 * MINUTE_MS;
  assert_int_equal(knock(f, cookie, FALSE), 200);
  for (int i = 0; i < 5; i++) {
    f->now_ms += 10 * MINUTE_MS;
    assert_int_equal(knock(f, cookie, TRUE), 200);
  }
  f->now_ms += 11 * MINUTE_MS;
  assert_int_equal(knock(f, cookie, TRUE), 401);
}

static void test_no_session_outlives_half_a_day(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  for (int i = 0; i < 24; i++) {
    assert_int_equal(knock(f, cookie, FALSE), 200);
    f->now_ms += 30 * MINUTE_MS;
  }
  f->now_ms += MINUTE_MS;
  assert_int_equal(knock(f, cookie, FALSE), 401);
}

static void test_a_session_outlives_a_restart(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  stop(f);
  start(f);
  assert_int_equal(knock(f, cookie, FALSE), 200);
}

static void test_people_who_leave_are_shut_out_at_once(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  append(f, json_pack("[{s:s,s:s,s:{s:s}}]", "record", f->staff, "kind", "staff", "set", "state",
                      "left"));
  assert_int_equal(knock(f, cookie, FALSE), 401);
  g_autoptr(Answer) again = sign_in(f, PASSWORD);
  assert_int_equal(again->status, 403);
}

static void set_role(Fixture *f, const char *role)
{
  append(f, json_pack("[{s:s,s:s,s:{s:[s]}}]", "record", f->staff, "kind", "staff", "set", "roles",
                      role));
}

static glong get(Fixture *f, const char *cookie, const char *path)
{
  g_autoptr(Answer) answer = ask(f, "GET", path, NULL, cookie, NULL);
  return answer->status;
}

static void test_duties_end_with_the_role_and_the_session_goes_on(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  assert_int_equal(get(f, cookie, "inbox"), 200);
  set_role(f, "inspector");
  assert_int_equal(get(f, cookie, "enterprises"), 200);
  assert_int_equal(get(f, cookie, "inbox"), 403);
  assert_int_equal(get(f, cookie, "anomalies"), 403);
  assert_int_equal(get(f, cookie, "access"), 403);
  set_role(f, "admin");
  assert_int_equal(get(f, cookie, "access"), 200);
}

static void test_a_new_password_ends_the_sessions(void **state)
{
  Fixture *f = *state;
  g_autoptr(GError) error = NULL;
  g_autofree char *cookie = come_in(f);
  bh_office_set_password(f->hub, f->staff, NULL, "another-password-2", &error);
  g_assert_no_error(error);
  assert_int_equal(knock(f, cookie, FALSE), 401);
  g_autoptr(Answer) old = sign_in(f, PASSWORD);
  assert_int_equal(old->status, 403);
  g_autoptr(Answer) new = sign_in(f, "another-password-2");
  assert_int_equal(new->status, 200);
}

static void test_a_removed_account_is_closed(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  assert_true(bh_office_remove_account(f->hub, f->staff, NULL));
  assert_int_equal(knock(f, cookie, FALSE), 401);
  g_autoptr(Answer) again = sign_in(f, PASSWORD);
  assert_int_equal(again->status, 403);
}

/* Replaces the members that match `pattern` in the kinds of the hub. */
static void replace_members(Fixture *f, const char *pattern, const char *declaration)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) present = bh_hub_dup_kinds(f->hub);
  g_autoptr(GRegex) member = g_regex_new(pattern, 0, 0, NULL);
  g_autofree char *text =
      g_regex_replace_literal(member, bh_kind_set_get_text(present), -1, 0, declaration, 0, NULL);
  g_autoptr(BhKindSet) changed = bh_kind_set_from_text(text, strlen(text), &error);
  g_assert_no_error(error);
  bh_hub_set_kinds(f->hub, changed, &error);
  g_assert_no_error(error);
}

/* The kinds say which roles may sign in. Kinds from before they did so leave the roles as they
 * were: an inspector has none. */
static void test_the_kinds_declare_who_signs_in_and_with_which_duties(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  replace_members(f, "\"office\":\\[\"review\",\"resolve\",\"release\",\"plaques\"\\]",
                  "\"office\":[]");
  assert_int_equal(get(f, cookie, "inbox"), 403);
  assert_int_equal(get(f, cookie, "enterprises"), 200);
  replace_members(f, ",\"office\":\\[[a-z_\",]*\\]", "");
  assert_int_equal(get(f, cookie, "inbox"), 200);
  set_role(f, "inspector");
  assert_int_equal(knock(f, cookie, FALSE), 401);
}

static void set_directory(Fixture *f, const char *declaration)
{
  replace_members(f, "\"directory\":\"[a-z_]+\",", declaration);
}

/* The choices by which the office filters its directory, as one text. */
static char *dup_directory_filter(Fixture *f, const char *cookie)
{
  g_autoptr(Answer) answer = ask(f, "GET", "filters", NULL, cookie, NULL);
  g_autoptr(json_t) filters = json_loads(answer->body->str, 0, NULL);
  return bh_json_dump_sorted(json_object_get(filters, "groups"));
}

static void test_the_kinds_declare_the_directory_of_the_office(void **state)
{
  Fixture *f = *state;
  g_autofree char *cookie = come_in(f);
  g_autofree char *groups = dup_directory_filter(f, cookie);
  assert_non_null(strstr(groups, "\"coal_mine\""));
  set_directory(f, "\"directory\":\"class_grade\",");
  g_autofree char *grades = dup_directory_filter(f, cookie);
  assert_null(strstr(grades, "\"coal_mine\""));
  g_autoptr(Answer) listed = ask(f, "GET", "enterprises?group=a", NULL, cookie, NULL);
  assert_int_equal(listed->status, 200);
  set_directory(f, "");
  g_autoptr(Answer) none = ask(f, "GET", "enterprises", NULL, cookie, NULL);
  assert_int_equal(none->status, 400);
  assert_non_null(strstr(none->body->str, "load the kinds of this version first"));
}

/* Kinds from before "paper" was declared: the page of a signed visit cannot say what changed. */
static void test_a_signed_visit_needs_kinds_that_declare_its_paper(void **state)
{
  Fixture *f = *state;
  char visit[BH_ID_LEN + 1], unit[BH_ID_LEN + 1], enterprise[BH_ID_LEN + 1];
  g_autofree char *cookie = come_in(f);
  bh_id_from_name("test", "visit", visit);
  bh_id_from_name("test", "enterprise", enterprise);
  bh_id_from_name("test", "unit", unit);
  json_t *set = json_pack("{s:s, s:s, s:s, s:[s], s:s, s:I}", "enterprise", enterprise, "unit",
                          unit, "lead", f->staff, "modes", "routine", "subject_found_by", "code",
                          "started_at", (json_int_t)f->now_ms);
  json_object_set_new(set, "state", json_string("on_site"));
  json_object_set_new(set, "signed_facts", json_pack("{s:i}", "paper", 1));
  append(f, json_pack("[{s:s, s:s, s:{s:s, s:s, s:s}}]", "record", enterprise, "kind", "enterprise",
                      "set", "name", "某煤矿", "area", "140603", "sector", "coal_mine"));
  append(f, json_pack("[{s:s, s:s, s:o}]", "record", visit, "kind", "inspection", "set", set));
  g_autofree char *path = g_strdup_printf("records/%s", visit);
  g_autoptr(Answer) shown = ask(f, "GET", path, NULL, cookie, NULL);
  assert_int_equal(shown->status, 200);
  /* The object "paper" has objects in it: the pattern calls itself. */
  replace_members(f, ",\"paper\":(\\{(?:[^{}]|(?1))*\\})", "");
  g_autoptr(Answer) refused = ask(f, "GET", path, NULL, cookie, NULL);
  assert_int_equal(refused->status, 400);
  assert_non_null(strstr(refused->body->str, "load the kinds of this version first"));
}

static glong retry_after(const Answer *answer)
{
  const char *line = strstr(answer->head->str, "Retry-After: ");
  return line != NULL ? (glong)g_ascii_strtoll(line + strlen("Retry-After: "), NULL, 10) : -1;
}

static void test_the_lock_out_grows_and_outlives_a_restart(void **state)
{
  Fixture *f = *state;
  for (int i = 0; i < 5; i++) {
    g_autoptr(Answer) wrong = sign_in(f, "wrong-password-1");
    assert_int_equal(wrong->status, 403);
  }
  g_autoptr(Answer) first = sign_in(f, PASSWORD);
  assert_int_equal(first->status, 429);
  assert_in_range(retry_after(first), 29, 30);
  stop(f);
  start(f);
  g_autoptr(Answer) restarted = sign_in(f, PASSWORD);
  assert_int_equal(restarted->status, 429);
  f->now_ms += 31 * 1000;
  g_autoptr(Answer) sixth = sign_in(f, "wrong-password-1");
  assert_int_equal(sixth->status, 403);
  g_autoptr(Answer) longer = sign_in(f, PASSWORD);
  assert_int_equal(longer->status, 429);
  assert_in_range(retry_after(longer), 59, 60);
  f->now_ms -= 3600 * 1000; /* a clock that is set back ends no wait */
  g_autoptr(Answer) back = sign_in(f, PASSWORD);
  assert_int_equal(back->status, 429);
  f->now_ms += 3600 * 1000 + 61 * 1000;
  g_autoptr(Answer) right = sign_in(f, PASSWORD);
  assert_int_equal(right->status, 200);
}

static void fail_five_times(Fixture *f)
{
  for (int i = 0; i < 5; i++) {
    g_autoptr(Answer) wrong = sign_in(f, "wrong-password-1");
    assert_int_equal(wrong->status, 403);
  }
}

/* Times that were written by a clock that was ahead count as if written now: nobody is locked out
 * until that time, and no session lasts until then. */
static void assert_nothing_lasts_until_later(Fixture *f, const char *cookie)
{
  g_autoptr(Answer) locked = sign_in(f, PASSWORD);
  assert_int_equal(locked->status, 429);
  f->now_ms += 31 * 1000;
  g_autoptr(Answer) right = sign_in(f, PASSWORD);
  assert_int_equal(right->status, 200);
  f->now_ms += 61 * MINUTE_MS;
  assert_int_equal(knock(f, cookie, TRUE), 401);
}

static void test_after_a_clock_that_was_ahead_waits_and_sessions_end(void **state)
{
  Fixture *f = *state;
  g_autoptr(GError) error = NULL;
  f->now_ms += 300 * DAY_MS;
  g_autofree char *cookie = come_in(f);
  fail_five_times(f);
  f->now_ms -= 300 * DAY_MS;
  assert_true(bh_hub_trust_clock(f->hub, &error));
  assert_nothing_lasts_until_later(f, cookie);
}

/* The hub's time continues from the last entry, which is before them. */
static void test_after_waking_up_in_the_past_waits_and_sessions_end(void **state)
{
  Fixture *f = *state;
  f->now_ms += 3 * DAY_MS;
  g_autofree char *cookie = come_in(f);
  fail_five_times(f);
  stop(f);
  f->now_ms -= 9000 * DAY_MS;
  start(f);
  assert_nothing_lasts_until_later(f, cookie);
}

static gpointer guess(gpointer data)
{
  g_autoptr(Answer) answer = sign_in(data, "wrong-password-1");
  return GINT_TO_POINTER((int)answer->status);
}

#define PARALLEL 8

static void test_guesses_at_the_same_time_are_counted_like_others(void **state)
{
  Fixture *f = *state;
  GThread *threads[PARALLEL];
  int looked_at = 0;
  for (int i = 0; i < PARALLEL; i++)
    threads[i] = g_thread_new("guess", guess, f);
  for (int i = 0; i < PARALLEL; i++) {
    int status = GPOINTER_TO_INT(g_thread_join(threads[i]));
    assert_true(status == 403 || status == 429);
    looked_at += status == 403;
  }
  assert_in_range(looked_at, 1, 5);
  for (int i = looked_at; i < 5; i++) {
    g_autoptr(Answer) wrong = sign_in(f, "wrong-password-1");
    assert_int_equal(wrong->status, 403);
  }
  g_autoptr(Answer) over = sign_in(f, PASSWORD);
  assert_int_equal(over->status, 429);
}

static void fail_from(Fixture *f, const char *from, const char *cookie, int times)
{
  for (int i = 0; i < times; i++) {
    g_autoptr(Answer) wrong = sign_in_from(f, from, cookie, "wrong-password-1");
    assert_int_equal(wrong->status, 403);
  }
}

static void test_failures_from_another_address_do_not_lock_the_person_out(void **state)
{
  Fixture *f = *state;
  fail_from(f, "127.0.0.2", NULL, 5);
  g_autoptr(Answer) stranger = sign_in_from(f, "127.0.0.2", NULL, PASSWORD);
  assert_int_equal(stranger->status, 429);
  g_autoptr(Answer) person = sign_in_from(f, "127.0.0.3", NULL, PASSWORD);
  assert_int_equal(person->status, 200);
  g_autoptr(Answer) still = sign_in_from(f, "127.0.0.2", NULL, PASSWORD);
  assert_int_equal(still->status, 429); /* her successful sign-in does not help another person */
}

static glong sign_in_behind(Fixture *f, const char *client, const char *password)
{
  g_autofree char *header = g_strconcat("X-Forwarded-For: ", client, NULL);
  g_autofree char *body = g_strdup_printf("{\"login\":\"reviewer\",\"password\":\"%s\"}", password);
  g_autoptr(Answer) answer = ask(f, "POST", "session", body, NULL, header);
  return answer->status;
}

static void test_people_behind_a_proxy_have_limits_of_their_own(void **state)
{
  static const char *const proxies[] = {"127.0.0.1", NULL};
  Fixture *f = *state;
  stop(f);
  f->proxies = proxies;
  start(f);
  for (int i = 0; i < 5; i++)
    assert_int_equal(sign_in_behind(f, "203.0.113.1", "wrong-password-1"), 403);
  assert_int_equal(sign_in_behind(f, "203.0.113.1", PASSWORD), 429);
  assert_int_equal(sign_in_behind(f, "203.0.113.2", PASSWORD), 200);
}

static void test_an_unknown_proxy_cannot_name_another_address(void **state)
{
  Fixture *f = *state;
  for (int i = 0; i < 5; i++)
    assert_int_equal(sign_in_behind(f, "203.0.113.1", "wrong-password-1"), 403);
  assert_int_equal(sign_in_behind(f, "203.0.113.2", PASSWORD), 429);
}

static void test_a_known_browser_is_locked_by_its_own_failures_only(void **state)
{
  Fixture *f = *state;
  g_autoptr(Answer) first = sign_in(f, PASSWORD);
  g_autofree char *known = cookie_named(first, "bihuan-known=");
  assert_non_null(known);
  fail_from(f, NULL, NULL, 5); /* another person with the same address */
  g_autoptr(Answer) unknown = sign_in(f, PASSWORD);
  assert_int_equal(unknown->status, 429);
  g_autoptr(Answer) person = sign_in_from(f, NULL, known, PASSWORD);
  assert_int_equal(person->status, 200);
  stop(f);
  start(f);
  fail_from(f, NULL, known, 5);
  g_autoptr(Answer) own = sign_in_from(f, NULL, known, PASSWORD);
  assert_int_equal(own->status, 429);
  f->now_ms += 31 * 1000;
  g_autoptr(Answer) later = sign_in_from(f, NULL, known, PASSWORD);
  assert_int_equal(later->status, 200);
  g_autoptr(Answer) made_up = sign_in_from(f, NULL, "bihuan-known=made-up", "wrong-password-1");
  assert_int_equal(made_up->status, 403);
}

static void test_many_addresses_are_slowed_down_together_and_known_browsers_are_not(void **state)
{
  Fixture *f = *state;
  g_autoptr(Answer) first = sign_in(f, PASSWORD);
  g_autofree char *known = cookie_named(first, "bihuan-known=");
  for (int i = 0; i < 6; i++) {
    g_autofree char *from = g_strdup_printf("127.0.1.%d", i + 1);
    fail_from(f, from, NULL, 5);
  }
  g_autoptr(Answer) more = sign_in_from(f, "127.0.1.100", NULL, "wrong-password-1");
  assert_int_equal(more->status, 429);
  g_autoptr(Answer) person = sign_in_from(f, NULL, known, PASSWORD);
  assert_int_equal(person->status, 200);
  f->now_ms += MINUTE_MS + 1;
  fail_from(f, "127.0.1.100", NULL, 1);
  g_autoptr(Answer) again = sign_in_from(f, "127.0.1.101", NULL, "wrong-password-1");
  assert_int_equal(again->status, 429);
}

static void test_behind_tls_the_cookie_is_bound_to_the_host(void **state)
{
  Fixture *f = *state;
  stop(f);
  f->secure = TRUE;
  start(f);
  g_autoptr(Answer) answer = sign_in(f, PASSWORD);
  assert_int_equal(answer->status, 200);
  g_autofree char *cookie = cookie_of(answer);
  assert_true(g_str_has_prefix(cookie, "__Host-bihuan="));
  assert_non_null(strstr(answer->head->str, "; Secure"));
  assert_non_null(strstr(answer->head->str, "Path=/;"));
  f->secure = FALSE; /* a page over http sends a request to the hub over https */
  g_autofree char *host = g_strdup_printf("Origin: http://127.0.0.1:%u", bh_http_get_port(f->http));
  g_autoptr(Answer) plain = ask(f, "DELETE", "session", NULL, cookie, host);
  assert_int_equal(plain->status, 403);
}

static void test_passwords_are_held_to_a_measure(void **state)
{
  Fixture *f = *state;
  static const char *const bad[] = {"short-1", "12345678901234", "aaaaaaaaaaaaaaa",
                                    "\xff\xfe"
                                    "abcdefghijkl"};
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    assert_false(bh_office_set_password(f->hub, f->staff, NULL, bad[i], &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
  }
  g_autofree char *lengthy = g_strnfill(200, 'x');
  assert_false(bh_office_set_password(f->hub, f->staff, NULL, lengthy, NULL));
  g_autoptr(GError) missing = NULL;
  char nobody[BH_ID_LEN + 1];
  bh_id_from_name("test", "nobody", nobody);
  assert_false(bh_office_set_password(f->hub, nobody, NULL, PASSWORD, &missing));
  assert_true(g_error_matches(missing, BH_ERROR, BH_ERROR_NOT_FOUND));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const struct CMUnitTest tests[] = {
      CASE(test_an_idle_session_ends_and_polling_is_idle),
      CASE(test_no_session_outlives_half_a_day),
      CASE(test_a_session_outlives_a_restart),
      CASE(test_people_who_leave_are_shut_out_at_once),
      CASE(test_duties_end_with_the_role_and_the_session_goes_on),
      CASE(test_a_new_password_ends_the_sessions),
      CASE(test_a_removed_account_is_closed),
      CASE(test_the_kinds_declare_who_signs_in_and_with_which_duties),
      CASE(test_the_kinds_declare_the_directory_of_the_office),
      CASE(test_a_signed_visit_needs_kinds_that_declare_its_paper),
      CASE(test_the_lock_out_grows_and_outlives_a_restart),
      CASE(test_after_a_clock_that_was_ahead_waits_and_sessions_end),
      CASE(test_after_waking_up_in_the_past_waits_and_sessions_end),
      CASE(test_guesses_at_the_same_time_are_counted_like_others),
      CASE(test_failures_from_another_address_do_not_lock_the_person_out),
      CASE(test_people_behind_a_proxy_have_limits_of_their_own),
      CASE(test_an_unknown_proxy_cannot_name_another_address),
      CASE(test_a_known_browser_is_locked_by_its_own_failures_only),
      CASE(test_many_addresses_are_slowed_down_together_and_known_browsers_are_not),
      CASE(test_behind_tls_the_cookie_is_bound_to_the_host),
      CASE(test_passwords_are_held_to_a_measure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
