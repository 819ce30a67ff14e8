import { anomalyList } from './anomalies.js';
import { devicePath, get, post } from './api.js';
import { action, badge, el, field, fill, textOf, trimmed } from './dom.js';
import { keepTyped } from './drafts.js';
import { hasDuty } from './duties.js';
import { t } from './i18n.js';
import { numberList } from './numbers.js';

const COLUMNS = ['name', 'unit', 'seen', 'encryption', 'entries', 'quarantined', 'forks', 'state'];
const DISKS = { encrypted: 'accepted', plain: 'conflict' };

function cell(name, row) {
  if (name === 'state') {
    return badge(row.revoked ? 'conflict' : 'accepted', t(row.revoked ? 'device.revoked' : 'device.ok'));
  }
  if (name === 'encryption') {
    const told = row.encryption in DISKS ? row.encryption : 'unknown';
    return told in DISKS ? badge(DISKS[told], t(`device.disk.${told}`)) : t('device.disk.unknown');
  }
  if (name === 'seen') return row.seen || t('device.never');
  if ((name === 'quarantined' || name === 'forks') && row[name] > 0) return badge('conflict', row[name]);
  return row[name] ?? '';
}

const REASON_MAX = 200;

function deviceList(main) {
  const body = el('tbody');
  const status = el('p', { class: 'nothing', role: 'status' });
  const place = el('div', { class: 'form-place' });
  const said = el('div', { class: 'notice notice-good', role: 'status', tabindex: -1, hidden: true });

  function askReason(row) {
    const reason = el('input', { type: 'text', name: 'reason', required: true });
    said.hidden = true;
    fill(place, el('section', { class: 'card form' },
      el('h3', {}, t('device.revokeTitle', { name: row.name })),
      el('p', { class: 'muted' }, t('device.revokeHint')),
      field(t('device.reason'), reason, '', REASON_MAX),
      el('div', { class: 'buttons' },
        action(t('device.revokeGo'), 'primary warn', async () => {
          if (!trimmed(reason.value)) {
            reason.focus();
            throw new Error(t('device.needReason'));
          }
          await post(devicePath(row.id, 'revoke'), { reason: reason.value });
          kept.sent();
          fill(place);
          fill(said, t('device.revokedNow', { name: row.name }));
          said.hidden = false;
          said.focus();
          await load();
        }),
        el('button', { type: 'button', class: 'quiet', onclick: () => { kept.closed(); fill(place); } },
          t('review.cancel')))));
    const kept = keepTyped(place.firstChild, row.id, 'revoke');
    reason.focus();
  }

  async function load() {
    try {
      const { rows } = await get('devices');
      fill(body, rows.map((row) => el('tr', {}, COLUMNS.map((name, index) =>
        el(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, 'data-label': t(`device.${name}`) },
          el('span', {}, cell(name, row),
            name === 'state' && row.may_revoke && !row.revoked
              ? el('button', { type: 'button', class: 'quiet warn', onclick: () => askReason(row),
                'aria-label': t('device.revokeTitle', { name: row.name }) }, t('device.revoke'))
              : null))))));
      fill(status, rows.length ? '' : t('device.empty'));
    } catch (error) {
      fill(status, textOf(error));
    }
  }

  fill(main, said, place,
    el('table', { class: 'table' },
      el('thead', {}, el('tr', {}, COLUMNS.map((name) => el('th', { scope: 'col' }, t(`device.${name}`))))),
      body),
    status);
  return { show: load, refresh: load };
}

const VIEWS = { anomalies: anomalyList, numbers: numberList };

export function showDevices(main, state) {
  const box = el('div', { class: 'stack' });
  const tabs = el('nav', { class: 'lanes', 'aria-label': t('nav.devices') });
  const mayOversee = hasDuty(state, 'release');
  let open = '';
  let view = null;

  function drawTabs() {
    tabs.hidden = !mayOversee;
    fill(tabs, ['list', ...Object.keys(VIEWS)].map((name) => el('a', { class: 'lane',
      href: name === 'list' ? '#/devices' : `#/devices/${name}`,
      'aria-current': name === open ? 'page' : null }, t(`device.tab.${name}`))));
  }

  fill(main, el('div', { class: 'wide' }, el('h2', {}, t('nav.devices')), tabs, box));
  return {
    show([wanted = '', ...rest]) {
      const next = wanted in VIEWS && mayOversee ? wanted : 'list';
      if (next !== open) {
        open = next;
        fill(box);
        view = (VIEWS[open] || deviceList)(box);
        drawTabs();
      }
      return view.show(rest);
    },
    refresh() { return view?.refresh?.(); },
  };
}
