import { call, get } from './api.js';
import { el } from './dom.js';
import { Store } from './store.js';
import { streamsView } from './streams.js';
import { streamView, eventsView } from './stream.js';

const main = document.getElementById('main');
const link = document.getElementById('link');
const logIn = document.getElementById('log-in');
const logOut = document.getElementById('log-out');
const store = new Store();
let me = null;
let view = null;
let back = '#/';
let begun = 0;

function show(next, takesFocus) {
  view?.close?.();
  view = next;
  main.replaceChildren(next.root);
  document.title = `${next.title} – FastRtspProxy`;
  if (takesFocus) main.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function route(takesFocus) {
  if (!me) return;
  const path = location.hash.replace(/^#\/?/, '');
  if (path === 'log-in') { show(logInView(), takesFocus); return; }
  back = location.hash || '#/';
  const isStream = path.startsWith('streams/');
  for (const [id, here] of [['nav-streams', path === '' || isStream], ['nav-events', path === 'events']]) {
    const place = document.getElementById(id);
    if (here) place.setAttribute('aria-current', 'page'); else place.removeAttribute('aria-current');
  }
  let name = null;
  try { name = isStream ? decodeURIComponent(path.slice('streams/'.length)) : null; } catch { /* no name */ }
  show(name ? streamView(store, me.rights, name) : path === 'events' ? eventsView(store) : streamsView(store, me.rights), takesFocus);
}

function logInView(why) {
  const error = el('p', { class: 'error', role: 'alert', text: why ?? '' });
  const user = el('input', { id: 'user', autocomplete: 'username', spellcheck: 'false' });
  const password = el('input', { id: 'password', type: 'password', autocomplete: 'current-password' });
  const send = el('button', { type: 'submit', class: 'main', text: 'Log in' });
  const form = el('form', { novalidate: true, on: { submit: async event => {
    event.preventDefault();
    error.textContent = '';
    send.disabled = true;
    try {
      await call('POST', '/api/v1/session', user.value ? { user: user.value, password: password.value } : { token: password.value });
      if (location.hash === '#/log-in') history.replaceState(null, '', back);
      me = null;
      await begin();
    } catch (problem) {
      error.textContent = problem.message;
      password.focus();
    } finally {
      send.disabled = false;
    }
  } } },
  el('div', { class: 'field' }, el('label', { for: 'user', text: 'User' }), user, el('div', { class: 'hint', text: 'Empty: the password is the token of http.token' })),
  el('div', { class: 'field' }, el('label', { for: 'password', text: 'Password or token' }), password),
  error, send);
  return {
    root: el('section', { class: 'card login' }, el('h1', { text: 'Log in' }), form),
    title: 'Log in',
    tell: text => { error.textContent = text || error.textContent; },
  };
}

function stop(why) {
  store.stop();
  me = null;
  logIn.hidden = logOut.hidden = true;
  link.textContent = '';
  // What somebody has typed there stays.
  if (view?.tell) view.tell(why); else show(logInView(why));
}

// Asks who one is. The last asking counts, and nothing changes for who is who they were.
async function begin() {
  const mine = ++begun;
  let now;
  try {
    now = await get('/api/v1/session');
  } catch (error) {
    if (mine !== begun) return;
    if (error.status === 401) return stop();
    link.textContent = error.message;
    setTimeout(() => { if (mine === begun) begin(); }, 2000);
    return;
  }
  if (mine !== begun || (me && JSON.stringify(now) === JSON.stringify(me))) return;
  me = now;
  if (!me.rights.includes('status')) return stop(me.user ? `${me.user} may not ask for the streams (right status).` : '');
  logOut.hidden = me.logIn === 'nobody';
  // Whoever is let in without one may want to watch, which viewers need a password for.
  logIn.hidden = me.logIn !== 'nobody' || me.rights.includes('read');
  store.stop();
  store.start();
  route(false);
}

store.addEventListener('failed', event => {
  link.textContent = event.detail.message;
  if (event.detail.status === 401 && me) begin(); // it may be an answer to what was asked before somebody logged in
});
const linked = () => { link.textContent = store.isLinked ? '' : 'no events: asking now and then'; };
store.addEventListener('streams', linked);
store.addEventListener('link', linked);
addEventListener('hashchange', () => route(true));
logIn.addEventListener('click', () => { location.hash = '#/log-in'; });
logOut.addEventListener('click', async () => { await call('DELETE', '/api/v1/session').catch(() => {}); await begin(); });

const theme = document.getElementById('theme');
const system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';
const themed = () => { theme.setAttribute('aria-pressed', isDark()); view?.redraw?.(); store.dispatchEvent(new Event('stats')); };
theme.addEventListener('click', () => {
  const next = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try { localStorage.setItem('theme', next); } catch { /* storage is off */ }
  themed();
});
system.addEventListener('change', themed);
themed();
begin();
