// Approving and returning a record, and its acts: steps, corrections, and the records that can be
// made from it.
import { get, post, recordPath } from './api.js';
import { attachBox } from './attach.js';
import { creationForm, creationLabel, creationName } from './create.js';
import { action, el, field, fill, trimmed } from './dom.js';
import { draftsOf, dropDraft, keepTyped } from './drafts.js';
import { placeUnder } from './filters.js';
import { formBox } from './form.js';
import { t } from './i18n.js';
import { BUTTONS_MAX, menuButton } from './menu.js';

const COMMENT_MAX = 2000;

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

/* --- acts --- */

// After files and answers of this person, the record is newer than the form knows; what others did meanwhile
// still has to be looked at.
export async function followOwn(view) {
  const news = await get(recordPath(view.id, 'news'), { since: view.covers }).catch(() => null);
  if (news?.rows.length && !news.more && news.rows.every((row) => row.own)) view.covers = news.rows[0].entry;
}

function fileBox(view, files, again) {
  const box = attachBox(view, {
    roles: files.map((one) => ({ code: one.role, label: one.label, media: one.media })),
    atLeast: Object.fromEntries(files.map((one) => [one.role, one.at_least])),
    onDone: async () => {
      await followOwn(view);
      await again();
    },
  });
  return box?.node || null;
}

function actForm(view, act, tools, close) {
  return formBox({
    ask: { record: view.id, act: act.act },
    draft: { record: view.id, form: act.act },
    label: act.label,
    cancel: close,
    attach: (files, again) => fileBox(view, files, again),
    send: (values, kept) => send(tools, async () => {
      await post(recordPath(view.id, 'act'), { act: act.act, values, covers: view.covers });
      kept.sent();
      await tools.done(t('step.done'));
    }),
  });
}

// Text that was typed for an action which is no longer offered; it can still be copied.
const strandedBox = (view, stranded) => el('div', { class: 'form' },
  el('p', {}, t('draft.stranded')),
  el('p', { class: 'comment' }, el('bdi', {}, stranded.text)),
  el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'quiet', onclick: (event) => {
    dropDraft(view.id, stranded.form);
    event.target.closest('.form').remove();
  } }, t('draft.drop'))));

// Why a step is offered first: a record that was opened from this one returned.
const hintLine = (act, back) => el('p', { class: 'hint' }, act.label, t('app.colon'), act.hint, ' ',
  el('a', { href: placeUnder(back, act.returned.record) }, act.returned.title));

export function actionBar(view, tools) {
  const form = el('div', { class: 'form-place' });
  let opener = null; // the button to which the focus returns
  const close = () => {
    fill(form);
    tools.editing(false);
    opener?.focus();
  };
  const open = (node, button) => {
    opener = button;
    tools.editing(true);
    fill(form, node);
    node.querySelector('textarea, input, select, button')?.focus();
  };
  const opens = (name) => (event) => open(forms.get(name)(), event.currentTarget);
  const approves = view.may_approve && view.review !== 'accepted';
  const returns = view.may_return && view.review !== 'returned';
  const why = view.not_approved && view.review !== 'accepted' && view.review !== 'returned' ? view.not_approved : '';
  const forms = new Map(view.acts.map((act) => [act.act, () => actForm(view, act, tools, close)]));
  for (const creation of view.creations) {
    forms.set(creationName(creation), () => creationForm(creation, view.id, tools.back, close));
  }
  if (returns) forms.set('return', () => returnForm(view, tools, close));
  const typed = draftsOf(view.id);
  const stranded = typed.filter(({ form: name, text }) => !forms.has(name) && text);
  if (!approves && !returns && !why && !forms.size && !stranded.length) return null;
  const again = typed.find(({ form: name, isOpen }) => isOpen && forms.has(name));
  if (again) {
    tools.editing(true);
    fill(form, forms.get(again.form)());
  }
  // While the list is open, nothing is drawn again under the hand of the person.
  const menu = view.creations.length > BUTTONS_MAX ? menuButton(t('create.more'), view.creations, creationLabel,
    (creation, button) => open(forms.get(creationName(creation))(), button),
    (isOpen) => tools.editing(isOpen || form.childElementCount > 0)) : null;
  const direct = menu ? view.creations.filter((creation) => creation.urgent) : view.creations;
  return el('section', { class: 'card actions no-print', 'aria-label': t('review.title') },
    why ? el('p', { class: 'muted' }, why) : null,
    view.acts.filter((act) => act.hint).map((act) => hintLine(act, tools.back)),
    el('div', { class: 'buttons' },
      approves ? action(t('review.approve'), 'primary good', async () => {
        await send(tools, async () => {
          await post(recordPath(view.id, 'review'), { decision: 'approve', covers: view.covers });
          await tools.done(t('review.approved'));
        });
      }) : null,
      returns ? el('button', { type: 'button', class: 'secondary warn',
        onclick: opens('return') }, t('review.return')) : null,
      view.acts.map((act) => el('button', { type: 'button', class: act.hint ? 'primary' : 'secondary',
        onclick: opens(act.act) }, act.label)),
      direct.map((creation) => el('button', { type: 'button', class: 'secondary', onclick: opens(creationName(creation)) },
        t('create.button', { label: creationLabel(creation) }))),
      menu && menu[0]),
    menu && menu[1], form, stranded.map((one) => strandedBox(view, one)));
}
