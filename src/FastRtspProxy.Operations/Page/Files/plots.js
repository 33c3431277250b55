/* global uPlot */
import { bits, el } from './dom.js';

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A line without axes, of 75 by 21 pixels: the size of a canvas in the table, by app.css. To ask each of them would have the table laid out for each.
export function spark(canvas, values) {
  const scale = devicePixelRatio || 1;
  const width = Math.round(75 * scale), height = Math.round(21 * scale);
  if (canvas.width === width && canvas.height === height) canvas.getContext('2d').clearRect(0, 0, width, height);
  else Object.assign(canvas, { width, height });
  const known = (values ?? []).filter(value => value !== null);
  if (known.length < 2) return;
  const top = Math.max(...known, 1);
  const pen = canvas.getContext('2d');
  pen.strokeStyle = css('--plot');
  pen.lineWidth = 1.3 * scale;
  pen.beginPath();
  known.forEach((value, i) => pen.lineTo(i * (width - 2) / (known.length - 1) + 1, height - 2 - value / top * (height - 4)));
  pen.stroke();
}

const TIME = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

const SAMPLES = 300;
const PLOTS = [
  { key: 'bitrate', title: 'Bit rate', show: bits, least: 1e5 },
  { key: 'loss', title: 'Loss', show: value => value.toFixed(2) + ' %', least: 1 },
  { key: 'viewers', title: 'Viewers', show: value => String(Math.round(value)), least: 2 },
  { key: 'latency', title: 'Latency of the ingest', show: value => value.toFixed(1) + ' ms', least: 10, note: 'How late pictures come, by the camera’s own timestamps and beside the fastest of the last seconds' },
];

// The last minutes of one stream.
export class Plots {
  root = el('div', { class: 'plots' });
  #plots = [];
  #boxes;
  #data = null;
  #until = 0;
  #seconds = SAMPLES;
  #watch;
  #isClosed = false;

  constructor() {
    this.#boxes = PLOTS.map(plot => el('figure', { class: 'card', role: 'img', 'aria-label': plot.title, title: plot.note }));
    this.#boxes.forEach(box => { box.style.margin = '0'; });
    this.root.append(...this.#boxes);
    this.#watch = new ResizeObserver(() => this.#fit());
    this.#watch.observe(this.root);
  }

  set(data, interval) {
    if (this.#isClosed) return; // an answer that comes late
    const count = data.bitrate?.length ?? 0;
    const now = this.#until = Date.now() / 1000;
    this.#seconds = SAMPLES * interval;
    const times = Array.from({ length: count }, (_, i) => now - (count - 1 - i) * interval);
    this.#data = PLOTS.map(plot => [times, data[plot.key] ?? []]);
    PLOTS.forEach((plot, i) => {
      const known = this.#data[i][1].filter(value => value !== null);
      this.#boxes[i].setAttribute('aria-label', known.length ? `${plot.title}: ${plot.show(known.at(-1))} now, ${plot.show(Math.max(...known))} at most of what is kept` : plot.title);
    });
    if (this.#plots.length === 0) this.#make();
    else this.#plots.forEach((plot, i) => plot.setData(this.#data[i]));
  }

  redraw() {
    this.#plots.forEach(plot => plot.destroy());
    this.#plots = [];
    if (this.#data) this.#make();
  }

  close() {
    this.#isClosed = true;
    this.#watch.disconnect();
    this.#plots.forEach(plot => plot.destroy());
    this.#plots = [];
  }

  #width(i) { return Math.max(120, this.#boxes[i].clientWidth - 28); }

  #make() {
    const line = css('--line'), text = css('--dim');
    const axis = { stroke: text, font: '11px system-ui, sans-serif', grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const times = { ...axis, space: 70, values: (_, marks) => marks.map(mark => TIME.format(mark * 1000)) };
    this.#plots = PLOTS.map((plot, i) => new uPlot({
      title: plot.title,
      width: this.#width(i),
      height: 170,
      legend: { live: true },
      cursor: { y: false },
      scales: { x: { range: () => [this.#until - this.#seconds, this.#until] }, y: { range: (_, low, high) => [0, Math.max((high ?? 0) * 1.05, plot.least)] } },
      axes: [times, { ...axis, size: 74, values: (_, marks) => marks.map(plot.show) }],
      series: [{ label: 'At', value: (_, value) => value == null ? '–' : TIME.format(value * 1000) }, { label: plot.title, stroke: css('--plot'), fill: css('--fill'), width: 1.5, points: { show: false }, value: (_, value) => value == null ? '–' : plot.show(value) }],
    }, this.#data[i], this.#boxes[i]));
  }

  #fit() {
    this.#plots.forEach((plot, i) => { if (plot.width !== this.#width(i)) plot.setSize({ width: this.#width(i), height: 170 }); });
  }
}
