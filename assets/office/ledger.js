// Lists that the kinds declare: ledgers, and all records of a kind. The whole state of a list is in
// the address: "#/ledger/KIND/NAME?where=FIELD:CODE;FIELD:CODE&order=…&area=…&search=…&rows=…".
import { action, el, field, fill, select, textOf, trimmed } from './dom.js';
import { filterBar, notePlace, placeUnder, placeWith } from './filters.js';
import { language, t } from './i18n.js';
import { areaOptions, emptyWords, loadFilters, pagedList, rowContent } from './list.js';
import { grouped } from './menu.js';
import { recordPane } from './record.js';
import { viewBar } from './views.js';

const ROWS_MAX = 2000; // rows that an address can ask for

// "basis:oral,gift;state:out" ↔ {basis: 'oral,gift', state: 'out'}
const splitWhere = (text) => Object.fromEntries(text.split(';').filter(Boolean).map((part) => {
  const at = part.indexOf(':');
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
}));
const joinWhere = (where) => Object.entries(where).filter(([, codes]) => codes)
  .map(([name, codes]) => `${name}:${codes}`).join(';');

export function showLedger(main, state) {
  let ledgers = [];
  let current = null;
  let open = '';
  let pane = null;
  let wanted = [];
  const query = { where: '', order: '', from: '', to: '', area: '', search: '' };
  const kept = { rows: '' };
  const chooser = el('select', { name: 'ledger', class: 'ledger-choice', 'aria-label': t('ledger.label'),
    onchange: () => { location.hash = addressOf(ledgers[chooser.selectedIndex]); } });
  const tabs = el('nav', { class: 'lanes', 'aria-label': t('ledger.label') });
  const head = el('div', { class: 'ledger-head' });
  const more = el('div', { class: 'filters' });
  const columns = el('div', { class: 'columns-head', 'aria-hidden': 'true' });
  const printed = el('span');
  const right = el('section', { class: 'pane' });
  const views = viewBar(() => addressOf(current));

  // Other ledgers have other filters; area and search are kept.
  const addressOf = (ledger) => placeWith(`#/ledger/${encodeURIComponent(ledger.kind)}/${encodeURIComponent(ledger.name)}`,
    ledger === current ? query : { area: query.area, search: query.search });

  // Texts that the title contains already are left out where the columns have no place of their own.
  const columnsOf = (row) => (row.columns?.length ? el('dl', { class: 'row-columns' }, row.columns.map((text, index) => el('div', {
    class: !trimmed(text) ? 'is-blank' : row.title.includes(text) || row.subject === text ? 'is-known' : null,
  }, el('dt', {}, current.columns[index]), el('dd', {}, el('bdi', {}, text))))) : null);

  const list = pagedList((row) => el('a', {
    href: placeUnder(addressOf(current), row.id), class: 'row', 'data-id': row.id,
    'aria-current': row.id === open ? 'true' : null,
  }, rowContent(row), columnsOf(row)), () => emptyWords(query, t('list.empty')),
  (count) => bar.keep({ rows: String(Math.min(count, ROWS_MAX)) }));
  const [total, ...rest] = list.nodes;
  const reload = (rows) => list.start(() => ['ledger', { kind: current.kind, name: current.name, ...query }], rows);
  const bar = filterBar(query, (filters) => [
    { name: 'area', label: t('filter.area'), options: areaOptions(filters.areas) },
  ], () => {
    bar.keep({ rows: '' });
    draw();
    reload();
  }, kept);

  // The filters and orders of this list.
  function drawFilters() {
    const where = splitWhere(query.where);
    const chosen = current.filters.map((one) => {
      const codes = where[one.name] || '';
      // An address can name several values of one filter, a select cannot.
      const several = codes && !one.options.some((option) => option.code === codes)
        ? [{ code: codes, name: codes.split(',').map((code) => one.options.find((option) => option.code === code)?.name || code).join(t('app.comma')) }]
        : [];
      return field(one.label, select([{ code: '', name: t('filter.all') }, ...several, ...one.options], codes,
        (value) => bar.put('where', joinWhere({ ...splitWhere(query.where), [one.name]: value })), { name: `where-${one.name}` }));
    });
    const days = current.day ? el('div', { class: 'period', role: 'group', 'aria-label': current.day },
      ['from', 'to'].map((name) => el('label', { class: 'field' }, el('span', { class: 'field-label' }, `${current.day} ${t(`ledger.${name}`)}`), el('input', {
        type: 'date', name, value: query[name], onchange: (event) => putDay(name, event.target),
      })))) : null;
    const order = current.orders.length > 1 && !query.from && !query.to ? field(t('ledger.order'), select(current.orders.map((code, index) =>
      ({ code: index ? code : '', name: t(`ledger.order.${code}`) })), query.order,
    (value) => bar.put('order', value), { name: 'order' })) : null;
    fill(more, chosen, days, order);
    more.hidden = !chosen.length && !days && !order;
  }

  // A list of a period is ordered by day, so that another order is taken back. While a day is half
  // typed, the field has no value.
  function putDay(name, input) {
    if (input.validity.badInput) return;
    if (input.value) query.order = '';
    const had = Boolean(query.from || query.to);
    bar.put(name, input.value);
    if (had === Boolean(query.from || query.to)) return;
    drawFilters();
    more.querySelector(`[name=${name}]`)?.focus();
  }

  const filterWords = () => [bar.words(), ...current.filters.map((one) => {
    const code = splitWhere(query.where)[one.name];
    return code && `${one.label}${t('app.colon')}${one.options.find((option) => option.code === code)?.name || code}`;
  }), query.from && `${current.day}${t('app.colon')}${t('ledger.from')} ${query.from}`,
  query.to && `${current.day}${t('app.colon')}${t('ledger.to')} ${query.to}`].filter(Boolean).join(t('app.comma'));

  function draw() {
    chooser.selectedIndex = ledgers.indexOf(current);
    const siblings = ledgers.filter((ledger) => ledger.kind === current.kind);
    tabs.hidden = siblings.length < 2;
    fill(tabs, siblings.map((ledger) => el('a', {
      href: addressOf(ledger), class: 'lane', 'aria-current': ledger === current ? 'page' : null,
    }, ledger.label)));
    tabs.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    fill(head, el('h2', {}, current.label),
      current.source ? el('p', { class: 'muted' }, t('ledger.source', { source: current.source })) : null,
      el('p', { class: 'only-print' }, printed),
      action(t('ledger.print'), 'quiet no-print', async () => {
        const { total, ...counts } = await list.fetchAll();
        fill(printed, t('ledger.printed', { ...counts, total, filter: filterWords() || t('filter.all') }));
        print();
      }));
    fill(columns, el('span', {}, t('ledger.record')),
      el('span', { class: 'row-columns' }, current.columns.map((label) => el('span', {}, label))), el('span', {}, t('ledger.changed')));
    main.style.setProperty('--columns', Math.max(current.columns.length, 1));
    views.draw();
  }

  // All lists by their kinds: there are too many for tabs.
  function fillChooser() {
    const groups = new Map();
    for (const ledger of grouped(ledgers).flatMap((group) => group.rows)) {
      const label = ledger.group ? `${ledger.group.label} · ${ledger.kind_label}` : ledger.kind_label;
      if (!groups.has(ledger.kind)) groups.set(ledger.kind, el('optgroup', { label }));
      groups.get(ledger.kind).append(el('option', { value: `${ledger.kind}/${ledger.name}` }, ledger.label));
    }
    fill(chooser, [...groups.values()]);
    ledgers = [...groups.keys()].flatMap((kind) => ledgers.filter((ledger) => ledger.kind === kind));
  }

  function show([kind = '', name = '', id = '']) {
    wanted = [kind, name, id];
    if (!ledgers.length || !main.isConnected) return;
    const next = ledgers.find((one) => one.kind === kind && one.name === name) || ledgers[0];
    // The address names the list, so that it can be sent to somebody.
    if (!name) {
      history.replaceState(null, '', placeWith(`#/ledger/${encodeURIComponent(next.kind)}/${encodeURIComponent(next.name)}`,
        Object.fromEntries(new URLSearchParams(location.hash.split('?')[1] || ''))));
      notePlace();
    }
    const asked = bar.read();
    const moved = next !== current || asked;
    current = next;
    main.classList.toggle('has-open', id !== '');
    draw();
    if (moved) {
      const rows = Number(new URLSearchParams(location.hash.split('?')[1] || '').get('rows')) || 0;
      bar.keep({ rows: rows > 0 ? String(Math.min(rows, ROWS_MAX)) : '' });
      drawFilters();
      reload(Number(kept.rows));
    } else if (kept.rows) bar.keep({});
    if (id === open && !moved) return;
    open = id;
    list.mark(id);
    pane?.close?.();
    pane = id ? recordPane(right, id, addressOf(current), state, list.next) : null;
    if (!id) fill(right, el('p', { class: 'nothing' }, t('record.choose')));
  }

  loadFilters(language()).then((filters) => {
    ledgers = filters.ledgers;
    fillChooser();
    show(wanted);
  }).catch((error) => fill(head, textOf(error)));

  fill(main, el('div', { class: 'split' },
    el('section', { class: 'side' }, chooser, tabs, el('div', { class: 'ledger-top' }, head, views.node),
      el('div', { class: 'ledger-filters' }, bar.node, more), total, columns, ...rest), right));

  return {
    show,
    refresh() {
      if (current) list.refresh();
      pane?.refresh?.();
    },
    close() { pane?.close?.(); },
  };
}
