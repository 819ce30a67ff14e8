import { post } from './api.js';
import { action, el, fill } from './dom.js';
import { hasDuty } from './duties.js';
import { filterBar, placeUnder, placeWith } from './filters.js';
import { t } from './i18n.js';
import { areaOptions, emptyWords, pagedList, rowContent } from './list.js';
import { recordPane } from './record.js';

const CHOSEN_MAX = 200;

export function showEnterprises(main, state) {
  const chosen = new Set();
  const query = { group: '', area: '', search: '' };
  let open = '';
  let pane = null;
  const right = el('section', { class: 'pane' });
  const mayPrint = hasDuty(state, 'plaques');
  const printBar = el('div', { class: 'print-bar', hidden: !mayPrint });
  let full = false;

  function drawPrint() {
    if (!mayPrint) return;
    fill(printBar, full ? el('p', { class: 'muted', role: 'status' }, t('enterprise.full', { max: CHOSEN_MAX })) : null,
      chosen.size === 0 ? el('span', { class: 'muted' }, t('enterprise.none'))
      : action(t('enterprise.print', { count: chosen.size }), 'secondary', async () => {
        const made = await post('plaques', { enterprises: [...chosen] });
        chosen.clear();
        full = false;
        location.hash = `#/plaques/sheet/${made.first}/${made.count}`;
      }));
  }

  const place = () => placeWith('#/enterprises', query);
  const list = pagedList((row) => {
    const box = el('input', { type: 'checkbox', 'aria-label': `${t('enterprise.choose')}${t('app.colon')}${row.title}`,
      checked: chosen.has(row.id) });
    box.addEventListener('change', () => {
      full = box.checked && chosen.size >= CHOSEN_MAX;
      if (full) box.checked = false;
      if (box.checked) chosen.add(row.id);
      else chosen.delete(row.id);
      drawPrint();
    });
    return el('div', { class: 'row-choose' }, mayPrint ? box : null,
      el('a', { href: placeUnder(place(), row.id), class: 'row', 'data-id': row.id,
        'aria-current': row.id === open ? 'true' : null }, rowContent({ ...row, subject: '' })));
  }, () => emptyWords(query, t('list.empty')));

  const reload = () => list.start(() => ['enterprises', query]);
  const bar = filterBar(query, (filters) => [
    { name: 'group', label: t('filter.sector'), options: [{ code: '', name: t('filter.all') }, ...filters.groups] },
    { name: 'area', label: t('filter.area'), options: areaOptions(filters.areas) },
  ], reload);

  fill(main, el('div', { class: 'split' },
    el('section', { class: 'side' }, bar.node, printBar, ...list.nodes), right));
  drawPrint();
  let started = false;

  return {
    show([id = '']) {
      const asked = bar.read();
      if (asked || !started) reload();
      started = true;
      main.classList.toggle('has-open', id !== '');
      if (id === open && (id || right.children.length)) return;
      open = id;
      list.mark(id);
      pane?.close?.();
      pane = id ? recordPane(right, id, place(), state) : null;
      if (!id) fill(right, el('p', { class: 'nothing' }, t('record.choose')));
    },
    refresh() {
      list.refresh();
      pane?.refresh?.();
    },
    close() { pane?.close?.(); },
  };
}
