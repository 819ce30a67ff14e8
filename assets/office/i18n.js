// Texts of the page: Chinese, or English on request. Both files have the same keys; a test checks
// that.
import zh from './messages.zh.js';
import en from './messages.en.js';

const KEY = 'bihuan-lang';
let lang = 'zh';

try {
  if (localStorage.getItem(KEY) === 'en') lang = 'en';
} catch { /* no storage: Chinese */ }

export const language = () => lang;

export function setLanguage(value) {
  lang = value === 'en' ? 'en' : 'zh';
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
  try {
    localStorage.setItem(KEY, lang);
  } catch { /* for this visit only */ }
}

// t('key', {name: value}) replaces {name} in the text. `fallback` is for keys from outside.
export function t(key, values, fallback) {
  const messages = lang === 'en' ? en : zh;
  if (!Object.hasOwn(messages, key)) return fallback ?? key;
  return messages[key].replace(/\{(\w+)\}/g, (whole, name) =>
    values && name in values ? String(values[name]) : whole);
}
