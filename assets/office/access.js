// The hub's access log: who was shown restricted records, newest first.
import { get } from './api.js';
import { badge, el, fill, textOf } from './dom.js';
import { t } from './i18n.js';

const COLUMNS = ['at', 'by', 'way', 'record'];
const FILTERS = ['record', 'reader'];

const only = (filter, id, ...label) =>
  el('a', { href: `#/access/${filter}/${encodeURIComponent(id)}` }, ...label);

function cell(name, row) {
  if (name === 'at') return el('time', { class: 'stamp' }, row.at);
  if (name === 'way') {
    const way = t(`access.way.${row.way}`, null, row.way);
    return row.field ? [way, t('app.colon'), row.field, row.reason ? el('bdi', { class: 'muted' }, ` ${row.reason}`) : null] : way;
  }
  if (name === 'by') {
    return [only('reader', row.reader, el('bdi', { class: 'who-read' }, row.by)), ' ',
      row.reader_kind === 'staff' ? null : badge('state', t(`access.${row.reader_kind}`))];
  }
  if (!row.record) return t('access.everything');
  return [el('span', { class: 'muted' }, row.kind), ' ',
    only('record', row.record, row.title ? el('bdi', {}, row.title) : t('access.hidden'))];
}

export function showAccess(main) {
  const body = el('tbody');
  const status = el('p', { class: 'list-status', role: 'status' });
  const more = el('button', { type: 'button', class: 'quiet more', hidden: true }, t('list.more'));
  const filterLine = el('p', { class: 'chips', hidden: true });
  let filter = {};
  let after = null;
  let request = 0;

  function drawFilter(first) {
    const [name] = Object.keys(filter);
    filterLine.hidden = !name;
    const shown = name === 'reader' ? first?.by : first?.title;
    fill(filterLine, name ? [
      el('span', {}, t(`access.only.${name}`), t('app.colon'), shown ? el('bdi', {}, shown) : t('access.hidden')),
      el('a', { href: '#/access' }, t('access.all'))] : null);
  }

  async function load(next) {
    const mine = ++request;
    try {
      const page = await get('access', { ...filter, after: next ? after : undefined });
      if (mine !== request) return;
      const rows = page.rows.map((row) => el('tr', {}, COLUMNS.map((name, index) =>
        el(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, 'data-label': t(`access.${name}`) },
          el('span', {}, cell(name, row))))));
      if (next) body.append(...rows);
      else {
        fill(body, rows);
        drawFilter(page.rows[0]);
      }
      after = page.after || null;
      more.hidden = !after;
      fill(status, body.children.length || after ? '' : t('access.empty'));
    } catch (error) {
      if (mine === request) fill(status, textOf(error));
    }
  }

  more.addEventListener('click', () => load(true));
  fill(main, el('div', { class: 'wide' }, el('h2', {}, t('nav.access')),
    el('p', { class: 'muted' }, t('access.hint')), filterLine,
    el('table', { class: 'table' },
      el('thead', {}, el('tr', {}, COLUMNS.map((name) => el('th', { scope: 'col' }, t(`access.${name}`))))),
      body),
    status, more));
  return {
    show([name = '', id = '']) {
      filter = FILTERS.includes(name) && id ? { [name]: id } : {};
      return load(false);
    },
  };
}
