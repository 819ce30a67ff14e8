// Copies of urgent entries that came before the other work of their device: shown until the entries
// themselves arrive.
import { get } from './api.js';
import { el, fill, textOf } from './dom.js';
import { t } from './i18n.js';
import { opBox } from './quarantine.js';

function box(row) {
  return el('article', { class: 'ahead', 'data-id': row.entry }, row.ops.filter((op) => !op.hidden).map(opBox),
    el('dl', { class: 'values' }, [['device', row.device], ['by', row.by], ['received', row.received]].map(([name, text]) =>
      el('div', { class: 'value-row' }, el('dt', {}, t(`quarantine.${name}`)), el('dd', {}, el('bdi', {}, text))))));
}

export function showAhead(main) {
  const list = el('div', { class: 'ahead-list' });
  const status = el('p', { class: 'list-status', role: 'status' });
  let request = 0;

  async function load() {
    const mine = request += 1;
    try {
      const { rows } = await get('ahead');
      if (mine !== request) return;
      fill(list, rows.map(box));
      fill(status, rows.length ? '' : t('ahead.empty'));
    } catch (error) {
      if (mine === request) fill(status, textOf(error));
    }
  }

  fill(main, el('div', { class: 'wide' }, el('h2', {}, t('ahead.title')), el('p', { class: 'muted' }, t('ahead.hint')), list, status));
  return { show: load, refresh: load };
}
