// Sound, off until it is asked for: AudioDecoder where the browser has one; G.711 is decoded here.
const AHEAD_S = 0.08;
const LATE_S = 0.4;

function table(decode) {
  return Float32Array.from({ length: 256 }, (_, code) => decode(code) / 32768);
}

// ITU-T G.711.
const MU = table(code => {
  const byte = ~code & 255;
  const value = (((byte & 15) << 3) + 132 << ((byte >> 4) & 7)) - 132;
  return byte & 128 ? -value : value;
});
const A = table(code => {
  const byte = code ^ 85;
  const part = (byte >> 4) & 7;
  const low = ((byte & 15) << 4) + (part === 0 ? 8 : 264);
  const value = part > 1 ? low << part - 1 : low;
  return byte & 128 ? value : -value;
});

export class Sound {
  #audio;
  #context = null;
  #decoder = null;
  #next = 0;

  static plays(audio) {
    return ['ulaw', 'alaw'].includes(audio.codec) || (!!audio.codec && 'AudioDecoder' in globalThis);
  }

  constructor(audio) {
    this.#audio = audio;
  }

  get isOn() { return this.#context !== null; }

  // By a click: browsers let nothing else begin sound.
  set(isOn) {
    if (!isOn) { this.close(); return; }
    this.#context = new AudioContext({ latencyHint: 'interactive' });
    this.#next = 0;
    if (['ulaw', 'alaw'].includes(this.#audio.codec)) return;
    const config = { codec: this.#audio.codec, sampleRate: this.#audio.sampleRate, numberOfChannels: this.#audio.channels };
    if (this.#audio.config) config.description = Uint8Array.from(this.#audio.config.match(/../g), pair => parseInt(pair, 16));
    this.#decoder = new AudioDecoder({ output: data => this.#decoded(data), error: () => this.close() });
    this.#decoder.configure(config);
  }

  take(unit, micros) {
    if (!this.#context) return;
    if (this.#decoder) {
      if (this.#decoder.state === 'configured' && this.#decoder.decodeQueueSize < 50) this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: micros, data: unit }));
      return;
    }
    const { codec, sampleRate, channels } = this.#audio;
    const values = codec === 'ulaw' ? MU : A;
    const frames = Math.floor(unit.length / channels);
    if (frames === 0) return;
    const buffer = this.#context.createBuffer(channels, frames, sampleRate);
    for (let c = 0; c < channels; c++) {
      const samples = buffer.getChannelData(c);
      for (let i = 0; i < frames; i++) samples[i] = values[unit[i * channels + c]];
    }
    this.#schedule(buffer);
  }

  close() {
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder && decoder.state !== 'closed') decoder.close();
    this.#context?.close();
    this.#context = null;
  }

  #decoded(data) {
    if (this.#context) {
      const buffer = this.#context.createBuffer(data.numberOfChannels, data.numberOfFrames, data.sampleRate);
      for (let c = 0; c < data.numberOfChannels; c++) data.copyTo(buffer.getChannelData(c), { planeIndex: c, format: 'f32-planar' });
      this.#schedule(buffer);
    }
    data.close();
  }

  // One behind the other; what came too early or too late begins anew.
  #schedule(buffer) {
    const now = this.#context.currentTime;
    if (this.#next < now || this.#next > now + LATE_S) this.#next = now + AHEAD_S;
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    source.start(this.#next);
    this.#next += buffer.duration;
  }
}
