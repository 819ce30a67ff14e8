/* Builds and runs the SQL of lists. SQLite has no statistics about these tables, so this file
 * counts how many rows each filter leaves (up to a limit) and writes a statement that can be
 * carried out in one way only: the filter with the fewest rows leads, the others are tested on
 * its rows. Start at bh_list_page. */
#include "sync/index/list-store.h"

#include <string.h>

#include "schema/json.h"
#include "sync/db/params.h"
#include "sync/index/row.h"

#define FEW 2000           /* rows that may be read one by one */
#define FEW_IN_INDEX 10000 /* rows that may be read from a covering index */
#define ROW_PRICE 8        /* cost of reading a row, relative to reading a covering index */
#define MERGED_MAX 40      /* parts of a merged statement */
#define WINDOW 1000        /* a search with many hits reads only so many first rows of the order */
#define WINDOW_MAX 20000   /* rows that it reads at most, if WINDOW rows have too few hits */

void bh_list_query_clear(BhListQuery *query)
{
  for (int i = 0; i < query->n_where; i++)
    g_free(query->where[i].values);
  g_free(query->parents);
  g_free(query->areas);
  g_free(query->parent_not);
  g_free(query->returned);
  g_free(query->scopes);
  g_free(query->restrictions);
  g_free(query->match);
  g_free(query->related);
  g_free(query->found);
  g_free(query->after_key);
}

static void hit_free(gpointer data)
{
  BhListHit *hit = data;
  g_free(hit->kind);
  g_free(hit->scope);
  g_free(hit->scope2);
  g_free(hit->key);
  g_free(hit);
}

/* Binds a text if the statement has a parameter of that name; most statements use only some. */
static void bind_text(BhStmt *stmt, const char *sql, const char *name, const char *text)
{
  g_autofree char *parameter = g_strconcat(":", name, NULL);
  for (const char *at = strstr(sql, parameter); at != NULL; at = strstr(at + 1, parameter))
    if (!g_ascii_isalnum(at[strlen(parameter)]) && at[strlen(parameter)] != '_') {
      bh_stmt_bind_text(stmt, name, text);
      return;
    }
}

/* How a search with many hits is carried out. */
typedef enum {
  PASS_WINDOW, /* searches only the first rows of the order, or the few rows of the leader */
  PASS_WHOLE,  /* searches all rows */
} Pass;

typedef struct {
  gboolean is_windowed;
  gboolean is_few;
  int in_window; /* rows in the window; 0 when nothing was found */
} BhListLead;

/* --- the leader: the filter whose index is read ---
 *
 * If no filter leaves few rows, rows are read in the order of the page until it is full. If a
 * filter has an index in that order, one part is read for each of its values, and the parts are
 * merged. */

typedef enum {
  LEAD_ORDER, /* all rows in the order of the page */
  LEAD_PARENT,
  LEAD_AMONG,
  LEAD_CONFLICT,
  LEAD_REVIEW,
  LEAD_STATE,
  LEAD_SCOPES,
  LEAD_AREAS,
  LEAD_VALUES, /* rows by the values of the indexed field `where` */
  LEAD_MATCH,
  LEAD_FOUND, /* all hits of a search, looked up in the index of the lane or the kind */
} Lead;

typedef struct {
  Lead lead;
  int where;
  /* the leader leaves so few rows that they are sorted; else they are read in order */
  gboolean few;
  gint64 rows;
  double cost;
} Leader;

typedef struct {
  BhDb *db;
  BhListQuery *query;
  GString *sql;
  gboolean counts; /* TRUE: rows are counted; FALSE: only the filters that could lead (n_leaders) */
  int n_leaders;   /* filters that could lead */
  Leader leader;
  gboolean few_values[BH_LIST_WHERE_MAX];
  gboolean is_windowed;
} Maker;

#define VALUES_OF(name) "(SELECT value FROM json_each(:" name "))"
#define MATCHES "SELECT rowid AS nr FROM search WHERE search MATCH :match"
#define RELATED " UNION ALL SELECT value FROM json_each(:related)"
#define FOUND "SELECT value AS nr FROM json_each(:found)"

static int find_state(const BhListQuery *query)
{
  for (int i = 0; i < query->n_where; i++)
    if (g_str_equal(query->where[i].field, "state"))
      return i;
  return -1;
}

/* Runs a statement that counts rows up to :most. */
static gboolean count_rows(const Maker *maker, const char *sql, int where, gint64 most,
                           gint64 *rows, GError **error)
{
  const BhListQuery *query = maker->query;
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(maker->db, sql, error);
  if (stmt == NULL)
    return FALSE;
  const struct {
    const char *name, *text;
  } texts[] = {{"kind", query->kind},
               {"review", query->review},
               {"scopes", query->scopes},
               {"areas", query->areas},
               {"field", where >= 0 ? query->where[where].field : NULL},
               {"values", where >= 0 ? query->where[where].values : NULL}};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    bind_text(stmt, sql, texts[i].name, texts[i].text);
  bh_stmt_bind_int(stmt, "most", most);
  if (!bh_stmt_step(stmt, &row, error) || !row)
    return FALSE;
  *rows = bh_stmt_get_int(stmt, 0);
  return TRUE;
}

static void lead_by(Maker *maker, Lead lead, int where, gint64 rows, double price)
{
  double cost = (double)rows * price;
  if (!maker->leader.few || cost < maker->leader.cost)
    maker->leader = (Leader){.lead = lead, .where = where, .few = TRUE, .rows = rows, .cost = cost};
}

/* Makes a filter the leader if it leaves fewer rows than the present leader. In the first round the
 * filters that could lead are only counted, because a single such filter needs no comparison. */
static gboolean consider(Maker *maker, Lead lead, int where, const char *sql, gint64 most,
                         double price, GError **error)
{
  gint64 rows;
  if (!maker->counts) {
    maker->n_leaders++;
    return TRUE;
  }
  if (!count_rows(maker, sql, where, most, &rows, error))
    return FALSE;
  if (lead == LEAD_VALUES)
    maker->few_values[where] = rows < most;
  if (rows < most)
    lead_by(maker, lead, where, rows, price);
  return TRUE;
}

#define COUNT(rows) "SELECT count(*) FROM (" rows " LIMIT :most)"
#define OF_INDEX(name, condition) COUNT("SELECT 1 FROM listed INDEXED BY " name " WHERE " condition)

static gboolean consider_values(Maker *maker, GError **error)
{
  for (int i = 0; i < maker->query->n_where; i++) {
    gboolean is_state = g_str_equal(maker->query->where[i].field, "state");
    if (is_state && maker->query->kind == NULL)
      continue;
    if (is_state
            ? !consider(maker, LEAD_STATE, i,
                        OF_INDEX("listed_state", "kind = :kind AND state IN " VALUES_OF("values")),
                        FEW_IN_INDEX, 1, error)
            : !consider(maker, LEAD_VALUES, i,
                        COUNT("SELECT 1 FROM field_value WHERE kind = :kind AND field = :field"
                              " AND value IN " VALUES_OF("values")),
                        FEW, ROW_PRICE, error))
      return FALSE;
  }
  return TRUE;
}

static int count_values(const char *list)
{
  g_autoptr(json_t) values = bh_json_parse(list, strlen(list), strlen(list), "list", NULL);
  return (int)json_array_size(values);
}

static gboolean consider_index(Maker *maker, GError **error)
{
  const BhListQuery *query = maker->query;
  if (!consider_values(maker, error))
    return FALSE;
  if (query->review != NULL &&
      !consider(maker, LEAD_REVIEW, -1, OF_INDEX("listed_review", "review = :review"), FEW_IN_INDEX,
                1, error))
    return FALSE;
  if (query->conflict && !consider(maker, LEAD_CONFLICT, -1,
                                   OF_INDEX("listed_conflict", "conflict = 1"), FEW, 4, error))
    return FALSE;
  if (query->areas != NULL &&
      !consider(maker, LEAD_AREAS, -1, OF_INDEX("listed_area", "area IN " VALUES_OF("areas")),
                FEW_IN_INDEX, 1, error))
    return FALSE;
  return query->scopes == NULL ||
         consider(maker, LEAD_SCOPES, -1,
                  COUNT("SELECT 1 FROM listed INDEXED BY listed_scope WHERE scope IN " VALUES_OF(
                      "scopes") " UNION ALL SELECT 1 FROM listed INDEXED BY listed_scope2"
                                " WHERE scope2 IN " VALUES_OF("scopes")),
                  FEW_IN_INDEX, 1, error);
}

/* Adds the numbers of `related` to `found`, each number once, because the statement joins one row
 * for each number. */
static gboolean add_related(json_t *found, const char *related, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
  g_autoptr(json_t) more =
      related != NULL ? bh_json_parse(related, strlen(related), strlen(related), "related", error)
                      : json_array();
  g_autofree gint64 *numbers = g_new0(gint64, json_array_size(found) + 1);
  size_t at;
  json_t *nr;
  if (more == NULL)
    return FALSE;
  json_array_foreach(found, at, nr) {
    numbers[at] = json_integer_value(nr);
    g_hash_table_add(seen, &numbers[at]);
  }
  json_array_foreach(more, at, nr) {
    gint64 number = json_integer_value(nr);
    if (!g_hash_table_contains(seen, &number))
      json_array_append(found, nr);
  }
  return TRUE;
}

/* Stores the hits of a search in the query if they are few, so that the full-text search, which may
 * be the most expensive part, runs only once. */
static gboolean search(BhDb *db, BhListQuery *query, GError **error)
{
  g_autoptr(json_t) found = json_array();
  gboolean ended;
  if (query->match == NULL || query->found != NULL || query->finds_much)
    return TRUE;
  g_autoptr(BhStmt) stmt = bh_db_query(
      db, MATCHES " LIMIT :most",
      BH_PARAMS(bh_param_text("match", query->match), bh_param_int("most", FEW)), error);
  if (stmt == NULL)
    return FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    json_array_append_new(found, json_integer(bh_stmt_get_int(stmt, 0)));
  if (!ended)
    return FALSE;
  query->finds_much = json_array_size(found) == FEW;
  if (query->finds_much)
    return TRUE;
  if (!add_related(found, query->related, error))
    return FALSE;
  query->found = bh_json_dump(found);
  return TRUE;
}

static gboolean find_leader(Maker *maker, GError **error)
{
  const BhListQuery *query = maker->query;
  gboolean has_values = query->n_where > (find_state(query) >= 0 ? 1 : 0);
  if (!search(maker->db, maker->query, error) || !consider_index(maker, error))
    return FALSE;
  maker->counts = TRUE;
  if (query->found != NULL)
    lead_by(maker, LEAD_MATCH, -1, count_values(query->found), ROW_PRICE);
  gboolean only_state = maker->n_leaders == 1 && find_state(query) >= 0;
  gboolean may_choose = has_values || query->found != NULL || maker->n_leaders > 1 ||
                        (query->order != BH_LIST_BY_CHANGE && maker->n_leaders > 0);
  if (may_choose && !(query->order == BH_LIST_BY_DUE && only_state) &&
      !consider_index(maker, error))
    return FALSE;
  if (query->parents != NULL || query->among != NULL)
    maker->leader =
        (Leader){.lead = query->parents != NULL ? LEAD_PARENT : LEAD_AMONG, .few = TRUE};
  return TRUE;
}

/* Whether the hits of a search are looked up one by one in the index of the lane or the kind. If
 * few of many hits are in the lane or kind, this costs less than reading all rows of the order. */
static gboolean looks_up_found(const Maker *maker)
{
  const BhListQuery *query = maker->query;
  return query->finds_much && !maker->is_windowed && !query->count && !maker->leader.few &&
         query->order != BH_LIST_BY_DUE && (query->review != NULL || query->kind != NULL);
}

/* Chooses the leader when no filter leaves few rows: a filter whose index has the order of the
 * page, and which has few enough values for their rows to be merged. With a search that has many
 * hits nothing is merged, because the search would run once for each part. */
static void find_order(Maker *maker)
{
  const BhListQuery *query = maker->query;
  Leader *leader = &maker->leader;
  int state = find_state(query);
  if (looks_up_found(maker)) {
    *leader = (Leader){.lead = LEAD_FOUND, .few = TRUE};
    return;
  }
  if (query->order != BH_LIST_BY_CHANGE || leader->lead != LEAD_ORDER)
    return;
  gboolean may_merge = !query->finds_much || maker->is_windowed;
  if (may_merge && query->scopes != NULL && count_values(query->scopes) <= MERGED_MAX / 2)
    leader->lead = LEAD_SCOPES;
  else if (may_merge && query->areas != NULL && count_values(query->areas) <= MERGED_MAX)
    leader->lead = LEAD_AREAS;
  else if (query->conflict)
    leader->lead = LEAD_CONFLICT;
  else if (query->review != NULL)
    leader->lead = LEAD_REVIEW;
  else if (may_merge && state >= 0 && query->kind != NULL &&
           count_values(query->where[state].values) <= MERGED_MAX)
    *leader = (Leader){.lead = LEAD_STATE, .where = state};
}

/* --- the statement --- */

static void append_match(Maker *maker)
{
  const BhListQuery *query = maker->query;
  Lead lead = maker->leader.lead;
  if (query->match == NULL || lead == LEAD_MATCH || lead == LEAD_FOUND || maker->is_windowed)
    return;
  g_string_append(maker->sql, query->found != NULL     ? " AND +r.nr IN (" FOUND ")"
                              : query->related != NULL ? " AND +r.nr IN (" MATCHES RELATED ")"
                                                       : " AND +r.nr IN (" MATCHES ")");
}

static void append_values(Maker *maker)
{
  const BhListQuery *query = maker->query;
  for (int i = 0; i < query->n_where; i++) {
    gboolean leads = (maker->leader.lead == LEAD_VALUES || maker->leader.lead == LEAD_STATE) &&
                     maker->leader.where == i;
    if (leads)
      continue;
    if (g_str_equal(query->where[i].field, "state"))
      g_string_append_printf(maker->sql, " AND +r.state IN (SELECT value FROM json_each(:v%d))", i);
    else
      g_string_append_printf(maker->sql,
                             maker->few_values[i]
                                 ? " AND +r.nr IN (SELECT v.record FROM field_value v"
                                   " WHERE v.kind = :kind AND v.field = :f%d"
                                   " AND v.value IN (SELECT value FROM json_each(:v%d)))"
                                 : " AND EXISTS (SELECT 1 FROM field_value v WHERE v.kind = :kind"
                                   " AND v.field = :f%d AND v.record = r.nr"
                                   " AND v.value IN (SELECT value FROM json_each(:v%d)))",
                             i, i);
  }
}

/* Appends the filter "returned". The record that returned must be one that the viewer may see, as
 * far as the query says. */
static void append_returned(Maker *maker)
{
  const BhListQuery *query = maker->query;
  g_string_append(
      maker->sql,
      " AND EXISTS (SELECT 1 FROM json_each(:returned) w CROSS JOIN record x"
      " CROSS JOIN field_value v CROSS JOIN listed l WHERE x.nr = r.nr"
      " AND r.state IN (SELECT value FROM json_each(w.value, '$[3]'))"
      " AND v.kind = json_extract(w.value, '$[0]') AND v.field = json_extract(w.value, '$[1]')"
      " AND v.value = x.id AND l.nr = v.record"
      " AND l.state IN (SELECT value FROM json_each(w.value, '$[2]'))"
      " AND NOT EXISTS (SELECT 1 FROM json_each(w.value, '$[4]') f WHERE NOT EXISTS ("
      "SELECT 1 FROM field_value g WHERE g.kind = v.kind AND g.record = l.nr"
      " AND g.field = json_extract(f.value, '$[0]')"
      " AND g.value IN (SELECT value FROM json_each(f.value, '$[1]'))))");
  if (query->scopes != NULL)
    g_string_append(maker->sql, " AND (l.scope IN " VALUES_OF(
                                    "scopes") " OR l.scope2 IN " VALUES_OF("scopes") ")");
  if (query->restrictions != NULL)
    g_string_append(maker->sql,
                    " AND (l.restriction = '' OR l.restriction IN " VALUES_OF("restrictions") ")");
  g_string_append_c(maker->sql, ')');
}

/* Appends the filters other than the leader. A unary plus keeps SQLite from using an index for a
 * column. */
static void append_tests(Maker *maker)
{
  static const char *const after[] = {" AND r.position < :position",
                                      " AND (r.sort_key, r.nr) > (:key, :nr)",
                                      " AND (d.value, d.record) > (:key, :nr)"};
  const BhListQuery *query = maker->query;
  GString *sql = maker->sql;
  Lead lead = maker->leader.lead;
  gboolean in_lane = lead == LEAD_FOUND && query->review != NULL;
  if (query->kind != NULL && lead != LEAD_STATE && (lead != LEAD_FOUND || in_lane))
    g_string_append(sql, lead == LEAD_ORDER && query->order != BH_LIST_BY_DUE
                             ? " AND r.kind = :kind"
                             : " AND +r.kind = :kind");
  if (query->review != NULL && lead != LEAD_REVIEW && !in_lane)
    g_string_append(sql, " AND +r.review = :review");
  if (query->conflict && lead != LEAD_CONFLICT)
    g_string_append(sql, " AND +r.conflict = 1");
  if (query->areas != NULL && lead != LEAD_AREAS)
    g_string_append(sql, " AND +r.area IN " VALUES_OF("areas"));
  if (query->scopes != NULL && lead != LEAD_SCOPES)
    g_string_append(
        sql, " AND (+r.scope IN " VALUES_OF("scopes") " OR +r.scope2 IN " VALUES_OF("scopes") ")");
  append_match(maker);
  append_values(maker);
  if (query->restrictions != NULL)
    g_string_append(sql, " AND (r.restriction IS NULL OR r.restriction = ''"
                         " OR +r.restriction IN " VALUES_OF("restrictions") ")");
  if (query->among != NULL && lead != LEAD_AMONG)
    g_string_append_printf(sql, " AND r.nr IN (SELECT x.nr FROM record x WHERE x.id IN (%s))",
                           query->among);
  if (query->without != NULL)
    g_string_append(sql, " AND NOT EXISTS (SELECT 1 FROM record x CROSS JOIN record c"
                         " WHERE x.nr = r.nr AND c.parent = x.id AND c.kind = :without)");
  if (query->parent_not != NULL)
    g_string_append(sql, " AND NOT EXISTS (SELECT 1 FROM record x CROSS JOIN record p"
                         " WHERE x.nr = r.nr AND p.id = x.parent"
                         " AND p.state IN " VALUES_OF("parent_not") ")");
  if (query->returned != NULL)
    append_returned(maker);
  if (query->order == BH_LIST_BY_CHANGE ? query->after_position > 0 : query->after_key != NULL)
    g_string_append(sql, after[query->order]);
}

/* Appends the rows of the leader, as "FROM … WHERE …" of `r`. `arm`: 1 for the second scope of
 * LEAD_SCOPES, else 0. `merged`: index of the value whose rows this part has; -1: the rows of all
 * values. */
static void append_from(Maker *maker, int arm, int merged)
{
  GString *sql = maker->sql;
  g_autofree char *element = g_strdup_printf("'$[%d]')", merged);
  switch (maker->leader.lead) {
  case LEAD_ORDER:
    g_string_append(sql, maker->query->kind == NULL ? "listed r WHERE 1"
                         : maker->query->order == BH_LIST_BY_TITLE
                             ? "listed r INDEXED BY listed_title WHERE 1"
                             : "listed r INDEXED BY listed_kind WHERE 1");
    break;
  case LEAD_PARENT:
    g_string_append(sql, "record x INDEXED BY record_parent CROSS JOIN listed r ON r.nr = x.nr"
                         " WHERE x.parent IN " VALUES_OF("parents"));
    if (maker->query->kind != NULL)
      g_string_append(sql, " AND x.kind = :kind");
    break;
  case LEAD_AMONG:
    g_string_append_printf(sql,
                           "(SELECT DISTINCT x.nr FROM record x WHERE x.id IN (%s)) s"
                           " CROSS JOIN listed r ON r.nr = s.nr WHERE 1",
                           maker->query->among);
    break;
  case LEAD_CONFLICT:
    g_string_append(sql, "listed r INDEXED BY listed_conflict WHERE r.conflict = 1");
    break;
  case LEAD_REVIEW:
    g_string_append(sql, "listed r INDEXED BY listed_review WHERE r.review = :review");
    break;
  case LEAD_STATE:
    g_string_append(sql, "listed r INDEXED BY listed_state WHERE r.kind = :kind AND r.state ");
    if (merged < 0)
      g_string_append_printf(sql, "IN (SELECT value FROM json_each(:v%d))", maker->leader.where);
    else
      g_string_append_printf(sql, "= json_extract(:v%d, %s", maker->leader.where, element);
    break;
  case LEAD_SCOPES:
    g_string_append(sql, arm == 0
                             ? "listed r INDEXED BY listed_scope WHERE r.scope "
                             : "listed r INDEXED BY listed_scope2 WHERE +r.scope NOT IN " VALUES_OF(
                                   "scopes") " AND r.scope2 ");
    if (merged < 0)
      g_string_append(sql, "IN " VALUES_OF("scopes"));
    else
      g_string_append_printf(sql, "= json_extract(:scopes, %s", element);
    break;
  case LEAD_AREAS:
    g_string_append(sql, "listed r INDEXED BY listed_area WHERE r.area ");
    if (merged < 0)
      g_string_append(sql, "IN " VALUES_OF("areas"));
    else
      g_string_append_printf(sql, "= json_extract(:areas, %s", element);
    break;
  case LEAD_VALUES:
    g_string_append_printf(sql,
                           "(SELECT DISTINCT v.record AS nr FROM field_value v"
                           " WHERE v.kind = :kind AND v.field = :f%d"
                           " AND v.value IN (SELECT value FROM json_each(:v%d))) s"
                           " CROSS JOIN listed r ON r.nr = s.nr WHERE 1",
                           maker->leader.where, maker->leader.where);
    break;
  case LEAD_MATCH:
    g_string_append(sql, "(" FOUND ") s CROSS JOIN listed r ON r.nr = s.nr WHERE 1");
    break;
  case LEAD_FOUND:
    /* UNION removes duplicates, so that no row appears twice. */
    g_string_append_printf(sql, "(%s) s CROSS JOIN listed r INDEXED BY ",
                           maker->query->related != NULL ? MATCHES
                               " UNION SELECT value FROM json_each(:related)"
                                                         : MATCHES);
    g_string_append(sql, maker->query->review != NULL ? "listed_lane ON r.review = :review"
                                                      : "listed_of_kind ON r.kind = :kind");
    g_string_append(sql, " AND r.nr = s.nr WHERE 1");
    break;
  }
}

/* Number of merged parts, each in the order of the page; 0: not merged. */
static int count_merged(const Maker *maker)
{
  const BhListQuery *query = maker->query;
  if (query->order != BH_LIST_BY_CHANGE || maker->leader.few)
    return 0;
  switch (maker->leader.lead) {
  case LEAD_STATE:
    return count_values(query->where[maker->leader.where].values);
  case LEAD_SCOPES:
    return count_values(query->scopes);
  case LEAD_AREAS:
    return count_values(query->areas);
  default:
    return 0;
  }
}

/* The columns of a row that is only counted; all of them are in the SQLite indexes. */
#define COUNTED                                                                                    \
  "r.nr AS nr, r.position AS position, r.kind AS kind, r.scope AS scope, r.scope2 AS scope2,"      \
  " r.restriction IS NOT NULL AS derived, "

/* The rows of the page: number and sort key. */
static void append_page(Maker *maker)
{
  static const char *const order[] = {" ORDER BY key DESC LIMIT ", " ORDER BY key, nr LIMIT "};
  const BhListQuery *query = maker->query;
  gboolean by_change = query->order == BH_LIST_BY_CHANGE;
  int merged = count_merged(maker);
  int arms = maker->leader.lead == LEAD_SCOPES ? 2 : 1;
  gboolean first = TRUE;
  for (int arm = 0; arm < arms; arm++)
    for (int i = merged > 0 ? 0 : -1; i < merged; i++) {
      g_string_append_printf(maker->sql, "%sSELECT %s%s AS key FROM ", first ? "" : " UNION ALL ",
                             query->count ? COUNTED : "r.nr AS nr, ",
                             by_change ? "r.position" : "r.sort_key");
      append_from(maker, arm, i);
      append_tests(maker);
      first = FALSE;
    }
  g_string_append(maker->sql, order[by_change ? 0 : 1]);
  g_string_append(maker->sql, maker->is_windowed ? ":window" : ":limit");
}

/* The rows of the page by day: the index of the days leads; a filter that leaves few rows restricts
 * it by a list of numbers. */
static void append_due_page(Maker *maker)
{
  GString *sql = maker->sql;
  Leader leader = maker->leader;
  g_string_append_printf(sql, "SELECT %s", maker->query->count ? COUNTED : "d.record AS nr, ");
  g_string_append(sql, "d.value AS key FROM field_value d"
                       " CROSS JOIN listed r ON r.nr = d.record WHERE d.kind = :kind"
                       " AND d.field = :day AND d.value >= :due_from AND d.value < :due");
  for (int arm = 0; leader.lead != LEAD_ORDER && arm < (leader.lead == LEAD_SCOPES ? 2 : 1);
       arm++) {
    g_string_append(sql, arm == 0 ? " AND +d.record IN (SELECT r.nr FROM "
                                  : " UNION ALL SELECT r.nr FROM ");
    append_from(maker, arm, -1);
  }
  if (leader.lead != LEAD_ORDER)
    g_string_append_c(sql, ')');
  append_tests(maker);
  g_string_append(sql, " ORDER BY d.value, d.record LIMIT :limit");
}

#define SHOWN "SELECT r.nr, r.position, r.kind, r.scope, r.scope2, r.restriction IS NOT NULL, p.key"

static void append_statement(Maker *maker)
{
  const BhListQuery *query = maker->query;
  GString *sql = maker->sql;
  const char *by = query->order == BH_LIST_BY_CHANGE ? "p.key DESC" : "p.key, p.nr";
  if (maker->is_windowed)
    g_string_append(sql, "WITH w AS MATERIALIZED (");
  else
    g_string_append(sql, query->count
                             ? "SELECT p.nr, p.position, p.kind, p.scope, p.scope2, p.derived,"
                               " p.key FROM ("
                             : SHOWN " FROM (");
  if (query->order == BH_LIST_BY_DUE)
    append_due_page(maker);
  else
    append_page(maker);
  if (maker->is_windowed)
    g_string_append_printf(
        sql,
        ") " SHOWN
        ", (SELECT count(*) FROM w) FROM (SELECT w.nr, w.key FROM w WHERE w.nr IN (" MATCHES
        " AND rowid >= (SELECT min(nr) FROM w) AND rowid <= (SELECT max(nr) FROM w)%s)"
        " ORDER BY %s LIMIT :limit",
        query->related != NULL ? RELATED : "",
        query->order == BH_LIST_BY_CHANGE ? "w.key DESC" : "w.key, w.nr");
  g_string_append_printf(
      sql, query->count ? ") p ORDER BY %s" : ") p CROSS JOIN listed r ON r.nr = p.nr ORDER BY %s",
      by);
}

/* In a windowed statement the full-text search is limited to the numbers within the window. */
static char *make_sql(BhDb *db, BhListQuery *query, Pass pass, BhListLead *lead, GError **error)
{
  g_autoptr(GString) sql = g_string_new(NULL);
  Maker maker = {.db = db, .query = query, .sql = sql};
  if (!find_leader(&maker, error))
    return NULL;
  maker.is_windowed =
      pass == PASS_WINDOW && query->finds_much && !query->count && query->order != BH_LIST_BY_DUE;
  find_order(&maker);
  append_statement(&maker);
  *lead = (BhListLead){.is_windowed = maker.is_windowed, .is_few = maker.leader.few};
  return g_string_free(g_steal_pointer(&sql), FALSE);
}

char *bh_list_store_make_sql(BhDb *db, BhListQuery *query, gboolean whole, GError **error)
{
  BhListLead lead;
  return make_sql(db, query, whole ? PASS_WHOLE : PASS_WINDOW, &lead, error);
}

/* Binds the bytes of `hex` (two digits for each byte) as a sort key. */
static void bind_sort_key(BhStmt *stmt, const char *hex)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
    guint8 byte = (guint8)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1]));
    g_byte_array_append(bytes, &byte, 1);
  }
  bh_stmt_bind_blob(stmt, "key", bytes->data, bytes->len);
}

static char *dup_hex(const guint8 *bytes, gsize len)
{
  GString *hex = g_string_sized_new(2 * len);
  for (gsize i = 0; i < len; i++)
    g_string_append_printf(hex, "%02x", bytes[i]);
  return g_string_free(hex, FALSE);
}

static void bind_query(BhStmt *stmt, const char *sql, const BhListQuery *query)
{
  const struct {
    const char *name, *text;
  } texts[] = {
      {"kind", query->kind},       {"parents", query->parents},
      {"without", query->without}, {"parent_not", query->parent_not},
      {"areas", query->areas},     {"scopes", query->scopes},
      {"match", query->match},     {"restrictions", query->restrictions},
      {"found", query->found},     {"review", query->review},
      {"related", query->related}, {"returned", query->returned},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    bind_text(stmt, sql, texts[i].name, texts[i].text);
  for (int i = 0; i < query->n_where; i++) {
    char name[16];
    g_snprintf(name, sizeof name, "v%d", i);
    bh_stmt_bind_text(stmt, name, query->where[i].values);
    g_snprintf(name, sizeof name, "f%d", i);
    if (!g_str_equal(query->where[i].field, "state"))
      bh_stmt_bind_text(stmt, name, query->where[i].field);
  }
  if (query->order == BH_LIST_BY_DUE) {
    bh_stmt_bind_text(stmt, "day", query->day != NULL ? query->day : BH_INDEX_DUE);
    bh_stmt_bind_text(stmt, "due_from", query->due_from != NULL ? query->due_from : "");
    bh_stmt_bind_text(stmt, "due", query->due_before);
  }
  if (query->order != BH_LIST_BY_CHANGE && query->after_key != NULL) {
    if (query->order == BH_LIST_BY_DUE)
      bh_stmt_bind_text(stmt, "key", query->after_key);
    else
      bind_sort_key(stmt, query->after_key);
    bh_stmt_bind_int(stmt, "nr", query->after_nr);
  } else if (query->order == BH_LIST_BY_CHANGE && query->after_position > 0) {
    bh_stmt_bind_int(stmt, "position", query->after_position);
  }
  bh_stmt_bind_int(stmt, "limit", query->limit);
}

static BhListHit *read_hit(BhStmt *stmt, BhListOrder order)
{
  BhListHit *hit = g_new0(BhListHit, 1);
  hit->nr = bh_stmt_get_int(stmt, 0);
  hit->position = bh_stmt_get_int(stmt, 1);
  hit->kind = g_strdup(bh_stmt_get_text(stmt, 2));
  hit->scope = g_strdup(bh_stmt_get_text(stmt, 3));
  hit->scope2 = g_strdup(bh_stmt_get_text(stmt, 4));
  hit->is_derived = bh_stmt_get_int(stmt, 5) != 0;
  if (order == BH_LIST_BY_DUE) {
    hit->key = g_strdup(bh_stmt_get_text(stmt, 6));
  } else if (order == BH_LIST_BY_TITLE) {
    gsize len;
    const guint8 *bytes = bh_stmt_get_blob(stmt, 6, &len);
    hit->key = dup_hex(bytes, len);
  }
  return hit;
}

static GPtrArray *read_page(BhDb *db, BhListQuery *query, Pass pass, int window, BhListLead *lead,
                            GError **error)
{
  g_autofree char *sql = make_sql(db, query, pass, lead, error);
  g_autoptr(BhStmt) stmt = sql != NULL ? bh_db_prepare(db, sql, error) : NULL;
  if (stmt == NULL)
    return NULL;
  bind_query(stmt, sql, query);
  if (lead->is_windowed)
    bh_stmt_bind_int(stmt, "window", lead->is_few ? -1 : window);
  g_autoptr(GPtrArray) hits = g_ptr_array_new_with_free_func(hit_free);
  gboolean ended;
  while (bh_stmt_next(stmt, &ended, error)) {
    g_ptr_array_add(hits, read_hit(stmt, query->order));
    if (lead->is_windowed)
      lead->in_window = (int)bh_stmt_get_int(stmt, 7);
  }
  return ended ? g_steal_pointer(&hits) : NULL;
}

/* Reads the page within a window of the order. If the window had too few hits for the page, a
 * larger window is read, whose size follows from the share of hits in the first. */
GPtrArray *bh_list_page(BhDb *db, BhListQuery *query, GError **error)
{
  BhListLead lead;
  gint64 window = WINDOW;
  while (window <= WINDOW_MAX) {
    g_autoptr(GPtrArray) rows = read_page(db, query, PASS_WINDOW, (int)window, &lead, error);
    gboolean is_full = rows != NULL && (int)rows->len == query->limit;
    if (rows == NULL || !lead.is_windowed || lead.is_few || is_full)
      return g_steal_pointer(&rows);
    if (rows->len == 0)
      break;
    if (lead.in_window < window) /* the window contained all rows of the order */
      return g_steal_pointer(&rows);
    window = MAX(window * query->limit / rows->len, window) * 2;
  }
  return read_page(db, query, PASS_WHOLE, 0, &lead, error);
}

GPtrArray *bh_list_restrictions(BhDb *db, const char *kind, int max, GError **error)
{
  /* The statement jumps from one distinct text to the next in the SQLite index instead of reading
   * all rows. */
  return bh_stmt_collect_texts(
      bh_db_query(db,
                  "WITH RECURSIVE each (kind, text) AS (SELECT * FROM (SELECT kind, restriction"
                  " FROM listed WHERE restriction > '' AND (:kind IS NULL OR kind = :kind)"
                  " ORDER BY kind, restriction LIMIT 1) UNION ALL SELECT n.kind, n.restriction"
                  " FROM each JOIN listed n ON n.rowid = (SELECT r.rowid FROM listed r"
                  " WHERE r.restriction > '' AND (r.kind, r.restriction) > (each.kind, each.text)"
                  " ORDER BY r.kind, r.restriction LIMIT 1)"
                  " WHERE :kind IS NULL OR n.kind = :kind)"
                  " SELECT text FROM each LIMIT :max",
                  BH_PARAMS(bh_param_text("kind", kind), bh_param_int("max", max)), error),
      error);
}

gboolean bh_list_find(BhDb *db, const char *kind, const char *field, const char *value, gint64 *nr,
                      GError **error)
{
  return bh_db_get_int(db,
                       "SELECT max(record) FROM field_value WHERE kind = :kind AND field = :field"
                       " AND value = :value",
                       BH_PARAMS(bh_param_text("kind", kind), bh_param_text("field", field),
                                 bh_param_text("value", value)),
                       nr, error);
}
