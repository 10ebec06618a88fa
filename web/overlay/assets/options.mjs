// What a broadcaster chooses in the page's address. What is not understood is as if it were not there.

const THEMES = ['dark', 'light', 'neon', 'minimal'];
const POSITIONS = [
  'top-left', 'top', 'top-right', 'left', 'center', 'right', 'bottom-left', 'bottom', 'bottom-right',
];
const LONGEST = 60; // characters of a label or a title

// readOptions reads theme, position, scale, names (labels in the rooms' order, an empty one keeps the room's own
// name), title (an empty one hides it) and key.
export function readOptions(search) {
  const query = new URLSearchParams(search);
  return {
    theme: oneOf(query.get('theme'), THEMES) ?? 'dark',
    position: oneOf(query.get('position'), POSITIONS), // undefined: as suits the number of rooms
    scale: scaleOf(query.get('scale')),
    names: (query.get('names') ?? '').split(',').map(short),
    title: query.has('title') ? short(query.get('title')) : undefined,
    key: query.get('key') ?? '',
  };
}

function oneOf(word, known) {
  return known.find((k) => k === word?.toLowerCase());
}

function scaleOf(text) {
  const n = Number(text);
  return n > 0 ? Math.min(Math.max(n, 0.25), 4) : 1;
}

function short(text) {
  return [...text.trim()].slice(0, LONGEST).join('');
}
