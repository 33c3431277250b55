// Elements are made, never parsed: whatever a camera, a viewer or the API says stays text.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') for (const [type, handler] of Object.entries(value)) node.addEventListener(type, handler);
    else if (name === 'text') node.textContent = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

const SHAPES = {
  good: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm-1 10L3.8 7.8l1.1-1.1L7 8.8l4.1-4.1 1.1 1.1z',
  warn: 'M8 1 15.5 14.5H.5zM7.2 6v4h1.6V6zm0 5.2v1.6h1.6v-1.6z',
  bad: 'M5 1h6l4 4v6l-4 4H5l-4-4V5zm.6 3.5L4.5 5.6 6.9 8l-2.4 2.4 1.1 1.1L8 9.1l2.4 2.4 1.1-1.1L9.1 8l2.4-2.4-1.1-1.1L8 6.9z',
  idle: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM5 5h2v6H5zm4 0h2v6H9z',
};

const STATES = {
  playing: ['good', 'playing'], lingering: ['good', 'lingering'], ready: ['idle', 'ready'], resting: ['idle', 'resting'],
  opening: ['warn', 'opening'], starting: ['warn', 'starting'], holding: ['bad', 'holding'], down: ['bad', 'down'],
  stopped: ['idle', 'stopped'], wildcard: ['idle', 'wildcard'],
};

// A state is a shape and a word; the colour only repeats them.
export function stateMark(state) {
  const [kind, word] = STATES[state] ?? ['idle', String(state)];
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SHAPES[kind]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return el('span', { class: 'state ' + kind, 'data-state': state }, svg, word);
}

// Lines of a term and a text each. An element stays while its term does, and is written to where its text is another: what somebody has marked stays marked.
export function describe(list, rows) {
  const terms = rows.map(([term]) => term).join('\n');
  if (list.dataset.terms !== terms) {
    list.dataset.terms = terms;
    list.replaceChildren(...rows.flatMap(([term, text]) => [el('dt', { text: term }), el('dd', { text: String(text) })]));
    return;
  }
  rows.forEach(([, text], i) => write(list.children[2 * i + 1], String(text)));
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function toast(text) {
  const box = document.getElementById('toasts');
  const line = el('p', { text });
  box.append(line);
  while (box.children.length > 4) box.firstChild.remove();
  setTimeout(() => line.remove(), 6000);
}

export function bits(rate) {
  if (!(rate > 0)) return '0';
  return rate >= 1e6 ? (rate / 1e6).toFixed(rate < 1e7 ? 2 : 1) + ' Mbit/s' : Math.max(1, Math.round(rate / 1e3)) + ' kbit/s';
}

export function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (count >= 1024 && at < units.length - 1) { count /= 1024; at++; }
  return (at === 0 ? count : count.toFixed(1)) + ' ' + units[at];
}

export function ago(time) {
  if (!time) return '–';
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
  if (seconds < 100) return seconds + ' s';
  if (seconds < 6000) return Math.round(seconds / 60) + ' min';
  if (seconds < 172800) return Math.round(seconds / 3600) + ' h';
  return Math.round(seconds / 86400) + ' d';
}

export function clock(time) {
  return time ? new Date(time).toLocaleTimeString() : '–';
}

export const enc = encodeURIComponent;
