// Start, routes, the frame around every page, and the poll that keeps it up to date.
import { closeUploads } from './attach.js';
import { closeWorksheets } from './worksheet.js';
import { get, poll, remove, setToken, whenSignedOut } from './api.js';
import { el, fill } from './dom.js';
import { DUTIES, hasDuty } from './duties.js';
import { closeDrafts, hasDrafts, openDrafts } from './drafts.js';
import { forgetPlaces, lastPlace, notePlace } from './filters.js';
import { language, setLanguage, t } from './i18n.js';
import { showSignIn } from './signin.js';
import { showInbox } from './inbox.js';
import { showEnterprises } from './enterprises.js';
import { showCreate } from './create.js';
import { showLedger } from './ledger.js';
import { showDevices } from './devices.js';
import { showPlaques } from './plaques.js';
import { showAccess } from './access.js';
import { showAhead } from './ahead.js';

const PULSE_MS = 5000;
const app = document.getElementById('app');
const state = { session: null, position: -1, lanes: {}, more: {}, page: null, timer: 0, lost: null, clock: null, doubt: null, urgent: null, ahead: 0, typed: false,
  turn: 0, mayCreate: false };
// Tabs of one browser share a session: sign-in and sign-out are announced to the others.
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel('bihuan-session') : null;

const pages = { inbox: showInbox, ledger: showLedger, enterprises: showEnterprises, new: showCreate,
  devices: showDevices, plaques: showPlaques, access: showAccess, ahead: showAhead };
// Pages that are reached from elsewhere than the menu.
const unlisted = ['ahead'];
// Pages that the hub refuses without one of these duties are not offered to others.
const needs = { inbox: DUTIES, devices: DUTIES, plaques: DUTIES, access: ['oversee'], ahead: DUTIES };

const unknownPage = (main) => {
  fill(main, el('div', { class: 'wide' },
    el('p', { class: 'nothing', role: 'alert' }, t('route.unknown')),
    el('p', { class: 'nothing' }, el('a', { href: `#/${firstPage()}` }, t('route.first')))));
  return { show() {} };
};

const isOffered = (name) => Object.hasOwn(pages, name) && (name !== 'new' || state.mayCreate) &&
  (!needs[name] || hasDuty(state, ...needs[name]));
const firstPage = () => Object.keys(pages).find(isOffered);

// "#/inbox/new/ID" → ['inbox', 'new', 'ID']
function route() {
  const parts = location.hash.split('?')[0].replace(/^#\/?/, '').split('/').filter(Boolean);
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return [''];
  }
}

function header(current) {
  const link = (name) => el('a', {
    href: name === current ? `#/${name}` : lastPlace(name), class: 'nav-link', 'aria-current': name === current ? 'page' : null,
  }, t(`nav.${name}`));
  const other = language() === 'en' ? 'zh' : 'en';
  return el('header', { class: 'top' },
    el('a', { href: '#main', class: 'skip', onclick: (event) => {
      event.preventDefault();
      document.getElementById('main').focus();
    } }, t('app.skip')),
    el('span', { class: 'brand' }, el('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }),
      el('span', { class: 'brand-name' }, t('app.name')),
      el('span', { class: 'brand-hub' }, state.session.hub.name)),
    el('nav', { class: 'nav', 'aria-label': t('nav.label') }, Object.keys(pages).filter((name) => isOffered(name) && !unlisted.includes(name)).map(link)),
    el('span', { class: 'who' },
      el('span', { class: 'who-name' }, state.session.staff.name),
      el('button', { type: 'button', class: 'quiet', 'aria-label': t('session.languageLabel'),
        lang: other === 'en' ? 'en' : 'zh-CN',
        onclick: () => { setLanguage(other); state.page = null; show(); } }, t('session.language')),
      el('button', { type: 'button', class: 'quiet', onclick: signOut }, t('session.out'))));
}

// On a narrow screen the menu scrolls: the name of the page is in sight.
function showPlace() {
  app.querySelector('.nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

function show() {
  if (!state.session) return;
  document.title = t('app.title');
  notePlace();
  const [name = firstPage(), ...rest] = route();
  const current = isOffered(name) ? name : '';
  if (!state.page || state.page.name !== current) {
    state.page?.close?.();
    const main = el('main', { id: 'main', tabindex: -1, class: `page page-${current}` });
    state.lost = el('div', { class: 'lost', role: 'status', hidden: true }, t('live.lost'));
    state.clock = el('div', { class: 'lost', role: 'status', hidden: true });
    state.urgent = el('a', { class: 'urgent', href: '#/ahead', role: 'status', hidden: true });
    showDoubt(state.doubt);
    showUrgent(state.ahead);
    fill(app, header(current), state.lost, state.clock, state.urgent, main);
    showPlace();
    state.page = { name: current, ...(pages[current] || unknownPage)(main, state) };
  }
  state.page.show(rest);
}

// Shows on each page that the hub's clock has gone back.
function showDoubt(clock) {
  state.doubt = clock;
  const text = clock ? t('live.clock', clock) : '';
  state.clock.hidden = !clock;
  if (state.clock.textContent !== text) state.clock.textContent = text;
}

// Says on each page that urgent entries came ahead of the others.
function showUrgent(count) {
  const changed = state.ahead !== count;
  state.ahead = count;
  state.urgent.hidden = !count;
  const text = count ? t('ahead.banner', { count }) : '';
  if (state.urgent.textContent !== text) state.urgent.textContent = text;
  if (changed && state.page?.name === 'ahead') state.page.refresh();
}

// Polls every PULSE_MS, and right after an action.
async function pulse() {
  clearTimeout(state.timer);
  state.turn += 1;
  if (!state.session) return;
  // An answer that arrives after the next poll began, or after a sign-out, is dropped.
  const turn = state.turn;
  if (!document.hidden) {
    try {
      // Typing keeps the session alive; an open page alone does not.
      const ask = state.typed ? get : poll;
      state.typed = false;
      const head = await ask('head', { position: state.position });
      if (turn !== state.turn) return;
      if (state.lost) state.lost.hidden = true;
      showDoubt(head.clock);
      if (state.urgent) showUrgent(head.ahead || 0);
      if (head.position !== state.position) {
        state.position = head.position;
        state.lanes = head.lanes || state.lanes;
        state.more = head.lanes_more || state.more;
        state.page?.refresh?.();
      }
    } catch {
      if (turn === state.turn && state.lost) state.lost.hidden = false;
    }
  }
  if (turn === state.turn) state.timer = setTimeout(pulse, PULSE_MS);
}

// `how`: 'ended' by the hub, 'elsewhere' in another tab, 'other' for another person's sign-in;
// none: the person signed out.
function signedOut(how) {
  closeUploads();
  closeWorksheets();
  const kept = closeDrafts() || hasDrafts();
  forgetPlaces();
  setToken('');
  state.session = null;
  state.page?.close?.();
  state.page = null;
  state.position = -1;
  state.ahead = 0;
  state.turn += 1;
  clearTimeout(state.timer);
  document.title = t('app.title');
  showSignIn(app, begin, how ? t(`signin.why.${how}`) + (kept ? t('signin.kept') : '') : '');
}
state.pulse = pulse;

async function signOut() {
  try {
    await remove('session');
  } finally {
    tabs?.postMessage({ staff: '' });
    signedOut();
  }
}

async function begin(session, isNew = true) {
  await openDrafts(session.staff.id, session.drafts);
  state.session = session;
  setToken(session.token);
  // The menu has no entry that could offer nothing.
  state.mayCreate = await get('creations').then((answer) => answer.creations.length > 0).catch(() => true);
  if (state.session !== session) return;
  if (isNew) tabs?.postMessage({ staff: session.staff.id });
  show();
  pulse();
}

// Another tab signed out or in: this one continues only with the same person.
async function onOtherTab({ data }) {
  if (!data.staff && state.session) signedOut('elsewhere');
  else if (state.session && data.staff !== state.session.staff.id) signedOut('other');
  else if (data.staff) {
    const session = await get('session').catch(() => null);
    if (!session?.staff || session.staff.id !== data.staff) return;
    if (state.session) setToken(session.token);
    else begin(session, false);
  }
}

async function start() {
  setLanguage(language());
  whenSignedOut(signedOut);
  window.addEventListener('resize', showPlace);
  window.addEventListener('hashchange', show);
  document.addEventListener('input', () => { state.typed = true; });
  tabs?.addEventListener('message', onOtherTab);
  document.addEventListener('visibilitychange', () => document.hidden || pulse());
  try {
    const session = await get('session');
    if (session.staff) await begin(session, false);
    else signedOut(hasDrafts() ? 'ended' : '');
  } catch {
    signedOut();
  }
}

start();
