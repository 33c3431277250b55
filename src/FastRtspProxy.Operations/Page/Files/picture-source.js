import { el } from './dom.js';

// Pictures that wait to be shown; and so much more, where the browser has run dry.
const AHEAD = 2;
const SPARE_S = 0.02, SPARE_MAX_S = 0.3;
// What is later than that is caught up by speed, and beyond the second figure by a leap, which costs what lies between the last key picture and its end. Sound bears less of both.
const LATE_S = 0.02, LEAP_S = 4, LEAP_SOUND_S = 0.5;
const SPEED_MAX = 8, SPEED_SOUND_MAX = 1.25;
const EARLY_MAX = 500;
// A step of pictures that is larger is a gap; sound that is missing is left out as silence when it comes to so much.
const GAP_MS = 1000, SILENCE_MS = 100;
let library = null;

function load() {
  return library ??= new Promise((done, fail) => {
    const script = el('script', { src: 'vendor/jmuxer.min.js' });
    script.onload = done;
    script.onerror = () => { library = null; fail(new Error('vendor/jmuxer.min.js')); };
    document.head.append(script);
  });
}

// Whole milliseconds whose sum stays that of the exact ones: the muxer takes no others.
class Durations {
  #owed = 0;

  of(milliseconds) {
    const whole = Math.max(1, Math.round(milliseconds + this.#owed));
    this.#owed += milliseconds - whole;
    return whole;
  }
}

// Pictures, and AAC where it is wanted, by Media Source Extensions: for browsers without WebCodecs, which is all of them over plain http but for localhost.
export class SourcePicture {
  way = 'mse';
  node = el('video', { autoplay: true, playsinline: true, 'aria-label': 'Live picture' });
  #audio;
  #muxer = null;
  #isReady = false;
  #early = [];
  #first = null;
  #last = null;
  #delta = 40;
  #heard = null;
  #pictures = new Durations();
  #sounds = new Durations();
  #isClosed = false;
  #timer;
  #spare = 0;

  static plays(video) {
    return 'MediaSource' in globalThis && [video.codec, video.codec.replace(/^hev1/, 'hvc1')].some(codec => MediaSource.isTypeSupported(`video/mp4; codecs="${codec}"`));
  }

  static hears(audio) {
    return !!audio?.config && /^mp4a\.40\.(2|5|29)$/.test(audio.codec);
  }

  // audio: null where no sound is wanted. With it, nothing is shown before both have come.
  constructor(video, audio, onPicture, onFail) {
    this.#audio = audio;
    this.node.muted = !audio;
    if ('requestVideoFrameCallback' in this.node) {
      const next = () => this.node.requestVideoFrameCallback(() => { if (!this.#isClosed) { onPicture(); this.#catchUp(); next(); } });
      next();
    } else {
      this.node.addEventListener('timeupdate', onPicture);
    }
    this.node.addEventListener('waiting', () => { this.#spare = Math.min(SPARE_MAX_S, this.#spare + SPARE_S); });
    this.#timer = setInterval(() => { this.#spare *= 0.99; this.#catchUp(); }, 250);
    load().then(() => {
      if (this.#isClosed) return;
      this.#muxer = new globalThis.JMuxer({
        node: this.node, mode: audio ? 'both' : 'video', videoCodec: /^avc/.test(video.codec) ? 'H264' : 'H265',
        flushingTime: 0, maxDelay: 1e9, clearBuffer: true, fps: 25,
        // What is fed before would lack its beginning.
        onReady: () => { this.#isReady = true; this.#early.forEach(data => this.#muxer?.feed(data)); this.#early = []; },
        onUnsupportedCodec: () => onFail('unsupported'), onError: () => onFail('the browser gave up'),
      });
    }, error => onFail(error.message));
  }

  // Only how far pictures are apart is told; the page keeps away those that come in another order than they are shown.
  take(unit, micros) {
    this.#first ??= micros;
    const step = this.#last === null ? this.#delta : (micros - this.#last) / 1000;
    this.#last = micros;
    this.#delta = step > 0 && step < GAP_MS ? step : this.#delta;
    // A gap is passed over, but for sound, which would be apart from the pictures by as much from there on.
    this.#feed({ video: unit, duration: this.#pictures.of(this.#audio && step >= GAP_MS ? step : this.#delta), isLastVideoFrameComplete: true });
  }

  takeSound(unit, micros) {
    if (this.#first === null || micros < this.#first) return;
    // The pictures began earlier, in the past, or sound is missing: so long there is none.
    const silence = (micros - this.#first) / 1000 - (this.#heard ?? 0);
    const lasts = 1024000 / this.#audio.sampleRate + (this.#heard === null || silence > SILENCE_MS ? silence : 0);
    this.#heard = (this.#heard ?? 0) + lasts;
    this.#feed({ audio: this.#adts(unit), duration: this.#sounds.of(lasts) });
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
    if (this.#isReady) this.#muxer?.feed(data);
    else if (this.#early.length < EARLY_MAX) this.#early.push(data);
  }

  #catchUp() {
    const { buffered } = this.node;
    if (buffered.length === 0) return;
    const end = buffered.end(buffered.length - 1);
    const ahead = AHEAD * this.#delta / 1000 + this.#spare;
    const late = end - this.node.currentTime - ahead;
    if (late > (this.#audio ? LEAP_SOUND_S : LEAP_S) && !this.node.seeking) this.node.currentTime = end - ahead;
    const speed = late > LATE_S ? Math.min(this.#audio ? SPEED_SOUND_MAX : SPEED_MAX, 1 + 5 * late) : 1;
    if (Math.abs(speed - this.node.playbackRate) > 0.04) this.node.playbackRate = speed;
    if (this.node.paused) this.node.play().catch(() => {});
  }

  // The header that an AAC frame has in a stream of its own (ISO/IEC 13818-7). It knows AAC-LC, and no HE-AAC, which is AAC-LC and more: decoders find that by themselves.
  #adts(unit) {
    const config = parseInt(this.#audio.config.slice(0, 4), 16);
    const rate = (config >> 7) & 15, channels = (config >> 3) & 15, length = unit.length + 7;
    const framed = new Uint8Array(length);
    framed.set([0xff, 0xf1, 0x40 | (rate << 2) | (channels >> 2), ((channels & 3) << 6) | (length >> 11), (length >> 3) & 255, ((length & 7) << 5) | 31, 252]);
    framed.set(unit, 7);
    return framed;
  }
}
