// A list of what a person can choose, under the headings of the groups of kinds, with a search when
// it is long. Keyboard: arrows, Home and End between the rows, Enter takes one.
import { el, fill, trimmed } from './dom.js';
import { t } from './i18n.js';

export const BUTTONS_MAX = 3; // so many records that can be made have buttons of their own
const SEARCH_FROM = 9; // rows
const LAST = Number.MAX_SAFE_INTEGER;

// [{at, label, rows}] in the order of the groups; rows whose kind has no group come last.
export function grouped(rows) {
  const groups = new Map();
  for (const row of rows) {
    const at = row.group?.at || LAST;
    if (!groups.has(at)) groups.set(at, { at, label: row.group?.label || t('group.other'), rows: [] });
    groups.get(at).rows.push(row);
  }
  return [...groups.values()].sort((a, b) => a.at - b.at);
}

// Spaces, case and full-width letters make no difference.
const plain = (text) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');

// `labelOf(row)`: the text that the search looks in; `draw(row)`: a link or button.
export function menuList(rows, labelOf, draw) {
  const groups = grouped(rows);
  const nothing = el('p', { class: 'muted', role: 'status' });
  const find = rows.length < SEARCH_FROM ? null
    : el('input', { type: 'search', name: 'find', autocomplete: 'off', 'aria-label': t('create.find'), placeholder: t('create.find') });
  const sections = groups.map((group) => {
    const items = group.rows.map((row) => ({ text: plain(labelOf(row)), node: el('li', {}, draw(row)) }));
    // Kinds without groups, from before there were any, need no heading.
    const heading = groups.length > 1 || group.at !== LAST ? el('h4', {}, group.label) : null;
    return { items, node: el('section', {}, heading, el('ul', { class: 'rows', 'aria-label': group.label }, items.map((item) => item.node))) };
  });
  const node = el('div', { class: 'menu-list' }, find, nothing, el('div', { class: 'menu-groups' }, sections.map((section) => section.node)));
  const stops = () => [...node.querySelectorAll('li:not([hidden]) > :is(a, button)')];

  function search() {
    const words = plain(trimmed(find.value));
    for (const section of sections) {
      for (const item of section.items) item.node.hidden = !item.text.includes(words);
      section.node.hidden = section.items.every((item) => item.node.hidden);
    }
    fill(nothing, stops().length ? '' : t('list.notFound', { search: trimmed(find.value) }));
  }

  function move(event) {
    const all = stops();
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all.length || (at < 0 && document.activeElement !== find)) return;
    // Home and End move the cursor of the search.
    if (at < 0 && event.key !== 'ArrowDown') return;
    event.preventDefault();
    if (next < 0) (find || all[0]).focus();
    else all[Math.min(next, all.length - 1)].focus();
  }

  find?.addEventListener('input', search);
  node.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter' && event.target === find) {
      event.preventDefault();
      if (trimmed(find.value)) stops()[0]?.click();
    } else move(event);
  });
  return {
    node,
    // Shows all rows, with the focus in the search or on the first row.
    begin() {
      if (find) {
        find.value = '';
        search();
      }
      (find || stops()[0])?.focus();
    },
  };
}

// A button that opens the list below it: [the button, the panel]. `take(row, button)` is called
// once for each opening; `shown(open)` when the list opens or closes.
export function menuButton(label, rows, labelOf, take, shown) {
  const button = el('button', { type: 'button', class: 'secondary', 'aria-expanded': 'false' }, label);
  const toggle = (open) => {
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    shown(open);
  };
  const list = menuList(rows, labelOf, (row) => el('button', { type: 'button', class: 'row', onclick: () => {
    if (panel.hidden) return;
    toggle(false);
    take(row, button);
  } }, el('span', { class: 'row-title' }, labelOf(row))));
  const panel = el('div', { class: 'menu', role: 'group', 'aria-label': label, hidden: true }, list.node);
  button.addEventListener('click', () => {
    toggle(panel.hidden);
    if (!panel.hidden) list.begin();
  });
  for (const part of [button, panel]) {
    part.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.isComposing || panel.hidden) return;
      event.preventDefault();
      toggle(false);
      button.focus();
    });
  }
  return [button, panel];
}
