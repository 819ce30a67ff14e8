// A paged list beside an open record; used by inbox, ledger and enterprises.
import { get } from './api.js';
import { badge, el, excess, fill, textOf, trimmed } from './dom.js';
import { t } from './i18n.js';

export function filesNote(total, here) {
  if (!total) return null;
  const missing = total - here;
  return missing > 0
    ? el('span', { class: 'files-note files-missing' }, t('list.filesMissing', { here, total, missing }))
    : el('span', { class: 'files-note' }, t('list.files', { here, total }));
}

// The due date of a record as a badge; null for a kind without deadlines.
export function dueBadge(due) {
  if (!due) return null;
  const at = due.time ? ` · ${due.time}` : '';
  if (due.overdue) {
    return badge('overdue', (due.days < 0 ? t('due.overdue', { days: -due.days }) : t('due.over')) + at);
  }
  return badge(due.soon ? 'soon' : 'due',
    (due.days === 0 ? t('due.today') : t('due.left', { days: due.days })) + at);
}

// Titles of some kinds contain the name of the enterprise, which is shown above them already.
function restOfTitle(row) {
  return row.subject ? trimmed(row.title.replace(row.subject, '').replace(/\s+/g, ' ')) : '';
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
    el('span', { class: 'row-title' }, row.subject || row.title),
    rest ? el('span', { class: 'row-sub' }, rest) : null,
    el('span', { class: 'row-foot' }, el('span', {}, row.area), filesNote(row.files_total, row.files_here),
      el('time', {}, row.changed)),
  ];
}

const ALL_PAGES = 100; // pages of a list that is printed
const SEARCH_MAX = 100; // characters

// Why a list is empty: because of the filters, or else `nothing`.
export function emptyWords(query, nothing) {
  const { search, ...others } = query;
  if (search) return t('list.notFound', { search });
  return Object.values(others).some(Boolean) ? t('list.noneChosen') : nothing;
}

// The element that scrolls a list: its column on a wide screen, the whole page on a narrow one.
function scrollerOf(node) {
  for (let box = node.parentElement; box; box = box.parentElement) {
    if (box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY === 'auto') return box;
  }
  return document.scrollingElement;
}

// Changes a list while the visible rows keep their place. At the top of the list, new rows are
// shown.
function keepPlace(list, change) {
  const box = scrollerOf(list);
  const top = box === document.scrollingElement ? 0 : box.getBoundingClientRect().top;
  const topOf = (item) => item.getBoundingClientRect().top;
  const seen = box.scrollTop > 0
    ? [...list.children].filter((item) => item.getBoundingClientRect().bottom > top).map((item) => [item, topOf(item)])
    : [];
  change();
  const kept = seen.find(([item]) => item.isConnected);
  if (kept) box.scrollTop += topOf(kept[0]) - kept[1];
}

const keyOf = (row) => row.entry || row.id;

// Makes the list show these rows. Unchanged rows keep their nodes.
function putRows(list, rows, draw) {
  const before = new Map([...list.children].map((item) => [item.dataset.key, item]));
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  const items = rows.map((row) => {
    const said = JSON.stringify(row);
    const item = before.get(keyOf(row)) || el('li', { 'data-key': keyOf(row) });
    before.delete(keyOf(row));
    if (item.said !== said) fill(item, draw(row));
    item.said = said;
    return item;
  });
  for (const gone of before.values()) gone.remove();
  items.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] || null);
  });
  if (focused && document.activeElement?.dataset.id !== focused) {
    list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

// draw(row) returns the content of the <li>; `empty` is the text for an empty list.
// `grown(count)`: the person asked for more rows, and there are `count` now.
export function pagedList(draw, empty, grown) {
  const list = el('ul', { class: 'rows', 'aria-label': t('list.label') });
  const status = el('p', { class: 'list-status', role: 'status' });
  const total = el('p', { class: 'list-total', role: 'status' });
  const more = el('button', { type: 'button', class: 'quiet more', hidden: true }, t('list.more'));
  let started = 0;
  let counted = 0;
  let countedAt = '';
  let countedAs = '';
  let load = null;
  let rows = [];
  let after = null;
  let work = Promise.resolve();
  let stale = false;

  // Reads page after page until there are `wanted` rows or no further page. A record that changes
  // meanwhile may come twice: the first one is newer.
  async function read(from, next, wanted) {
    const [path, query] = load();
    const problem = excess(t('filter.search'), query.search || '', SEARCH_MAX);
    if (problem) throw new Error(problem);
    const found = new Map(from.map((row) => [keyOf(row), row]));
    do {
      const page = await get(path, { ...query, after: next });
      for (const row of page.rows) if (!found.has(keyOf(row))) found.set(keyOf(row), row);
      next = page.after || null;
    } while (next && found.size < wanted);
    return { rows: [...found.values()], after: next };
  }

  // Starts are run one after the other; an older one is dropped.
  function enqueue(make) {
    const mine = started;
    work = work.then(async () => {
      if (mine !== started) return;
      try {
        const found = await make();
        if (mine !== started) return;
        ({ rows, after } = found);
        keepPlace(list, () => putRows(list, rows, draw));
        more.hidden = !after;
        fill(status, rows.length ? '' : empty());
      } catch (error) {
        if (mine === started) fill(status, textOf(error));
      }
    });
    return work;
  }

  const readMore = () => enqueue(() => read(rows, after, rows.length + 1));
  // As many rows as before, whatever other people changed.
  const readAgain = () => {
    stale = false;
    return read([], null, rows.length);
  };

  // The total, asked for with each first page; the rows do not wait for it.
  async function fetchTotal() {
    const mine = ++counted;
    const [path, query] = load();
    if (excess('', query.search || '', SEARCH_MAX)) return;
    const answer = await get('count', { list: path, ...query }).catch(() => null);
    if (mine !== counted || !answer) return;
    countedAt = answer.at;
    countedAs = answer.more ? `${answer.total}+` : answer.total;
    fill(total, t(answer.more ? 'list.totalMore' : 'list.total', { total: answer.total }));
  }

  // All pages, for printing. Reports what is missing when there are too many.
  async function fetchAll() {
    await fetchTotal();
    for (let pages = 0; after && pages < ALL_PAGES; pages++) {
      const before = after;
      await readMore();
      if (after === before) break;
    }
    if (after) fill(status, t('list.notAll', { shown: rows.length }));
    return { shown: rows.length, at: countedAt, total: countedAs };
  }

  more.addEventListener('click', () => readMore().then(() => grown?.(rows.length)));
  return {
    nodes: [total, list, status, more],
    // from: () => [path, query]
    // `wanted`: rows to begin with.
    start(from, wanted = 0) {
      load = from;
      started += 1;
      stale = false;
      rows = [];
      after = null;
      fill(list);
      fill(total);
      fill(status, t('list.loading'));
      more.hidden = true;
      fetchTotal();
      return enqueue(() => read([], null, wanted));
    },
    // The total follows the changes of this person and of others, as the rows do.
    refresh() {
      if (!load) return null;
      fetchTotal();
      if (stale) return work;
      stale = true;
      return enqueue(readAgain);
    },
    fetchAll,
    // Address of the row after that of a record.
    next(id) {
      const links = [...list.querySelectorAll('[data-id]')];
      return links[links.findIndex((link) => link.dataset.id === id) + 1]?.getAttribute('href') || '';
    },
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
