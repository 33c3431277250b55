import { el, write } from './dom.js';

// A table whose rows stay the same elements while what they say changes: a button that somebody presses does not go from under the pointer.
export class Table {
  #body = el('tbody');
  #rows = new Map();

  constructor(heads) {
    this.root = el('table', {}, el('thead', {}, el('tr', {}, ...heads.map(text => el('th', { scope: 'col', text })))), this.#body);
  }

  // Each row has a key, texts, and a function that makes what else it holds.
  show(rows) {
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, row] of this.#rows) if (!keys.has(key)) { row.remove(); this.#rows.delete(key); }
    let last = null;
    for (const { key, texts, more } of rows) {
      let row = this.#rows.get(key);
      if (!row) this.#rows.set(key, row = el('tr', {}, ...texts.map(() => el('td', { class: 'cut' })), more && el('td', {}, more())));
      texts.forEach((text, i) => { write(row.children[i], text); if (row.children[i].title !== text) row.children[i].title = text; });
      const place = last ? last.nextSibling : this.#body.firstChild;
      if (place !== row) this.#body.insertBefore(row, place);
      last = row;
    }
  }
}
