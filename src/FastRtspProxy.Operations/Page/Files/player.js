import { get } from './api.js';
import { el, enc } from './dom.js';
import { CodecPicture } from './picture-codec.js';
import { SourcePicture } from './picture-source.js';
import { Sound } from './sound.js';

const KEY = 1, AUDIO = 2, GAP = 4;
const AGAIN_MS = 2000;
// The proxy says something every ten seconds.
const DEAF_MS = 30000;

const alike = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// The live picture of a stream: a WebSocket of access units, shown by WebCodecs where the browser has them, else by Media Source Extensions.
export class Player {
  #name;
  #store;
  #mayWatch;
  #socket = null;
  #picture = null;
  #sound = null;
  #begun = 0;
  #timer = 0;
  #deaf = 0;
  #wanted = false;
  #description = null;
  #withoutCodecs = !('VideoDecoder' in globalThis);
  #hearsSource = false;
  #box = el('div', { class: 'picture', 'data-pictures': 0 });
  #note = el('div', { class: 'note', role: 'status' });
  #play = el('button', { type: 'button', class: 'main big over', id: 'play', text: '▶ Show the live picture', on: { click: () => this.start() } });
  #stop = el('button', { type: 'button', id: 'stop', text: 'Stop', hidden: true, on: { click: () => this.stop() } });
  #mute = el('button', { type: 'button', id: 'sound', text: 'Sound on', 'aria-pressed': 'false', hidden: true, on: { click: () => this.#toggleSound() } });
  #about = el('span', { class: 'dim', id: 'about' });

  // Why there is no picture, and what would do where there is no sub stream; null once there is one, or where nothing is said of it.
  #offered = null;
  #onStreams = () => { if (this.#offered && this.#subStream()) this.#offer(...this.#offered); };

  constructor(name, store, mayWatch) {
    this.#name = name;
    this.#store = store;
    this.#mayWatch = mayWatch;
    store.addEventListener('streams', this.#onStreams);
    this.#box.append(this.#note, this.#play);
    this.root = el('div', {}, this.#box, el('div', { class: 'under' }, this.#stop, this.#mute, this.#about));
  }

  start() {
    if (!this.#mayWatch) { this.#needLogIn(); return; }
    this.#hearsSource = false;
    this.#wanted = true;
    this.#begun = performance.now();
    this.#play.hidden = true;
    this.#stop.hidden = false;
    delete this.#box.dataset.firstMs;
    this.#stop.focus();
    this.#open();
  }

  stop() {
    this.#wanted = false;
    this.#end();
    this.#say('');
    this.#about.textContent = '';
    this.#play.hidden = false;
    this.#stop.hidden = true;
    this.#play.focus();
  }

  close() {
    this.#store.removeEventListener('streams', this.#onStreams);
    this.#wanted = false;
    this.#end();
  }

  #open() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.#socket = new WebSocket(`${scheme}//${location.host}/api/v1/streams/${enc(this.#name)}/live`);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = event => {
      if (socket !== this.#socket) return;
      this.#listen(socket);
      typeof event.data === 'string' ? this.#describe(JSON.parse(event.data)) : this.#take(event.data);
    };
    socket.onclose = event => { if (socket === this.#socket) this.#closed(event); };
  }

  // A browser does not tell that the other side has gone without a word.
  #listen(socket) {
    clearTimeout(this.#deaf);
    this.#deaf = setTimeout(() => {
      if (socket !== this.#socket) return;
      socket.close();
      this.#closed({ code: 1006, reason: '' });
    }, DEAF_MS);
  }

  #end() {
    clearTimeout(this.#timer);
    clearTimeout(this.#deaf);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#drop();
  }

  #drop() {
    this.#picture?.close();
    this.#picture = null;
    this.#sound?.close();
    this.#sound = null;
    this.#description = null;
    this.#mute.hidden = true;
  }

  #closed(event) {
    const reason = event.reason || (event.code === 1006 ? 'the connection was lost' : `closed (${event.code})`);
    this.#socket = null;
    this.#drop();
    // What may pass is tried again; what somebody decided is not.
    const isOver = [4403, 4404, 4409, 4410, 4429, 1000].includes(event.code);
    this.#say(isOver ? reason : `${reason}; trying again…`);
    if (isOver || !this.#wanted) {
      this.#wanted = false;
      this.#play.hidden = true;
      this.#stop.hidden = false;
      this.#stop.textContent = 'Close';
      this.#stop.onclick = () => { this.#stop.textContent = 'Stop'; this.#stop.onclick = null; };
    } else {
      this.#timer = setTimeout(() => this.#open(), AGAIN_MS);
      if (event.code === 1006) this.#askWhy();
    }
  }

  // A browser does not tell which status refused a WebSocket.
  async #askWhy() {
    const me = await get('/api/v1/session').catch(error => error.status === 401 ? { rights: [] } : null);
    if (me && !me.rights.includes('read') && this.#wanted && !this.#picture) this.#needLogIn();
  }

  #needLogIn() {
    this.#wanted = false;
    this.#end();
    this.#play.hidden = this.#stop.hidden = true;
    this.#say('To watch, ');
    const link = el('a', { href: '#/log-in', text: 'log in' });
    this.#note.append(link, '.');
    link.focus();
  }

  async #describe(description) {
    const before = this.#description;
    if (before && alike(before, description)) return;
    this.#description = description;
    const { video, audio } = description;
    this.#about.textContent = [video && `${video.name}${video.width ? ` ${video.width}×${video.height}` : ''}`, audio?.name].filter(Boolean).join(', ');
    // WebCodecs put pictures in order by themselves, and go on where it turns out that there is something to put in order.
    const shown = ({ video, audio }) => [this.#picture instanceof CodecPicture ? { ...video, reordered: null } : video, audio];
    if (before && alike(shown(before), shown(description))) return;
    this.#picture?.close();
    this.#picture = null;
    if (!video) this.#say('This stream has no pictures.');
    else if (video.codec) this.#choose(video, audio);
    else if (!['H264', 'H265'].includes(video.name.toUpperCase())) this.#say(`A page cannot show ${video.name}; players can.`);
    else this.#say('Waiting for a key picture…');
    const inVideo = this.#picture instanceof SourcePicture && SourcePicture.hears(audio);
    if (!inVideo && !alike(before?.audio, audio)) {
      this.#sound?.close();
      this.#sound = audio && Sound.plays(audio) ? new Sound(audio) : null;
    }
    const isOn = inVideo ? this.#hearsSource : this.#sound?.isOn === true;
    this.#mute.hidden = !inVideo && !this.#sound;
    this.#mute.textContent = isOn ? 'Sound off' : 'Sound on';
    this.#mute.setAttribute('aria-pressed', isOn);
    if (audio && this.#mute.hidden) this.#about.textContent += ' (no sound here: the browser cannot play it over plain http)';
  }

  #choose(video, audio) {
    let isFirst = true;
    const onPicture = () => {
      if (isFirst) { isFirst = false; this.#say(''); }
      if (!this.#box.dataset.firstMs) this.#box.dataset.firstMs = Math.round(performance.now() - this.#begun);
      this.#box.dataset.pictures = 1 + Number(this.#box.dataset.pictures);
    };
    const onFail = why => this.#fail(why);
    if (!this.#withoutCodecs) this.#picture = new CodecPicture(video, onPicture, onFail);
    else if (!SourcePicture.plays(video)) { this.#cannot(video); return; }
    else if (video.reordered) { this.#needsCodecs(); return; }
    else this.#picture = new SourcePicture(video, this.#hearsSource && SourcePicture.hears(audio) ? audio : null, onPicture, onFail);
    this.#box.dataset.way = this.#picture.way;
    this.#box.querySelector('canvas, video')?.remove();
    this.#box.prepend(this.#picture.node);
  }

  // WebCodecs do not take it: perhaps Media Source Extensions do.
  #fail(why) {
    const video = this.#description?.video;
    if (!video || !this.#picture) return;
    this.#picture.close();
    this.#picture = null;
    if (!this.#withoutCodecs && !video.reordered && SourcePicture.plays(video)) {
      this.#withoutCodecs = true;
      this.#end();
      this.#open();
    } else if (why === 'unsupported') {
      this.#cannot(video);
    } else {
      this.#say(`The picture cannot be shown: ${why}`);
    }
  }

  #cannot(video) {
    this.#offer(video.name.toUpperCase() === 'H265' ? 'This browser has no H.265.' : `This browser cannot show ${video.codec}.`, 'A sub stream in H.264 would do.');
  }

  // What puts pictures together without WebCodecs shows them in the order in which they come.
  #needsCodecs() {
    const what = 'The pictures of this stream come in another order than they are shown (B-frames). ';
    this.#offer(what + (isSecureContext ? 'This browser, which has no WebCodecs, would show them as they come.'
      : 'A browser puts them in order where the page comes by https, or from localhost; over plain http it does not.'), 'Or have the camera leave B-frames out.');
  }

  // Instead of the picture: why there is none, and the sub stream, or what else would do.
  #offer(what, otherwise) {
    this.#box.querySelector('canvas, video')?.remove();
    const sub = this.#subStream();
    this.#say(`${what} ${sub ? 'The sub stream may do: ' : otherwise}`);
    if (sub) this.#note.append(el('a', { href: '#/streams/' + enc(sub), text: sub }));
    else this.#offered = [what, otherwise]; // the streams may not be known yet
  }

  #subStream() {
    const name = this.#name;
    const names = [name + '-sub', name + '/sub', name + '_sub', name.replace(/main/i, 'sub'), name.replace(/01$/, '02')];
    return [...this.#store.streams.keys()].find(other => other !== name && names.includes(other));
  }

  #take(data) {
    const view = new DataView(data);
    const flags = view.getUint8(0);
    const micros = Number(view.getBigUint64(1));
    const unit = new Uint8Array(data, 9);
    if ((flags & AUDIO) === 0) this.#picture?.take(unit, micros, (flags & KEY) !== 0, (flags & GAP) !== 0);
    else if (this.#picture instanceof SourcePicture && SourcePicture.hears(this.#description?.audio)) { if (this.#hearsSource) this.#picture.takeSound(unit, micros); }
    else this.#sound?.take(unit, micros);
  }

  #toggleSound() {
    const isOn = this.#mute.getAttribute('aria-pressed') !== 'true';
    this.#mute.setAttribute('aria-pressed', isOn);
    this.#mute.textContent = isOn ? 'Sound off' : 'Sound on';
    if (this.#picture instanceof SourcePicture && SourcePicture.hears(this.#description?.audio)) {
      // Sound and pictures are one from their beginning.
      this.#hearsSource = isOn;
      this.#end();
      this.#open();
    } else {
      this.#sound?.set(isOn);
    }
  }

  #say(text) {
    this.#offered = null;
    this.#note.textContent = text;
    this.#note.hidden = text === '';
  }
}
