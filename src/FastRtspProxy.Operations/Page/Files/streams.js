import { el, stateMark, bits, ago, enc } from './dom.js';
import { spark } from './plots.js';
import { editStream } from './form.js';

const COLUMNS = [
  { key: 'state', title: 'State', of: s => s.state },
  { key: 'name', title: 'Name', of: s => s.name },
  { key: 'source', title: 'Source', of: s => s.source?.url ?? '' },
  { key: 'rate', title: 'Bit rate', of: s => s.ingest?.bitrate ?? 0, num: true },
  { key: 'loss', title: 'Loss', of: s => loss(s), num: true },
  { key: 'viewers', title: 'Viewers', of: s => s.viewers?.total ?? 0, num: true },
  { key: 'since', title: 'Since', of: s => Date.parse(s.since ?? 0) || 0, num: true },
];
const ROW = 39; // pixels: the height of a row in app.css (2.6rem of 15px)
const MORE = 12;

let sort = { key: 'name', down: false };
let wanted = { text: '', state: '' };

function loss(stream) {
  const got = stream.ingest?.packets ?? 0;
  const lost = stream.ingest?.lost ?? 0;
  return got + lost > 0 ? lost / (got + lost) : 0;
}

// Where it is not the best of several sources, that is said.
function sourceText({ source, sources }) {
  const several = sources?.length > 1 && source.number > 1 ? ` (source ${source.number} of ${sources.length})` : '';
  return (source?.url ?? '') + several;
}

// The table of all streams. Only the rows that are on the screen exist: a thousand scroll like ten.
export function streamsView(store, rights) {
  const search = el('input', { type: 'search', placeholder: 'Filter by name or source', 'aria-label': 'Filter', value: wanted.text, on: { input: () => { wanted.text = search.value; draw(); } } });
  const state = el('select', { 'aria-label': 'State', on: { change: () => { wanted.state = state.value; draw(); } } },
    el('option', { value: '', text: 'Every state' }),
    ...['playing', 'ready', 'resting', 'lingering', 'opening', 'starting', 'holding', 'down', 'stopped'].map(word => el('option', { value: word, text: word })));
  state.value = wanted.state;
  const add = el('button', { type: 'button', class: 'main', text: 'Add a stream', id: 'add', hidden: !rights.includes('api'), on: { click: () => editStream(store, null) } });
  const count = el('span', { class: 'dim', id: 'count', role: 'status' });
  const heads = COLUMNS.map(column => {
    const th = el('th', { scope: 'col', class: `c-${column.key}${column.num ? ' num' : ''}` },
      el('button', { type: 'button', text: column.title, on: { click: () => { sort = { key: column.key, down: sort.key === column.key ? !sort.down : !!column.num }; draw(); } } }));
    return th;
  });
  const body = el('tbody');
  const above = el('tr', { class: 'spacer', 'aria-hidden': 'true' }, el('td', { colspan: COLUMNS.length }));
  const below = el('tr', { class: 'spacer', 'aria-hidden': 'true' }, el('td', { colspan: COLUMNS.length }));
  body.append(above, below);
  const table = el('table', { id: 'streams' }, el('thead', {}, el('tr', { 'aria-rowindex': 1 }, ...heads)), body);
  const empty = el('p', { class: 'dim', id: 'empty', hidden: true });
  const root = el('section', {}, el('div', { class: 'bar' }, el('h1', { text: 'Streams' }), count, search, state, add), el('div', { class: 'card' }, table, empty));

  let list = [];
  const rows = new Map();

  function draw() {
    const text = wanted.text.toLowerCase();
    list = [...store.streams.values()].filter(s => (!wanted.state || s.state === wanted.state)
      && (!text || s.name.toLowerCase().includes(text) || (s.source?.url ?? '').toLowerCase().includes(text)));
    const of = COLUMNS.find(column => column.key === sort.key).of;
    const order = sort.down ? -1 : 1;
    list.sort((a, b) => { const x = of(a), y = of(b); return (x < y ? -1 : x > y ? 1 : a.name < b.name ? -order : order) * order; });
    heads.forEach((th, i) => th.setAttribute('aria-sort', COLUMNS[i].key !== sort.key ? 'none' : sort.down ? 'descending' : 'ascending'));
    count.textContent = !store.loaded ? 'loading…' : list.length === store.streams.size ? `${list.length}` : `${list.length} of ${store.streams.size}`;
    empty.hidden = !store.loaded || list.length > 0;
    empty.textContent = store.streams.size > 0 ? 'Nothing fits the filter.' : 'There is no stream yet.';
    table.setAttribute('aria-rowcount', list.length + 1);
    place();
  }

  // Rows that stay on the screen are kept, and what is another text in them is written.
  function place() {
    const top = body.getBoundingClientRect().top;
    const from = Math.max(0, Math.min(list.length, Math.floor(-top / ROW) - MORE));
    const to = Math.min(list.length, from + Math.ceil(innerHeight / ROW) + 2 * MORE);
    above.firstChild.style.height = from * ROW + 'px';
    below.firstChild.style.height = (list.length - to) * ROW + 'px';
    above.hidden = from === 0;
    below.hidden = to === list.length;
    // Those that go first: what stands behind them need not be moved, and is not lost to who is just pressing it.
    const kept = new Set(list.slice(from, to).map(stream => stream.name));
    for (const [name, { row }] of rows) if (!kept.has(name)) { row.remove(); rows.delete(name); }
    let last = above;
    for (let i = from; i < to; i++) {
      const stream = list[i];
      let shown = rows.get(stream.name);
      if (!shown) rows.set(stream.name, shown = makeRow(stream));
      if (shown.stream !== stream) fill(shown, stream);
      const { row } = shown;
      const index = String(i + 2);
      if (row.getAttribute('aria-rowindex') !== index) row.setAttribute('aria-rowindex', index);
      if (last.nextSibling !== row) last.after(row);
      last = row;
    }

    if (blank.length > 0) requestAnimationFrame(() => { sparks(blank.splice(0)); });
  }

  // Rows whose line was not drawn yet.
  const blank = [];
  const sparks = some => some.forEach(({ name, line }) => spark(line, store.stats.get(name)?.bitrate));

  function makeRow({ name }) {
    const line = el('canvas', { 'aria-hidden': 'true' });
    const texts = { source: el('td', { class: 'c-source dim' }), rate: el('span'), loss: el('td', { class: 'c-loss num' }), viewers: el('td', { class: 'c-viewers num' }), since: el('td', { class: 'c-since num' }) };
    const state = el('td', { class: 'c-state' });
    const row = el('tr', { 'data-name': name }, state,
      el('td', { class: 'c-name' }, el('a', { href: '#/streams/' + enc(name), text: name, title: name })),
      texts.source, el('td', { class: 'c-rate num' }, line, texts.rate), texts.loss, texts.viewers, texts.since);
    const made = { name, row, line, state, texts, word: null, stream: null };
    blank.push(made);
    return made;
  }

  function fill(shown, stream) {
    shown.stream = stream;
    if (shown.word !== stream.state) shown.state.replaceChildren(stateMark(shown.word = stream.state));
    const source = sourceText(stream);
    const title = stream.sources?.length > 1 ? stream.source?.reason ?? '' : stream.source?.url ?? '';
    const texts = { source, rate: bits(stream.ingest?.bitrate), loss: (100 * loss(stream)).toFixed(2) + ' %', viewers: String(stream.viewers?.total ?? 0), since: ago(stream.since) };
    for (const [key, text] of Object.entries(texts)) if (shown.texts[key].textContent !== text) shown.texts[key].textContent = text;
    if (shown.texts.source.title !== title) shown.texts.source.title = title;
  }

  const onScroll = () => requestAnimationFrame(place);
  addEventListener('scroll', onScroll, { passive: true });
  addEventListener('resize', onScroll, { passive: true });
  // A row that is moved loses the focus: it is given back.
  const onStreams = () => {
    const name = body.contains(document.activeElement) ? document.activeElement.closest('tr')?.dataset.name : null;
    draw();
    if (name && !body.contains(document.activeElement)) rows.get(name)?.row.querySelector('a').focus({ preventScroll: true });
  };
  const onStats = () => sparks([...rows.values()]);
  store.addEventListener('streams', onStreams);
  store.addEventListener('stats', onStats);
  queueMicrotask(draw);
  return {
    root,
    title: 'Streams',
    close() {
      removeEventListener('scroll', onScroll);
      removeEventListener('resize', onScroll);
      store.removeEventListener('streams', onStreams);
      store.removeEventListener('stats', onStats);
    },
  };
}
