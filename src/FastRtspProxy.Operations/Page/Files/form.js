import { call } from './api.js';
import { el, toast, enc } from './dom.js';

const FIELDS = [
  { key: 'name', label: 'Name', hint: 'The path under which viewers find it, as gate/1', required: true },
  { key: 'source', label: 'Source', hint: 'rtsp:// or rtsps://, the camera’s URL; several with blanks between them: the next is used when one is lost', required: true },
  { key: 'username', label: 'User' },
  { key: 'password', label: 'Password', type: 'password' },
  { key: 'transport', label: 'Transport', options: ['', 'auto', 'tcp', 'http'] },
  { key: 'start', label: 'Viewers begin', options: ['', 'auto', 'past', 'instant', 'keyframe', 'live'] },
  { key: 'maxViewers', label: 'Viewers at most', type: 'number' },
  { key: 'alwaysOn', label: 'Pull it though nobody watches', type: 'checkbox' },
];

const CLEARED = {
  password: 'The password was taken out: it belonged to the other host.',
  tls: 'The exceptions for the certificate were taken out: they belonged to the other host.',
};

// What stands in the field of the sources; null: they have keys of their own, which have no field.
function sourcesText(config) {
  if (!config.sources) return config.source ?? '';
  return config.sources.every(one => typeof one === 'string') ? config.sources.join(' ') : null;
}

// The choice that leaves what the form has no other one for: keys of its own, a word that came later.
const KEPT = 'kept';

// What the field holds of what is there; what it still holds when it is sent is not said again.
function shownOf(field, config) {
  const value = config[field.key] ?? '';
  if (field.type === 'checkbox') return String(value) === 'true';
  return field.options && !field.options.includes(value) ? KEPT : String(value).trim();
}

// A stream is added (null) or changed. What the API objects to stands at the field that it names.
export function editStream(store, stream) {
  const config = stream?.config ?? {};
  const isNew = !stream;
  const inputs = new Map();
  const errors = new Map();
  const general = el('p', { class: 'error', role: 'alert', id: 'form-error' });
  const fields = FIELDS.filter(field => isNew || field.key !== 'name').map(field => {
    const id = 'f-' + field.key;
    const error = el('div', { class: 'error', id: id + '-error', role: 'alert' });
    const hintText = field.key === 'password' && stream?.source?.passwordSet ? 'One is set. Empty: it stays.' : field.hint;
    const hint = hintText ? el('div', { class: 'hint', id: id + '-hint', text: hintText }) : null;
    const input = field.options
      ? el('select', { id }, ...field.options.map(option => el('option', { value: option, text: option || 'as by default' })),
        shownOf(field, config) === KEPT && el('option', { value: KEPT, text: 'as it is' }))
      : el('input', { id, type: field.type ?? 'text', autocomplete: field.key === 'password' ? 'new-password' : 'off', spellcheck: 'false', min: field.type === 'number' ? 1 : null });
    input.setAttribute('aria-describedby', `${id}-error${hint ? ` ${id}-hint` : ''}`);
    if (field.required) input.setAttribute('aria-required', 'true');
    if (field.type === 'checkbox') input.checked = shownOf(field, config);
    else if (field.key === 'source') {
      const text = sourcesText(config);
      input.disabled = text === null;
      input.value = text ?? config.sources.map(one => one.url ?? one).join(' ');
    } else if (field.key !== 'password') input.value = shownOf(field, config);
    inputs.set(field.key, input);
    errors.set(field.key, error);
    const label = el('label', { for: id, text: field.label });
    return field.type === 'checkbox'
      ? el('div', { class: 'field check' }, input, label, error)
      : el('div', { class: 'field' }, label, input, hint, error);
  });
  const save = el('button', { type: 'submit', class: 'main', text: isNew ? 'Add' : 'Save' });
  const dialog = el('dialog', { 'aria-labelledby': 'form-title' },
    el('form', { method: 'dialog', novalidate: true, on: { submit: send } },
      el('h2', { id: 'form-title', text: isNew ? 'Add a stream' : `Change ${stream.name}` }),
      ...fields, general,
      el('div', { class: 'bar' }, save, el('button', { type: 'button', text: 'Cancel', on: { click: () => dialog.close() } }))));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();

  function values() {
    const said = {};
    for (const field of FIELDS) {
      const input = inputs.get(field.key);
      if (!input || input.disabled || field.key === 'name') continue;
      const value = field.type === 'checkbox' ? input.checked : input.value.trim();
      if (field.key === 'password') { if (input.value !== '') said.password = input.value; continue; }
      if (field.key === 'source') {
        const urls = value.split(/\s+/).filter(Boolean);
        if (value === sourcesText(config) && !isNew) continue;
        said[urls.length > 1 ? 'sources' : 'source'] = urls.length > 1 ? urls : value || null;
        if (config.sources && urls.length <= 1) said.sources = null;
        if (config.source && urls.length > 1) said.source = null;
        continue;
      }
      if (value !== shownOf(field, config)) said[field.key] = value === '' ? null : field.type === 'number' ? Number(value) : value;
    }
    return said;
  }

  function show(problem) {
    const other = [];
    let first = null;
    for (const part of problem?.errors ?? []) {
      const key = (part.pointer ?? '').split('/')[1];
      const at = key === 'sources' ? 'source' : key;
      const input = inputs.get(at);
      if (!input) { other.push(`${part.pointer ?? ''} ${part.detail}`.trim()); continue; }
      input.setAttribute('aria-invalid', 'true');
      errors.get(at).textContent = part.detail;
      first ??= input;
    }
    return [first, other];
  }

  async function send(event) {
    event.preventDefault();
    general.textContent = '';
    inputs.forEach(input => input.removeAttribute('aria-invalid'));
    errors.forEach(error => { error.textContent = ''; });
    const name = isNew ? inputs.get('name').value.trim() : stream.name;
    if (!name) {
      inputs.get('name').setAttribute('aria-invalid', 'true');
      errors.get('name').textContent = 'A stream needs a name.';
      inputs.get('name').focus();
      return;
    }
    save.disabled = true;
    try {
      const path = '/api/v1/streams/' + enc(name);
      const answer = isNew
        ? await call('PUT', path, values(), { 'If-None-Match': '*' })
        : await call('PATCH', path, values(), { 'Content-Type': 'application/merge-patch+json', ...(stream.etag ? { 'If-Match': stream.etag } : {}) });
      await store.reload();
      const wasClosed = !dialog.open;
      dialog.close();
      toast(isNew ? `${name} was added.` : `${name} was changed.`);
      for (const what of answer?.cleared ?? []) toast(CLEARED[what] ?? `${what} was taken out.`);
      if (isNew && !wasClosed) location.hash = '#/streams/' + enc(name);
    } catch (error) {
      if (!dialog.open) {
        const details = (error.problem?.errors ?? []).map(part => part.detail);
        return toast(`${name} was not ${isNew ? 'added' : 'changed'}: ${[error.message, ...details].join(' ')}`);
      }
      const [first, other] = show(error.problem);
      general.textContent = !first || other.length ? [first ? '' : error.message, ...other].filter(Boolean).join(' ') : '';
      first?.focus();
    } finally {
      save.disabled = false;
    }
  }
}

// Asks before something is done that cannot be undone. True: do it.
export function confirmed(question, yes) {
  return new Promise(done => {
    const dialog = el('dialog', { 'aria-label': question },
      el('form', { method: 'dialog' }, el('p', { text: question }),
        el('div', { class: 'bar' }, el('button', { class: 'danger', value: 'yes', text: yes }), el('button', { value: 'no', text: 'Cancel' }))));
    dialog.addEventListener('close', () => { dialog.remove(); done(dialog.returnValue === 'yes'); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
