// Values as they came: read, written, and shown.

'use strict';

// ## Values, as they came
//
// To a browser 1.0 is 1, and of thirty digits it keeps sixteen; but each has
// a hash of its own. So a value stays the JSON text that it came as: '1.0',
// '"Alice"'. Only objects and arrays are taken apart.

function parse(text) {
  const token = /\s*("[^"\\]*(?:\\.[^"\\]*)*"|[^\s",:{}[\]]+|[,:{}[\]])/y;
  const next = () => {
    const found = token.exec(text);
    if (!found) throw new SyntaxError('This is no JSON.');
    return found[1];
  };
  const value = open => {
    if (open !== '[' && open !== '{') return open;
    const list = [], object = Object.create(null); // where __proto__ is a mere name
    for (let token = next(); token !== ']' && token !== '}'; token = next()) {
      if (token === ',') continue;
      if (open === '[') list.push(value(token));
      else object[JSON.parse(token)] = (next(), value(next())); // behind the colon
    }
    return open === '[' ? list : object;
  };
  return value(next());
}

function write(value) {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return '[' + value.map(write).join(', ') + ']';
  return '{' + Object.entries(value).map(([name, member]) =>
    JSON.stringify(name) + ': ' + write(member)).join(', ') + '}';
}

/** What people read: a text without its quotes, all else as it is. */
const plain = (value = '') => value[0] === '"' ? JSON.parse(value) : write(value);

/** What people typed, as JSON: if it is none, it is a text. */
function source(typed) {
  try {
    JSON.parse(typed);
    return typed.trim();
  } catch {
    return JSON.stringify(typed);
  }
}

const shorten = text => text.replace(/\b([0-9a-f]{6})[0-9a-f]{22,54}([0-9a-f]{4})\b/g, '$1…$2');
const shown = value => visible(shorten(plain(value)));

/** Letters that turn or hide others, and a name of blanks, are shown as what they are. */
function visible(text) {
  const joined = /(?<=\p{ExtPict}\ufe0f?)\u200d(?=\p{ExtPict})/gu; // as in 👩‍🎓
  const kept = [...text.matchAll(joined)].map(({ index }) => index);
  const seen = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (letter, at) => kept.includes(at)
    ? letter :
    `\\u${letter.codePointAt(0).toString(16).padStart(4, '0')}`);
  return seen.trim() ? seen : `“${seen}”`;
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children); // what is text stays text
  return element;
}
