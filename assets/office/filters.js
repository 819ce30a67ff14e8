// Search and choices of a list, kept in the address, so that going back, a reload and a visit to
// another page restore them: "#/PAGE/PART?name=value".
import { el, field, fill, select, trimmed } from './dom.js';
import { language, t } from './i18n.js';
import { delayed, loadFilters } from './list.js';

const TYPING_MS = 300;
const places = new Map(); // page → its last address

const pageOf = (place) => place.replace(/^#\/?/, '').split(/[/?]/)[0];

export const notePlace = () => places.set(pageOf(location.hash) || 'inbox', location.hash || '#/inbox');
export const lastPlace = (page) => places.get(page) || `#/${page}`;
export const forgetPlaces = () => places.clear();

export function placeWith(path, query) {
  const parts = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return parts ? `${path}?${parts}` : path;
}

// Address of a record below that of its list.
export function placeUnder(list, id) {
  const [path, query] = list.split('?');
  return `${path}/${encodeURIComponent(id)}${query ? `?${query}` : ''}`;
}

// `query` holds search and choices by name; `choices(filters)` returns [{name, label, options}]
// beside the search field. `changed` is called when the person changes something. read() takes the
// values from the address and returns whether they differ. `kept`: further values of the address, of
// which a change is none of the list.
export function filterBar(query, choices, changed, kept = {}) {
  const node = el('div', { class: 'filters' });
  const search = el('input', { type: 'search', placeholder: t('filter.searchHint') });
  const controls = { search };
  const words = { search: () => query.search && `${t('filter.search')}${t('app.colon')}${query.search}` };
  const put = (name, value) => {
    if (!node.isConnected) return; // another page was opened while the person was typing
    query[name] = value;
    note();
    changed();
  };
  const note = () => {
    const place = placeWith(location.hash.split('?')[0] || '#/inbox', { ...query, ...kept });
    if (place === location.hash) return;
    history.replaceState(null, '', place);
    notePlace();
  };
  const show = () => Object.entries(controls).forEach(([name, control]) => {
    if (control !== document.activeElement || control !== search) control.value = query[name];
  });
  search.addEventListener('input', delayed(TYPING_MS, () => put('search', trimmed(search.value))));
  loadFilters(language()).then((filters) => {
    fill(node, field(t('filter.search'), search), choices(filters).map(({ name, label, options }) => {
      controls[name] = select(options, query[name], (value) => put(name, value));
      words[name] = () => query[name] &&
        `${label}${t('app.colon')}${trimmed(options.find((option) => option.code === query[name])?.name || query[name])}`;
      return field(label, controls[name]);
    }));
    show();
  }).catch(() => {});
  return {
    node,
    put,
    // Writes kept values into the address.
    keep(values) {
      Object.assign(kept, values);
      note();
    },
    read() {
      const asked = new URLSearchParams(location.hash.split('?')[1] || '');
      const moved = Object.keys(query).filter((name) => query[name] !== (asked.get(name) || ''));
      for (const name of moved) query[name] = asked.get(name) || '';
      if (moved.length) search.value = query.search;
      show();
      return moved.length > 0;
    },
    // The filters as text, for a printed list.
    words: () => Object.values(words).map((word) => word()).filter(Boolean).join(t('app.comma')),
  };
}
