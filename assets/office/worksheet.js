// The worksheet of a record: the items of its checklist, answered one by one. Each answer is sent at
// once; what could not be sent stays on the page and in the drafts. The hub decides which items are
// asked and who may answer; this file draws its answer.
import { get, post, recordPath } from './api.js';
import { badge, el, excess, field, fill, select, textOf } from './dom.js';
import { openDraft } from './drafts.js';
import { language, t } from './i18n.js';

const NOTE_MAX = 2000;
const WAITS_MS = [1000, 3000, 9000]; // before an answer is sent again by itself
const NOT_DONE = 'unchecked'; // the answer of an item that has only a remark
const BAD = 'noncompliant';
const FILTERS = ['all', 'left', 'bad'];

// Boxes live as long as the person is signed in, so that a page that is drawn again keeps what was
// typed.
const boxes = new Map();

const isTemporary = (error) => ['network', 'busy'].includes(error.code);
const fact = (label, text) => (text ? el('span', { class: 'sheet-fact' },
  el('span', { class: 'muted' }, t(label), t('app.colon')), el('bdi', {}, text)) : null);

/* --- one item --- */

// `sheet`: {codes, isMixed, isOpen(), send(row), moved(row, by), changed()}
function makeRow(sheet, first) {
  const buttons = new Map();
  const note = el('textarea', { rows: 1, name: `note ${first.item}` });
  const noteField = field(t('sheet.note'), note, '', NOTE_MAX);
  const state = el('p', { class: 'sheet-state', role: 'status' });
  const group = el('div', { class: 'sheet-answers', role: 'group', 'aria-label': `${first.item} ${first.check}` });
  const node = el('li', { class: 'sheet-item', 'data-item': first.item },
    el('p', { class: 'sheet-check' }, el('span', { class: 'sheet-no' }, first.item), ' ', el('bdi', {}, first.check),
      first.major ? badge('major', t('answers.major')) : null,
      sheet.isMixed && first.addressee !== 'government' ? badge('state', t('sheet.forEnterprise')) : null),
    el('p', { class: 'sheet-facts' }, fact('sheet.standard', first.standard), fact('sheet.method', first.method),
      fact('sheet.rectification', first.rectification), fact('sheet.measures', first.measures), fact('sheet.basis', first.basis)),
    first.asked ? null : el('p', { class: 'muted' }, t('sheet.notAskedNow')),
    group, noteField, state);
  const row = { item: first.item, section: first.section, node, note, answer: '', text: '', heads: [], asked: first.asked,
    wanted: null, saving: false, turn: 0, problem: null, present: null };

  const shown = () => row.wanted?.answer || row.answer;

  row.draw = () => {
    for (const [code, button] of buttons) {
      button.setAttribute('aria-pressed', String(code === shown()));
      button.disabled = !sheet.isOpen();
    }
    note.disabled = !sheet.isOpen();
    noteField.hidden = !sheet.isOpen() && !note.value;
    node.classList.toggle('is-bad', shown() === BAD);
    node.classList.toggle('is-unsaved', Boolean(row.wanted));
    const text = row.problem ? null : row.saving ? t('sheet.saving') : row.wanted ? t('sheet.waiting')
      : row.isSaved ? t('sheet.saved') : row.conflict ? t('sheet.conflict') : '';
    if (row.present) fill(state, presentNote(row));
    else if (row.problem) {
      fill(state, el('span', { class: 'form-error', role: 'alert' }, t('sheet.notSaved'), ' ', textOf(row.problem)), ' ',
        el('button', { type: 'button', class: 'quiet', onclick: () => sheet.send(row) }, t('sheet.retry')));
    } else if (state.textContent !== text) fill(state, text);
    node.classList.toggle('has-problem', Boolean(row.problem || row.present));
  };

  // Somebody else answered the item after this page had read it.
  function presentNote({ present }) {
    return el('span', { class: 'sheet-present', role: 'alert' },
      t('sheet.present', { by: present.by || '?', at: present.at || '', text: present.text || t('sheet.none') }), ' ',
      el('button', { type: 'button', class: 'secondary', onclick: () => {
        row.heads = present.heads;
        row.present = null;
        sheet.send(row);
      } }, t('sheet.saveMine')), ' ',
      el('button', { type: 'button', class: 'quiet', onclick: () => {
        row.wanted = null;
        row.present = null;
        row.take({ ...present, answer: present.answer || '', note: present.note || '' });
        sheet.changed();
      } }, t('sheet.keepTheirs')));
  }

  // What the hub has. What was typed and not saved stays.
  row.take = (given) => {
    row.answer = given.answer || '';
    row.text = given.note || '';
    row.conflict = Boolean(given.conflict);
    // The heads that the person saw stay those of the answer that is not saved yet.
    if (!row.wanted) {
      row.heads = given.heads || [];
      if (note !== document.activeElement) {
        note.value = row.text;
        note.dispatchEvent(new Event('restored'));
      }
    }
    row.draw();
  };

  row.want = (answer, text) => {
    row.isSaved = false;
    row.wanted = answer === row.answer && text === row.text ? null : { answer, note: text, heads: row.heads };
    sheet.changed();
    row.draw();
  };

  row.restore = (kept) => {
    row.wanted = { answer: kept.answer, note: kept.note, heads: kept.heads };
    row.heads = kept.heads;
    note.value = kept.note;
    note.dispatchEvent(new Event('restored'));
    row.draw();
  };

  row.choose = (code) => {
    if (!sheet.isOpen()) return;
    row.want(code, note.value);
    sheet.send(row);
  };

  row.focus = () => {
    const chosen = buttons.get(shown()) || buttons.values().next().value;
    chosen.focus();
    node.scrollIntoView({ block: 'nearest' });
  };

  for (const [index, one] of sheet.codes.entries()) {
    const button = el('button', { type: 'button', class: `sheet-answer answer-${one.code}`, 'data-answer': one.code,
      'aria-pressed': 'false', 'aria-keyshortcuts': String(index + 1), onclick: () => row.choose(one.code) },
    el('kbd', { class: 'no-print', 'aria-hidden': 'true' }, String(index + 1)), one.label);
    buttons.set(one.code, button);
    group.append(button);
  }
  note.addEventListener('input', () => row.want(shown() || NOT_DONE, note.value));
  note.addEventListener('change', () => { if (row.wanted) sheet.send(row); });
  node.addEventListener('keydown', (event) => {
    if (event.altKey || event.metaKey || (event.ctrlKey && event.key !== 'Enter') || event.isComposing) return;
    const isNote = event.target === note;
    const code = sheet.codes[Number(event.key) - 1]?.code;
    if (isNote && event.key === 'Escape') row.focus();
    else if (isNote && event.key === 'Enter' && event.ctrlKey) {
      if (row.wanted) sheet.send(row);
      sheet.moved(row, 1);
    } else if (isNote) return;
    else if (code && sheet.isOpen()) {
      row.choose(code);
      if (code === BAD) note.focus();
      else sheet.moved(row, 1);
    } else if (event.key === 'ArrowDown') sheet.moved(row, 1);
    else if (event.key === 'ArrowUp') sheet.moved(row, -1);
    else return;
    event.preventDefault();
  });
  row.take(first);
  return row;
}

/* --- the worksheet --- */

const listName = (list) => `${list.name} ${list.version}`;

function makeBox(id) {
  const node = el('section', { class: 'card worksheet', 'aria-label': t('sheet.title') }, el('p', { class: 'muted' }, t('list.loading')));
  const kept = openDraft(`${id} worksheet`, 'answers');
  const rows = new Map();
  const sum = el('p', { class: 'sheet-sum', role: 'status' });
  const bar = el('progress', { class: 'worksheet-bar', 'aria-label': t('sheet.progress') });
  const choice = el('div', {});
  const parts = new Map(); // section → {node, count}
  const filters = el('div', { class: 'buttons no-print' });
  const hint = el('p', { class: 'hint no-print' }, t('sheet.keys'));
  let view = null; // the hub's worksheet
  let drawn = ''; // the items that are drawn
  let chosen = ''; // id of the list, while the record has none
  let filter = 'all';
  let covers = '';
  let onSaved = () => {};
  let turn = 0;

  const isOpen = () => Boolean(view?.open);
  const visible = () => [...rows.values()].filter((row) => !row.node.hidden);
  const isLeft = (row) => row.asked && (!row.answer || row.answer === NOT_DONE);

  function keepTyped() {
    const typed = {};
    for (const row of rows.values()) if (row.wanted) typed[row.item] = row.wanted;
    kept.keep(typed, Object.values(typed).map((one) => one.note).filter(Boolean), true);
  }

  function drawSum() {
    const asked = [...rows.values()].filter((row) => row.asked);
    const done = asked.filter((row) => !isLeft(row)).length;
    const bad = asked.filter((row) => row.answer === BAD).length;
    const unsaved = [...rows.values()].filter((row) => row.wanted).length;
    const text = t('sheet.sum', { done, total: asked.length, bad }) + (unsaved ? ` ${t('sheet.unsaved', { count: unsaved })}` : '');
    if (sum.textContent !== text) fill(sum, text);
    bar.max = Math.max(1, asked.length);
    bar.value = done;
    for (const [name, part] of parts) {
      const inside = asked.filter((row) => row.section === name);
      fill(part.count, `${inside.filter((row) => !isLeft(row)).length}/${inside.length}`);
      part.node.hidden = ![...rows.values()].some((row) => row.section === name && !row.node.hidden);
    }
  }

  function drawFilters() {
    fill(filters, FILTERS.map((name) => el('button', { type: 'button', class: 'quiet', 'aria-pressed': String(name === filter),
      'data-filter': name, onclick: () => { filter = name; drawFilters(); applyFilter(); } }, t(`sheet.filter.${name}`))));
  }

  // An item does not leave the list under the hand of the person: the filter is applied when it is chosen.
  function applyFilter() {
    for (const row of rows.values()) {
      row.node.hidden = filter === 'left' ? !isLeft(row) : filter === 'bad' ? row.answer !== BAD : false;
    }
    drawSum();
  }

  const sheet = {
    codes: [],
    isMixed: false,
    isOpen,
    changed() { keepTyped(); drawSum(); },
    moved(row, by) {
      const all = visible();
      const next = all[all.indexOf(row) + by];
      if (next) next.focus();
      else row.focus();
    },
    send,
  };

  async function send(row) {
    clearTimeout(row.timer);
    const over = excess(t('sheet.note'), row.note.value, NOTE_MAX);
    if (over) {
      row.problem = new Error(over);
      row.draw();
      return;
    }
    if (row.saving || !row.wanted || row.present) return; // what is typed meanwhile is sent afterwards
    const sent = row.wanted;
    row.saving = true;
    row.problem = null;
    row.draw();
    try {
      const answer = await post(recordPath(id, 'worksheet'), { item: row.item, answer: sent.answer, note: sent.note, heads: row.heads,
        ...(view.choices ? { list: chosen || view.list.id } : {}) });
      row.heads = answer.heads;
      row.answer = sent.answer;
      row.text = sent.note;
      row.turn = 0;
      row.isSaved = true;
      if (row.wanted === sent) row.wanted = null;
      if (view.choices) await load(); // the first answer gave the record its list
      onSaved();
    } catch (error) {
      if (error.code === 'chain' && error.present) row.present = error.present;
      else if (isTemporary(error) && row.turn < WAITS_MS.length) {
        row.timer = setTimeout(() => send(row), WAITS_MS[row.turn]);
        row.turn += 1;
      } else {
        row.problem = error;
        row.turn = 0;
        if (error.code === 'denied') load(); // it may be closed now
      }
    }
    row.saving = false;
    row.draw();
    sheet.changed();
    if (row.wanted && row.wanted !== sent && !row.problem && !row.present) send(row);
  }

  // The items that the list asks elsewhere only, so that nobody takes a short list for a whole one.
  function notAskedBox() {
    const others = view.not_asked;
    if (!others.length) return null;
    const areas = [...new Set(others.map((one) => one.area_names).filter(Boolean))];
    const whole = others.length + view.total;
    return el('details', { class: 'sheet-others' },
      el('summary', {}, t('sheet.others', { count: others.length, whole, area: view.area || '' }),
        areas.length ? ` ${t('sheet.othersIn', { areas: areas.join(t('app.comma')) })}` : ''),
      el('ul', {}, others.map((one) => el('li', { 'data-item': one.item }, el('span', { class: 'sheet-no' }, one.item), ' ', el('bdi', {}, one.check),
        el('span', { class: 'muted' }, ' ', one.area_names ? t('sheet.onlyIn', { areas: one.area_names }) : t('sheet.notAbout'),
          one.basis ? ` ${one.basis}` : '')))));
  }

  function drawItems() {
    rows.clear();
    parts.clear();
    sheet.codes = view.codes;
    sheet.isMixed = new Set(view.items.map((one) => one.addressee)).size > 1;
    const places = [];
    for (const one of view.items) {
      let part = parts.get(one.section);
      if (!part) {
        part = { count: el('span', { class: 'count' }), list: el('ul', { class: 'sheet-items' }) };
        part.node = el('section', { class: 'sheet-section' }, el('h4', {}, el('bdi', {}, one.section), ' ', part.count), part.list);
        parts.set(one.section, part);
        places.push(part.node);
      }
      const row = makeRow(sheet, one);
      rows.set(one.item, row);
      part.list.append(row.node);
    }
    for (const [item, typed] of Object.entries(kept.values())) {
      const row = rows.get(item);
      if (row && !row.wanted && (typed.answer !== row.answer || typed.note !== row.text)) row.restore(typed);
    }
    return places;
  }

  // The choice of a list, while none is chosen and several are in force.
  const choiceBox = () => (view.choices?.length > 1 && view.open
    ? field(t('sheet.list'), select(view.choices.map((one) => ({ code: one.id, name: listName(one) })), view.list.id,
      (value) => { chosen = value; load(); })) : null);

  function draw() {
    fill(choice, choiceBox());
    const now = JSON.stringify([view.list?.id, view.open, view.why, view.items.map((one) => [one.item, one.asked])]);
    if (now === drawn) {
      for (const one of view.items) rows.get(one.item).take(one);
    } else {
      const typed = Object.fromEntries([...rows.values()].filter((row) => row.wanted).map((row) => [row.item, row.wanted]));
      drawn = now;
      const places = view.list ? drawItems() : [];
      for (const [item, one] of Object.entries(typed)) rows.get(item)?.restore(one);
      drawFilters();
      fill(node, el('h3', {}, view.label),
        view.list ? el('p', { class: 'muted' }, listName(view.list), view.list.source ? ` · ${view.list.source}` : '')
          : el('p', { class: 'form-error', role: 'alert' }, t('sheet.noList', { codes: (view.codes_wanted || []).join(t('app.comma')) })),
        choice,
        view.list && !view.open ? el('p', { class: 'muted sheet-closed' }, t(view.why === 'actor' ? 'sheet.closed.actor' : 'sheet.closed.state')) : null,
        view.list ? [bar, sum, view.open ? [filters, hint] : filters, places, notAskedBox()] : null);
    }
    if (kept.isBack()) keepTyped();
    drawSum();
  }

  async function load() {
    const mine = turn += 1;
    try {
      const found = await get(recordPath(id, 'worksheet'), { list: chosen });
      if (mine !== turn) return;
      view = found;
      draw();
    } catch (error) {
      if (mine === turn && !view) fill(node, el('h3', {}, t('sheet.title')), el('p', { class: 'form-error', role: 'alert' }, textOf(error)),
        el('button', { type: 'button', class: 'quiet', onclick: load }, t('form.again')));
    }
  }

  addEventListener('online', () => { for (const row of rows.values()) if (row.wanted) send(row); });

  return {
    node,
    // The record was loaded again.
    show(record, saved) {
      onSaved = saved;
      if (covers === record.covers && view) return;
      covers = record.covers;
      load();
    },
    refresh: load,
    // Whether the person works in it: the page is then not drawn again under the hand.
    isInUse: () => node.contains(document.activeElement),
    isBusy: () => [...rows.values()].some((row) => row.wanted),
  };
}

// The box with the worksheet of the record of `view` (an answer of the hub); null when its kind has
// none. `onSaved` is called after each answer that the hub has. The same record gives the same box.
export function worksheetBox(view, onSaved) {
  if (!view.worksheet) return null;
  const name = `${view.id} ${language()}`;
  for (const [known, one] of boxes) {
    if (known !== name && !one.node.isConnected && !one.isBusy()) boxes.delete(known);
  }
  if (!boxes.has(name)) boxes.set(name, makeBox(view.id));
  const box = boxes.get(name);
  box.show(view, onSaved);
  return box;
}

// Forgets all worksheets, because the person has signed out. What was typed is in the drafts.
export function closeWorksheets() {
  boxes.clear();
}

addEventListener('beforeunload', (event) => {
  if ([...boxes.values()].some((box) => box.isBusy())) event.preventDefault();
});
