// Numbers, times and names as people read them.

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function score(n) {
  return grouped.format(n);
}

// countdown shows 0:01 until the very end, as every stage clock does.
export function countdown(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const tail = `${String(seconds).padStart(2, '0')}`;
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

export function age(ms) {
  const s = Math.floor(ms / 1000);
  if (s < 60) return `as of ${s} s ago`;
  return s < 3600 ? `as of ${Math.floor(s / 60)} min ago` : `as of ${Math.floor(s / 3600)} h ago`;
}

const TAIL = 5;

// cut leaves so many characters of a name: the last five, and the rest from its beginning.
export function cut(signs, count) {
  if (count >= signs.length) return signs.join('');
  const tail = Math.min(TAIL, Math.floor(count / 2));
  return `${signs.slice(0, count - tail).join('')}…${signs.slice(signs.length - tail).join('')}`;
}
