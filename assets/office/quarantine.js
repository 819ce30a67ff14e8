import { get, post } from './api.js';
import { action, el, field, fill, textOf, trimmed } from './dom.js';
import { keepTyped } from './drafts.js';
import { t } from './i18n.js';

const REASON_MAX = 2000;

// Why an entry is quarantined, as text; the hub's own text, if there is one, is the most exact.
export function heldWhy(held) {
  const why = t(`quarantine.why.${held.reason}`, null, t(`anomaly.error.${held.reason}`, null, held.reason));
  return held.words ? `${why}${t('app.colon')}${held.words}` : why;
}

// One operation of an entry that has no record yet.
export function opBox(op) {
  return el('section', { class: 'card' },
    el('h3', {}, op.kind_label, op.title ? [t('app.colon'), op.title] : ''),
    op.hidden ? el('p', { class: 'muted' }, t('quarantine.hidden')) : null,
    el('dl', { class: 'values' }, op.rows.map((row) => el('div', { class: 'value-row' },
      el('dt', {}, row.label),
      el('dd', {}, el('bdi', { class: 'value' }, row.text),
        row.bad ? el('span', { class: 'lacking' }, row.problem || t('quarantine.bad')) : null)))));
}

/* Why the page offers no release. */
function refusal(view) {
  return el('section', { class: 'card' },
    el('p', {}, t(`quarantine.refused.${view.refused}`, null, t('quarantine.refused.denied'))),
    view.refused_message ? el('p', { class: 'muted' }, el('bdi', {}, view.refused_message)) : null);
}

export function quarantinePane(node, id, back, state, nextOf) {
  let closed = false;
  const path = `quarantine/${encodeURIComponent(id)}`;

  function draw(view) {
    let kept = null;
    const reason = el('textarea', { name: 'reason', rows: 3 });
    const decide = (what, said) => async () => {
      if (!trimmed(reason.value)) {
        reason.focus();
        throw new Error(t('quarantine.needReason'));
      }
      await post(path, { action: what, reason: reason.value });
      kept.sent();
      const next = nextOf?.(id);
      const good = el('div', { class: 'notice notice-good', role: 'status', tabindex: -1 }, said, ' ',
        next ? el('a', { class: 'next', href: next }, t('review.next')) : null);
      fill(node, el('a', { class: 'back', href: back }, '← ', t('record.back')), good);
      good.focus();
      state.pulse?.();
    };
    fill(node,
      el('header', { class: 'record-head' },
        el('a', { class: 'back', href: back }, '← ', t('record.back')),
        el('p', { class: 'record-kind' }, t('quarantine.title'), view.kind_label ? ` · ${view.kind_label}` : ''),
        el('h2', { tabindex: -1 }, view.title || view.kind_label || t('quarantine.title')),
        el('p', { class: 'muted' }, t(view.reason === 'revoked' ? 'quarantine.hintRevoked' : 'quarantine.hint'))),
      el('section', { class: 'card card-conflict' },
        el('dl', { class: 'values' }, [['reason', heldWhy(view)],
          ...(view.subject ? [['subject', view.subject]] : []), ['device', view.device],
          ['by', view.by], ['received', view.received]].map(([name, text]) =>
          el('div', { class: 'value-row' }, el('dt', {}, t(`quarantine.${name}`)),
            el('dd', {}, el('bdi', {}, text))))),
        view.message && !view.words ? el('details', {}, el('summary', {}, t('quarantine.detail')),
          el('p', { class: 'muted' }, el('bdi', {}, view.message))) : null),
      view.ops.map(opBox),
      view.raw ? el('section', { class: 'card' }, el('h3', {}, t('quarantine.raw')),
        el('pre', { class: 'raw' }, view.raw)) : null,
      view.may_release ? null : refusal(view),
      view.may_decide ? el('section', { class: 'card actions typed no-print' },
        field(t('quarantine.why'), reason, '', REASON_MAX),
        el('div', { class: 'buttons' },
          view.may_release
            ? action(t('quarantine.release'), 'primary good', decide('release', t('quarantine.released'))) : null,
          view.may_dismiss
            ? action(t('quarantine.dismiss'), 'secondary warn', decide('dismiss', t('quarantine.dismissed'))) : null)) : null);
    if (view.may_decide) kept = keepTyped(node.querySelector('.typed'), id, 'decide');
  }

  fill(node, el('p', { class: 'nothing' }, t('list.loading')));
  get(path).then((view) => closed || draw(view)).catch((error) => closed || fill(node,
    el('a', { class: 'back', href: back }, '← ', t('record.back')),
    el('p', { class: 'nothing', role: 'alert' }, textOf(error))));
  return { close() { closed = true; } };
}
