// Approving and returning a record, and the workflow steps that this person may take.
import { get, post, recordPath } from './api.js';
import { action, el, excess, field, fill, select, trimmed } from './dom.js';
import { draftsOf, dropDraft, keepTyped } from './drafts.js';
import { t } from './i18n.js';
import { delayed } from './list.js';

const COMMENT_MAX = 2000;
const FOUND_MAX = 8;
const FIND_MAX = 100; // characters

/* --- review --- */

// The form of an action. When the record was changed in the meantime, the new version is shown with
// who changed what; the typed text stays in the form.
async function send(tools, run) {
  try {
    await run();
  } catch (error) {
    if (error.code !== 'chain' || !await tools.overtaken()) throw error;
  }
}

function returnForm(view, tools, close) {
  const comment = el('textarea', { name: 'comment', rows: 4, required: true });
  const boxes = view.sections.flatMap((section) => section.rows).map((row) => {
    const box = el('input', { type: 'checkbox', name: 'items', value: row.key });
    return { row, box, node: el('label', { class: 'check' }, box, row.label) };
  });
  const filled = boxes.filter(({ row }) => !row.empty || row.missing);
  const form = el('div', { class: 'form' },
    field(t('review.comment'), comment, t('review.commentHint'), COMMENT_MAX),
    filled.length ? el('fieldset', {}, el('legend', {}, t('review.items')),
      el('div', { class: 'checks' }, filled.map(({ node }) => node))) : null,
    el('div', { class: 'buttons' },
      action(t('review.send'), 'primary warn', async () => {
        if (!trimmed(comment.value)) {
          comment.focus();
          throw new Error(t('review.needComment'));
        }
        await send(tools, async () => {
          await post(recordPath(view.id, 'review'), {
            decision: 'return', comment: comment.value, covers: view.covers,
            items: filled.filter(({ box }) => box.checked).map(({ row }) => row.key),
          });
          kept.sent();
          await tools.done(t('review.returned'));
        });
      }),
      el('button', { type: 'button', class: 'quiet', onclick: () => { kept.closed(); close(); } },
        t('review.cancel'))));
  const kept = keepTyped(form, view.id, 'return');
  return form;
}

/* --- steps --- */

// A field that chooses one record of many: text is typed, looked up at the hub, and one result is
// chosen.
function finder(ask) {
  const found = el('div', { class: 'found', role: 'group', 'aria-label': ask.label });
  const input = el('input', { type: 'search', name: ask.name, placeholder: t('step.find'), value: ask.shown || '',
    'data-chosen': ask.value || '' });
  const choose = (row) => {
    input.dataset.chosen = row.id;
    input.value = row.title;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    fill(found);
    input.focus();
  };
  input.addEventListener('input', () => { input.dataset.chosen = ''; });
  input.addEventListener('input', delayed(300, async () => {
    const search = trimmed(input.value);
    const asked = search && !excess('', search, FIND_MAX);
    const page = asked ? await get(ask.search, { search }).catch(() => null) : null;
    if (search !== trimmed(input.value)) return;
    const rows = page?.rows || [];
    fill(found, rows.slice(0, FOUND_MAX).map((row) =>
      el('button', { type: 'button', class: 'quiet', onclick: () => choose(row) }, row.title, ' ',
        el('span', { class: 'muted' }, row.area))),
      page && !rows.length ? el('p', { class: 'muted' }, t('list.notFound', { search })) : null,
      rows.length > FOUND_MAX ? el('p', { class: 'muted' }, t('step.moreFound')) : null);
  }));
  return { node: el('div', {}, field(ask.label, input, ask.hint, FIND_MAX), found), read: () => input.dataset.chosen || undefined };
}

const INPUT_TYPES = { date: 'date', month: 'month', url: 'url' };

function control(ask) {
  const value = ask.value === undefined ? '' : ask.value;
  if (ask.search) return finder(ask);
  if (ask.type === 'choices') {
    const chosen = Array.isArray(value) ? value : [];
    const boxes = ask.choices.map((choice) => el('input', { type: 'checkbox', name: ask.name, value: choice.code,
      checked: chosen.includes(choice.code) }));
    return {
      node: el('fieldset', {}, el('legend', {}, ask.label), el('div', { class: 'checks' },
        boxes.map((box, index) => el('label', { class: 'check' }, box, ask.choices[index].label)))),
      read: () => boxes.filter((box) => box.checked).map((box) => box.value).sort(),
    };
  }
  if (ask.type === 'flag') {
    const options = [{ code: '', name: t('step.choose') }, { code: 'true', name: t('step.yes') },
      { code: 'false', name: t('step.no') }];
    const node = select(options, value === '' ? '' : String(value), null, { name: ask.name });
    return { node: field(ask.label, node, ask.hint),
      read: () => (node.value === '' ? undefined : node.value === 'true') };
  }
  let node;
  if (ask.choices.length) {
    node = select([{ code: '', name: t('step.choose') },
      ...ask.choices.map((choice) => ({ code: choice.code, name: choice.label }))], String(value), null, { name: ask.name });
  } else if (ask.type === 'longtext') {
    node = el('textarea', { name: ask.name, rows: 3, value: String(value) });
  } else if (ask.type === 'time') {
    node = el('input', { type: 'datetime-local', name: ask.name, value: String(value).replace(' ', 'T') });
    return { node: field(ask.label, node, ask.hint), read: () => node.value.replace('T', ' ') || undefined };
  } else {
    node = el('input', { type: INPUT_TYPES[ask.type] || 'text', name: ask.name, value: String(value),
      inputmode: ['integer', 'decimal', 'money', 'percent'].includes(ask.type) ? 'decimal' : null,
      placeholder: ask.type === 'duration' ? '3:20' : null });
    if (ask.unit) {
      const measured = el('span', { class: 'measured' }, node, el('span', { class: 'unit' }, ask.unit));
      return { node: field(ask.label, measured, ask.hint), read: () => (node.value === '' ? undefined : node.value) };
    }
  }
  const max = ['text', 'longtext', 'url'].includes(ask.type) ? ask.max : 0;
  return { node: field(ask.label, node, ask.hint, max), read: () => (node.value === '' ? undefined : node.value) };
}

function stepForm(view, step, tools, close) {
  const controls = step.asks.map((ask) => {
    const made = control(ask);
    return { ask, ...made, before: JSON.stringify(made.read()) };
  });
  const form = el('div', { class: 'form' },
    el('h4', {}, step.label),
    step.source ? el('p', { class: 'muted' }, t('step.source', { source: step.source })) : null,
    controls.map(({ node }) => node),
    el('div', { class: 'buttons' },
      action(t('step.go'), 'primary', async () => {
        const values = {};
        for (const { ask, read, before } of controls) {
          const value = read();
          // A cleared field is sent as empty.
          if (JSON.stringify(value) !== before) values[ask.name] = value ?? null;
        }
        await send(tools, async () => {
          await post(recordPath(view.id, 'transition'), { to: step.to, values, covers: view.covers });
          kept.sent();
          await tools.done(t('step.done'));
        });
      }),
      el('button', { type: 'button', class: 'quiet', onclick: () => { kept.closed(); close(); } },
        t('review.cancel'))));
  const kept = keepTyped(form, view.id, `step ${step.to}`);
  return form;
}

// Text that was typed for an action which is no longer offered; it can still be copied.
const strandedBox = (view, stranded) => el('div', { class: 'form' },
  el('p', {}, t('draft.stranded')),
  el('p', { class: 'comment' }, el('bdi', {}, stranded.text)),
  el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'quiet', onclick: (event) => {
    dropDraft(view.id, stranded.form);
    event.target.closest('.form').remove();
  } }, t('draft.drop'))));

export function actionBar(view, tools) {
  const form = el('div', { class: 'form-place' });
  const close = () => { fill(form); tools.editing(false); };
  const open = (node) => {
    tools.editing(true);
    fill(form, node);
    node.querySelector('textarea, input, select, button')?.focus();
  };
  const approves = view.may_approve && view.review !== 'accepted';
  const returns = view.may_return && view.review !== 'returned';
  const why = view.not_approved && view.review !== 'accepted' && view.review !== 'returned' ? view.not_approved : '';
  const forms = new Map(view.transitions.map((step) => [`step ${step.to}`, () => stepForm(view, step, tools, close)]));
  if (returns) forms.set('return', () => returnForm(view, tools, close));
  const typed = draftsOf(view.id);
  const stranded = typed.filter(({ form: name, text }) => !forms.has(name) && text);
  if (!approves && !returns && !why && !view.transitions.length && !stranded.length) return null;
  const again = typed.find(({ form: name, isOpen }) => isOpen && forms.has(name));
  if (again) {
    tools.editing(true);
    fill(form, forms.get(again.form)());
  }
  return el('section', { class: 'card actions no-print', 'aria-label': t('review.title') },
    why ? el('p', { class: 'muted' }, why) : null,
    el('div', { class: 'buttons' },
      approves ? action(t('review.approve'), 'primary good', async () => {
        await send(tools, async () => {
          await post(recordPath(view.id, 'review'), { decision: 'approve', covers: view.covers });
          await tools.done(t('review.approved'));
        });
      }) : null,
      returns ? el('button', { type: 'button', class: 'secondary warn',
        onclick: () => open(forms.get('return')()) }, t('review.return')) : null,
      view.transitions.map((step) => el('button', { type: 'button', class: 'secondary',
        onclick: () => open(forms.get(`step ${step.to}`)()) }, step.label))),
    form, stranded.map((one) => strandedBox(view, one)));
}
