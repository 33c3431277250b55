import { el } from './dom.js';

const QUEUE_MAX = 60;

// Pictures by WebCodecs, each drawn when it is decoded: the least delay that there is.
export class CodecPicture {
  way = 'webcodecs';
  node = el('canvas', { role: 'img', 'aria-label': 'Live picture' });
  #pen = this.node.getContext('2d', { alpha: false, desynchronized: true });
  #decoder = null;
  #config;
  #onFail;
  #waitsForKey = true;
  #failures = 0;

  constructor(video, onPicture, onFail) {
    this.#config = { codec: video.codec, optimizeForLatency: true };
    this.#onFail = onFail;
    this.#make(onPicture);
  }

  take(unit, micros, isKey, isAfterGap) {
    const decoder = this.#decoder;
    if (!decoder || decoder.state === 'closed') return;
    if (decoder.decodeQueueSize > QUEUE_MAX) this.#waitsForKey = true;
    if (this.#waitsForKey && !isKey) return;
    this.#waitsForKey = false;
    try {
      decoder.decode(new EncodedVideoChunk({ type: isKey ? 'key' : 'delta', timestamp: micros, data: unit }));
    } catch (error) {
      this.#broken(error, isAfterGap);
    }
  }

  close() {
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder && decoder.state !== 'closed') decoder.close();
  }

  #make(onPicture) {
    const decoder = this.#decoder = new VideoDecoder({
      output: frame => {
        if (this.#decoder === decoder) {
          if (this.node.width !== frame.displayWidth || this.node.height !== frame.displayHeight) {
            this.node.width = frame.displayWidth;
            this.node.height = frame.displayHeight;
          }
          this.#pen.drawImage(frame, 0, 0);
          this.#failures = 0;
          onPicture();
        }
        frame.close();
      },
      error: error => { if (this.#decoder === decoder) { this.#remake = () => this.#make(onPicture); this.#broken(error); } },
    });
    VideoDecoder.isConfigSupported(this.#config).then(answer => { if (!answer.supported && this.#decoder === decoder) this.#onFail('unsupported'); }, () => this.#onFail('unsupported'));
    try { decoder.configure(this.#config); } catch { this.#onFail('unsupported'); }
    this.#waitsForKey = true;
  }

  #remake = null;

  // A damaged picture ends a decoder: another one goes on with the next key picture, unless that happens again and again.
  #broken(error) {
    if (++this.#failures > 3 || !this.#remake) {
      if (error.name === 'NotSupportedError') this.#onFail('unsupported');
      else if (this.#failures > 3) this.#onFail(error.message);
      else this.#waitsForKey = true;
      return;
    }
    this.close();
    this.#remake();
  }
}
