// One record: its values, the records below it, and the possible actions.
import { casePath, filePath, get, post, recordPath } from './api.js';
import { badge, el, fill, textOf } from './dom.js';
import { placeUnder } from './filters.js';
import { t } from './i18n.js';
import { actionBar, followOwn } from './act.js';
import { attachBox, sizeText } from './attach.js';
import { conflictBox } from './conflict.js';
import { historyBox } from './history.js';
import { dueBadge, rowContent } from './list.js';
import { worksheetBox } from './worksheet.js';

const PICTURES = ['image/jpeg', 'image/png'];
const PDF = 'application/pdf';

// Ids sort in order of creation.
const byAge = (rows, key) => [...rows].sort((a, b) => (a[key] < b[key] ? -1 : 1));

/* --- files --- */

// Sound and film are played here, and are loaded only when somebody plays them.
function fileFrame(file, name) {
  const [kind] = file.media_type.split('/');
  if (kind === 'audio' || kind === 'video') {
    return el('div', { class: 'file-frame' }, el(kind, { src: filePath(file), controls: true, preload: 'none',
      'aria-label': t(`files.${kind}`, { name }) }));
  }
  if (!PICTURES.includes(file.media_type) && file.media_type !== PDF) {
    return el('div', { class: 'file-frame' }, el('span', { class: 'file-type' }, t('files.other')));
  }
  return el('a', { class: 'file-frame', href: filePath(file), target: '_blank', rel: 'noopener noreferrer' },
    file.media_type === PDF
      ? el('span', { class: 'file-type' }, 'PDF')
      : el('img', { src: filePath(file), alt: t('files.photo', { name }), loading: 'lazy' }));
}

function fileTile(file) {
  const name = file.note || file.role;
  const facts = [file.role, file.note, file.taken, file.place].filter(Boolean);
  if (!file.here) {
    return el('figure', { class: 'file file-gone' },
      el('div', { class: 'file-frame' }, t('files.missing')),
      el('figcaption', {}, facts.map((fact) => el('span', {}, fact))));
  }
  return el('figure', { class: 'file' }, fileFrame(file, name),
    el('figcaption', {}, facts.map((fact) => el('span', {}, fact)),
      el('a', { href: filePath(file, true), class: 'file-save', download: true }, t('files.download'),
        file.size ? ` ${sizeText(file.size)}` : '')));
}

export function filesBox(files) {
  if (!files?.length) return null;
  const here = files.filter((file) => file.here).length;
  const total = files.length;
  return el('div', { class: 'files' },
    el('p', { class: here < total ? 'files-sum files-missing' : 'files-sum' },
      here < total ? t('files.some', { total, here, missing: total - here }) : t('files.all', { total })),
    el('div', { class: 'file-grid' }, byAge(files, 'record').map(fileTile)));
}

/* --- values --- */

function answersTable(row) {
  const counts = new Map();
  for (const answer of row.answers) {
    const known = counts.get(answer.answer) || { label: answer.answer_label, count: 0 };
    known.count += 1;
    counts.set(answer.answer, known);
  }
  const bad = row.answers.filter((answer) => answer.answer === 'noncompliant');
  const body = el('tbody');
  const draw = (rows) => fill(body, rows.map((answer) => el('tr', { class: `answer-${answer.answer}` },
    el('th', { scope: 'row' }, answer.item),
    el('td', {}, answer.check, answer.major ? badge('major', t('answers.major')) : null),
    el('td', {}, badge(`answer-${answer.answer}`, answer.answer_label),
      answer.bulk ? el('span', { class: 'muted' }, t('answers.bulk')) : null),
    el('td', {}, answer.note))));
  const toggle = el('button', { type: 'button', class: 'quiet no-print', 'aria-pressed': 'false' },
    t('answers.all', { count: row.answers.length }));
  toggle.addEventListener('click', () => {
    const all = toggle.getAttribute('aria-pressed') !== 'true';
    toggle.setAttribute('aria-pressed', String(all));
    fill(toggle, all ? t('answers.bad') : t('answers.all', { count: row.answers.length }));
    table.hidden = false;
    draw(all ? row.answers : bad);
  });
  const head = ['item', 'check', 'answer', 'note'].map((name) => el('th', { scope: 'col' }, t(`answers.${name}`)));
  const table = el('table', { class: 'answers', hidden: bad.length === 0 },
    el('thead', {}, el('tr', {}, head)), body);
  draw(bad);
  return el('div', { class: 'answers-box' },
    el('p', { class: 'chips' }, [...counts].map(([code, one]) =>
      badge(`answer-${code}`, `${one.label} ${one.count}`)), toggle),
    table);
}

// A sealed value, which some people open with a reason. It is gone from the page with the next view.
function sealedNode(row, record) {
  const label = el('span', { class: 'muted' }, t('record.sealed'));
  if (!row.withheld || !row.may_open) return row.withheld ? label : el('span', { class: 'muted' }, t('record.empty'));
  const status = el('span', { class: 'lacking', role: 'status' });
  const reason = el('input', { type: 'text', name: `unseal-${row.key}`, maxlength: 200, required: true,
    'aria-label': t('record.unsealWhy'), placeholder: t('record.unsealWhy') });
  const send = el('button', { type: 'submit', class: 'secondary' }, t('record.unsealDo'));
  const form = el('form', { class: 'unseal', hidden: true }, reason, el('span', { class: 'buttons' }, send,
    el('button', { type: 'button', class: 'quiet', onclick: () => toggle(false) }, t('review.cancel'))), status);
  const open = el('button', { type: 'button', class: 'quiet' }, t('record.unseal'));
  const box = el('div', {}, label, ' ', open, form);
  const toggle = (shown) => {
    form.hidden = !shown;
    open.hidden = shown;
    (shown ? reason : open).focus();
  };
  open.addEventListener('click', () => toggle(true));
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) toggle(false);
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (send.disabled) return; // each opening is a row of the access log
    send.disabled = true;
    fill(status);
    try {
      const done = await post(recordPath(record, 'unseal'), { field: row.key, reason: reason.value });
      if (box.isConnected) fill(box, el('bdi', { class: 'value' }, done.text), el('span', { class: 'mark' }, t('record.unsealed')));
    } catch (error) {
      fill(status, textOf(error));
    } finally {
      send.disabled = false;
    }
  });
  return box;
}

function valueNode(row, back, record) {
  if (row.answers?.length) return answersTable(row);
  if (row.sealed) return sealedNode(row, record);
  if (row.withheld) return el('span', { class: 'muted' }, t('record.withheld'));
  if (row.missing) return el('span', { class: 'lacking' }, t('record.missing'));
  if (row.empty) return el('span', { class: 'muted' }, t('record.empty'));
  const text = row.ref ? el('a', { href: placeUnder(back, row.ref) }, row.text)
    : row.link ? el('a', { href: row.link, target: '_blank', rel: 'noopener noreferrer' }, row.text)
      : el('bdi', { class: 'value' }, row.text);
  return [text,
    row.personal ? el('span', { class: 'mark' }, t('record.personal')) : null,
    row.doubt ? el('span', { class: 'mark mark-doubt' }, t('record.doubtful', { why: row.doubt })) : null,
    row.conflict ? el('span', { class: 'mark mark-conflict' }, t('record.conflictHere')) : null];
}

function sectionBox(section, back, record) {
  const filled = section.rows.some((row) => !row.empty || row.missing);
  return el('section', { class: filled ? 'card section' : 'card section section-empty' },
    el('h3', {}, section.label),
    el('dl', { class: 'values' }, section.rows.map((row) => el('div', {
      class: ['value-row', row.empty && !row.missing && 'is-empty', row.answers?.length && 'is-wide']
        .filter(Boolean).join(' '),
    }, el('dt', {}, row.label), el('dd', {}, valueNode(row, back, record))))));
}

/* --- children and reviews --- */

// Some states have the same name as their lane; it is shown once.
function laneBadge(row) {
  const text = row.review ? t(`lane.${row.review}`, null, row.review) : '';
  return text && text !== row.state_label ? badge(row.review, text) : null;
}

function childCard(row, back, view) {
  const known = (text) => text === view.subject || (row.title || '').includes(text);
  const brief = (row.brief || []).filter((line) => !known(line.text));
  return el('li', { class: 'child' },
    el('div', { class: 'child-head' },
      el('a', { class: 'child-title', href: placeUnder(back, row.id) }, row.title || row.kind_label),
      row.state_label ? badge('state', row.state_label) : null,
      row.conflict ? badge('conflict', t('list.conflict')) : null,
      laneBadge(row)),
    brief.length ? el('dl', { class: 'brief' }, brief.map((line) =>
      el('div', {}, el('dt', {}, line.label), el('dd', {}, el('bdi', {}, line.text))))) : null,
    filesBox(row.files));
}

// Marks a count that is not complete.
const countOf = (number, more) => el('span', { class: 'count' }, more ? `${number}+` : number);

const childrenBox = (group, back, view) => el('section', { class: 'card' },
  el('h3', {}, group.label, ' ', countOf(group.rows.length, group.more)),
  el('ul', { class: 'children' }, byAge(group.rows, 'id').map((row) => childCard(row, back, view))),
  group.more ? el('p', { class: 'muted' }, t('record.moreRows')) : null);

const relatedBox = (group, back) => el('section', { class: 'card' },
  el('h3', {}, group.label, ' ', countOf(group.total, group.more)),
  group.total > group.rows.length
    ? el('p', { class: 'muted' }, t('record.newestOf', { shown: group.rows.length, total: `${group.total}${group.more ? '+' : ''}` }))
    : null,
  group.rows.length
    ? el('ul', { class: 'rows rows-inside' }, group.rows.map((row) =>
      el('li', {}, el('a', { class: 'row', href: placeUnder(back, row.id) },
        rowContent({ ...row, subject: '' })))))
    : el('p', { class: 'muted' }, t('list.empty')));

const reviewsBox = (reviews) => el('section', { class: 'card' },
  el('h3', {}, t('review.past')),
  el('ol', { class: 'reviews' }, reviews.map((review) => el('li', {},
    el('p', { class: 'review-head' },
      badge(review.decision === 'return' ? 'returned' : 'accepted', t(`review.${review.decision}`, null, review.decision)),
      badge('state', review.state_label),
      el('span', { class: 'muted' }, t('review.by', { by: review.by, at: review.at }))),
    review.comment ? el('p', { class: 'comment' }, el('bdi', {}, review.comment)) : null,
    review.items.length ? el('p', { class: 'muted' }, t('review.items'), t('app.colon'), review.items.join(t('app.comma'))) : null,
    review.answer ? el('p', { class: 'comment' }, t('review.answer'), t('app.colon'), el('bdi', {}, review.answer)) : null))));

/* --- the whole --- */

// The hub makes the archive first; then the browser saves it under the name that the hub gives.
const caseLinks = (id) => el('p', { class: 'case-links no-print' },
  el('a', { class: 'case-link', href: casePath(id), download: true, title: t('case.hint') }, t('case.export')),
  el('a', { class: 'case-link', href: casePath(id, true), download: true }, t('case.withoutPersonal')));

function headBox(view, back) {
  return el('header', { class: 'record-head' },
    el('a', { class: 'back', href: back }, '← ', t('record.back')),
    el('p', { class: 'record-kind' }, view.kind_label,
      el('span', { class: 'received', title: t('record.receivedHint') }, t('record.received'))),
    el('h2', { tabindex: -1 }, view.title || view.kind_label),
    el('p', { class: 'chips' },
      view.state_label ? badge('state', view.state_label) : null,
      dueBadge(view.due),
      view.review ? badge(view.review, t(`lane.${view.review}`, null, view.review)) : null,
      view.restricted ? badge('restricted', t('list.restricted')) : null,
      view.conflict ? badge('conflict', t('list.conflict')) : null,
      view.may_oversee ? el('a', { href: `#/access/record/${encodeURIComponent(view.id)}` }, t('record.access')) : null),
    el('p', { class: 'facts' },
      view.subject ? el('span', {}, t('record.enterprise'), t('app.colon'), el('bdi', {}, view.subject)) : null,
      view.area ? el('span', {}, t('record.area'), t('app.colon'), view.area) : null,
      el('span', {}, t('record.changed'), t('app.colon'), view.changed)),
    view.case ? caseLinks(view.id) : null,
    view.export_not_before
      ? el('p', { class: 'muted' }, t('record.exportNotBefore', { states: view.export_not_before })) : null);
}

const reportsBox = (reports, more, english) => el('section', { class: 'card card-warn' },
  el('h3', {}, t('record.reports')),
  el('ul', {}, reports.map((report) => el('li', {}, english ? report.en : report.zh))),
  more ? el('p', { class: 'muted' }, t('record.andMore')) : null);

// Changed after it was approved.
const changedBox = (changed) => el('section', { class: 'card card-warn' },
  el('h3', {}, t('record.changedSince')),
  el('p', { class: 'muted' }, t('review.by', { by: changed.by, at: changed.at })),
  el('ul', {}, changed.rows.map((row) => el('li', {}, row.kind_label, ' ', el('bdi', {}, row.title)))),
  changed.more ? el('p', { class: 'muted' }, t('record.andMore')) : null);

const signedBox = (lines) => el('section', { class: 'card card-warn' },
  el('h3', {}, t('record.signedChanges')),
  el('p', { class: 'muted' }, t('record.signedChangesHint')),
  el('p', { class: 'comment', dir: 'auto' }, lines));

// `nextOf(id)`: address of the next record in the list, '' when there is none.
export function recordPane(node, id, back, state, nextOf) {
  let view = null;
  let closed = false;
  let editing = false;
  let next = '';
  let sheet = null;
  const notice = el('div', { class: 'notice', role: 'status', hidden: true });

  function draw(said, warning) {
    editing = false;
    notice.hidden = true;
    const emptyToggle = el('input', { type: 'checkbox' });
    const sections = el('div', { class: view.export_not_before ? 'sections no-print' : 'sections' }, view.sections.map((one) => sectionBox(one, back, view.id)));
    emptyToggle.addEventListener('change', () => sections.classList.toggle('with-empty', emptyToggle.checked));
    // Findings come before the fields, participants after them.
    const groups = (first) => view.children.filter((group) => group.first === first)
      .map((group) => childrenBox(group, back, view));
    const attach = attachBox(view, { onDone: () => (editing || closed ? null : load()) });
    const focused = attach?.node.contains(document.activeElement) ? document.activeElement : null;
    sheet = worksheetBox(view, () => followOwn(view));
    const worked = sheet?.isInUse() ? { at: document.activeElement, top: node.scrollTop } : null;
    const bar = actionBar(view, { done, overtaken, back, editing: (on) => { editing = on; } });
    const good = said ? el('div', { class: 'notice notice-good', role: 'status', tabindex: -1 }, said, ' ',
      next ? el('a', { class: 'next', href: next }, t('review.next')) : null) : null;
    fill(node, headBox(view, back), notice,
      good,
      warning ? el('div', { class: 'notice notice-changed', role: 'alert', tabindex: -1 }, warning) : null,
      bar,
      view.conflicts.length ? conflictBox(view, done) : null,
      view.changed_since && view.review === 'new' ? changedBox(view.changed_since) : null,
      view.signed_changes ? signedBox(view.signed_changes) : null,
      view.reports?.length ? reportsBox(view.reports, view.reports_more, document.documentElement.lang === 'en') : null,
      view.reviews.length ? reviewsBox(view.reviews) : null,
      sheet?.node,
      view.files.length || attach ? el('section', { class: view.files.length ? 'card' : 'card no-print' },
        el('h3', {}, t('files.title')), filesBox(view.files), attach?.node) : null,
      groups(true),
      sections,
      el('label', { class: 'check no-print' }, emptyToggle, t('record.showEmpty')),
      groups(false),
      (view.related || []).map((group) => relatedBox(group, back)),
      historyBox(view.id));
    // The pressed button is gone: moves the focus to the result of the action.
    good?.focus();
    // The box with the uploads is the same as before; a field in it that had the focus keeps it.
    if (focused?.isConnected) focused.focus({ preventScroll: true });
    if (!good && worked?.at.isConnected) {
      worked.at.focus({ preventScroll: true });
      node.scrollTop = worked.top;
    }
  }

  // After an action, the lists and their counts are read again at once.
  async function done(said) {
    next = nextOf?.(id) || '';
    await load(said);
    state.pulse?.();
  }

  // Who changed what since the page was loaded: lines, or only the fact when they cannot be read.
  async function changesSince(covers) {
    const news = await get(recordPath(id, 'news'), { since: covers }).catch(() => null);
    if (!news?.rows.length) return [el('p', {}, t('record.changedNote'))];
    return [el('p', {}, t('record.changedBy')),
      el('ul', {}, news.rows.map((row) => el('li', {}, t('record.changeOf', {
        by: row.own ? t('record.yourself') : row.by, at: row.received, kind: row.kind_label, title: row.title,
        what: row.sets.map((set) => set.label + (set.item ? ` ${set.item}` : '')).join(t('app.comma')),
      })))),
      news.more ? el('p', {}, t('record.andMore')) : null];
  }

  // Whether only items of the checklist were answered since the page was loaded.
  async function onlyAnswers() {
    const news = await get(recordPath(id, 'news'), { since: view.covers }).catch(() => null);
    return Boolean(news?.rows.length && !news.more && news.rows.every((row) => row.sets.length && row.sets.every((set) => set.item)));
  }

  // The form was sent for an older version: shows the new one and what changed. false when it
  // cannot be read.
  async function overtaken() {
    const [changes, found] = await Promise.all([changesSince(view.covers), get(recordPath(id)).catch(() => null)]);
    if (!found || closed) return false;
    view = found;
    draw('', [changes, el('p', {}, t('record.notSent'))]);
    node.querySelector('.notice-changed').focus();
    return true;
  }

  async function load(said) {
    try {
      const found = await get(recordPath(id));
      if (closed) return;
      const first = view === null;
      view = found;
      draw(typeof said === 'string' ? said : '');
      if (first) node.querySelector('h2')?.focus({ preventScroll: true });
    } catch (error) {
      if (!closed && !view) fill(node, el('a', { class: 'back', href: back }, '← ', t('record.back')),
        el('p', { class: 'nothing', role: 'alert' }, textOf(error)));
    }
  }

  node.scrollTop = 0;
  fill(node, el('p', { class: 'nothing' }, t('list.loading')));
  load();
  return {
    async refresh() {
      if (!view) return;
      const found = await get(recordPath(id)).catch(() => null);
      if (!found || closed || found.covers === view.covers) return;
      // Under the hand of a person who fills in the checklist nothing is drawn again.
      if (sheet?.isInUse() && found.state === view.state && await onlyAnswers()) {
        Object.assign(view, { covers: found.covers });
        sheet.refresh();
      } else if (editing) {
        const changes = await changesSince(view.covers);
        if (closed || !editing) return;
        fill(notice, changes, el('button', { type: 'button', class: 'quiet', onclick: () => load() },
          t('record.reload')), el('span', { class: 'muted' }, t('record.reloadKeeps')));
        notice.hidden = false;
      } else {
        view = found;
        draw('');
      }
    },
    close() { closed = true; },
  };
}
