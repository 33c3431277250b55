import { get, ApiError } from './api.js';
import { enc } from './dom.js';

const TYPES = ['stream.up', 'stream.down', 'stream.added', 'stream.changed', 'stream.removed', 'stream.source', 'stream.owner',
  'viewer.joined', 'viewer.left', 'viewer.refused', 'config.reloaded', 'config.refused', 'missed'];
const EVENTS_MAX = 300;
const MANY = 100;

// All streams, their last minutes, and what happened: loaded once, kept by events, and asked for again now and then.
export class Store extends EventTarget {
  streams = new Map();
  stats = new Map();
  events = [];
  interval = 1;
  loaded = false;
  #source = null;
  #timers = [];
  #life = null;
  #due = null;
  #busy = null;
  #again = false;

  start() {
    this.#life = {};
    this.#listen();
    this.reload();
    this.#loop(() => this.reload(), () => this.streams.size > MANY ? 10000 : this.#isOpen() ? 2000 : 1000);
    this.#loop(() => this.reloadStats(), () => Math.max(2000, this.interval * 1000));
    this.reloadStats();
  }

  stop() {
    this.#life = null;
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#due);
    this.#due = null;
    this.#timers.forEach(timer => clearTimeout(timer.id));
    this.#timers = [];
    this.loaded = false;
    this.streams.clear();
    this.stats.clear();
    this.events = [];
  }

  // Soon, and once for many asks.
  touch() {
    this.#due ??= setTimeout(() => { this.#due = null; if (this.#busy) this.#again = true; else this.reload(); }, this.streams.size > MANY ? 1000 : 50);
  }

  // What is true after this call, also where an answer to an earlier one is still awaited.
  async reload() {
    while (this.#busy) await this.#busy;
    if (this.#life) await (this.#busy = this.#load());
  }

  async #load() {
    const life = this.#life;
    try {
      const answer = await get('/api/v1/streams');
      if (life !== this.#life) return; // somebody else's: whoever asked has logged out
      this.streams = new Map((answer.streams ?? []).map(stream => [stream.name, stream]));
      this.loaded = true;
      this.#tell('streams');
    } catch (error) {
      if (life === this.#life) this.#fail(error);
    } finally {
      this.#busy = null;
      if (this.#again) { this.#again = false; this.touch(); }
    }
  }

  async reloadStats() {
    const life = this.#life;
    try {
      const answer = await get('/api/v1/stats?window=1m');
      if (life !== this.#life) return;
      this.interval = answer.interval;
      this.stats = new Map(Object.entries(answer.streams));
      this.#tell('stats');
    } catch (error) {
      if (error.status === 401 && life === this.#life) this.#fail(error);
    }
  }

  history(name) {
    return get(`/api/v1/stats?window=5m&stream=${enc(name)}`);
  }

  #isOpen() {
    return this.#source?.readyState === EventSource.OPEN;
  }

  #listen() {
    const source = this.#source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => this.#tell('link'));
    source.addEventListener('error', () => {
      this.#tell('link');
      // Refused for good: a browser comes back by itself only where the connection was lost.
      if (source.readyState === EventSource.CLOSED && source === this.#source) setTimeout(() => { if (source === this.#source) this.#listen(); }, 5000);
    });
    for (const type of TYPES) source.addEventListener(type, event => this.#happened(event));
  }

  get isLinked() { return this.#isOpen(); }

  #happened(event) {
    let what;
    try { what = JSON.parse(event.data); } catch { return; }
    what.type ??= event.type;
    this.events.unshift(what);
    this.events.length = Math.min(this.events.length, EVENTS_MAX);
    this.touch();
    this.dispatchEvent(new CustomEvent('event', { detail: what }));
  }

  #loop(work, wait) {
    const timer = {};
    const next = () => { timer.id = setTimeout(async () => { if (!document.hidden) await work(); if (this.#timers.includes(timer)) next(); }, wait()); };
    this.#timers.push(timer);
    next();
  }

  #fail(error) {
    this.dispatchEvent(new CustomEvent('failed', { detail: error instanceof ApiError ? error : new ApiError(0, { title: String(error) }) }));
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
