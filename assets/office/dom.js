// The only place that makes elements. Text becomes a text node and nothing else; there is no way
// here to turn a string into markup.

// Marks that turn the direction of what stands around them would let one value pose as another.
const TURNING = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

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

export const badge = (kind, text) => el('span', { class: `badge badge-${kind}` }, text);

// A labelled control: the label is what a screen reader says.
export function field(label, control, hint) {
  return el('label', { class: 'field' }, el('span', { class: 'field-label' }, label), control,
    hint ? el('span', { class: 'hint' }, hint) : null);
}

export function select(options, value, onchange, props) {
  const node = el('select', { ...props, onchange: () => onchange && onchange(node.value) },
    options.map((option) => el('option', { value: option.code, selected: option.code === value },
      option.name)));
  node.value = value || '';
  return node;
}

// Runs an action from a button: busy while it runs, its error said beside it.
export function action(label, className, run) {
  const note = el('span', { class: 'action-error', role: 'alert' });
  const button = el('button', { type: 'button', class: className }, label);
  button.addEventListener('click', async () => {
    button.disabled = true;
    fill(note);
    try {
      await run(button);
    } catch (error) {
      fill(note, error.message);
    } finally {
      button.disabled = false;
    }
  });
  return el('span', { class: 'action' }, button, note);
}
