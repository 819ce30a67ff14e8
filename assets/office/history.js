import { get, recordPath } from './api.js';
import { badge, el, fill, textOf } from './dom.js';
import { t } from './i18n.js';

// The proved time, and separately the time that the device claims.
function evidence(one) {
  const times = { from: one.from, to: one.to };
  return [el('span', {}, t(`history.${one.to ? 'proved' : 'doubted'}.${one.basis}`, times)),
    one.claimed && one.basis !== 'hub'
      ? el('span', {}, t('history.claimed', { time: one.claimed })) : null,
    one.odd ? badge('returned', t(`history.odd.${one.odd}`)) : null];
}

function entry(row) {
  return el('li', { class: 'entry' },
    el('p', { class: 'entry-head' }, el('strong', {}, el('bdi', {}, row.by)),
      row.quarantined ? badge('quarantine', t('history.quarantined')) : null,
      row.quality === 2 && row.evidence.basis !== 'hub' ? badge('returned', t('history.clockBad')) : null),
    el('p', { class: 'entry-facts' },
      row.device ? el('span', {}, t('history.device', { device: row.device })) : null,
      evidence(row.evidence),
      row.device_time !== row.evidence.claimed
        ? el('span', {}, t('history.deviceTime', { time: row.device_time })) : null,
      row.observed ? el('span', {}, t('history.observed', { time: row.observed })) : null,
      el('span', {}, t(row.evidence.to ? 'history.received' : 'history.receivedLater', { time: row.received })),
      row.quality === 0 ? el('span', {}, t('history.clockUnsure')) : null),
    el('dl', { class: 'brief' }, row.sets.map((set) => el('div', {},
      el('dt', {}, set.label, set.item ? ` ${set.item}` : ''),
      el('dd', {},
        set.old ? [el('del', {}, el('bdi', {}, set.old)), ' → '] : null,
        set.text ? el('bdi', {}, set.text)
          : el('span', { class: 'muted' }, t(set.sealed ? 'record.sealed' : set.withheld ? 'record.withheld' : 'history.cleared')))))));
}

export function historyBox(id) {
  const list = el('ol', { class: 'history' });
  const more = el('button', { type: 'button', class: 'quiet', hidden: true }, t('history.more'));
  const status = el('p', { class: 'muted', role: 'status' });
  let before = null;

  async function load() {
    try {
      fill(status, t('list.loading'));
      const page = await get(recordPath(id, 'history'), { before });
      list.append(...page.rows.map(entry));
      before = page.before || null;
      more.hidden = !before;
      fill(status);
    } catch (error) {
      fill(status, textOf(error));
    }
  }

  more.addEventListener('click', load);
  const box = el('details', { class: 'card history-box' },
    el('summary', {}, t('history.title')), list, status, more);
  box.addEventListener('toggle', () => {
    if (box.open && !list.children.length) load();
  });
  return box;
}
