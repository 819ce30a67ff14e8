// The form of an act: drawn as the hub resolved it (schema/form.h), drawn again for what was typed,
// and sent. This file and controls.js interpret no declaration.
import { post } from './api.js';
import { action, el, fill, textOf } from './dom.js';
import { openDraft } from './drafts.js';
import { language, t } from './i18n.js';
import { makeControl } from './controls.js';

const TYPING_MS = 300;
const WORDY = ['text', 'longtext'];

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// A field of the form: its control, and the marks beside it.
function makeField(field, changed) {
  const control = makeControl(field, () => changed(field.name));
  const mark = el('span', { class: 'required', hidden: true, title: t('form.required') }, ' *');
  const note = el('p', { class: 'form-note', role: 'status', hidden: true });
  const problem = el('p', { class: 'form-error form-problem', role: 'alert', hidden: true });
  const locked = el('p', { class: 'muted', hidden: true }, t('form.locked'));
  const node = el('div', { class: 'form-field', 'data-field': field.name }, control.node, note, locked, problem);
  node.querySelector('.field-label, legend')?.append(mark);
  if (field.personal) node.querySelector('.field-label, legend')?.append(el('span', { class: 'mark' }, t('record.personal')));
  const say = (place, text) => {
    if (place.textContent !== text) fill(place, text);
    place.hidden = !text;
  };
  control.write(field);
  return {
    name: field.name,
    type: field.type,
    node,
    control,
    first: control.read(),
    isShown: () => !node.hidden,
    // Shows what the hub says of the field now; the typed value stays.
    mark(one) {
      node.hidden = !one.shown;
      mark.hidden = !one.required;
      control.offer?.(one);
      control.input?.setAttribute('aria-required', String(one.required));
      locked.hidden = !one.locked;
      for (const input of node.querySelectorAll('input, select, textarea, button')) input.disabled = one.locked;
      say(note, one.doubt || '');
      say(problem, one.problem || '');
      control.input?.setAttribute('aria-invalid', String(Boolean(one.problem)));
    },
    complain(text) {
      say(problem, text);
      control.input?.setAttribute('aria-invalid', String(Boolean(text)));
    },
    focus: () => control.input?.focus(),
  };
}

// What is computed from the values as they are typed; nobody can change it.
function computedNote(rows) {
  return rows.length ? el('dl', { class: 'brief computed', role: 'status' }, rows.map((one) => el('div', { 'data-field': one.name },
    el('dt', {}, one.label), el('dd', {}, one.text)))) : null;
}

// The files that the act asks for. `attach(files)` returns a box that takes them, or null.
function filesNote(files, attach) {
  if (!files.length) return null;
  const line = (one) => t(!one.at_least ? 'form.fileAny' : one.count === undefined ? 'form.fileOf' : 'form.fileCount',
    { label: one.label, least: one.at_least, count: one.count });
  const box = attach?.(files) || null;
  return [el('p', { class: 'form-files' }, t(files.some((one) => one.at_least) ? 'form.files' : 'form.filesMay'), t('app.colon'), files.map(line).join(t('app.comma')),
    box ? null : t('form.filesLater')), box];
}

// `ask`: {record, act} or {kind, act, origin}, as POST form takes it. `draft`: {record, form}, the
// name under which typed values are kept. `send(values, draft, form)` does the act and drops the draft;
// `cancel` closes the form. `attach(files, again, form, draft)` gives the box for files. The result is a node at once; it is filled
// when the hub has answered.
export function formBox({ ask, draft, label, send, cancel, attach }) {
  const node = el('div', { class: 'form act-form' }, el('p', { class: 'muted' }, t('list.loading')));
  const kept = openDraft(draft.record, draft.form);
  const fields = new Map();
  const sections = new Map();
  const files = el('div', {});
  const computed = el('div', {});
  let typed = {};
  let base = null; // the form with nothing typed
  const opens = el('p', { class: 'muted form-opens', hidden: true });
  let drawnFiles = '';
  let turn = 0;
  let timer = 0;

  const resolve = (values) => post('form', { ...ask, values });

  // What a person wrote, for a draft whose form is not offered any more.
  const words = () => [...fields.values()].filter((field) => WORDY.includes(field.type) && field.name in typed)
    .map((field) => typed[field.name]).filter((text) => typeof text === 'string');

  function changed(name) {
    const field = fields.get(name);
    const value = field.control.read();
    if (same(value, field.first)) delete typed[name];
    else typed[name] = value;
    field.complain('');
    kept.keep(typed, words(), true);
    clearTimeout(timer);
    timer = setTimeout(refresh, TYPING_MS);
  }

  function mark(form) {
    for (const section of form.sections) {
      if (sections.has(section.name)) sections.get(section.name).hidden = !section.shown || !section.fields.some((one) => one.shown);
      for (const one of section.fields) fields.get(one.name)?.mark(one);
    }
    fill(computed, computedNote(form.computed || []));
    // The records that the act makes besides.
    fill(opens, t('form.opens'), t('app.colon'), form.opens.map((one) =>
      one.label[language()] + (one.count > 1 ? ` × ${one.count}` : '')).join(t('app.comma')));
    opens.hidden = !form.opens.length;
    const said = JSON.stringify(form.files);
    if (said !== drawnFiles) fill(files, filesNote(form.files, attach && ((asked) => attach(asked, refresh, base, kept))));
    drawnFiles = said;
  }

  // Draws the conditions again. While the hub cannot be reached the form stays as it is.
  async function refresh() {
    const mine = turn += 1;
    const form = await resolve(typed).catch(() => null);
    if (form && mine === turn && node.isConnected) mark(form);
  }

  function drawSection(section) {
    const nodes = section.fields.map((one) => {
      const field = makeField(one, changed);
      fields.set(one.name, field);
      return field.node;
    });
    if (!section.label) return nodes;
    const box = el('section', { class: 'form-section' }, el('h5', {}, section.label), nodes);
    sections.set(section.name, box);
    return box;
  }

  // Puts kept values into their controls, with what the hub knows of them (titles of records).
  function restore(form, values) {
    for (const one of form.sections.flatMap((section) => section.fields)) {
      if (one.name in values) fields.get(one.name).control.write(one);
    }
  }

  function showProblems(problems) {
    const first = problems.map(({ field, text }) => {
      const at = fields.get(field);
      at?.complain(text);
      return at;
    }).find((field) => field?.isShown());
    first?.focus();
  }

  async function submit() {
    clearTimeout(timer);
    turn += 1;
    for (const field of fields.values()) field.complain('');
    const pending = [...fields.values()].filter((field) => field.isShown() && field.control.problem());
    if (pending.length) {
      showProblems(pending.map((field) => ({ field: field.name, text: field.control.problem() })));
      throw new Error(t('form.notSent'));
    }
    try {
      await send(typed, kept, base);
    } catch (error) {
      showProblems(error.problems || []);
      throw error;
    }
  }

  async function start() {
    try {
      base = await resolve({});
      const before = kept.values();
      const known = new Set(base.sections.flatMap((section) => section.fields).map((one) => one.name));
      typed = Object.fromEntries(Object.entries(before).filter(([name]) => known.has(name)));
      const lost = Object.entries(before).filter(([name, value]) => !known.has(name) && typeof value === 'string');
      const form = Object.keys(typed).length ? await resolve(typed) : base;
      fill(node, el('h4', {}, label),
        kept.isBack() ? el('p', { class: 'muted', role: 'status' }, t('draft.back')) : null,
        lost.length ? el('p', { class: 'comment' }, t('form.lost'), ' ', el('bdi', {}, lost.map(([, value]) => value).join('\n'))) : null,
        base.source ? el('p', { class: 'muted' }, t('step.source', { source: base.source })) : null,
        base.sections.map(drawSection), computed, files, opens,
        el('div', { class: 'buttons' }, action(t('step.go'), 'primary', submit),
          el('button', { type: 'button', class: 'quiet', onclick: () => { kept.keep(typed, words(), false); cancel(); } },
            t('review.cancel'))));
      restore(form, typed);
      mark(form);
      if (node.isConnected) [...fields.values()].find((field) => field.isShown())?.focus();
      kept.open(typed, words());
    } catch (error) {
      fill(node, el('p', { class: 'form-error', role: 'alert' }, textOf(error)),
        el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'quiet', onclick: start }, t('form.again')),
          el('button', { type: 'button', class: 'quiet', onclick: cancel }, t('review.cancel'))));
    }
  }

  start();
  return node;
}
