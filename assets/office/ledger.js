// Lists that the kinds declare: open, overdue, under listed supervision, to be accounted for.
import { action, el, fill, textOf } from './dom.js';
import { filterBar, placeUnder, placeWith } from './filters.js';
import { language, t } from './i18n.js';
import { areaOptions, emptyWords, loadFilters, pagedList, rowContent } from './list.js';
import { recordPane } from './record.js';

export function showLedger(main, state) {
  let ledgers = [];
  let current = null;
  let open = '';
  let pane = null;
  let wanted = [];
  const query = { area: '', search: '' };
  const tabs = el('nav', { class: 'lanes', 'aria-label': t('ledger.label') });
  const head = el('div', { class: 'ledger-head' });
  const printed = el('span');
  const right = el('section', { class: 'pane' });

  const addressOf = (ledger) =>
    placeWith(`#/ledger/${encodeURIComponent(ledger.kind)}/${encodeURIComponent(ledger.name)}`, query);
  const list = pagedList((row) => el('a', {
    href: placeUnder(addressOf(current), row.id), class: 'row', 'data-id': row.id,
    'aria-current': row.id === open ? 'true' : null,
  }, rowContent(row)), () => emptyWords(query, t('list.empty')));
  const reload = () => list.start(() => ['ledger', { kind: current.kind, name: current.name, ...query }]);
  const bar = filterBar(query, (filters) => [
    { name: 'area', label: t('filter.area'), options: areaOptions(filters.areas) },
  ], () => { draw(); reload(); });

  function draw() {
    fill(tabs, ledgers.map((ledger) => el('a', {
      href: addressOf(ledger), class: 'lane', 'aria-current': ledger === current ? 'page' : null,
    }, ledger.label)));
    fill(head, el('h2', {}, current.label),
      current.source ? el('p', { class: 'muted' }, t('ledger.source', { source: current.source })) : null,
      el('p', { class: 'only-print' }, printed),
      action(t('ledger.print'), 'quiet no-print', async () => {
        const { total, ...counts } = await list.fetchAll();
        fill(printed, t('ledger.printed', { ...counts, total, filter: bar.words() || t('filter.all') }));
        print();
      }));
  }

  function show([kind = '', name = '', id = '']) {
    wanted = [kind, name, id];
    if (!ledgers.length) return;
    const next = ledgers.find((one) => one.kind === kind && one.name === name) || ledgers[0];
    const asked = bar.read();
    const moved = next !== current || asked;
    current = next;
    main.classList.toggle('has-open', id !== '');
    draw();
    if (moved) reload();
    if (id === open && !moved) return;
    open = id;
    list.mark(id);
    pane?.close?.();
    pane = id ? recordPane(right, id, addressOf(current), state, list.next) : null;
    if (!id) fill(right, el('p', { class: 'nothing' }, t('record.choose')));
  }

  loadFilters(language()).then((filters) => {
    ledgers = filters.ledgers;
    show(wanted);
  }).catch((error) => fill(head, textOf(error)));

  fill(main, el('div', { class: 'split' },
    el('section', { class: 'side' }, tabs, head, bar.node, ...list.nodes), right));

  return {
    show,
    refresh() {
      if (current) list.refresh();
      pane?.refresh?.();
    },
    close() { pane?.close?.(); },
  };
}
