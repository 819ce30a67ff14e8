// A paged list beside an open record: what inbox and enterprises share.
import { get } from './api.js';
import { badge, el, excess, fill } from './dom.js';
import { t } from './i18n.js';

export function filesNote(total, here) {
  if (!total) return null;
  const missing = total - here;
  return missing > 0
    ? el('span', { class: 'files-note files-missing' }, t('list.filesMissing', { here, total, missing }))
    : el('span', { class: 'files-note' }, t('list.files', { here, total }));
}

// The day a record is due by, in words; a kind without deadlines has none.
export function dueBadge(due) {
  if (!due) return null;
  if (due.days < 0) return badge('overdue', t('due.overdue', { days: -due.days }));
  return badge('due', due.days === 0 ? t('due.today') : t('due.left', { days: due.days }));
}

// Titles of some kinds name the enterprise, which stands above them already.
function restOfTitle(row) {
  return row.enterprise ? row.title.replace(row.enterprise, '').replace(/\s+/g, ' ').trim() : '';
}

export function rowContent(row) {
  const rest = restOfTitle(row);
  return [
    el('span', { class: 'row-head' },
      el('span', { class: 'row-kind' }, row.kind_label),
      row.state_label ? badge('state', row.state_label) : null,
      dueBadge(row.due),
      row.restricted ? badge('restricted', t('list.restricted')) : null,
      row.conflict ? badge('conflict', t('list.conflict')) : null),
    el('span', { class: 'row-title' }, row.enterprise || row.title),
    rest ? el('span', { class: 'row-sub' }, rest) : null,
    el('span', { class: 'row-foot' }, el('span', {}, row.area), filesNote(row.files_total, row.files_here),
      el('time', {}, row.changed)),
  ];
}

const ALL_PAGES = 100; // of a list that is printed
const SEARCH_MAX = 100; // characters

// Why a list is empty: by what was asked for, or else `nothing`.
export function emptyWords(query, nothing) {
  const { search, ...others } = query;
  if (search) return t('list.notFound', { search });
  return Object.values(others).some(Boolean) ? t('list.noneChosen') : nothing;
}

// draw(row) gives the <li>'s content; `empty` the words for an empty list.
export function pagedList(draw, empty) {
  const list = el('ul', { class: 'rows', 'aria-label': t('list.label') });
  const status = el('p', { class: 'list-status', role: 'status' });
  const total = el('p', { class: 'list-total', role: 'status' });
  const more = el('button', { type: 'button', class: 'quiet more', hidden: true }, t('list.more'));
  let request = 0;
  let counted = 0;
  let countedAt = '';
  let load = null;
  let after = null;

  async function fetchPage(next) {
    const mine = ++request;
    if (!next && !list.children.length) fill(status, t('list.loading'));
    try {
      const [path, query] = load();
      const problem = excess(t('filter.search'), query.search || '', SEARCH_MAX);
      if (problem) throw new Error(problem);
      const page = await get(path, { ...query, after: next ? after : undefined });
      if (mine !== request) return;
      const rows = page.rows.map((row) => el('li', {}, draw(row)));
      const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
      if (next) list.append(...rows);
      else fill(list, rows);
      if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
      after = page.after || null;
      more.hidden = !after;
      fill(status, list.children.length ? '' : empty());
    } catch (error) {
      if (mine === request) fill(status, error.message);
    }
  }

  // How many there are in all, asked with each page from the top: the rows do not wait for it.
  async function fetchTotal() {
    const mine = ++counted;
    const [path, query] = load();
    if (excess('', query.search || '', SEARCH_MAX)) return;
    const answer = await get('count', { list: path, ...query }).catch(() => null);
    if (mine !== counted || !answer) return;
    countedAt = answer.at;
    fill(total, t(answer.more ? 'list.totalMore' : 'list.total', { total: answer.total }));
  }

  // Every page, for what is printed. Says what is missing when there are too many.
  async function fetchAll() {
    for (let pages = 0; after && pages < ALL_PAGES; pages++) {
      const before = after;
      await fetchPage(true);
      if (after === before) break;
    }
    if (after) fill(status, t('list.notAll', { shown: list.children.length }));
    return { shown: list.children.length, at: countedAt };
  }

  more.addEventListener('click', () => fetchPage(true));
  return {
    nodes: [total, list, status, more],
    // from: () => [path, query]
    start(from) {
      load = from;
      fill(list);
      fill(total);
      more.hidden = true;
      fetchTotal();
      return fetchPage(false);
    },
    // The count follows what others and the own acts changed, as the rows do.
    refresh() {
      if (!load) return null;
      fetchTotal();
      return fetchPage(false);
    },
    fetchAll,
    mark(id) {
      for (const link of list.querySelectorAll('[data-id]')) {
        if (link.dataset.id === id) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    },
  };
}

let filters = null;
let filtersLanguage = '';

export async function loadFilters(language) {
  if (!filters || filtersLanguage !== language) {
    filters = await get('filters');
    filtersLanguage = language;
  }
  return filters;
}

export function areaOptions(areas) {
  return [{ code: '', name: t('filter.all') }].concat(areas.map((area) => ({
    code: area.code, name: '\u3000'.repeat(area.depth) + area.name,
  })));
}

export function delayed(ms, run) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(run, ms); };
}
