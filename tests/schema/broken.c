/* Two sound declarations, and changes that break them. */
#include "tests/schema/broken.h"

/* Two declarations without a fault. Each case changes one thing in them. */
const char test_sound_kinds[] =
    "{'bihuan-kinds':1,'kinds':["
    "{'bihuan-kind':1,'kind':'staff','label':{'zh':'人','en':'Staff'},'scope':'all',"
    "'title':'{name}','fields':["
    "{'name':'name','type':'text','label':{'zh':'名','en':'Name'}},"
    "{'name':'roles','type':'choices','label':{'zh':'角','en':'Roles'},'choices':["
    "{'code':'inspector','label':{'zh':'员','en':'Inspector'}}]}]},"
    "{'bihuan-kind':1,'kind':'visit','label':{'zh':'检','en':'Visit'},'scope':'area',"
    "'area_from':'area','unit_from':'lead','title':'{note}','list':['note','state'],'parent':'"
    "upper',"
    "'review':{'on_approve':'done'},"
    "'settings':[{'name':'grace','type':'integer','label':{'zh':'宽','en':'Grace'},'min':1,"
    "'max':60,'default':3},{'name':'rate','type':'percent','label':{'zh':'率','en':'Rate'}}],"
    "'sections':[{'name':'one','label':{'zh':'一','en':'One'},"
    "'fields':['note','area','lead','upper','count','day','mode','people','flag','print']}],"
    "'fields':["
    "{'name':'note','type':'text','label':{'zh':'注','en':'Note'}},"
    "{'name':'area','type':'area','label':{'zh':'区','en':'Area'}},"
    "{'name':'lead','type':'ref','label':{'zh':'领','en':'Lead'},'ref_kinds':['staff']},"
    "{'name':'upper','type':'ref','label':{'zh':'上','en':'Upper'},'ref_kinds':['visit']},"
    "{'name':'count','type':'integer','label':{'zh':'数','en':'Count'},'min':1,'max':9},"
    "{'name':'day','type':'date','label':{'zh':'日','en':'Day'}},"
    "{'name':'mode','type':'choice','label':{'zh':'式','en':'Mode'},'choices':["
    "{'code':'a','label':{'zh':'甲','en':'A'}},{'code':'b','label':{'zh':'乙','en':'B'}}]},"
    "{'name':'people','type':'refs','label':{'zh':'众','en':'People'},'ref_kinds':'staff'},"
    "{'name':'flag','type':'flag','label':{'zh':'标','en':'Flag'}},"
    "{'name':'print','type':'hash','label':{'zh':'纹','en':'Sum'}}],"
    "'states':[{'name':'new','label':{'zh':'新','en':'New'},'initial':true},"
    "{'name':'done','label':{'zh':'完','en':'Done'},'final':true}],"
    "'transitions':[{'from':null,'to':'new','label':{'zh':'建','en':'Make'},'who':['inspector']},"
    "{'from':['new'],'to':'done','label':{'zh':'结','en':'End'},'who':'anyone','asks':['day'],"
    "'deadline':{'text':{'zh':'早','en':'Soon'},'from':'day','days':3},"
    "'needs':[{'must':{'field':'day','empty':false},'text':{'zh':'填','en':'Fill'}}]}],"
    "'checks':[{'must':{'field':'mode','is':'a'},'text':{'zh':'错','en':'Wrong'}}]}]}";

static char *unquote(const char *text)
{
  return g_strdelimit(g_strdup(text), "'", '"');
}

json_t *test_parse_quoted(const char *quoted)
{
  g_autofree char *text = unquote(quoted);
  json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
  if (value == NULL)
    fail_msg("the case is not JSON: %s", text);
  return value;
}

static gsize index_of(const char *step)
{
  guint64 index = 0;
  assert_true(g_ascii_string_to_unsigned(step, 10, 0, 1000, &index, NULL));
  return (gsize)index;
}

/* Sets the member at a path like "kinds/1/fields/0/type"; NULL removes it; "+" appends. */
void test_change(json_t *root, const char *path, const char *quoted)
{
  g_auto(GStrv) steps = g_strsplit(path, "/", -1);
  guint count = g_strv_length(steps);
  json_t *at = root;
  for (guint i = 0; i + 1 < count; i++)
    at = json_is_array(at) ? json_array_get(at, index_of(steps[i])) : json_object_get(at, steps[i]);
  assert_non_null(at);
  const char *last = steps[count - 1];
  if (json_is_array(at)) {
    if (quoted == NULL)
      json_array_remove(at, index_of(last));
    else if (g_str_equal(last, "+"))
      json_array_append_new(at, test_parse_quoted(quoted));
    else
      json_array_set_new(at, index_of(last), test_parse_quoted(quoted));
  } else if (quoted == NULL) {
    assert_int_equal(json_object_del(at, last), 0);
  } else {
    json_object_set_new(at, last, test_parse_quoted(quoted));
  }
}

BhKindSet *test_load_kinds(const json_t *root, GError **error)
{
  g_autofree char *text = bh_json_dump(root);
  return bh_kind_set_from_text(text, strlen(text), error);
}

void test_try_broken(const TestBroken *cases, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
    test_change(root, cases[i].path, cases[i].value);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    if (set != NULL)
      fail_msg("%s = %s was accepted", cases[i].path, cases[i].value);
    assert_non_null(error);
    if (strstr(error->message, cases[i].error) == NULL)
      fail_msg("%s = %s: \"%s\" instead of \"%s\"", cases[i].path, cases[i].value, error->message,
               cases[i].error);
    assert_true(g_str_has_prefix(error->message, "kinds: "));
    assert_error(error, BH_ERROR_INVALID);
  }
}
