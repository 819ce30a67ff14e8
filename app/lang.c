/* Chooses the language, and sets up locale, gettext and Pango for it. */
#include "app/lang.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <string.h>

#include "schema/paths.h"

#define CATALOGUE "/zh_CN/LC_MESSAGES/" GETTEXT_DOMAIN ".mo"

/* Directory of the translations: that of the build tree when the program runs from one. g_free. */
static char *dup_locale_dir(void)
{
  const char *set = g_getenv("BIHUAN_LOCALEDIR");
  if (set != NULL)
    return g_strdup(set);
  g_autofree char *built = bh_build_path("assets/po" CATALOGUE);
  if (built != NULL)
    return g_strndup(built, strlen(built) - strlen(CATALOGUE));
  return g_strdup(BH_LOCALEDIR);
}

static gboolean names_english(const char *locale)
{
  return locale != NULL && g_str_has_prefix(locale, "en");
}

const char *bh_lang_start(const char *asked)
{
  const char *lang = "zh";
  if (asked != NULL)
    lang = names_english(asked) ? "en" : "zh";
  else if (names_english(g_getenv("LC_ALL")) ||
           (g_getenv("LC_ALL") == NULL && names_english(g_getenv("LANG"))))
    lang = "en";

  /* Without a UTF-8 locale GTK shows even the source strings wrong. */
  if (setlocale(LC_ALL, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
    setlocale(LC_ALL, "C.UTF-8");
  if (strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0)
    setlocale(LC_MESSAGES, "C.UTF-8"); /* gettext ignores LANGUAGE in plain "C" */
  setlocale(LC_NUMERIC, "C");

  gboolean chinese = lang[0] == 'z';
  g_setenv("LANGUAGE", chinese ? "zh_CN" : "en", TRUE);
  /* Chinese glyph forms: Pango takes Japanese ones under C.UTF-8 otherwise. */
  g_setenv("PANGO_LANGUAGE", "zh-cn", TRUE);

  g_autofree char *dir = dup_locale_dir();
  bindtextdomain(GETTEXT_DOMAIN, dir);
  bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8");
  textdomain(GETTEXT_DOMAIN);
  return lang;
}
