import { post, recordPath } from './api.js';
import { action, el } from './dom.js';
import { t } from './i18n.js';

function choice(view, conflict, head, heads, done) {
  if (!view.may_resolve || head.withheld) return null;
  if (!head.may_take) return el('p', { class: 'muted' }, t('conflict.notYours'));
  return action(t('conflict.take'), 'secondary', async () => {
    await post(recordPath(view.id, 'resolve'), { key: conflict.key, entry: head.entry, heads });
    await done(t('conflict.done'));
  });
}

function side(view, conflict, head, done) {
  const heads = conflict.heads.map((one) => one.entry);
  return el('div', { class: 'side-by' },
    el('p', { class: 'side-value' }, head.text ? el('bdi', {}, head.text)
      : t(head.withheld ? 'conflict.withheld' : 'conflict.empty')),
    el('p', { class: 'muted' }, t('conflict.from', {
      by: head.by || '?', device: head.device || '?', received: head.received || '?',
    })),
    choice(view, conflict, head, heads, done));
}

export function conflictBox(view, done) {
  return el('section', { class: 'card card-conflict' },
    el('h3', {}, t('conflict.title')),
    el('p', { class: 'muted' }, t('conflict.hint')),
    view.conflicts.map((conflict) => el('div', { class: 'conflict' },
      el('h4', {}, conflict.label, conflict.item ? ` ${conflict.item}` : ''),
      el('div', { class: 'sides' }, conflict.heads.map((head) => side(view, conflict, head, done))))));
}
