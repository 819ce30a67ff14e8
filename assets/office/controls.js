// Controls of a form: one for each field type. A control shows a field as the hub resolved it
// (schema/form.h) and gives what the person typed; it knows nothing of kinds.
//
// makeControl(field, changed) returns {node, read, write, focus, problem}: `read` gives the value to
// send (null: empty), `write` shows the value of a resolved field, `problem` says why the control
// itself cannot be sent ('' when it can), `changed` is called after each change by the person.
import { el, field as labelled, fill, select } from './dom.js';
import { language, t } from './i18n.js';
import { areaOptions, loadFilters } from './list.js';
import { picker } from './picker.js';

const INPUT_TYPES = { date: 'date', month: 'month', url: 'url' };
const NUMBERS = ['integer', 'decimal', 'money', 'percent'];
const COUNTED = ['text', 'longtext', 'url'];
// Types that programs set, or that have pages of their own.
const NOT_TYPED = ['items', 'json', 'paper', 'hash'];

const textOf = (field) => (typeof field.typed === 'string' ? field.typed : field.text || '');

function listen(node, changed) {
  for (const event of ['input', 'change']) node.addEventListener(event, changed);
}

function typedText(field, changed) {
  const props = { name: field.name, autocomplete: 'off' };
  const node = field.type === 'longtext'
    ? el('textarea', { ...props, rows: 4 })
    : el('input', { ...props, type: INPUT_TYPES[field.type] || 'text',
      inputmode: NUMBERS.includes(field.type) ? 'decimal' : null,
      placeholder: field.type === 'duration' ? '3:20' : null });
  const shown = field.unit ? el('span', { class: 'measured' }, node, el('span', { class: 'unit' }, field.unit)) : node;
  listen(node, changed);
  return {
    input: node,
    node: labelled(field.label, shown, field.hint, COUNTED.includes(field.type) ? field.max : 0, node),
    read: () => (node.value === '' ? null : node.value),
    write: (one) => {
      node.value = textOf(one);
      node.dispatchEvent(new Event('restored'));
    },
  };
}

function typedTime(field, changed) {
  const node = el('input', { type: 'datetime-local', name: field.name });
  listen(node, changed);
  return {
    input: node,
    node: labelled(field.label, node, field.hint),
    read: () => node.value.replace('T', ' ') || null,
    write: (one) => { node.value = textOf(one).replace(' ', 'T'); },
  };
}

function oneOf(field, options, changed, valueOf) {
  const node = select([{ code: '', name: t('step.choose') }, ...options], '', changed, { name: field.name });
  return {
    input: node,
    node: labelled(field.label, node, field.hint),
    read: () => valueOf(node.value),
    write: (one) => { node.value = one.value === undefined ? '' : String(one.value); },
  };
}

const flag = (field, changed) => oneOf(field,
  [{ code: 'true', name: t('step.yes') }, { code: 'false', name: t('step.no') }], changed,
  (code) => (code === '' ? null : code === 'true'));

const choice = (field, changed) => oneOf(field,
  field.choices.map((one) => ({ code: one.code, name: one.label })), changed, (code) => code || null);

// The codes that are offered follow from area and day, which the person may change in the form.
function codes(field, changed) {
  const made = choice(field, changed);
  let shown = JSON.stringify(field.choices);
  const offer = (one) => {
    const value = made.input.value;
    if (!one.choices || JSON.stringify(one.choices) === shown) return;
    shown = JSON.stringify(one.choices);
    fill(made.input, el('option', { value: '' }, t('step.choose')),
      one.choices.map((option) => el('option', { value: option.code }, option.label)));
    made.input.value = value;
  };
  return { ...made, offer, write: (one) => {
    offer(one);
    made.write(one);
  } };
}

// The areas are the same for every form, so the hub does not send them with each.
function area(field, changed) {
  const made = oneOf(field, [], changed, (code) => code || null);
  const fillWith = (areas, one) => {
    const value = made.input.value || one.value || '';
    const known = !value || areas.some((option) => option.code === value);
    fill(made.input, el('option', { value: '' }, t('step.choose')),
      known ? null : el('option', { value }, one.area_name || value),
      areaOptions(areas).slice(1).map((option) => el('option', { value: option.code }, option.name)));
    made.input.value = value;
  };
  let shown = field;
  let areas = [];
  loadFilters(language()).then((filters) => {
    areas = filters.areas;
    fillWith(areas, shown);
  }).catch(() => {});
  return { ...made, write: (one) => {
    shown = one;
    made.input.value = '';
    fillWith(areas, one);
  } };
}

function group(field, ...content) {
  return el('fieldset', { class: 'form-group' }, el('legend', {}, field.label),
    field.hint ? el('span', { class: 'hint' }, field.hint) : null, content);
}

function choices(field, changed) {
  const boxes = field.choices.map((one) => el('input', { type: 'checkbox', name: field.name, value: one.code }));
  boxes.forEach((box) => box.addEventListener('change', changed));
  return {
    input: boxes[0],
    node: group(field, el('div', { class: 'checks' },
      boxes.map((box, index) => el('label', { class: 'check' }, box, field.choices[index].label)))),
    read: () => {
      const codes = boxes.filter((box) => box.checked).map((box) => box.value).sort();
      return codes.length ? codes : null;
    },
    write: (one) => boxes.forEach((box) => { box.checked = (one.value || []).includes(box.value); }),
  };
}

// A place is typed as two numbers; the hub reads them as "latitude, longitude".
function place(field, changed) {
  const [lat, lon] = ['lat', 'lon'].map((name) => el('input', { type: 'text', inputmode: 'decimal',
    name: `${field.name}.${name}`, autocomplete: 'off' }));
  [lat, lon].forEach((node) => listen(node, changed));
  return {
    input: lat,
    node: group(field, el('div', { class: 'form-pair' }, labelled(t('form.lat'), lat), labelled(t('form.lon'), lon))),
    read: () => (lat.value || lon.value ? `${lat.value}, ${lon.value}` : null),
    write: (one) => { [lat.value, lon.value] = [...textOf(one).split(/,\s*/), '', ''].slice(0, 2); },
  };
}

// The parts of a picker stand outside of its label, which would otherwise name them all.
const refNode = (field, pick, ...more) => el('div', { class: 'field' },
  el('label', { class: 'field-label', for: pick.input.id }, field.label), pick.node,
  field.hint ? el('span', { class: 'hint' }, field.hint) : null, more);

function ref(field, changed) {
  let chosen = null;
  const pick = picker(field, (row) => {
    chosen = row;
    changed();
  }, () => {
    if (!chosen) return;
    chosen = null;
    changed();
  });
  return {
    input: pick.input,
    node: refNode(field, pick),
    read: () => chosen?.id || null,
    write: (one) => {
      chosen = one.records?.[0] || null;
      pick.show(chosen?.title || '');
    },
    problem: () => (!chosen && pick.typed() ? t('form.choose') : ''),
  };
}

function refs(field, changed) {
  let chosen = [];
  const chips = el('ul', { class: 'form-chips' });
  const pick = picker(field, (row) => {
    if (!chosen.some((one) => one.id === row.id)) chosen = [...chosen, row];
    pick.show('');
    draw();
    changed();
  }, () => {});
  function removeChip(row) {
    const at = chosen.indexOf(row);
    chosen = chosen.filter((one) => one !== row);
    draw();
    (chips.querySelectorAll('button')[Math.min(at, chosen.length - 1)] || pick.input).focus();
    changed();
  }
  function draw() {
    chips.hidden = !chosen.length;
    fill(chips, chosen.map((row) => el('li', { class: 'chip' }, el('bdi', {}, row.title),
      el('button', { type: 'button', class: 'quiet', 'aria-label': `${t('form.remove')}${t('app.colon')}${row.title}`,
        onclick: () => removeChip(row) }, '×'))));
  }
  draw();
  return {
    input: pick.input,
    node: refNode(field, pick, chips),
    read: () => (chosen.length ? chosen.map((row) => row.id) : null),
    write: (one) => {
      chosen = one.records || [];
      pick.show('');
      draw();
    },
    problem: () => (pick.typed() ? t('form.choose') : ''),
  };
}

const MAKERS = { longtext: typedText, time: typedTime, flag, choice, choices, enum_ref: codes, area, place, ref, refs };

export function makeControl(field, changed) {
  if (NOT_TYPED.includes(field.type)) {
    return { node: el('p', { class: 'muted' }, t('form.elsewhere', { label: field.label })), read: () => null,
      write() {}, problem: () => '' };
  }
  const made = (MAKERS[field.type] || typedText)(field, changed);
  return { problem: () => '', ...made };
}
