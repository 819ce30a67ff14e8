// The only file that creates elements. Text becomes a text node; nothing here can turn a string
// into markup.
import { t } from './i18n.js';

// Characters that change the direction of the text around them: one value could look like another.
const TURNING = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

// What the hub treats as blank (schema/text.c): white space of any script, zero-width characters,
// letters that are drawn as nothing.
const BLANK = /[\p{Z}\p{Cc}\u00ad\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164\ufeff\uffa0]/u;

// A text without blanks at its ends; '' when nothing of it is visible.
export function trimmed(text) {
  let from = 0;
  let to = text.length;
  while (from < to && BLANK.test(text[from])) from += 1;
  while (to > from && BLANK.test(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

export function shown(text) {
  const named = (mark) => '[U+' + mark.codePointAt(0).toString(16).toUpperCase().padStart(4, '0') + ']';
  return String(text ?? '').replace(TURNING, named).replace(CONTROL, named);
}

function append(node, child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((one) => append(node, one));
  else if (child instanceof Node) node.append(child);
  else node.append(document.createTextNode(shown(child)));
}

// el('button', {class: 'x', disabled: true, onclick: f, 'aria-label': …}, children…)
export function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'value') node.value = value;
    else if (name === 'checked') node.checked = true;
    else node.setAttribute(name, value === true ? '' : shown(value));
  }
  append(node, children);
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

// The text shown for an error. An unexpected error has the number of its request, with which an
// operator finds it in the hub's log.
export const textOf = (error) => [error.message,
  error.more ? [' ', error.more] : null, // such as a link to what is in the way
  error.request ? el('small', { class: 'request' }, t('error.request', { id: error.request })) : null];

export const badge = (kind, text) => el('span', { class: `badge badge-${kind}` }, text);

// A control with a label, which screen readers read. With `max`, the number of characters is shown;
// the browser truncates nothing. `counted`: the control whose text is counted, when `control` is more
// than it.
export function field(label, control, hint, max, counted = control) {
  return el('label', { class: 'field' }, el('span', { class: 'field-label' }, label), control,
    hint ? el('span', { class: 'hint' }, hint) : null, max > 0 ? counter(label, counted, max) : null);
}

// Counts characters as the hub does: a JavaScript string counts 16-bit units, of which some
// characters take two.
const lengthOf = (text) => [...text].length;

const limits = new WeakMap(); // control → {label, max}

function counter(label, control, max) {
  const node = el('span', { class: 'counter' });
  const count = () => {
    const length = lengthOf(control.value);
    node.classList.toggle('is-over', length > max);
    control.setAttribute('aria-invalid', String(length > max));
    fill(node, length > 0 ? `${length}/${max}` : '');
  };
  limits.set(control, { label, max });
  for (const event of ['input', 'restored']) control.addEventListener(event, count);
  count();
  return node;
}

// The message for a text that is longer than the hub accepts; '' when it fits.
export function excess(label, text, max) {
  const over = lengthOf(text) - max;
  return over > 0 ? t('text.over', { label, over, max }) : '';
}

// Checks the lengths in a form before anything of it is sent.
function refuseExcess(form) {
  for (const control of form?.querySelectorAll('input, textarea') || []) {
    const limit = limits.get(control);
    const problem = limit ? excess(limit.label, control.value, limit.max) : '';
    if (problem) {
      control.focus();
      throw new Error(problem);
    }
  }
}

export function select(options, value, onchange, props) {
  const node = el('select', { ...props, onchange: () => onchange && onchange(node.value) },
    options.map((option) => el('option', { value: option.code, selected: option.code === value },
      option.name)));
  node.value = value || '';
  return node;
}

// Runs the action of a button: the button is busy meanwhile, an error is shown beside it.
export function action(label, className, run) {
  const note = el('span', { class: 'action-error', role: 'alert' });
  const button = el('button', { type: 'button', class: className }, label);
  button.addEventListener('click', async () => {
    button.disabled = true;
    fill(note);
    try {
      refuseExcess(button.closest('.form, .typed'));
      await run(button);
    } catch (error) {
      fill(note, textOf(error));
    } finally {
      button.disabled = false;
    }
  });
  return el('span', { class: 'action' }, button, note);
}
