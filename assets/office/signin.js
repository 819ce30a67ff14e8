import { post } from './api.js';
import { el, field, fill, textOf } from './dom.js';
import { language, setLanguage, t } from './i18n.js';

// `why`: what ended the session, unless the person did.
export function showSignIn(app, begin, why) {
  const login = el('input', { name: 'login', autocomplete: 'username', required: true,
    autocapitalize: 'none', spellcheck: 'false' });
  const password = el('input', { name: 'password', type: 'password', autocomplete: 'current-password',
    required: true });
  const error = el('p', { class: 'form-error', role: 'alert' });
  const go = el('button', { type: 'submit', class: 'primary' }, t('signin.go'));
  const other = language() === 'en' ? 'zh' : 'en';

  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    fill(error);
    try {
      await begin(await post('session', { login: login.value, password: password.value }));
    } catch (problem) {
      password.value = '';
      const said = { denied: t('signin.wrong'), limit: t('signin.tooLong') };
      fill(error, (problem.why !== 'origin' && said[problem.code]) || textOf(problem));
      password.focus();
    } finally {
      go.disabled = false;
    }
  }

  fill(app, el('main', { class: 'signin', id: 'main' },
    el('form', { class: 'card signin-card', onsubmit: submit },
      el('div', { class: 'signin-brand' }, el('img', { src: 'icon.svg', alt: '', width: 48, height: 48 }),
        el('h1', {}, t('signin.title'))),
      why ? el('p', { class: 'notice', role: 'status' }, why) : null,
      field(t('signin.login'), login),
      field(t('signin.password'), password, t('signin.hint')),
      error, go,
      el('button', { type: 'button', class: 'quiet', lang: other === 'en' ? 'en' : 'zh-CN',
        'aria-label': t('session.languageLabel'),
        onclick: () => { setLanguage(other); showSignIn(app, begin, ''); } }, t('session.language')))));
  login.focus();
}
