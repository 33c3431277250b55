import { el } from './dom.js';

const LATE_S = 0.35;
const EDGE_S = 0.06;
let library = null;

function load() {
  return library ??= new Promise((done, fail) => {
    const script = el('script', { src: 'vendor/jmuxer.min.js' });
    script.onload = done;
    script.onerror = () => { library = null; fail(new Error('vendor/jmuxer.min.js')); };
    document.head.append(script);
  });
}

// Pictures, and AAC, by Media Source Extensions: for browsers that have no WebCodecs, which is all of them over plain http but for localhost.
export class SourcePicture {
  way = 'mse';
  node = el('video', { autoplay: true, playsinline: true, 'aria-label': 'Live picture' });
  hasSound;
  #config;
  #muxer = null;
  #early = [];
  #last = null;
  #lastDelta = 40;
  #isClosed = false;
  #timer;

  static plays(video) {
    const codec = video.codec.replace(/^hev1/, 'hvc1');
    return 'MediaSource' in globalThis && ['video/mp4; codecs="' + video.codec + '"', 'video/mp4; codecs="' + codec + '"'].some(type => MediaSource.isTypeSupported(type));
  }

  constructor(video, audio, onPicture, onFail) {
    this.hasSound = !!audio?.config && /^mp4a/.test(audio.codec);
    this.#config = this.hasSound ? audio : null;
    this.node.muted = true;
    if ('requestVideoFrameCallback' in this.node) {
      const next = () => this.node.requestVideoFrameCallback(() => { if (!this.#isClosed) { onPicture(); next(); } });
      next();
    } else {
      this.node.addEventListener('timeupdate', onPicture);
    }
    this.#timer = setInterval(() => this.#catchUp(), 250);
    load().then(() => {
      if (this.#isClosed) return;
      this.#muxer = new globalThis.JMuxer({
        node: this.node, mode: this.hasSound ? 'both' : 'video', videoCodec: /^avc/.test(video.codec) ? 'H264' : 'H265', flushingTime: 0, maxDelay: 0, clearBuffer: true, fps: 25,
        onUnsupportedCodec: () => onFail('unsupported'), onError: () => onFail('the browser gave up'),
      });
      this.#early.forEach(data => this.#muxer.feed(data));
      this.#early = [];
    }, error => onFail(error.message));
  }

  take(unit, micros, isKey) {
    // The time of pictures is taken from how far they are apart; those that come in another order than they are shown (B-frames) need WebCodecs.
    const delta = this.#last === null ? this.#lastDelta : (micros - this.#last) / 1000;
    this.#last = micros;
    this.#lastDelta = delta > 0 && delta < 1000 ? delta : this.#lastDelta;
    this.#feed({ video: unit, duration: this.#lastDelta, isLastVideoFrameComplete: true, isKey });
  }

  takeSound(unit) {
    this.#feed({ audio: this.#adts(unit) });
  }

  setSound(isOn) {
    this.node.muted = !isOn;
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#muxer?.destroy();
    this.#muxer = null;
    this.node.removeAttribute('src');
    this.node.load();
  }

  #feed(data) {
    if (this.#muxer) this.#muxer.feed(data);
    else if (this.#early.length < 500) this.#early.push(data);
  }

  #catchUp() {
    const { buffered } = this.node;
    if (buffered.length === 0) return;
    const end = buffered.end(buffered.length - 1);
    if (end - this.node.currentTime > LATE_S) this.node.currentTime = end - EDGE_S;
    if (this.node.paused) this.node.play().catch(() => {});
  }

  // The header that an AAC frame has in a stream of its own (ISO/IEC 13818-7).
  #adts(unit) {
    const config = parseInt(this.#config.config.slice(0, 4), 16);
    const type = config >> 11, rate = (config >> 7) & 15, channels = (config >> 3) & 15, length = unit.length + 7;
    const framed = new Uint8Array(length);
    framed.set([0xff, 0xf1, ((type - 1) << 6) | (rate << 2) | (channels >> 2), ((channels & 3) << 6) | (length >> 11), (length >> 3) & 255, ((length & 7) << 5) | 31, 252]);
    framed.set(unit, 7);
    return framed;
  }
}
