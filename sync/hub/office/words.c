/* Puts the reasons of the hub into words for people: its own English sentences name kinds, ids and
 * states by their codes. A changed sentence in schema or sync/hub/ingest must be changed in the
 * table below too. Start at bh_office_format_reason. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/error.h"
#include "schema/form.h"

#define WORDS_MAX 2 /* states that a sentence may name */

/* "%s" in `reason` stands for the code of a state, "*" at its end for any text. `en` NULL: the
 * reason itself is shown. */
static const struct {
  const char *reason;
  const char *zh;
  const char *en;
} sentences[] = {
    {"no record may be created as %s", "记录不能从“%s”开始", "no record may be created as “%s”"},
    {"no transition from %s to %s", "不能从“%s”直接到“%s”", "there is no step from “%s” to “%s”"},
    {"only the hub may create it as %s", "“%s”只能由中心办理",
     "only the office may create it as “%s”"},
    {"only the hub may set the state %s", "“%s”只能由中心办理",
     "only the office may set the state “%s”"},
    {"only the hub may take the step from %s to %s", "从“%s”到“%s”只能由中心办理",
     "only the office may take the step from “%s” to “%s”"},
    {"the acting person may not create it as %s", "填写人的岗位不能以“%s”新建记录",
     "the person who entered it may not create it as “%s”"},
    {"the acting person may not take the step from %s to %s", "填写人的岗位不能从“%s”办到“%s”",
     "the person who entered it may not take the step from “%s” to “%s”"},
    {"the acting person may not set the state %s", "填写人的岗位不能把它办到“%s”",
     "the person who entered it may not set the state “%s”"},
    {"the acting person may not choose %s", "选定“%s”须由别的岗位决定",
     "the choice of “%s” is for another role"},
    {"it would create as %s a record that is %s", "记录已是“%2$s”，不能再以“%1$s”开始",
     "the record is “%2$s” already, it cannot be created as “%1$s”"},
    {"Attach *", "请先附上所需的文件", "attach the needed files first"},
    {"the kind has no such state", "没有这种状态", NULL},
    {"is not a declared state", "没有这种状态", "there is no such state"},
    {"the entry it starts from *", "此步所依据的内容中心还没有收到",
     "what the step starts from is not at the hub yet"},
    {"the kind has no such field", "中心没有这个项目", "the hub does not know this item"},
    {"the field has a commitment, but is not personal", "不是个人信息的项目按个人信息上送", NULL},
    {"the body contains a personal value in plain text", "个人信息没有加以保护", NULL},
    {"the acting person is not in service", "办理人不在岗", NULL},
    {"it was revoked before the entry was made", "此内容形成于停用之后",
     "the entry was made after that"},
    {"it was revoked, and nothing proves that the entry was made before",
     "无法证明此内容形成于停用之前", "nothing proves that the entry was made before"},
    {"the person who decides about the entry is not in service", "处理人不在岗", NULL},
    {"only the hub may set this field", "此项只能由中心填写", "only the office may fill this in"},
    {"records of this kind stay at the office, so no device may write them",
     "此类记录只在后台，终端不能写入", NULL},
    {"only the hub may create records of this kind", "此类记录只能由中心新建", NULL},
    {"the device may not change the record", "此终端无权改这条记录", NULL},
    {"the device may not change the record it belongs to", "此终端无权改它所属的记录", NULL},
    {"this device may not create records of another unit", "此终端不能新建别的单位的记录", NULL},
    {"it does not name the person who takes the step", "办理人与填写人不是同一人", NULL},
    {"it differs from the value before the step", "与办理之前的内容不一致", NULL},
    {"the kind is not in the kind set of the entry", "终端的版本没有此类记录", NULL},
    {"the record is of another kind", "编号已用于另一类记录", NULL},
    {"the person's signature is by a key that is not theirs", "填写人的签名不是本人的", NULL},
    {"the signature of the acting person is missing", "没有填写人的签名", NULL},
    {"a device cannot act as the hub", "终端不能冒充中心", NULL},
    {"the acting person was not in the service of the device's unit",
     "填写人当时不在终端所属单位任职", NULL},
    {"the person is not of the device's unit", "所填人员不属于终端所属单位", NULL},
    {"the person who decides about the entry may not see the record", "这条记录不在您的权限之内",
     "you have no access to the record"},
    {"the person who decides about the entry may not see the record it belongs to",
     "它所属的记录不在您的权限之内", "you have no access to the record it belongs to"},
    {"the person who decides about the entry would no longer see the record",
     "放行后这条记录不在您的权限之内", "after the release you would have no access to the record"},
    {"nobody may decide about their own entries and records", "不能由本人处理自己的记录", NULL},
    {"there are too many records below it to check whether it is locked",
     "下属记录太多，不能判断是否已锁定", NULL},
    {"is not one of the choices", "不是可选的内容", NULL},
    {"cannot be read as date", "不是日期", "is not a date"},
    {"cannot be read as time", "不是时间", "is not a time"},
    {"cannot be read as money", "不是金额，如 1250.50", "is not an amount such as 1250.50"},
    {"cannot be read as percent", "不是百分数，如 12.5", "is not a percentage such as 12.5"},
    {"cannot be read as month", "不是年月，如 2026-11", "is not a month such as 2026-11"},
    {"cannot be read as duration", "不是时长，如 3 小时 20 分或 3:20",
     "is not a duration such as 3 h 20 min or 3:20"},
    {"cannot be read as *", "填写的格式不对", "cannot be read"},
    {"must be a decimal number as text *", "不是数，或小数位数太多",
     "is not a number, or has too many digits after the point"},
    {"must be a month YYYY-MM", "不是年月", NULL},
    {"web address: must begin with http:// or https://", "网址应以 http:// 或 https:// 开头", NULL},
    {"web address: *", "不是可用的网址", NULL},
    {"identity card number: the day of birth *", "身份证号码中的出生日期不存在", NULL},
    {"identity card number: the check character does not match", "身份证号码的校验码不对", NULL},
    {"identity card number: *", "不是 18 位居民身份证号码", NULL},
    {"must be a date YYYY-MM-DD", "不是日期", NULL},
    {"must be UTC milliseconds", "不是时间", "is not a time"},
    {"must be a record id", "没有指明记录", "does not name a record"},
    {"must be text", "不是文字", NULL},
    {"is not UTF-8 text", "不是可读的文字", NULL},
    {"must be an integer", "不是整数", NULL},
    {"must be from *", "超出允许的范围", "is out of range"},
    {"must be true or false", "不是“是”或“否”", NULL},
    {"must be a phone number*", "不是电话号码", NULL},
    {"must be an area code *", "不是区划代码", NULL},
    {"has %s characters, at most %s are allowed", "有 %s 字，最多 %s 字", NULL},
    {"has %s characters, at least %s are needed", "有 %s 字，至少 %s 字", NULL},
    {"holds the control character U+*", "有看不见或改变文字方向的字符", NULL},
    {"has *", "长度或数量超出规定", NULL},
};

/* Whether `text` matches the pattern; fills `words` (g_free) with the texts of "%s". */
static gboolean matches(const char *reason, const char *text, char *words[WORDS_MAX])
{
  int n = 0;
  while (*reason != '\0' && *reason != '*') {
    if (reason[0] == '%' && reason[1] == 's') {
      gsize len = strcspn(text, " ");
      if (len == 0 || n == WORDS_MAX)
        return FALSE;
      g_free(words[n]);
      words[n++] = g_strndup(text, len);
      text += len;
      reason += 2;
    } else if (*reason++ != *text++) {
      return FALSE;
    }
  }
  return *reason == '*' || *text == '\0';
}

static char *label_state(const BhKind *kind, const char *code, const char *lang)
{
  const char *label =
      kind != NULL && code != NULL ? bh_kind_get_state_label(kind, code, lang) : NULL;
  return g_strdup(label != NULL && *label != '\0' ? label : code != NULL ? code : "");
}

/* Inserts labels into a sentence (g_free): "%s" stands for the next label, "%1$s" and "%2$s" for
 * the first and the second. */
static char *put_states(const char *sentence, char *const labels[WORDS_MAX])
{
  GString *out = g_string_new(NULL);
  int next = 0;
  for (const char *at = sentence; *at != '\0'; at++) {
    if (*at != '%') {
      g_string_append_c(out, *at);
      continue;
    }
    gboolean numbered = at[1] == '1' || at[1] == '2';
    int which = numbered ? at[1] - '1' : next++;
    g_string_append(out, which < WORDS_MAX && labels[which] != NULL ? labels[which] : "");
    at += numbered ? 3 : 1;
  }
  return g_string_free(out, FALSE);
}

/* Finds the English text of a guard or lock in a kind's declaration, and returns it in `lang`. */
static const char *find_declared(const json_t *node, const char *en, const char *lang)
{
  const char *found = NULL;
  const char *key;
  json_t *value;
  gsize index;
  if (json_is_object(node)) {
    if (g_strcmp0(bh_json_string_or(node, "en", NULL), en) == 0)
      return bh_json_string_or(node, lang, NULL);
    json_object_foreach((json_t *)node, key, value) {
      if (found == NULL)
        found = find_declared(value, en, lang);
    }
  }
  json_array_foreach((json_t *)node, index, value) {
    if (found == NULL)
      found = find_declared(value, en, lang);
  }
  return found;
}

static char *words_of(const BhKind *kind, const char *why, const char *lang)
{
  const gboolean english = strcmp(lang, "en") == 0;
  for (gsize i = 0; i < G_N_ELEMENTS(sentences); i++) {
    char *words[WORDS_MAX] = {NULL};
    char *labels[WORDS_MAX] = {NULL};
    char *text = NULL;
    if (matches(sentences[i].reason, why, words)) {
      for (int w = 0; w < WORDS_MAX; w++)
        labels[w] = label_state(kind, words[w], lang);
      const char *en = sentences[i].en != NULL ? sentences[i].en : why;
      text = english && sentences[i].en == NULL
                 ? g_strdup(why)
                 : put_states(english ? en : sentences[i].zh, labels);
    }
    for (int w = 0; w < WORDS_MAX; w++) {
      g_free(words[w]);
      g_free(labels[w]);
    }
    if (text != NULL)
      return text;
  }
  const char *declared =
      kind != NULL ? find_declared(bh_kind_get_declaration(kind), why, lang) : NULL;
  return g_strdup(declared != NULL ? declared : english ? why : "");
}

static const char *label_key(const BhKind *kind, const char *key, const char *lang)
{
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
  if (field != NULL)
    return bh_field_get_label(field, lang);
  if (strcmp(key, "state") == 0)
    return strcmp(lang, "en") == 0 ? "State" : "状态";
  if (strcmp(key, "by") == 0)
    return strcmp(lang, "en") == 0 ? "Entered by" : "填写人";
  return "";
}

char *bh_office_format_reason(BhOfficeCall *call, const char *message)
{
  /* `message`, the reason of a quarantine or a report as the check wrote it, has the form "KIND ID,
   * KEY: WHY", "KIND.KEY: WHY" or "KIND: WHY". */
  static const char no_field[] = "there is no field ";
  const char *colon = strstr(message, ": ");
  const gboolean english = strcmp(call->lang, "en") == 0;
  if (colon == NULL)
    return g_strdup(english ? message : "");
  g_autofree char *where = g_strndup(message, (gsize)(colon - message));
  g_autofree char *kind_name = g_strndup(where, strcspn(where, " ."));
  const BhKind *kind = bh_kind_set_find(call->kinds, kind_name);
  const char *rest = where + strlen(kind_name);
  const char *comma = strstr(rest, ", ");
  const char *key = *rest == '.' ? rest + 1 : comma != NULL ? comma + 2 : "";
  const char *why = colon + 2;
  if (g_str_has_prefix(why, no_field))
    return g_strdup_printf(english ? "%s: has an item the hub does not know"
                                   : "%s：其中有中心不认识的项目",
                           kind != NULL ? bh_kind_get_label(kind, call->lang) : kind_name);
  const char *label = label_key(kind, key, call->lang);
  g_autofree char *words = words_of(kind, why, call->lang);
  if (*words == '\0')
    return g_strdup(label);
  return *label == '\0' ? g_steal_pointer(&words)
                        : g_strconcat(label, english ? ": " : "：", words, NULL);
}

char *bh_office_format_problem(BhOfficeCall *call, const BhKind *kind, const BhProblem *problem)
{
  const gboolean english = strcmp(call->lang, "en") == 0;
  const char *why = strstr(problem->text_en, ": ");
  if (strcmp(problem->code, BH_PROBLEM_UNREAD) != 0 || why == NULL)
    return g_strdup(english ? problem->text_en : problem->text_zh);
  char *words = words_of(kind, why + 2, call->lang);
  if (*words != '\0')
    return words;
  g_free(words);
  return g_strdup(english ? why + 2 : problem->text_zh);
}

/* Appends the text of a problem, with the label of its field in front unless the text contains the
 * label. */
static void add_problem(GString *text, const char *label, const char *words, gboolean english)
{
  if (text->len > 0)
    g_string_append(text, english ? "; " : "；");
  if (*label != '\0' && strstr(words, label) == NULL)
    g_string_append_printf(text, english ? "%s: " : "%s：", label);
  g_string_append(text, words);
}

char *bh_office_join_problems(BhOfficeCall *call, const BhKind *kind, const GPtrArray *problems)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    g_autofree char *words = bh_office_format_problem(call, kind, problem);
    add_problem(text, label_key(kind, problem->field, call->lang), words,
                strcmp(call->lang, "en") == 0);
  }
  return g_string_free(text, FALSE);
}

/* Adds one element to the member "problems" of the answer. */
static void add_to_answer(BhOfficeCall *call, const char *field, const char *words)
{
  if (call->more == NULL)
    call->more = json_object();
  json_t *list = json_object_get(call->more, "problems");
  if (list == NULL) {
    list = json_array();
    json_object_set_new(call->more, "problems", list);
  }
  json_array_append_new(list, json_pack("{s:s,s:s}", "field", field, "text", words));
}

void bh_office_set_problems(BhOfficeCall *call, const BhKind *kind, const GPtrArray *problems,
                            GError **error)
{
  g_autofree char *text = bh_office_join_problems(call, kind, problems);
  gboolean denied = FALSE;
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    g_autofree char *words = bh_office_format_problem(call, kind, problem);
    denied |= strcmp(problem->code, "actor") == 0;
    add_to_answer(call, problem->field, words);
  }
  g_set_error_literal(error, BH_ERROR, denied ? BH_ERROR_DENIED : BH_ERROR_INVALID, text);
}

void bh_office_explain(BhOfficeCall *call, GError **refused)
{
  GError *error = *refused;
  const char *colon = strstr(error->message, ": ");
  const char *space = strchr(error->message, ' ');
  const char *comma = strstr(error->message, ", ");
  /* The writer words a refusal as "KIND ID, KEY: WHY". */
  if (error->domain != BH_ERROR || colon == NULL || comma == NULL || comma > colon ||
      space == NULL || space > comma)
    return;
  g_autofree char *name = g_strndup(error->message, (gsize)(space - error->message));
  g_autofree char *key = g_strndup(comma + 2, (gsize)(colon - comma - 2));
  const BhKind *kind = bh_kind_set_find(call->kinds, name);
  if (kind == NULL)
    return;
  g_autofree char *why = words_of(kind, colon + 2, call->lang);
  g_autofree char *text = bh_office_format_reason(call, error->message);
  if (*why != '\0' && bh_kind_find_field(kind, key) != NULL)
    add_to_answer(call, key, why);
  if (*text == '\0')
    return;
  g_free(error->message);
  error->message = g_steal_pointer(&text);
}
