// Attaching files to a record: chosen in a dialog, dropped, or pasted; sent in parts, with progress.
import { get, post, putPart, recordPath, remove, uploadPath } from './api.js';
import { el, excess, field, fill, select, textOf } from './dom.js';
import { keepTyped } from './drafts.js';
import { t } from './i18n.js';

const PART = 256 * 1024; // bytes; small parts show progress on a slow line
const AT_ONCE = 2; // files that one box sends at the same time
const WAITS_MS = [1000, 2000, 4000, 8000]; // before a part is sent again
// What a role may be limited to, and the files that the dialog then offers.
const MEDIA = {
  image: 'image/jpeg,image/png',
  pdf: 'application/pdf',
  audio: 'audio/wav,audio/ogg,audio/mp4,audio/webm,.m4a,.opus,.webm',
  video: 'video/mp4,video/webm',
};

// Boxes live as long as the person is signed in: leaving the record does not stop its uploads.
const boxes = new Map();

export const sizeText = (bytes) => (bytes < 1024 * 1024
  ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1).replace('.0', '')} MB`);

// Whether a file can be one of these media. Sound and film have the same names in some containers; the
// hub finds out what is in them.
function fits(blob, media) {
  const [kind, container] = blob.type.split('/');
  if (!media?.length || !blob.type) return true;
  if (container === 'pdf') return media.includes('pdf');
  if (['webm', 'mp4'].includes(container)) return media.includes('audio') || media.includes('video');
  return media.includes(kind);
}

// A file has its record, or is kept until the record is made to which it belongs.
const isComplete = (answer) => Boolean(answer.record || answer.kept);
const isTemporary = (error) => ['network', 'busy'].includes(error.code);

/* --- one file --- */

// A hub that cannot be reached removes the upload by itself after some minutes.
const forget = (upload) => remove(uploadPath(upload)).catch(() => {});

// Sends the rest of a file. `file.upload`: the id that the hub gave; '' before the first part.
async function sendRest(file, view) {
  if (!file.upload) {
    const about = { role: file.role, size: file.blob.size, note: file.note, taken_at: file.taken };
    const begun = file.begin ? await file.begin(about) : await post(recordPath(view.id, 'files'), about);
    file.upload = begun.upload;
    file.done = 0;
    if (file.stopped) forget(file.upload);
  }
  while (!file.answer && !file.stopped) {
    const part = file.blob.slice(file.done, file.done + PART);
    const answer = await putPart(uploadPath(file.upload), { offset: file.done }, part, file.control.signal);
    file.done = answer.offset;
    if (isComplete(answer)) file.answer = answer;
    file.draw();
  }
}

// Asks the hub how much of the file has arrived. An upload that it does not know any more begins anew.
async function findPlace(file) {
  try {
    const answer = await get(uploadPath(file.upload));
    file.done = answer.offset;
    if (isComplete(answer)) file.answer = answer;
  } catch (error) {
    if (error.code !== 'not_found') throw error;
    file.upload = '';
    file.done = 0;
    file.answer = null;
  }
}

const pause = (ms, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
});

// After a lost connection the file is continued where the hub has it, some times by itself, then by
// hand.
async function sendFile(file, view) {
  for (let turn = 0; ; turn += 1) {
    try {
      if (file.upload) await findPlace(file);
      if (!file.answer) await sendRest(file, view);
      return;
    } catch (error) {
      if (file.stopped) return;
      const isLost = isTemporary(error) || (error.code === 'chain' && file.upload);
      if (!isLost || turn >= WAITS_MS.length) throw error;
      file.lost = true;
      file.draw();
      await pause(WAITS_MS[turn], file.control.signal);
      if (file.stopped) return;
      file.lost = false;
    }
  }
}

/* --- the box --- */

// The roles that a form asks for, as objects; null: all that are open.
const wantedOf = (options) => options.roles?.map((one) => (typeof one === 'string' ? { code: one } : one)) || null;

// The roles of `wanted` that the hub offers at the record.
const offeredOf = (view, wanted) => {
  const open = view.attach?.roles || [];
  return wanted
    ? wanted.filter((one) => open.some((other) => other.code === one.code))
      .map((one) => ({ code: one.code, media: one.media,
        label: one.label || open.find((other) => other.code === one.code).label }))
    : open;
};

const acceptOf = (wanted) => {
  const all = Object.keys(MEDIA);
  const media = wanted ? all.filter((one) => wanted.some((role) => !role.media?.length || role.media.includes(one))) : all;
  return media.map((one) => MEDIA[one]).join(',');
};

function makeBox(view, options) {
  let shown = view;
  let onDone = options.onDone;
  const atLeast = options.atLeast || {};
  const wanted = wantedOf(options);
  const { pending } = options;
  const files = [];
  const items = el('ul', { class: 'attach-files' });
  const need = el('p', { class: 'attach-need' });
  const summary = el('p', { class: 'muted attach-sum', role: 'status' });
  const rolePlace = el('div', { class: 'attach-role' });
  const input = el('input', { type: 'file', multiple: true, accept: acceptOf(wanted), class: 'attach-input', tabindex: -1,
    'aria-hidden': 'true' });
  const pick = el('button', { type: 'button', class: 'secondary', onclick: () => input.click() }, t('attach.pick'));
  const target = el('div', { class: 'attach-target' }, pick, input,
    el('p', { class: 'hint' }, t('attach.hint', { max: sizeText(view.attach?.max_bytes || 0) })));
  const note = view.attach?.note && el('input', { type: 'text', name: 'note' });
  const taken = view.attach?.taken_at && el('input', { type: 'datetime-local', name: 'taken_at' });
  const form = el('div', { class: 'attach-form' }, rolePlace,
    note ? field(view.attach.note.label, note, '', view.attach.note.max) : null,
    taken ? field(view.attach.taken_at.label, taken) : null);
  const problem = el('p', { class: 'form-error', role: 'alert', hidden: true });
  const node = el('div', { class: 'attach no-print', role: 'group', 'aria-label': t('attach.title') }, form, target,
    problem, need, items, summary);
  const kept = keepTyped(form, `${view.id} attach`, wanted?.map((one) => one.code).join(' ') || 'any');
  let role = null;
  let drawn = '';

  const complain = (text) => {
    fill(problem, text);
    problem.hidden = !text;
  };

  const offered = () => offeredOf(shown, wanted);

  // Files of a role that the record has, by the hub's list or by this box.
  function count(code) {
    const here = (shown.files || []).filter((file) => file.role_code === code && file.here);
    const known = new Set(here.map((file) => file.record));
    return here.length + files.filter((file) => file.answer && file.role === code && !known.has(file.answer.record)).length;
  }

  const missing = () => Object.entries(atLeast).map(([code, least]) => ({
    code, label: offered().find((one) => one.code === code)?.label || code, count: least - count(code),
  })).filter((one) => one.count > 0);

  function drawRoles() {
    const before = role?.value || '';
    const roles = offered();
    const now = JSON.stringify(roles);
    if (now === drawn) return;
    drawn = now;
    role = roles.length > 1
      ? select([{ code: '', name: t('attach.role') }, ...roles.map((one) => ({ code: one.code, name: one.label }))],
        roles.some((one) => one.code === before) ? before : '', () => start())
      : null;
    fill(rolePlace, role ? field(shown.attach.label, role) : el('p', { class: 'field-label' }, roles[0]?.label || ''));
    target.hidden = !roles.length;
    form.hidden = !roles.length;
  }

  function drawSummary() {
    const lacking = missing();
    fill(need, lacking.length ? t('attach.need', { what: lacking.map((one) =>
      t('attach.needOf', one)).join(t('app.comma')) }) : '');
    need.hidden = !lacking.length;
    const left = files.filter((file) => !file.answer && !file.error).length;
    const done = files.filter((file) => file.answer).length;
    const failed = files.filter((file) => file.error).length;
    const text = files.length ? t('attach.sum', { done, left, failed }) : '';
    if (summary.textContent !== text) fill(summary, text);
    node.classList.toggle('is-busy', left > 0);
  }

  function stateText(file) {
    if (file.answer?.kept) return t('attach.kept');
    if (file.answer) return t(file.answer.repeated ? 'attach.again' : 'attach.done');
    if (file.error) return el('span', { class: 'form-error', role: 'alert' }, textOf(file.error));
    if (file.lost) return t('attach.lost');
    if (!file.role) return t('attach.needRole');
    if (!file.control) return t('attach.waiting');
    return `${Math.floor((file.done / file.blob.size) * 100)} %`;
  }

  function drawFile(file) {
    file.bar.value = file.done;
    file.bar.hidden = Boolean(file.answer || file.error);
    fill(file.state, stateText(file));
    file.again.hidden = !file.error || file.refused;
    fill(file.stop, t(file.answer || file.error ? 'attach.remove' : 'attach.cancel'));
    file.stop.setAttribute('aria-label', `${file.stop.textContent}${t('app.colon')}${file.name}`);
    drawSummary();
  }

  async function run(file) {
    file.control = new AbortController();
    file.error = null;
    file.lost = false;
    file.draw();
    try {
      await sendFile(file, shown);
      if (file.answer) {
        file.done = file.blob.size;
        file.draw();
        await onDone?.(file.answer, missing());
      }
    } catch (error) {
      file.error = error;
      // Another try cannot help when the hub has judged the file or the person.
      file.refused = ['format', 'limit', 'invalid', 'denied'].includes(error.code);
      file.upload = isTemporary(error) ? file.upload : '';
    } finally {
      file.lost = false;
      file.control = null;
      if (!file.stopped) file.draw();
      next();
    }
  }

  function next() {
    const busy = files.filter((file) => file.control).length;
    files.filter((file) => file.role && !file.control && !file.answer && !file.error)
      .slice(0, Math.max(0, AT_ONCE - busy)).forEach(run);
  }

  // Gives the waiting files the chosen role, note and time, and begins to send them.
  function start() {
    const roles = offered();
    const code = role ? role.value : roles[0]?.code;
    const waiting = files.filter((file) => !file.role && !file.error);
    if (!code || !waiting.length) return;
    const long = note ? excess(shown.attach.note.label, note.value, shown.attach.note.max) : '';
    complain(long);
    if (long) {
      note.focus();
      return;
    }
    const { media } = roles.find((one) => one.code === code);
    waiting.forEach((file) => {
      if (!fits(file.blob, media)) {
        file.error = new Error(t('attach.onlyMedia', { what: media.map((one) => t(`attach.media.${one}`)).join(t('app.comma')) }));
        file.refused = true;
        file.draw();
        return;
      }
      file.role = code;
      file.note = note?.value || '';
      file.taken = (taken?.value || '').replace('T', ' ');
      file.draw();
    });
    if (note) note.value = '';
    if (taken) taken.value = '';
    note?.dispatchEvent(new Event('restored'));
    form.querySelector(':scope > p[role=status]')?.remove();
    kept.sent();
    next();
  }

  function stop(file) {
    const { control, upload, answer } = file;
    file.stopped = true;
    files.splice(files.indexOf(file), 1);
    const focused = file.node.contains(document.activeElement);
    file.node.remove();
    if (focused) pick.focus();
    control?.abort();
    if (upload && !answer?.record) forget(upload);
    drawSummary();
    next();
  }

  function add(list) {
    complain('');
    for (const blob of list) {
      const file = { begin: pending?.begin, blob, name: blob.name || t('attach.pasted'), role: '', upload: '', done: 0, answer: null, error: null };
      file.draw = () => drawFile(file);
      file.bar = el('progress', { max: Math.max(1, blob.size), 'aria-label': file.name });
      file.state = el('span', { class: 'attach-state' });
      file.again = el('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => run(file) }, t('attach.retry'));
      file.stop = el('button', { type: 'button', class: 'quiet', onclick: () => stop(file) });
      file.node = el('li', { class: 'attach-file' },
        el('span', { class: 'attach-name' }, el('bdi', {}, file.name), ' ', el('span', { class: 'muted' }, sizeText(blob.size))),
        file.bar, file.state, file.again, file.stop);
      const max = shown.attach?.max_bytes || 0;
      if (blob.size > max || blob.size === 0) {
        file.error = new Error(blob.size ? t('attach.tooLarge', { size: sizeText(blob.size), max: sizeText(max) })
          : t('attach.empty'));
        file.refused = true;
      }
      files.push(file);
      items.append(file.node);
      file.draw();
    }
    start();
    if (role && !role.value && files.some((file) => !file.role && !file.error)) role.focus();
  }

  input.addEventListener('change', () => {
    add([...input.files]);
    input.value = '';
  });
  for (const event of ['dragenter', 'dragover']) {
    node.addEventListener(event, (drag) => {
      if (!hasFiles(drag.dataTransfer) || target.hidden) return;
      drag.preventDefault();
      drag.dataTransfer.dropEffect = 'copy';
      node.classList.add('is-over');
    });
  }
  node.addEventListener('dragleave', (drag) => {
    if (!node.contains(drag.relatedTarget)) node.classList.remove('is-over');
  });
  node.addEventListener('drop', (drop) => {
    node.classList.remove('is-over');
    if (!hasFiles(drop.dataTransfer) || target.hidden) return;
    drop.preventDefault();
    add([...drop.dataTransfer.files]);
  });

  return {
    node,
    add,
    // The record was loaded again.
    show(again, more) {
      shown = again;
      onDone = more.onDone;
      drawRoles();
      drawSummary();
    },
    missing,
    pending,
    // The ids of the complete uploads, with which the record is made.
    uploads: () => files.filter((file) => file.answer?.kept).map((file) => file.upload),
    // Waits until the hub has all files, and sends again what it does not know any more.
    async ready() {
      for (const file of files.filter((one) => one.answer)) {
        await findPlace(file);
        if (!file.answer) await run(file);
      }
      if (files.some((file) => !file.answer)) throw new Error(t('attach.notReady'));
      const lacking = missing();
      if (lacking.length) {
        pick.focus();
        throw new Error(t('attach.need', { what: lacking.map((one) => t('attach.needOf', one)).join(t('app.comma')) }));
      }
    },
    // The record was made and has the files.
    taken() {
      files.length = 0;
      fill(items);
      drawSummary();
    },
    isBusy: () => files.some((file) => file.control || pending),
    isIdle: () => (pending ? !files.length : !files.some((file) => !file.answer)),
    accepts: () => !target.hidden && node.isConnected,
    end() { [...files].forEach(stop); },
  };
}

// The box with which files are attached to the record of `view` (an answer of the hub). `roles`: the
// roles that are offered, as codes or as {code, label?, media?} (media: image, pdf, audio, video); all
// that are open when absent. `atLeast`: {code: number}. `onDone`: called after each file with the hub's
// answer and with what is still missing. Returns `node`, `missing()` – [{code, label, count}] by
// `atLeast` – and `isBusy()`; null when nothing can be attached. The same record and roles give the same
// box again, with the uploads that are not done.
// `pending`: {name, begin(about)}, for the files of a record that is not made yet: `begin` asks the hub
// for an upload. Such a box also has ready(), uploads(), taken() and end().
export function attachBox(view, options = {}) {
  for (const [name, one] of boxes) {
    // Of a form that was left without a draft nobody can come back to the files.
    if (one.pending && one.pending.name === options.pending?.name && !name.startsWith(`${view.id} `)) one.end();
    if (!one.node.isConnected && one.isIdle()) boxes.delete(name);
  }
  const wanted = wantedOf(options);
  const name = `${view.id} ${JSON.stringify(wanted)}`;
  const known = boxes.get(name);
  if (!known && !offeredOf(view, wanted).length) return null;
  const box = known || makeBox(view, options);
  boxes.set(name, box);
  box.show(view, options);
  return box;
}

// Ends all uploads, because the person has signed out.
export function closeUploads() {
  for (const box of boxes.values()) box.end();
  boxes.clear();
}

/* --- the page --- */

function hasFiles(transfer) {
  return Boolean(transfer && [...transfer.types].includes('Files'));
}

// A file that misses the box must not replace the page.
for (const event of ['dragover', 'drop']) {
  document.addEventListener(event, (drag) => {
    if (!drag.defaultPrevented && hasFiles(drag.dataTransfer)) drag.preventDefault();
  });
}

// A pasted picture goes to the box that has the focus, else to the last one of the page.
document.addEventListener('paste', (paste) => {
  const list = [...(paste.clipboardData?.files || [])];
  const open = [...boxes.values()].filter((box) => box.accepts());
  const box = open.find((one) => one.node.contains(document.activeElement)) || open.at(-1);
  const types = paste.clipboardData?.types || [];
  // Programs put a picture beside copied text; in a field, the text is meant.
  const isText = [...types].includes('text/plain') && paste.target.matches?.('input, textarea');
  if (!list.length || !box || isText) return;
  paste.preventDefault();
  box.add(list);
});

addEventListener('beforeunload', (event) => {
  if ([...boxes.values()].some((box) => box.isBusy())) event.preventDefault();
});
