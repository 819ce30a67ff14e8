// Text that was typed and not sent, per person, record and form. It is stored in this tab's session
// storage, encrypted with a key that the hub gives to that person only, so that the next person who
// signs in cannot read it.
import { el } from './dom.js';
import { t } from './i18n.js';

const PREFIX = 'bihuan-draft';
const NONCE_SIZE = 12;

const memory = new Map(); // person → Map of name → form's values
let person = '';
let key = null;

const nameOf = (record, form) => `${encodeURIComponent(record)}/${encodeURIComponent(form)}`;
const placeOf = (name) => `${PREFIX}/${person}/${name}`;
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

// Without a secure context there is no encryption: texts are then kept in memory, as long as the
// page is open.
const hasStorage = () => Boolean(key && globalThis.sessionStorage);

async function seal(values) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
  const plain = new TextEncoder().encode(JSON.stringify(values));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, plain);
  return hexOf(nonce) + hexOf(new Uint8Array(sealed));
}

async function unseal(text) {
  const sealed = bytesOf(text);
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.slice(0, NONCE_SIZE) }, key,
    sealed.slice(NONCE_SIZE));
  return JSON.parse(new TextDecoder().decode(plain));
}

// Values that outlive the sign-in, in this browser, for this person only. Without encryption they
// are not stored. false: they were not.
export async function storeSealed(name, values) {
  if (!key || !globalThis.localStorage) return false;
  const place = `${name}/${person}`;
  try {
    localStorage.setItem(place, await seal(values));
    return true;
  } catch {
    return false;
  }
}

// null when nothing is stored, or it cannot be read.
export async function readSealed(name) {
  try {
    const text = key ? localStorage.getItem(`${name}/${person}`) : null;
    return text ? await unseal(text) : null;
  } catch {
    return null;
  }
}

async function write(name, values) {
  if (!hasStorage()) return;
  const place = placeOf(name);
  const mine = memory.get(person);
  const sealed = await seal(values);
  // Writes the newest values only: an older write may finish later.
  if (mine.get(name) !== values) return;
  try {
    sessionStorage.setItem(place, sealed);
  } catch { /* full: it lasts as long as the page is open */ }
}

export async function openDrafts(staff, secret) {
  person = staff;
  if (!memory.has(person)) memory.set(person, new Map());
  key = globalThis.crypto?.subtle
    ? await crypto.subtle.importKey('raw', bytesOf(secret), 'AES-GCM', false, ['encrypt', 'decrypt']).catch(() => null)
    : null;
  if (!hasStorage()) return;
  const places = Object.keys(sessionStorage).filter((place) => place.startsWith(placeOf('')));
  for (const place of places) {
    const name = place.slice(placeOf('').length);
    const values = await unseal(sessionStorage.getItem(place)).catch(() => null);
    if (values && !memory.get(person).has(name)) memory.get(person).set(name, values);
  }
}

// Whether this tab stores text of anybody.
export const hasDrafts = () => Object.keys(globalThis.sessionStorage || {}).some((place) => place.startsWith(PREFIX));

// Ends the drafts of this person. Returns whether something was stored.
export function closeDrafts() {
  const kept = (memory.get(person)?.size || 0) > 0;
  if (key) memory.clear();
  person = '';
  key = null;
  return kept;
}

function drop(record, form) {
  const name = nameOf(record, form);
  memory.get(person)?.delete(name);
  if (hasStorage()) sessionStorage.removeItem(placeOf(name));
}

/* --- forms --- */

const controlsOf = (form) => [...form.querySelectorAll('textarea[name], input[name], select[name]')];

function valuesOf(form) {
  return controlsOf(form).map((control) => ({
    name: control.name,
    of: control.type === 'checkbox' ? control.value : '',
    value: control.type === 'checkbox' ? control.checked : control.value,
    chosen: control.dataset.chosen || '',
  }));
}

function putValues(form, values) {
  for (const control of controlsOf(form)) {
    const of = control.type === 'checkbox' ? control.value : '';
    const kept = values.find((one) => one.name === control.name && one.of === of);
    if (!kept) continue;
    if (control.type === 'checkbox') control.checked = kept.value;
    else control.value = kept.value;
    if (kept.chosen) control.dataset.chosen = kept.chosen;
    control.dispatchEvent(new Event('restored'));
  }
}

// At most one form of a record is open.
function closeOthers(record, name) {
  for (const [other, draft] of memory.get(person) || []) {
    if (other !== nameOf(record, name) && other.startsWith(nameOf(record, ''))) draft.isOpen = false;
  }
}

function put(record, name, draft) {
  memory.get(person)?.set(nameOf(record, name), draft);
  write(nameOf(record, name), draft);
}

// Stores what is typed into a form from now on, and restores what was stored before. Text of a
// closed form stays too; only sent text is removed.
export function keepTyped(form, record, name) {
  const first = JSON.stringify(valuesOf(form));
  const before = memory.get(person)?.get(nameOf(record, name));
  let isSent = false;
  const keep = (isOpen) => {
    if (isSent) return;
    const values = valuesOf(form);
    if (JSON.stringify(values) === first) drop(record, name);
    else put(record, name, { values, isOpen });
  };
  closeOthers(record, name);
  if (before) {
    putValues(form, before.values);
    keep(true);
    form.prepend(el('p', { class: 'muted', role: 'status' }, t('draft.back')));
  }
  form.addEventListener('input', () => {
    isSent = false; // a form that stays on the page is used again
    keep(true);
  });
  form.addEventListener('change', () => keep(true));
  const sent = () => {
    isSent = true;
    drop(record, name);
  };
  return { sent, closed: () => keep(false) };
}

// The draft of a form that keeps only the values that differ from the record: {field: value}, so that
// what others changed meanwhile is not sent back. `words`: texts of it that a person can read.
export function openDraft(record, name) {
  const before = memory.get(person)?.get(nameOf(record, name));
  let id = before?.id || '';
  // A browser can report a change when it removes the field that has the focus, after the form was sent.
  let isSent = false;
  const keep = (typed, words, isOpen) => {
    if (isSent) return;
    if (Object.keys(typed).length) put(record, name, { typed: { ...typed }, words, id, isOpen });
    else drop(record, name);
  };
  return {
    values: () => before?.typed || {},
    isBack: () => Boolean(before),
    keep,
    // The form is shown: the others of the record are closed.
    open(typed, words) {
      closeOthers(record, name);
      keep(typed, words, true);
    },
    // An id for what the form makes; the same after a reload.
    id(make) {
      const mine = memory.get(person)?.get(nameOf(record, name));
      id = id || make();
      if (mine) put(record, name, { ...mine, id });
      return id;
    },
    sent: () => {
      isSent = true;
      drop(record, name);
    },
  };
}

// The stored forms of a record: [{form, isOpen, text}].
export function draftsOf(record) {
  return [...(memory.get(person) || [])].filter(([name]) => name.startsWith(nameOf(record, ''))).map(([name, draft]) => ({
    form: decodeURIComponent(name.split('/')[1]),
    isOpen: draft.isOpen,
    text: (draft.words || draft.values.map((one) => one.value).filter((value) => typeof value === 'string' && value))
      .join('\n'),
  }));
}

export const dropDraft = drop;
