// The conversation. Every text is put as text; a part of a message is drawn anew only when it has changed.

const NEAR = 60; // pixels from the end: who reads there wants to see what comes
const MARGIN = 16; // pixels above the message that is shown first
const KEPT = 200;
const READ_OUT = 9; // rows
const MARKS = { good: '✓', warning: '!', bad: '×' };

export class Log {
  #on;
  #entries = new Map(); // by id
  #loaded = false;
  #atEnd = true;

  // on holds the elements box, list, welcome and told, and the functions fill(line), press(button), said(line) and
  // leave(), which is called when what has the focus goes away.
  constructor(on) {
    this.#on = on;
    const { box, list } = on;
    box.addEventListener('scroll', () => { this.#atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR; });
    const growth = new ResizeObserver(() => this.#atEnd && this.#toEnd()); // also when a picture has come
    growth.observe(box);
    growth.observe(list);
  }

  clear() {
    this.#entries.clear();
    this.#on.list.replaceChildren();
    this.#loaded = false;
  }

  take(news) {
    const { list, welcome } = this.#on;
    for (const message of news) this.#put(message);
    for (const id of [...this.#entries.keys()].sort((a, b) => a - b).slice(0, -KEPT)) this.#drop(id);
    welcome.hidden = list.childElementCount > 0;
    this.#loaded = true;
    if (this.#atEnd || news.some((message) => message.said)) this.#toEnd();
  }

  #toEnd() {
    const { box, list } = this.#on;
    const top = (list.lastElementChild?.offsetTop ?? 0) - MARGIN; // of a long answer the beginning comes first
    box.scrollTop = Math.min(box.scrollHeight - box.clientHeight, top);
    this.#atEnd = true;
  }

  #drop(id) {
    this.#entries.get(id).element.remove();
    this.#entries.delete(id);
  }

  #put(message) {
    let entry = this.#entries.get(message.id);
    if (entry?.seq >= message.seq) return;
    const fresh = !entry;
    if (fresh) {
      entry = { element: make('li', 'message'), parts: new Map(), words: '' };
      this.#entries.set(message.id, entry);
      this.#on.list.append(entry.element);
      if (message.said) this.#on.said(message.said);
    }
    entry.seq = message.seq;
    this.#draw(entry, message);
    this.#tell(entry, message, fresh);
  }

  // tell says aloud what is new. A message that keeps itself up to date is heard once.
  #tell(entry, message, fresh) {
    const words = wordsOf(message);
    if (this.#loaded && words && words !== entry.words && (fresh || !message.alive)) this.#on.told.textContent = words;
    entry.words = words;
  }

  #draw(entry, m) {
    const { element } = entry;
    const r = m.reply ?? { tone: '', headline: '', rows: [], notes: [], examples: [], buttons: [], footer: '', picture: null };
    element.dataset.from = m.said ? 'you' : 'ringside';
    element.dataset.tone = r.tone;
    element.toggleAttribute('data-busy', Boolean(m.busy));
    const part = (name, data, draw) => this.#part(entry, name, data, draw);
    part('who', m.said ? 'You' : m.private ? 'Ringside, only to you' : 'Ringside, to the channel', (text) => make('p', 'who', text));
    part('said', m.said ?? '', (text) => text && make('p', 'said', make('code', '', text)));
    part('headline', [r.headline, r.tone], ([text, tone]) => text && headline(text, tone));
    part('rows', r.rows, (rows) => rows.length && table(rows, (line) => this.#example(line)));
    part('picture', r.picture, (p) => p && picture(p));
    part('notes', r.notes, (notes) => notes.length && make('div', 'notes', ...notes.map((note) => make('p', '', note))));
    part('examples', r.examples, (lines) => lines.length && make('ul', 'examples', ...lines.map((line) => make('li', '', this.#example(line)))));
    part('passing', m.passing ?? '', (text) => text && make('p', 'passing', text));
    part('buttons', [r.buttons, m.busy], ([buttons, busy]) => buttons.length && make('div', 'buttons', ...buttons.map((b) => this.#button(b, busy))));
    part('footer', r.footer, (text) => text && make('p', 'footer', text));
  }

  // part puts one part of a message in its place, if it has changed.
  #part(entry, name, data, draw) {
    const state = JSON.stringify(data);
    const old = entry.parts.get(name);
    if (old?.state === state) return;
    const element = draw(data) || document.createComment(name);
    const left = old?.element.contains(document.activeElement);
    if (old) old.element.replaceWith(element);
    else entry.element.append(element);
    entry.parts.set(name, { state, element });
    if (left) this.#on.leave();
  }

  #example(line) {
    const button = make('button', 'example', make('code', '', line));
    button.type = 'button';
    button.title = 'Put this line into the input';
    button.addEventListener('click', () => this.#on.fill(line));
    return button;
  }

  #button({ id, label, style }, busy) {
    const button = make('button', style || 'plain', label);
    button.type = 'button';
    if (busy) button.setAttribute('aria-disabled', 'true');
    else button.addEventListener('click', () => this.#on.press(id), { once: true });
    return button;
  }
}

function headline(text, tone) {
  const line = make('p', 'headline');
  if (MARKS[tone]) {
    const mark = make('span', 'mark', MARKS[tone]);
    mark.setAttribute('aria-hidden', 'true');
    line.append(mark);
  }
  line.append(make('span', '', text));
  return line;
}

const KINDS = ['label', 'subject', 'change', 'detail'];

// table draws rows in columns; one that no row has is left out. A subject that is a command can be taken.
function table(rows, example) {
  const used = KINDS.map((_, i) => i).filter((i) => rows.some((row) => row[i]));
  const cell = (row) => (i) => [make('span', KINDS[i], KINDS[i] === 'subject' && isCommand(row[i]) ? example(row[i]) : row[i]), ' '];
  const drawn = make('ul', 'rows', ...rows.map((row) => make('li', '', ...used.flatMap(cell(row)))));
  drawn.dataset.columns = used.length;
  return drawn;
}

const isCommand = (text) => /^\/battle(-score)?( |$)/.test(text);

// wordsOf returns a message as it is read out.
function wordsOf({ reply, passing }) {
  if (!reply) return passing ?? '';
  const rows = reply.rows.slice(0, READ_OUT).map((row) => row.filter(Boolean).join(' '));
  const choices = reply.buttons.map((b) => b.label).join(', ');
  return [reply.headline, ...rows, choices && `Choices: ${choices}`].filter(Boolean).join('. ');
}

function picture({ address, alt }) {
  const shown = make('img', 'picture');
  shown.src = address;
  shown.alt = alt;
  return shown;
}

// make returns an element with texts and elements in it.
function make(kind, name, ...content) {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (kind === 'ul') made.setAttribute('role', 'list'); // some browsers forget it for a list without bullets
  made.append(...content);
  return made;
}
