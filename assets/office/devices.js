import { get } from './api.js';
import { badge, el, fill } from './dom.js';
import { t } from './i18n.js';

const COLUMNS = ['name', 'unit', 'seen', 'entries', 'quarantined', 'forks', 'state'];

function cell(name, row) {
  if (name === 'state') {
    return badge(row.revoked ? 'conflict' : 'accepted', t(row.revoked ? 'device.revoked' : 'device.ok'));
  }
  if (name === 'seen') return row.seen || t('device.never');
  if ((name === 'quarantined' || name === 'forks') && row[name] > 0) return badge('conflict', row[name]);
  return row[name] ?? '';
}

export function showDevices(main) {
  const body = el('tbody');
  const status = el('p', { class: 'nothing', role: 'status' });

  async function load() {
    try {
      const { rows } = await get('devices');
      fill(body, rows.map((row) => el('tr', {}, COLUMNS.map((name, index) =>
        el(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, 'data-label': t(`device.${name}`) },
          el('span', {}, cell(name, row)))))));
      fill(status, rows.length ? '' : t('device.empty'));
    } catch (error) {
      fill(status, error.message);
    }
  }

  fill(main, el('div', { class: 'wide' }, el('h2', {}, t('nav.devices')),
    el('table', { class: 'table' },
      el('thead', {}, el('tr', {}, COLUMNS.map((name) => el('th', { scope: 'col' }, t(`device.${name}`))))),
      body),
    status));
  return { show: load, refresh: load };
}
