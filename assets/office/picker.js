// Finds one record by name, for a field that refers to others: search as you type, page by page, by
// mouse or keyboard. Ids are never shown.
import { get } from './api.js';
import { el, excess, fill, select, textOf, trimmed } from './dom.js';
import { t } from './i18n.js';
import { delayed } from './list.js';

const FIND_MAX = 100; // characters
const TYPING_MS = 250;

let made = 0; // for ids of elements

// `chosen(row)`: the person chose a record; `cleared()`: the typed text names none any more.
export function picker(field, chosen, cleared) {
  const id = `pick-${made += 1}`;
  const list = el('ul', { class: 'pick-list', id, role: 'listbox', 'aria-label': field.label, hidden: true });
  const status = el('p', { class: 'muted pick-status', role: 'status', hidden: true });
  const input = el('input', { type: 'search', id: `${id}-input`, name: field.name, placeholder: t('step.find'), autocomplete: 'off',
    role: 'combobox', 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list' });
  const kinds = field.ref_kinds;
  const kind = kinds.length > 1
    ? select(kinds.map((one) => ({ code: one.code, name: one.label })), kinds[0].code, () => search(),
      { 'aria-label': t('filter.kind') })
    : null;
  let rows = [];
  let after = null;
  let active = -1;
  let turn = 0;
  let shown = ''; // the text of the chosen record

  const say = (text) => {
    fill(status, text);
    status.hidden = !text;
  };

  function close() {
    turn += 1;
    rows = [];
    fill(list);
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    active = -1;
    say('');
  }

  function mark(index) {
    const options = [...list.children];
    options[active]?.setAttribute('aria-selected', 'false');
    active = Math.max(-1, Math.min(index, options.length - 1));
    const option = options[active];
    if (!option) {
      input.removeAttribute('aria-activedescendant');
      return;
    }
    option.setAttribute('aria-selected', 'true');
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  function take(row) {
    shown = row.title;
    input.value = row.title;
    close();
    chosen({ id: row.id, title: row.title });
    input.focus();
  }

  function act(index) {
    if (index < rows.length) take(rows[index]);
    else read(true);
  }

  function draw() {
    const more = after ? [el('span', { class: 'muted' }, t('list.more'))] : [];
    fill(list, [...rows.map((row) => [el('bdi', {}, row.title), ' ',
      el('span', { class: 'muted' }, [row.subject !== row.title && row.subject, row.area, row.state_label]
        .filter(Boolean).join(' · '))]), ...more].map((content, index) =>
      el('li', { role: 'option', id: `${id}-${index}`, 'aria-selected': 'false',
        // Keeps the focus in the input.
        onmousedown: (event) => event.preventDefault(), onclick: () => act(index) }, content)));
    list.hidden = !list.children.length;
    input.setAttribute('aria-expanded', String(!list.hidden));
  }

  async function read(isMore) {
    const mine = turn += 1;
    const words = input.value === shown ? '' : trimmed(input.value);
    if (excess('', words, FIND_MAX)) {
      say(excess(field.label, words, FIND_MAX));
      return;
    }
    try {
      const page = await get('pick', { kind: kind ? kind.value : kinds[0]?.code, search: words,
        after: isMore ? after : null });
      if (mine !== turn) return;
      const from = isMore ? rows.length : 0;
      rows = isMore ? [...rows, ...page.rows] : page.rows;
      after = page.after || null;
      draw();
      say(rows.length ? '' : t('list.notFound', { search: words }));
      if (isMore) mark(from);
      else active = -1;
    } catch (error) {
      if (mine === turn) say(textOf(error));
    }
  }

  const search = () => read(false);
  const searchLater = delayed(TYPING_MS, () => { if (document.activeElement === input) search(); });

  input.addEventListener('input', () => {
    if (input.value !== shown) {
      shown = '';
      cleared();
    }
    searchLater();
  });
  input.addEventListener('click', () => { if (list.hidden) search(); });
  input.addEventListener('blur', () => { close(); });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) search();
      else mark(active + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter' && active >= 0) {
      event.preventDefault();
      act(active);
    } else if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });

  return {
    input,
    node: el('div', { class: 'pick' }, kind, input, list, status),
    // Shows the title of the chosen record; '' for none.
    show(title) {
      shown = title;
      input.value = title;
    },
    // Whether there is text that names no chosen record.
    typed: () => input.value !== shown && trimmed(input.value) !== '',
  };
}
