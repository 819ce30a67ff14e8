// Lanes and list on the left, the open record on the right; one below the other on a phone.
import { badge, el, fill } from './dom.js';
import { filterBar, placeUnder, placeWith } from './filters.js';
import { t } from './i18n.js';
import { areaOptions, emptyWords, pagedList, rowContent } from './list.js';
import { recordPane } from './record.js';
import { heldWhy, quarantinePane } from './quarantine.js';

const LANES = ['new', 'returned', 'answered', 'conflict', 'quarantine', 'accepted'];

function quarantineRow(row) {
  return [
    el('span', { class: 'row-head' }, badge('quarantine', t('lane.quarantine')),
      el('span', { class: 'row-kind' }, row.kind_label || '')),
    el('span', { class: 'row-title' }, row.hidden ? t('quarantine.hidden') : row.subject || row.title || row.kind_label),
    row.subject && row.title ? el('span', { class: 'row-sub' }, row.title) : null,
    el('span', { class: 'row-why' }, heldWhy(row)),
    el('span', { class: 'row-foot' }, el('span', {}, row.device), el('time', {}, row.changed)),
  ];
}

export function showInbox(main, state) {
  let lane = '';
  let open = '';
  let pane = null;
  const query = { kind: '', area: '', search: '' };
  const tabs = el('nav', { class: 'lanes', 'aria-label': t('lane.label') });
  const right = el('section', { class: 'pane', 'aria-live': 'off' });

  const place = (name = lane) => placeWith(`#/inbox/${name}`, query);
  const list = pagedList((row) => {
    const id = row.entry || row.id;
    return el('a', {
      href: placeUnder(place(), id), class: 'row', 'data-id': id,
      'aria-current': id === open ? 'true' : null,
    }, row.entry ? quarantineRow(row) : rowContent(row));
  }, () => emptyWords(lane === 'quarantine' ? {} : query, t(lane === 'new' ? 'list.emptyNew' : 'list.empty')));

  const reload = () => list.start(() => ['inbox', { lane, ...query }]);
  const bar = filterBar(query, (filters) => [
    { name: 'kind', label: t('filter.kind'), options: [{ code: '', name: t('filter.all') }, ...filters.kinds] },
    { name: 'area', label: t('filter.area'), options: areaOptions(filters.areas) },
  ], () => { drawTabs(); reload(); });

  function drawTabs() {
    fill(tabs, LANES.map((name) => {
      const count = state.lanes[name];
      return el('a', { href: place(name), class: `lane lane-${name}`,
        'aria-current': name === lane ? 'page' : null },
        el('span', {}, t(`lane.${name}`)),
        count > 0 ? el('span', { class: 'count' }, state.more?.[name] ? `${count}+` : count) : null);
    }));
  }

  fill(main, el('div', { class: 'split' },
    el('section', { class: 'side' }, tabs, bar.node, ...list.nodes), right));

  return {
    show([wanted = 'new', id = '']) {
      const next = LANES.includes(wanted) ? wanted : 'new';
      const asked = bar.read();
      const moved = next !== lane || asked;
      lane = next;
      main.classList.toggle('has-open', id !== '');
      bar.node.hidden = lane === 'quarantine';
      drawTabs();
      if (moved) reload();
      if (id === open && !moved) return;
      open = id;
      list.mark(id);
      pane?.close?.();
      const back = place();
      pane = !id ? null
        : lane === 'quarantine' ? quarantinePane(right, id, back, state, list.next)
        : recordPane(right, id, back, state, list.next);
      if (!id) fill(right, el('p', { class: 'nothing' }, t('record.choose')));
    },
    refresh() {
      drawTabs();
      list.refresh();
      pane?.refresh?.();
    },
    close() { pane?.close?.(); },
  };
}
