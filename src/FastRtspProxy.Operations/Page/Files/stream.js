import { call, get, download } from './api.js';
import { el, describe, write, stateMark, toast, bits, bytes, ago, clock, enc } from './dom.js';
import { Plots } from './plots.js';
import { Player } from './player.js';
import { editStream, confirmed } from './form.js';
import { Table } from './table.js';

const millis = seconds => seconds == null ? '–' : (1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0) + ' ms';

// The page of one stream: picture, figures, viewers, events, and what can be done to it.
export function streamView(store, rights, name) {
  const may = rights.includes('api');
  const path = '/api/v1/streams/' + enc(name);
  let stream = null;
  const state = el('span', { id: 'state' });
  const player = new Player(name, store, rights.includes('read'));
  const plots = new Plots();
  const facts = el('dl');
  const problem = el('p', { class: 'error', id: 'last-error', hidden: true });
  const tracks = el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'Tracks' });
  const trackTable = new Table(['Track', 'Codec', 'Picture', 'Rate', 'Jitter']);
  const viewers = el('div', { class: 'wide', id: 'viewers', tabindex: 0, role: 'region', 'aria-label': 'Viewers' });
  const events = el('ol', { class: 'events', id: 'events', tabindex: 0, 'aria-label': 'Events' });
  const button = (id, text, work, props = {}) => el('button', { type: 'button', id, text, ...props, on: { click: work } });
  const copy = button('copy', 'Copy URL', async () => {
    const url = stream?.urls?.[0];
    if (!url) return;
    try { await navigator.clipboard.writeText(url); toast(`Copied ${url}`); } catch { toast(url); }
  });
  const edit = button('edit', 'Change', () => editStream(store, stream), { hidden: !may, disabled: true });
  const remove = button('remove', 'Remove', async () => {
    if (!await confirmed(`Remove ${name}? Its viewers are told goodbye.`, 'Remove')) return;
    await attempt(async () => { await call('DELETE', path, undefined, stream?.etag ? { 'If-Match': stream.etag } : {}); toast(`${name} was removed.`); location.hash = '#/'; });
  }, { hidden: !may, disabled: true, class: 'danger' });
  const restart = button('restart', 'Restart', () => attempt(async () => { await call('POST', path + '/restart'); toast('The session with the camera is made anew.'); }), { hidden: !may });
  const capture = button('capture', 'Capture 30 s', () => attempt(async () => {
    capture.disabled = true;
    toast('The camera is read in a session of its own for 30 s; what is nobody else\'s business is left out of the file.');
    try { await download(path + '/capture?seconds=30', name.replace(/[^A-Za-z0-9]/g, '-') + '.frpcap'); } finally { capture.disabled = false; }
  }), { hidden: !may, title: 'A bug report as a file, without addresses, names, passwords and pictures' });
  const root = el('section', {},
    el('div', { class: 'bar' }, el('a', { href: '#/', text: '← Streams' }), el('h1', { text: name }), state, el('span', { class: 'spring' }), copy, capture, restart, edit, remove),
    problem,
    el('div', { class: 'columns' },
      el('div', { class: 'card' }, player.root),
      el('div', {}, el('div', { class: 'card' }, el('h2', { text: 'Camera' }), facts), el('div', { class: 'card' }, el('h2', { text: 'Tracks' }), tracks))),
    plots.root,
    el('div', { class: 'card' }, el('h2', { text: 'Viewers' }), viewers),
    el('div', { class: 'card' }, el('h2', { text: 'Events' }), events));
  plots.root.style.marginBottom = '1rem';
  tracks.append(trackTable.root);
  copy.disabled = true;

  async function attempt(work) {
    try { await work(); } catch (error) { toast(error.message); }
    store.touch();
  }

  function draw() {
    stream = store.streams.get(name) ?? null;
    if (!stream) {
      edit.disabled = remove.disabled = true;
      if (store.loaded) { state.textContent = 'There is no stream of this name.'; }
      return;
    }
    if (state.dataset.word !== stream.state) { state.dataset.word = stream.state; state.replaceChildren(stateMark(stream.state)); }
    const source = stream.source ?? {};
    problem.hidden = !source.lastError || stream.ready;
    write(problem, source.lastError ? `${clock(source.lastError.at)}: ${source.lastError.text}` : '');
    copy.disabled = !stream.urls?.length;
    const fixed = stream.origin !== 'api';
    edit.disabled = remove.disabled = fixed;
    edit.title = remove.title = fixed ? 'It stands in the configuration file, or nobody has configured it: it is changed there.' : '';
    const rows = [
      ['Source', source.url], ...sourceRows(stream), ['User', source.username && `${source.username}${source.passwordSet ? ', with a password' : ''}`],
      ['Peer', source.peer], ['Way', source.transport && `${source.transport}${source.transportReason ? `: ${source.transportReason}` : ''}`],
      ['Since', `${clock(stream.since)} (${ago(stream.since)})`], ['Attempts', source.attempts ? `${source.attempts}; next ${clock(source.nextAttempt)}` : null],
      ['Sessions lost', source.reconnects || null], ['Last error', source.lastError ? `${clock(source.lastError.at)} ${source.lastError.kind}: ${source.lastError.text}` : null],
      ['Received', `${bits(stream.ingest?.bitrate)}, ${bytes(stream.ingest?.bytes ?? 0)}`],
      ['Replay', stream.replay ? `${stream.replay.sessions} session(s) of viewers with the recorder, one each` : null],
      ['Kept', stream.kept?.bytes ? `${(+stream.kept.seconds).toFixed(1)} s, ${bytes(stream.kept.bytes)}` : null],
      ['Lost', stream.ingest ? `network ${stream.ingest.lostInNetwork ?? 0}, kernel ${stream.ingest.lostInKernel ?? 0}, here ${stream.ingest.droppedByUs ?? 0}, reported by viewers ${stream.viewers?.reportedLostPackets ?? 0}` : null],
      ['Latency', stream.ingest?.latencyMax != null ? `${millis(stream.ingest.latencyMax)} at most beside the fastest, in the last seconds` : null],
      ['Clock offset', stream.ingest?.clockOffset != null ? stream.ingest.clockOffset.toFixed(3) + ' s' : null],
      ['Owner', stream.cluster && `box ${stream.cluster.owner} (epoch ${stream.cluster.epoch})${stream.cluster.relayed ? ', and is taken from there' : ', which is this one'}${stream.cluster.takeover
        ? `; box ${stream.cluster.takeover.from} had it, then nobody for ${(+stream.cluster.takeover.seconds).toFixed(1)} s, until ${clock(stream.cluster.takeover.at)}` : ''}`],
      ['Origin', stream.origin], ['URLs', (stream.urls ?? []).join('  ')],
    ].filter(row => row[1] !== undefined && row[1] !== null && row[1] !== '');
    describe(facts, rows);
    trackTable.show((stream.tracks ?? []).map((track, i) => ({ key: i, texts: [
      `${track.id} ${track.media}`, track.codec + (track.profile ? ` ${track.profile}` : ''),
      track.width ? `${track.width}×${track.height}${track.fps ? `, ${(+track.fps).toFixed(1)}/s` : ''}${track.keyframeInterval ? `, key every ${(+track.keyframeInterval).toFixed(1)} s` : ''}` : track.clockRate ? `${track.clockRate} Hz` : '–',
      bits(track.bitrate), millis(track.jitter)] })));
  }

  // Where there are several: which one is on, since when and why, and what of the others.
  function sourceRows({ source, sources }) {
    if (!(sources?.length > 1)) return [];
    const used = sources.findIndex(one => one.inUse);
    return [
      ['In use', used < 0 ? 'none yet' : `source ${used + 1} of ${sources.length} since ${clock(source.inUseSince)}: ${source.reason}`],
      ...sources.map((one, i) => [`Source ${i + 1}`, `${one.url}: ${one.inUse ? 'in use' : one.deliversSince ? `delivers since ${clock(one.deliversSince)}, not used yet`
        : one.probed ? 'looked at' : 'waits'}${one.lastError ? `; ${clock(one.lastError.at)} ${one.lastError.kind}: ${one.lastError.text}` : ''}`]),
    ];
  }

  const nobody = el('p', { class: 'dim' });
  const viewerTable = new Table(['Address', 'Way', 'Player', 'Since', 'Rate', 'Behind', 'Round trip', 'Dropped', 'Lost', ...(may ? ['End it'] : [])]);
  const kick = viewer => el('button', { type: 'button', class: 'danger', 'aria-label': `Kick ${viewer.address ?? viewer.id}`, text: 'Kick',
    on: { click: () => attempt(async () => { await call('DELETE', '/api/v1/viewers/' + enc(viewer.id)); toast('The viewer was ended.'); drawViewers(); }) } });

  // An answer that was overtaken is not shown.
  let asked = 0, shown = 0;
  async function drawViewers() {
    const mine = ++asked;
    let list = [], why = 'Nobody watches.';
    try {
      const answer = await get(path + '/viewers');
      list = Array.isArray(answer) ? answer : answer.viewers ?? [];
    } catch (error) {
      why = error.message;
    }
    if (mine < shown) return;
    shown = mine;
    write(nobody, why);
    const box = list.length === 0 ? nobody : viewerTable.root;
    if (box.parentNode !== viewers) viewers.replaceChildren(box);
    const focused = viewers.contains(document.activeElement) ? document.activeElement : null;
    viewerTable.show(list.map(viewer => ({
      key: viewer.id,
      texts: [viewer.address ?? '–', viewer.way, viewer.agent ?? viewer.user ?? '–', ago(viewer.since), bits(viewer.bitrate),
        viewer.lag == null ? '–' : viewer.lag.toFixed(2) + ' s', millis(viewer.roundTrip), String(viewer.droppedPackets ?? 0), String(viewer.reportedLostPackets ?? 0)],
      more: may && (() => kick(viewer)),
    })));
    if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  async function drawPlots() {
    try {
      const answer = await store.history(name);
      const data = answer.streams[name];
      if (data) plots.set(data, answer.interval);
    } catch { /* the next look comes soon */ }
  }

  // What the proxy keeps of the dialogue with the camera, and what was told since the page was opened, the newest first.
  let steps = [];
  async function askSteps() {
    try {
      steps = (await get(path + '/dialogue')).steps;
      drawEvents();
    } catch { /* the next look comes soon */ }
  }

  let told = '';
  function drawEvents() {
    const own = [...store.events.filter(event => event.stream === name), ...steps.slice().reverse()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, 100);
    const text = JSON.stringify(own);
    if (text === told) return;
    told = text;
    events.replaceChildren(...(own.length ? own.map(one => one.step ? stepLine(one) : eventLine(one)) : [el('li', { class: 'dim', text: 'Nothing has happened yet.' })]));
  }

  // Once for a crowd that comes.
  let due = null;
  const drawViewersSoon = () => { due ??= setTimeout(() => { due = null; drawViewers(); }, 100); };
  const onEvent = event => { drawEvents(); if (event.detail.stream === name && event.detail.type.startsWith('stream.')) askSteps(); if (event.detail.type.startsWith('viewer.') && event.detail.stream === name) drawViewersSoon(); };
  store.addEventListener('streams', draw);
  store.addEventListener('event', onEvent);
  // So long after the answers: a proxy that is slow is not asked for more and more.
  let timer = 0, isClosed = false;
  const look = () => Promise.all([drawViewers(), drawPlots(), askSteps()]);
  const lookAgain = () => { if (!isClosed) timer = setTimeout(async () => { if (!document.hidden) await look(); lookAgain(); }, 2000); };
  draw();
  drawEvents();
  look().then(lookAgain);
  return {
    root,
    title: name,
    redraw: () => plots.redraw(),
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(due);
      store.removeEventListener('streams', draw);
      store.removeEventListener('event', onEvent);
      player.close();
      plots.close();
    },
  };
}

const STEPS = {
  connecting: 'connecting to', connected: 'connected:', described: 'described:', setUp: 'set up by', playing: 'plays', media: 'first packet', paused: 'paused:', closed: 'session closed',
  lost: 'lost:', otherWay: 'trying', waiting: 'waiting:', renewed: 'the session is made anew:',
};

function stepLine(step) {
  const often = step.times > 1 ? `(${step.times} times since ${clock(step.since)})` : '';
  return el('li', { class: step.step === 'lost' ? 'lost' : 'step' }, el('time', { datetime: step.at, text: clock(step.at) }), ['camera', '·', STEPS[step.step] ?? step.step, step.text, often].filter(Boolean).join(' '));
}

export function eventLine(event) {
  const words = [event.type, event.stream, event.viewer, event.address, event.way, event.reason].filter(Boolean);
  return el('li', {}, el('time', { datetime: event.at ?? '', text: clock(event.at) }), words.join(' · '));
}

export function eventsView(store) {
  const list = el('ol', { class: 'events', id: 'events', tabindex: 0, 'aria-label': 'Events' });
  const draw = () => list.replaceChildren(...(store.events.length ? store.events.map(eventLine) : [el('li', { class: 'dim', text: 'Nothing has happened since this page was opened.' })]));
  store.addEventListener('event', draw);
  draw();
  return { root: el('section', {}, el('div', { class: 'bar' }, el('h1', { text: 'Events' })), el('div', { class: 'card' }, list)), title: 'Events', close: () => store.removeEventListener('event', draw) };
}
