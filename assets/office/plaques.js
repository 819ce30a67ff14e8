// Makes plaques, and the sheet that prints them at true size.
import { codePath, get, post } from './api.js';
import { action, el, field, fill, textOf } from './dom.js';
import { hasDuty } from './duties.js';
import { t } from './i18n.js';

const BLANK_MAX = 200;

function plaqueCard(row, hub) {
  return el('li', { class: 'plaque' },
    el('img', { class: 'plaque-code', src: codePath(row.serial), alt: t('plaque.alt', { code: row.code }) }),
    el('div', { class: 'plaque-text' },
      el('p', { class: 'plaque-word' }, t('plaque.word')),
      row.name ? el('p', { class: 'plaque-name' }, el('bdi', {}, row.name))
        : el('p', { class: 'plaque-write' }, t('plaque.write'), el('span', { class: 'plaque-line' })),
      el('p', { class: 'plaque-number' }, row.code),
      el('p', { class: 'plaque-hub' }, hub)));
}

async function showSheet(main, first, count) {
  const page = await get('plaques', { first, count });
  fill(main, el('div', { class: 'wide' },
    el('div', { class: 'sheet-bar no-print' },
      el('a', { class: 'back', href: '#/plaques' }, '← ', t('plaque.title')),
      el('h2', {}, t('plaque.sheet')),
      el('p', { class: 'muted' }, t('plaque.sheetHint')),
      el('button', { type: 'button', class: 'primary', onclick: () => window.print() }, t('plaque.print'))),
    el('ul', { class: 'sheet' }, page.rows.map((row) => plaqueCard(row, page.hub)))));
}

function recentTable(rows) {
  const head = ['serial', 'for', 'printed', 'by'].map((name) => el('th', { scope: 'col' }, t(`plaque.${name}`)));
  return el('table', { class: 'table' },
    el('thead', {}, el('tr', {}, head, el('th', {}))),
    el('tbody', {}, rows.map((row) => el('tr', {},
      el('th', { scope: 'row', 'data-label': t('plaque.serial') }, row.code),
      el('td', { 'data-label': t('plaque.for') }, row.name || el('span', { class: 'muted' }, t('plaque.blankOne'))),
      el('td', { 'data-label': t('plaque.printed') }, row.printed),
      el('td', { 'data-label': t('plaque.by') }, row.by),
      el('td', {}, el('a', { href: `#/plaques/sheet/${row.serial}/1` }, t('plaque.reprint')))))));
}

async function showMaking(main, state) {
  const { rows } = await get('plaques');
  const count = el('input', { type: 'number', min: 1, max: BLANK_MAX, value: '10', inputmode: 'numeric' });
  const may = hasDuty(state, 'plaques');
  fill(main, el('div', { class: 'wide' },
    el('h2', {}, t('plaque.title')),
    el('p', { class: 'muted' }, t('plaque.hint')),
    may ? el('section', { class: 'card making' }, field(t('plaque.blank'), count),
      action(t('plaque.make'), 'primary', async () => {
        const number = Number(count.value);
        if (!Number.isInteger(number) || number < 1 || number > BLANK_MAX) throw new Error(t('plaque.needCount'));
        const made = await post('plaques', { blank: number });
        location.hash = `#/plaques/sheet/${made.first}/${made.count}`;
      })) : null,
    el('h3', {}, t('plaque.recent')),
    rows.length ? recentTable(rows) : el('p', { class: 'nothing' }, t('plaque.empty'))));
}

export function showPlaques(main, state) {
  return {
    show([what, first, count]) {
      const made = what === 'sheet' ? showSheet(main, first, count || 1) : showMaking(main, state);
      made.catch((error) => fill(main, el('p', { class: 'nothing', role: 'alert' }, textOf(error))));
    },
  };
}
