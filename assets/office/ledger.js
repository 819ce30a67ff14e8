// Lists that the kinds declare: what is open, overdue, under listed supervision, to be accounted for.
import { action, el, field, fill, select } from './dom.js';
import { language, t } from './i18n.js';
import { areaOptions, delayed, emptyWords, loadFilters, pagedList, rowContent } from './list.js';
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
  const filterBar = el('div', { class: 'filters' });
  const right = el('section', { class: 'pane' });

  const addressOf = (ledger) => `#/ledger/${encodeURIComponent(ledger.kind)}/${encodeURIComponent(ledger.name)}`;
  const list = pagedList((row) => el('a', {
    href: `${addressOf(current)}/${encodeURIComponent(row.id)}`, class: 'row', 'data-id': row.id,
    'aria-current': row.id === open ? 'true' : null,
  }, rowContent(row)), () => emptyWords(query, t('list.empty')));
  const reload = () => list.start(() => ['ledger', { kind: current.kind, name: current.name, ...query }]);
  const search = el('input', { type: 'search', placeholder: t('filter.searchHint') });
  search.addEventListener('input', delayed(300, () => { query.search = search.value.trim(); reload(); }));

  function draw() {
    fill(tabs, ledgers.map((ledger) => el('a', {
      href: addressOf(ledger), class: 'lane', 'aria-current': ledger === current ? 'page' : null,
    }, ledger.label)));
    fill(head, el('h2', {}, current.label),
      current.source ? el('p', { class: 'muted' }, t('ledger.source', { source: current.source })) : null,
      el('p', { class: 'only-print' }, printed),
      action(t('ledger.print'), 'quiet no-print', async () => {
        fill(printed, t('ledger.printed', await list.fetchAll()));
        print();
      }));
  }

  function show([kind = '', name = '', id = '']) {
    wanted = [kind, name, id];
    if (!ledgers.length) return;
    const next = ledgers.find((one) => one.kind === kind && one.name === name) || ledgers[0];
    const moved = next !== current;
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
    fill(filterBar,
      field(t('filter.search'), search),
      field(t('filter.area'), select(areaOptions(filters.areas), '',
        (value) => { query.area = value; reload(); })));
    show(wanted);
  }).catch((error) => fill(head, error.message));

  fill(main, el('div', { class: 'split' },
    el('section', { class: 'side' }, tabs, head, filterBar, ...list.nodes), right));

  return {
    show,
    refresh() {
      if (current) list.refresh();
      pane?.refresh?.();
    },
    close() { pane?.close?.(); },
  };
}
