// Lists that a person has named: their addresses, stored in this browser for this person only,
// because a search can contain a name.
import { action, el, excess, fill, trimmed } from './dom.js';
import { readSealed, storeSealed } from './drafts.js';
import { t } from './i18n.js';

const STORE = 'bihuan-views';
const VIEWS_MAX = 30;
const NAME_MAX = 40; // characters

const isView = (one) => typeof one?.name === 'string' && typeof one?.place === 'string' && one.place.startsWith('#/');

// `place()`: the address that is stored.
export function viewBar(place) {
  let views = [];
  const node = el('div', { class: 'views no-print' });
  const name = el('input', { type: 'text', name: 'view', 'aria-label': t('view.name'),
    placeholder: t('view.name') });
  const form = el('div', { class: 'view-form form', hidden: true });
  const add = el('button', { type: 'button', class: 'quiet', 'aria-expanded': 'false' }, t('view.add'));
  const links = el('ul', { class: 'form-chips', 'aria-label': t('view.label') });

  async function change(next) {
    if (!await storeSealed(STORE, next)) throw new Error(t('view.notStored'));
    views = next;
    draw();
  }

  function toggle(shown) {
    form.hidden = !shown;
    add.hidden = shown;
    if (shown) name.focus();
    else add.focus();
  }

  async function save() {
    const said = trimmed(name.value);
    const problem = excess(t('view.name'), said, NAME_MAX);
    if (problem) throw new Error(problem);
    if (!said) {
      name.focus();
      throw new Error(t('view.needName'));
    }
    const others = views.filter((one) => one.name !== said);
    if (others.length >= VIEWS_MAX) throw new Error(t('view.full', { max: VIEWS_MAX }));
    await change([...others, { name: said, place: place() }]);
    name.value = '';
    toggle(false);
  }

  function draw() {
    links.hidden = !views.length;
    fill(links, views.map((one) => el('li', { class: 'chip' },
      el('a', { href: one.place, 'aria-current': one.place === place() ? 'page' : null }, one.name),
      el('button', { type: 'button', class: 'quiet', 'aria-label': `${t('view.drop')}${t('app.colon')}${one.name}`,
        onclick: () => change(views.filter((other) => other !== one)).catch(() => {}) }, '×'))));
  }

  const saving = action(t('view.save'), 'secondary', save);
  fill(form, name, el('div', { class: 'buttons' }, saving,
    el('button', { type: 'button', class: 'quiet', onclick: () => toggle(false) }, t('review.cancel'))));
  name.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') toggle(false);
    if (event.key === 'Enter' && !event.isComposing) saving.querySelector('button').click();
  });
  add.addEventListener('click', () => toggle(true));
  fill(node, links, add, form);
  readSealed(STORE).then((stored) => {
    views = Array.isArray(stored) ? stored.filter(isView) : [];
    if (node.isConnected) draw();
  });
  return { node, draw };
}
