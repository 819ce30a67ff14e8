// Making records: from the menu of the office, and from the page of another record.
import { get, post } from './api.js';
import { attachBox } from './attach.js';
import { el, fill, textOf } from './dom.js';
import { placeUnder } from './filters.js';
import { formBox } from './form.js';
import { language, t } from './i18n.js';
import { menuList } from './menu.js';
import { recordPane } from './record.js';

const PLACE = '#/new';

export const creationName = (creation) => `${creation.kind} ${creation.act}`;
export const creationLabel = (creation) => (creation.label.toLowerCase().includes(creation.kind_label.toLowerCase())
  ? creation.label : `${creation.kind_label}${t('app.colon')}${creation.label}`);

// The form that makes a record, from a record (`origin`, its id) or from the menu. `back`: address of
// the list under which the new record's page opens.
export function creationForm(creation, origin, back, close) {
  const about = { kind: creation.kind, act: creation.act, ...(origin ? { origin } : {}) };
  let box = null;
  // The files are sent while the form is filled in; the hub keeps them until the record is made with them.
  const attach = (asked, again, form, kept) => {
    if (!form.attach) return null;
    const record = kept.id(() => form.record);
    box = attachBox({ id: record, attach: form.attach, files: [] }, {
      roles: asked.map((one) => ({ code: one.role, label: one.label, media: one.media })),
      atLeast: Object.fromEntries(asked.map((one) => [one.role, one.at_least])),
      pending: { name: `${creationName(creation)} ${origin}`, begin: (file) => post('uploads', { ...about, ...file, record }) },
    });
    return box?.node || null;
  };
  const send = async (values, kept, form) => {
    // The hub recognises by the id that the record was made already.
    const record = kept.id(() => form.record);
    await box?.ready();
    const files = box?.uploads() || [];
    try {
      await post('records', { ...about, record, values, ...(files.length ? { files } : {}) });
    } catch (error) {
      if (error.code === 'chain' && error.record) {
        error.message = t('create.exists');
        error.more = el('a', { href: placeUnder(back, record) }, t('record.open'));
      }
      throw error;
    }
    kept.sent();
    box?.taken();
    location.hash = placeUnder(back, record);
  };
  return formBox({
    ask: about,
    attach,
    draft: { record: origin || 'new', form: creationName(creation) },
    label: t('create.title', { label: creationLabel(creation) }), send, cancel: () => { box?.end(); close(); },
  });
}

/* --- the page of the menu --- */

const hrefOf = (creation) => `${PLACE}/${creation.kind}/${creation.act.split('/')[1]}`;

export function showCreate(main, state) {
  const right = el('section', { class: 'pane' });
  const menu = el('div', { class: 'menu-page' });
  let pane = null;
  let open = null;
  const creations = get('creations', { lang: language() }).then((answer) => answer.creations);

  function mark(href) {
    for (const link of menu.querySelectorAll('a')) {
      if (link.getAttribute('href') === href) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  async function showForm(place) {
    const list = await creations;
    if (open !== place) return;
    const creation = list.find((one) => hrefOf(one) === place);
    mark(place);
    fill(right, creation ? [el('a', { class: 'back back-form', href: PLACE }, '← ', t('create.menu')),
      el('section', { class: 'card' }, creationForm(creation, '', PLACE, () => { location.hash = PLACE; }))]
      : el('p', { class: 'nothing', role: 'alert' }, t('create.notOffered')));
  }

  creations.then((list) => fill(menu, menuList(list, creationLabel, (creation) => el('a', { class: 'row', href: hrefOf(creation) },
    el('span', { class: 'row-title' }, creationLabel(creation)),
    creation.source ? el('span', { class: 'row-sub' }, creation.source) : null)).node))
    .then(() => mark(open)).catch((error) => fill(menu, el('p', { role: 'alert' }, textOf(error))));

  fill(main, el('div', { class: 'split' }, el('section', { class: 'side' }, el('h2', {}, t('create.menu')), menu), right));
  return {
    show(parts) {
      const place = [PLACE, ...parts].join('/');
      if (place === open) return;
      open = place;
      pane?.close?.();
      pane = null;
      main.classList.toggle('has-open', parts.length > 0);
      mark(place);
      if (parts.length === 1) pane = recordPane(right, parts[0], PLACE, state);
      else if (parts.length > 1) showForm(place).catch((error) => fill(right, el('p', { class: 'nothing' }, textOf(error))));
      else fill(right, el('p', { class: 'nothing' }, t('create.choose')));
    },
    refresh() { pane?.refresh?.(); },
    close() { pane?.close?.(); },
  };
}
