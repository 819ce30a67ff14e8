// The list of anomalies in received data: forks, refusals, quarantine, reports, clocks, numbers.
import { get } from './api.js';
import { badge, el, fill, textOf } from './dom.js';
import { t } from './i18n.js';

const COLUMNS = ['at', 'what', 'device', 'by', 'record'];
const KINDS = ['clock', 'fork', 'report', 'quarantine', 'refusal', 'number'];

function detail(row) {
  if (row.kind === 'clock') {
    const said = row.device_time ? t('anomaly.deviceTime', { time: row.device_time }) : '';
    return [t(`anomaly.clock.${row.code}`, null, row.code), said,
      row.times > 1 ? t('anomaly.times', { count: row.times }) : ''];
  }
  if (row.kind === 'fork') return t('anomaly.fork');
  if (row.kind === 'number') return [t(`anomaly.number.${row.code}`), ' ', el('bdi', {}, row.number)];
  if (row.kind === 'report') {
    if (row.hidden || row.code === 'actor') return el('bdi', {}, row.text || t('access.hidden'));
    return t('anomaly.unmet', { text: row.text });
  }
  return t(`anomaly.${row.kind}.${row.code}`, null, t(`anomaly.error.${row.code}`, null, row.code));
}

function cell(name, row) {
  if (name === 'at') return el('time', { class: 'stamp' }, row.at);
  if (name === 'what') return [badge('conflict', t(`anomaly.kind.${row.kind}`)), ' ', detail(row)];
  if (name === 'device' && !row.device && row.kind === 'refusal') return t('anomaly.stranger');
  if (name !== 'record') return el('bdi', {}, row[name]);
  if (row.entry) {
    return el('a', { href: `#/inbox/quarantine/${encodeURIComponent(row.entry)}` }, t('anomaly.held'));
  }
  if (row.hidden) return t('access.hidden');
  if (row.kind === 'quarantine' && !row.record) return t('anomaly.decided');
  return row.record ? [el('span', { class: 'muted' }, row.record_kind), ' ',
    el('a', { href: `#/inbox/new/${encodeURIComponent(row.record)}` }, el('bdi', {}, row.title))] : '';
}

export function anomalyList(main) {
  const body = el('tbody');
  const status = el('p', { class: 'list-status', role: 'status' });
  const more = el('button', { type: 'button', class: 'quiet more', hidden: true }, t('list.more'));
  const tabs = el('nav', { class: 'lanes', 'aria-label': t('anomaly.filter') });
  let kind = '';
  let after = null;
  let request = 0;

  function drawTabs() {
    fill(tabs, ['', ...KINDS].map((name) => el('a', { class: 'lane',
      href: `#/devices/anomalies${name && `/${name}`}`, 'aria-current': name === kind ? 'page' : null },
    t(name ? `anomaly.kind.${name}` : 'access.all'))));
  }

  async function load(next) {
    const mine = ++request;
    try {
      const page = await get('anomalies', { kind: kind || undefined, after: next ? after : undefined });
      if (mine !== request) return;
      const rows = page.rows.map((row) => el('tr', {}, COLUMNS.map((name, index) =>
        el(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, 'data-label': t(`anomaly.${name}`) },
          el('span', {}, cell(name, row))))));
      if (next) body.append(...rows);
      else fill(body, rows);
      after = page.after || null;
      more.hidden = !after;
      fill(status, body.children.length || after ? '' : t('anomaly.empty'));
    } catch (error) {
      if (mine === request) fill(status, textOf(error));
    }
  }

  more.addEventListener('click', () => load(true));
  fill(main, el('p', { class: 'muted' }, t('anomaly.hint')), tabs,
    el('table', { class: 'table' },
      el('thead', {}, el('tr', {}, COLUMNS.map((name) => el('th', { scope: 'col' }, t(`anomaly.${name}`))))),
      body),
    status, more);
  return {
    show([name = '']) {
      kind = KINDS.includes(name) ? name : '';
      drawTabs();
      return load(false);
    },
  };
}
