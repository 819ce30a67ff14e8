// The register of numbers: which record has which number, and which numbers are void, lost or free.
import { get } from './api.js';
import { badge, el, fill, textOf } from './dom.js';
import { t } from './i18n.js';

const COLUMNS = ['number', 'type', 'state', 'record', 'device'];
const COLOURS = { used: 'accepted', void: 'returned', lost: 'conflict', free: 'new' };

function cell(name, row) {
  if (name === 'number') {
    return el('bdi', {}, row.count > 1
      ? t('number.range', { from: row.number, to: row.number_to, count: row.count }) : row.number);
  }
  if (name === 'state') return badge(COLOURS[row.state], t(`number.state.${row.state}`));
  if (name === 'type') return el('bdi', {}, row.type_label || '');
  if (name === 'device') return el('bdi', {}, row.device_name || (row.device ? '' : t('number.hub')));
  if (row.restricted) return t('access.hidden');
  return row.record ? [el('a', { href: `#/inbox/new/${encodeURIComponent(row.record)}` },
    el('bdi', {}, row.title)), ' ', el('span', { class: 'muted' }, row.record_state || '')] : '';
}

export function numberList(main) {
  const body = el('tbody');
  const status = el('p', { class: 'list-status', role: 'status' });
  const more = el('button', { type: 'button', class: 'quiet more', hidden: true }, t('list.more'));
  const selects = Object.fromEntries(['kind', 'unit', 'year'].map((name) =>
    [name, el('select', { name, 'aria-label': t(`number.${name}`) })]));
  const chosen = {};
  let after = null;
  let request = 0;

  function drawChoices(page) {
    const choices = {
      kind: page.kinds.map((kind) => [kind.kind, kind.label]),
      unit: page.units.map((unit) => [unit.id, unit.name]),
      year: page.years.map((year) => [String(year), String(year)]),
    };
    Object.assign(chosen, { kind: page.kind, unit: page.unit, year: String(page.year) });
    for (const [name, select] of Object.entries(selects)) {
      if (!choices[name].some(([value]) => value === chosen[name])) {
        choices[name].unshift([chosen[name], name === 'year' ? chosen[name] : t('number.none')]);
      }
      fill(select, choices[name].map(([value, label]) => el('option', { value }, label)));
      select.value = chosen[name];
    }
  }

  async function load(next) {
    const mine = ++request;
    try {
      const page = await get('numbers', { ...chosen, after: next ? after : undefined });
      if (mine !== request) return;
      const rows = page.rows.map((row) => el('tr', {}, COLUMNS.map((name, index) =>
        el(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, 'data-label': t(`number.${name}`) },
          el('span', {}, cell(name, row))))));
      if (next) body.append(...rows);
      else fill(body, rows);
      drawChoices(page);
      after = page.after || null;
      more.hidden = !after;
      fill(status, body.children.length || after ? '' : t('number.empty'));
    } catch (error) {
      if (mine === request) fill(status, textOf(error));
    }
  }

  for (const [name, select] of Object.entries(selects)) {
    select.addEventListener('change', () => {
      chosen[name] = select.value;
      load(false);
    });
  }
  more.addEventListener('click', () => load(true));
  fill(main, el('p', { class: 'muted' }, t('number.hint')),
    el('div', { class: 'filters numbers' }, Object.values(selects)),
    el('table', { class: 'table' },
      el('thead', {}, el('tr', {}, COLUMNS.map((name) => el('th', { scope: 'col' }, t(`number.${name}`))))),
      body),
    status, more);
  return { show: () => load(false), refresh: () => load(false) };
}
