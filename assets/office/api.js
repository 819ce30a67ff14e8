// All requests to the hub go through this file.
import { t, language } from './i18n.js';

let token = '';
let onSignedOut = () => {};

export class HubError extends Error {
  constructor(status, code, message, retryAfter) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

export function setToken(value) {
  token = value;
}

export function whenSignedOut(handler) {
  onSignedOut = handler;
}

function explain(status, code, message, retryAfter) {
  if (code === 'locked') return t('error.locked', { seconds: retryAfter || '?' });
  if (status === 401) return t('error.session');
  const known = t(`error.${code}`, null, '');
  // Labels of kinds are in the page's language; the hub's own messages are English.
  const readable = language() === 'en' || /[\u3400-\u9fff]/.test(message || '');
  const isSaid = ['expired', 'busy'].includes(code) || (code === 'denied' && language() === 'en');
  const what = known || t('error.failed');
  return message && readable && !isSaid ? what.replace(/[。.]$/, '') + t('app.colon') + message : what;
}

// Errors that are neither the user's mistake nor temporary.
const isUnexpected = (status, code) => status >= 500 && code !== 'busy';

// `body`: bytes (a Blob), or an object that is sent as JSON. `signal` ends the request.
async function ask(method, path, body, extra, signal) {
  const headers = { Accept: 'application/json', ...extra };
  const isBytes = body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = isBytes ? 'application/octet-stream' : 'application/json';
  if (method !== 'GET' && token) headers['X-Bihuan-Token'] = token;
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined || isBytes ? body : JSON.stringify(body),
      signal,
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
    });
  } catch {
    throw new HubError(0, 'network', t('error.network'));
  }
  const json = await answer.json().catch(() => ({}));
  if (answer.ok) return json;
  const retryAfter = answer.headers.get('Retry-After');
  const error = new HubError(answer.status, json.error,
    json.why === 'origin' ? t('error.origin', { browser: window.location.host, host: json.host || '?' })
      : explain(answer.status, json.error, json.message, retryAfter), retryAfter);
  error.why = json.why;
  error.problems = json.problems;
  error.record = json.record;
  error.present = json.present;
  if (isUnexpected(answer.status, json.error)) error.request = json.request;
  if (answer.status === 401 && token) {
    token = '';
    onSignedOut('ended');
  }
  throw error;
}

function address(path, query) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries({ lang: language(), ...query })) {
    if (value !== undefined && value !== null && value !== '') parts.set(name, value);
  }
  return `/office/v1/${path}?${parts}`;
}

export const get = (path, query) => ask('GET', address(path, query));
export const poll = (path, query) =>
  ask('GET', address(path, query), undefined, { 'X-Bihuan-Poll': '1' });
export const post = (path, body) => ask('POST', address(path), body);
export const putPart = (path, query, bytes, signal) => ask('PATCH', address(path, query), bytes, undefined, signal);
export const remove = (path) => ask('DELETE', address(path));

const segment = encodeURIComponent;
export const recordPath = (id, more) =>
  `records/${segment(id)}${more ? `/${more}` : ''}`;
export const filePath = (file, download) =>
  `/office/v1/records/${segment(file.record)}/files/${segment(file.sha256)}${download ? '?download=1' : ''}`;
export const uploadPath = (id) => `uploads/${segment(id)}`;
export const casePath = (id, withoutPersonal) =>
  `/office/v1/records/${segment(id)}/case${withoutPersonal ? '?without_personal=1' : ''}`;
export const devicePath = (id, act) => `devices/${segment(id)}/${act}`;
export const codePath = (serial) => `/office/v1/plaques/${segment(serial)}/qr.svg`;
