// The chains, block by block: ours, and those of the neighbours.

'use strict';

// ## The chain's tools: moving along it

const COLUMN = 20; // rem: a card, and the link in front of it
const scroller = $('scroller'), track = $('track');
track.style.setProperty('--column', COLUMN + 'rem');
let following = true; // the tip, until somebody scrolls away from it

const columnWidth = () => COLUMN * parseFloat(getComputedStyle(document.documentElement).fontSize);
const shownChain = () => copy ? copy.chain : node.chain;
const shownHashes = () => copy ? copy.hashes : node.hashes;
const columns = () => shownChain().length && shownChain().length + (copy ? 0 : 1);

// The tip stands at the right edge, or what is not mined yet if there is room.
function tipAt() {
  const room = scroller.clientWidth > 2 * columnWidth() ? columns() : shownChain().length;
  return Math.max(0, room * columnWidth() + 16 - scroller.clientWidth);
}

// The browser tells of a scroll a moment later, and news may come in between.
function moveTo(left) {
  scroller.scrollLeft = left;
  noteWhere();
}

function noteWhere() {
  following = Math.abs(scroller.scrollLeft - tipAt()) < columnWidth() / 2;
}

$('first').addEventListener('click', () => moveTo(0));
$('tip').addEventListener('click', () => moveTo(tipAt()));
$('travel').addEventListener('submit', event => {
  event.preventDefault();
  moveTo((parseInt($('goto').value, 10) - 1 || 0) * columnWidth());
});
scroller.addEventListener('keydown', event => {
  const here = scroller.scrollLeft, to = { Home: 0, End: tipAt(),
    ArrowLeft: here - columnWidth(), ArrowRight: here + columnWidth() }[event.key];
  if (event.target !== scroller || to === undefined) return;
  event.preventDefault();
  moveTo(to);
});
scroller.addEventListener('scroll', () => {
  noteWhere();
  draw();
});
addEventListener('resize', () => changed());

// ## The rows of cards: our chain, and under it each neighbour's
//
// Of ten thousand blocks only those in sight are in the page. A card stays
// while it is in sight, and a part of it is drawn anew only when what it
// shows has changed: so nobody loses the field that they type in.

const ours = newRow();
const neighbours = new Map(); // address: what it has, or why it has nothing
const histories = new Map(); // tip's ETag: a chain, once for all who have it
const rows = new Map(); // the rows under ours, by what they show
let fresh = Infinity; // our blocks from this position on come in with a movement

function newRow() {
  const title = make('h3'), list = make('ol', { role: 'list' });
  track.append(make('section', {}, title, list));
  return { title, list, cards: new Map() };
}

function newCard(row, i) {
  const [title, band, note, work, body] =
    ['title', 'band', 'note', 'work', 'body'].map(name => make('div', { class: name }));
  const frame = make('article', {}, title, band, note, work, body);
  const moves = row === ours && i >= fresh && i < shownChain().length;
  return { title, band, note, work, body, frame,
    element: make('li', { class: moves ? 'coming' : '' }, frame) };
}

function part(slot, shown, build) {
  const key = language + shown;
  if (slot.key !== key) slot.replaceChildren(...build());
  slot.key = key;
}

function changed() {
  drawHead();
  drawSandbox();
  const groups = grouped(), same = groups.get(node.etag)?.addresses ?? [];
  const also = copy || !same.length ? '' : t('also', { n: same.length, list: named(same) });
  part(ours.title, copy + also, () => rowTitle(location.host, t(copy ? 'yours' : 'ours') + also));
  groups.delete(copy ? '' : node.etag);
  drawGroups(groups);
  drawOwners();
  const longest = Math.max(columns(), ...[...rows.values()].map(row => row.chain.length));
  track.style.width = `calc(${longest * COLUMN}rem + 16px)`;
  $('travel').hidden = track.offsetWidth <= scroller.clientWidth;
  if (following && !copy) moveTo(tipAt());
  draw();
  drawStory();
  fresh = Infinity;
}

function draw() {
  const first = Math.max(0, Math.floor(scroller.scrollLeft / columnWidth()) - 1);
  const last = first + Math.ceil(scroller.clientWidth / columnWidth()) + 3;
  fill(ours, first, Math.min(last, columns()), drawOurs);
  for (const row of rows.values())
    fill(row, first, Math.min(last, row.chain.length), (card, i) => drawTheirs(row, card, i));
}

// ## Neighbours: a row for each history, not for each of them
//
// The longest comes first; then those of whom no chain is known, for whatever
// reason.

function grouped() {
  const groups = new Map();
  for (const [address, neighbour] of neighbours) {
    const history = histories.get(neighbour.etag);
    const words = history ? relation(history) : stateOf(neighbour);
    const key = history ? neighbour.etag : words;
    if (!groups.has(key)) groups.set(key, { words, addresses: [], chain: [], hashes: [], ...history });
    groups.get(key).addresses.push(address);
  }
  return new Map([...groups].sort(([, a], [, b]) => b.chain.length - a.chain.length));
}

function drawGroups(groups) {
  for (const [key, row] of rows) if (!groups.has(key)) {
    row.list.parentElement.remove();
    rows.delete(key);
  }
  let last = ours.list.parentElement;
  for (const [key, { words, addresses, chain, hashes }] of groups) {
    if (!rows.has(key)) rows.set(key, newRow());
    const row = Object.assign(rows.get(key), { chain, hashes });
    part(row.title, words + addresses, () => rowTitle(named(addresses), words));
    if (last.nextSibling !== row.list.parentElement) last.after(row.list.parentElement);
    last = row.list.parentElement;
  }
}

// By the name that mining pays there, if it is one, and nobody else has it.
function nameAt(address) {
  const name = node.names[address] ?? '', all = Object.values(node.names);
  return name && !/^[0-9a-f]{32,}$/.test(name) && name !== node.id
    && all.indexOf(name) === all.lastIndexOf(name) ? visible(name) : address;
}

const named = addresses => addresses.length < 5 ? addresses.map(nameAt).join(', ')
  : t('others', { list: addresses.slice(0, 3).map(nameAt).join(', '), n: addresses.length - 3 });

function fill(row, first, last, drawCard) {
  row.list.style.paddingLeft = first * COLUMN + 'rem';
  drop(row, i => i < first || i >= last);
  let next = row.list.firstChild;
  for (let i = first; i < last; i++) {
    const card = row.cards.get(i) ?? newCard(row, i);
    if (!row.cards.has(i)) row.list.insertBefore(card.element, next);
    row.cards.set(i, card);
    next = card.element.nextSibling;
    drawCard(card, i);
  }
}

function drop(row, which) {
  for (const [i, { element }] of row.cards) if (which(i)) {
    element.remove();
    row.cards.delete(i);
  }
}

function drawOurs(card, i) {
  const chain = shownChain(), hashes = shownHashes(), block = chain[i];
  if (!block) return drawGhost(card, String(i + 1), hashes[i - 1]);
  const [kind, word] = copy ? stateInCopy(i)
    : ['', i === 0 ? t('isFirst') : i === chain.length - 1 ? t('isTip') : ''];
  card.frame.className = 'card ' + kind;
  card.frame.id = 'block=' + (i + 1);
  drawTop(card, { index: plain(block.index), word, before: hashes[i - 1],
    previous: plain(block.previous_hash), hash: hashes[i] });
  const why = kind === 'broken' ? reason(copy) : '';
  part(card.note, why, () => why ? [make('p', { class: 'reason' }, why)] : []);
  drawWork(card, chain, hashes, i);
  part(card.body, copy ? `copy ${copy.number} ${copy.renewed[i]}` : hashes[i] + lit,
    () => blockBody(block, copy ? i : -1));
}

function stateInCopy(i) {
  const edited = isEdited(i);
  if (i >= copy.unchecked) return ['unchecked', t('unchecked') + (edited ? ' ✎' : '')];
  if (i < copy.at) return edited ? ['edited', t('edited')] : ['holds', t('holds')];
  const [kind, word] = i === copy.at ? ['broken', 'isBroken'] : ['cut-off', 'isCut'];
  return [kind, t(word) + (edited ? ' ✎' : '')];
}

// Of the block that is not there yet one knows the hash that it will name,
// and what waits to go into it.
function drawGhost(card, index, tip) {
  card.frame.className = 'card ghost' + (node.mining ? ' busy' : '');
  drawTop(card, { index, word: t(node.mining ? 'seeking' : 'next'), before: tip, previous: tip,
    hash: '' });
  part(card.note, '', () => []);
  if (!node.mining) part(card.work, '', () => []);
  part(card.body, 'pending ' + node.pendingText + lit, () => [
    ...transactions(node.pending, -1, 'waiting'), make('p', { class: 'count' }, t('pays')),
    ...(index === '2' ? [make('p', {}, t('startHere'))] : [])]);
}

function drawTheirs({ chain, hashes }, card, i) {
  const mine = shownHashes()[i], alike = mine === hashes[i], { index, previous_hash } = chain[i];
  card.frame.className = 'card other' + (alike ? '' : ' differs');
  if (!alike) drawWork(card, chain, hashes, i);
  else part(card.work, '', () => []);
  drawTop(card, { index: plain(index), word: t(alike ? 'alike' : mine ? 'differs' : 'extra'),
    before: hashes[i - 1], previous: plain(previous_hash), hash: hashes[i] });
  part(card.body, alike + hashes[i] + lit, () => alike ? [] : transactions(chain[i].transactions, -1));
}

// The proof's work, to see and to do again: sha256sum says the same.
function drawWork({ work }, chain, hashes, i) {
  const readable = i > 0 && [chain[i - 1], chain[i]].every(it => FIELDS.proof.test(it.proof));
  const { proofs, hex, isGood } = readable ? proofHash(chain, hashes, i) : { hex: '' };
  part(work, hex + isGood, () => hex ? [workLine(proofs, hashes[i - 1], hex, isGood)] : []);
}

function workLine(proofs, lastHash, hex, isGood) {
  const text = [...proofs, ...(node.rule === 'linked' ? [shorten(lastHash)] : [])].join('·');
  return make('p', { class: isGood ? '' : 'bad' }, t('proves', { text }) + ' ',
    make('b', { class: 'mono' }, hex.slice(0, node.zeros)),
    make('span', { class: 'mono' }, ' ' + hex.slice(node.zeros, node.zeros + 4) + '…'));
}

// While the node seeks a proof, the page makes the same guesses, as far as it
// comes: both count from 0.
function guessAlong() {
  const i = node.chain.length, seal = node.hashes[i - 1], before = node.chain[i - 1].proof;
  const chain = { [i - 1]: { proof: before }, [i]: { proof: '0' } }, hashes = { [i - 1]: seal };
  let guess = 0, found = { isGood: false };
  const step = () => {
    const card = ours.cards.get(i);
    if (!node.mining || node.chain.length > i) return;
    for (const until = performance.now() + 6; !found.isGood && performance.now() < until;)
      found = proofHash(chain, hashes, i, guess++);
    if (card && !copy) part(card.work, 'guess ' + guess, () => [
      workLine([before, guess - 1], seal, found.hex, found.isGood),
      make('p', { class: 'count' }, t('guesses', { n: guess }))]);
    requestAnimationFrame(step);
  };
  step();
}

/** A view has index, word, the hash before, the previous hash that it names, and its own. */
function drawTop({ frame, title, band }, { index, word, before, previous, hash }) {
  const name = t('block', { index });
  frame.setAttribute('aria-label', name + ' ' + word);
  part(title, name + word, () => [make('b', {}, frame.id ? make('a', { href: '#' + frame.id }, name) : name),
    make('span', {}, word)]);
  part(band, [before, previous, hash].join(), () => [
    ...(before === undefined ? [] : [link(before, previous)]),
    half('previous', previous), half('hash', hash)]);
}

function link(hash, previous) {
  return make('div', { class: hash === previous ? 'link' : 'link cut' },
    colour(make('span'), hash), colour(make('span'), previous),
    make('b', {}, hash === previous ? '=' : '≠'));
}

function half(name, text) {
  const value = make('span', { class: 'mono', title: text },
    isHash(text) ? pattern(text) : '', shorten(text) || t('unknown'));
  return colour(make('div', { class: 'half' }, make('small', {}, t(name)), value), text);
}

// A hash's digits make its two colours, and its pattern of five by five
// squares, the left half mirrored.
const isHash = text => /^[0-9a-f]{64}$/.test(text);

function colour(element, hash) {
  element.classList.add(isHash(hash) ? 'coloured' : 'plain');
  for (const [name, at] of [['--hue', 0], ['--other-hue', 3]]) // red is for what is broken
    element.style.setProperty(name, 75 + parseInt(hash.slice(at, at + 3), 16) * 255 / 4096);
  return element;
}

function pattern(hash) {
  const [picture, path] = ['svg', 'path'].map(name =>
    document.createElementNS('http://www.w3.org/2000/svg', name));
  let squares = '';
  for (let i = 0; i < 15; i++) if (parseInt(hash[i], 16) % 2)
    squares += [i % 3, 4 - i % 3].map(x => `M${x} ${Math.floor(i / 3)}h1v1h-1z`).join('');
  path.setAttribute('d', squares);
  picture.setAttribute('viewBox', '0 0 5 5');
  picture.setAttribute('aria-hidden', 'true');
  picture.append(path);
  return picture;
}

// A position of -1 is a block to look at only; any other is one to edit.
function blockBody(block, position) {
  const facts = make('dl');
  const fact = (name, key, form = plain) => facts.append(make('dt', {}, t(name)),
    make('dd', {}, position < 0 ? make('bdi', { title: plain(block[key]) }, form(block[key]))
      : input(block, key, position, t(name))));
  if (position >= 0) fact('index', 'index');
  fact(position < 0 ? 'time' : 'timestamp', 'timestamp', time);
  fact('proof', 'proof');
  if (position >= 0) fact('previous', 'previous_hash');
  return [facts, ...transactions(block.transactions, position, 'transactions')];
}

function time(timestamp) { // as in Sweden: 2017-09-24 19:17:30
  const date = new Date(Number(timestamp) * 1000);
  return isNaN(date) ? plain(timestamp) : date.toLocaleString('sv');
}

function transactions(all, position, heading = 'transactions') {
  const list = make('ul', { role: 'list' });
  const more = make('button', { type: 'button', class: 'more' });
  const add = some => {
    const there = list.children.length;
    list.append(...all.slice(there, there + some).map(tx => transaction(tx, position)));
    more.hidden = list.children.length === all.length;
    more.textContent = t('more', { n: all.length - list.children.length });
  };
  more.addEventListener('click', () => add(100));
  add(5);
  return [make('p', { class: 'count' }, t(heading, { n: all.length })), list, more];
}

// In a block of others, anything may stand.
const PAYMENT = ['sender', 'recipient', 'amount'];
const isPayment = tx => typeof tx === 'object' && PAYMENT.every(key => typeof tx[key] === 'string');

function transaction(tx, position) {
  if (!isPayment(tx)) return make('li', {}, make('span', {}, shown(tx)));
  if (position >= 0) return make('li', {}, ...PAYMENT.map(key => input(tx, key, position, t(key))), ...replay(tx, position));
  const name = value => make('bdi', { title: plain(value) }, shown(value));
  const isLit = lit !== null && [tx.sender, tx.recipient].some(it => nameOf(it) === lit);
  return make('li', { class: isLit ? 'lit' : '' },
    make('span', {}, name(tx.sender), tx.sender === '"0"' ? ` (${t('reward')})` : '',
      ' → ', name(tx.recipient)), make('b', {}, make('bdi', {}, plain(tx.amount))));
}

// A signed payment, once more in the same block: is it good twice?
function replay(tx, position) {
  if (!node.signed || tx.sender === '"0"') return [];
  const button = make('button', { type: 'button', class: 'more' }, t('again'));
  button.addEventListener('click', () => {
    copy.chain[position].transactions.unshift({ ...tx });
    copy.renewed[position] = (copy.renewed[position] ?? '') + 'again';
    edited(position);
  });
  return [button];
}

// A text stays a text and a number a number: "5" and 5 hash differently.
function input(object, key, position, label) {
  const isText = object[key][0] === '"';
  const box = make('input', { 'aria-label': label, title: label, spellcheck: 'false' });
  box.value = plain(object[key]);
  box.addEventListener('input', () => {
    object[key] = isText ? JSON.stringify(box.value) : source(box.value);
    box.setAttribute('aria-invalid', key in FIELDS && !FIELDS[key].test(object[key]));
    edited(position);
  });
  return box;
}

const rowTitle = (name, words) => [name, make('span', {}, ' · ' + words)];

const stateOf = ({ state, why = '', report }) => t(state, { why: why.replace(/[.。]$/, '') })
  + (report.startsWith('not asked') ? '' : '. ' + t('report', { report }));

function relation({ why, chain, hashes }) {
  if (why) return t('invalid', { why: why.replace(/[.。]$/, '') });
  const at = common(shownHashes(), hashes);
  const theirs = chain.length - at, ours = shownChain().length - at;
  if (at === 0) return t('strangers', { theirs, ours });
  if (theirs && ours) return t('forked', { at, theirs, ours });
  return theirs ? t('ahead', { n: theirs }) : ours ? t('behind', { n: ours }) : t('same');
}

function common(some, others) {
  const end = some.findIndex((hash, i) => hash !== others[i]);
  return end < 0 ? some.length : end;
}

// ## A link to a place: #block=3

function goToPlace() {
  const [, index] = /^#block=(\d{1,9})$/.exec(location.hash) ?? [];
  if (!index) return;
  moveTo((Number(index) - 1) * columnWidth());
}

addEventListener('hashchange', goToPlace);
