// A card: a block, ours or a neighbour's, to look at or to edit.

'use strict';

function newCard(row, i) {
  const [title, band, work, body] =
    ['title', 'band', 'work', 'body'].map(name => make('div', { class: name }));
  const frame = make('article', {}, title, band, body, work);
  const moves = row === ours && i >= fresh && i < shownChain().length;
  return { title, band, work, body, frame,
    element: make('li', { class: moves ? 'coming' : '' }, frame) };
}

// Draws a part of a card, a title or the like, if what it shows has changed.
// `shown` is all that decides the picture, as a text: whoever forgets
// something there sees an old picture.
function part(slot, shown, build) {
  const key = language + shown;
  if (slot.key !== key) slot.replaceChildren(...build());
  slot.key = key;
}

function drawOurs(card, i) {
  const chain = shownChain(), hashes = shownHashes(), block = chain[i];
  if (!block) return drawGhost(card, String(i + 1), hashes[i - 1]);
  const [kind, word] = copy ? stateInCopy(i)
    : ['', i === 0 ? t('isFirst') : i === chain.length - 1 ? t('isTip') : ''];
  card.frame.className = 'card ' + kind;
  card.frame.id = 'block=' + (i + 1);
  drawTop(card, { index: plain(block.index), word, before: hashes[i - 1],
    previous: plain(block.previous_hash), hash: hashes[i], when: time(block.timestamp) });
  card.element.style.setProperty('--fall', Math.min(i - (copy?.at ?? i), 12));
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
  if (!node.mining) part(card.work, '', () => []);
  const isFirst = index === '2' && !node.mining;
  part(card.body, ['pending', node.pendingText, lit, node.back, isFirst].join(), () => [
    ...transactions(node.pending, -1, 'waiting'), make('p', { class: 'count' }, t('pays')),
    ...(isFirst ? [make('p', {}, t('startHere'))] : [])]);
}

function drawTheirs({ chain, hashes }, card, i) {
  const mine = shownHashes()[i], alike = mine === hashes[i], { index, previous_hash } = chain[i];
  card.frame.className = 'card other ' + (alike ? 'alike' : 'differs');
  if (!alike) drawWork(card, chain, hashes, i);
  else part(card.work, '', () => []);
  drawTop(card, { index: plain(index), word: t(alike ? 'alike' : mine ? 'differs' : 'extra'),
    before: hashes[i - 1], previous: plain(previous_hash), hash: hashes[i] });
  part(card.body, alike + hashes[i] + lit,
    () => alike ? [] : transactions(chain[i].transactions, -1));
}

// The proof's work, to see and to do again: sha256sum says the same.
function drawWork({ work }, chain, hashes, i) {
  const readable = i > 0 && [chain[i - 1], chain[i]].every(it => FIELDS.proof.test(it.proof));
  const { proofs, hex, isGood } = readable ? proofHash(chain, hashes, i) : { hex: '' };
  part(work, hex + isGood, () => hex
    ? [workLine(proofs, hashes[i - 1], hex, isGood ? '' : 'bad')] : []);
}

// What is hashed, written as it is hashed: the numbers in two colours, and
// nothing between them. A click copies the command that says the same.
function workLine([last, proof], lastHash, hex, kind) {
  const seal = node.rule === 'linked' ? lastHash : '';
  const command = `printf %s ${last}${proof}${seal} | sha256sum`;
  const text = make('button', { type: 'button', class: 'text mono',
    title: t('proves', { command }) },
    make('span', { class: 'last' }, last), make('span', { class: 'now' }, String(proof)),
    shorten(seal));
  text.addEventListener('click', () => navigator.clipboard?.writeText(command)
    .then(() => { text.title = t('copied'); }, () => {}));
  return make('p', { class: kind }, t('proof') + ' ', text, ' → ',
    make('b', { class: 'mono' }, hex.slice(0, node.zeros)),
    make('span', { class: 'mono' }, ' ' + hex.slice(node.zeros, node.zeros + 4) + '…'));
}

// While the node seeks a proof, the page shows what a guess is: it makes the
// first ones, from 0 up. How many the node has made, the node says.
function guessAlong() {
  const i = node.chain.length, seal = node.hashes[i - 1], before = node.chain[i - 1].proof;
  const chain = { [i - 1]: { proof: before }, [i]: { proof: '0' } }, hashes = { [i - 1]: seal };
  let guess = 0, found = { isGood: false }, best = '';
  const step = () => {
    const card = ours.cards.get(i);
    if (!node.mining || node.chain.length > i) return drawDigging();
    for (const until = performance.now() + 6; !found.isGood && performance.now() < until;) {
      found = proofHash(chain, hashes, i, guess++);
      if (!best || found.hex < best) best = found.hex;
    }
    drawDigging(best);
    if (card && !copy) part(card.work, 'guess ' + guess, () => [
      workLine([before, guess - 1], seal, found.hex, 'guess'),
      make('p', { class: 'count' }, t('guesses', { n: node.guesses, rate: node.rate }))]);
    requestAnimationFrame(step);
  };
  step();
}

/** A view has index, word, the hash before, the previous hash that it names, and its own. */
function drawTop({ frame, title, band }, { index, word, before, previous, hash, when }) {
  const name = t('block', { index });
  frame.setAttribute('aria-label', name + ' ' + word);
  title.title = when ?? '';
  const text = frame.id ? make('a', { href: '#' + frame.id }, name) : name;
  part(title, name + word, () => [make('b', {}, text), make('span', {}, word)]);
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

// A hash's digits make its three colours, and its pattern of five by five
// squares, the left half mirrored.
const isHash = text => /^[0-9a-f]{64}$/.test(text);

function colour(element, hash) {
  element.classList.add(isHash(hash) ? 'coloured' : 'plain');
  for (const [name, at] of [['--hue', 0], ['--other-hue', 3], ['--third-hue', 6]]) // never red
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
  const all = transactions(block.transactions, position, 'transactions');
  if (position < 0) return all;
  const facts = make('dl');
  for (const [name, key] of [['index', 'index'], ['timestamp', 'timestamp'], ['proof', 'proof'],
    ['previous', 'previous_hash']]) facts.append(make('dt', {}, t(name)),
    make('dd', {}, input(block, key, position, t(name))));
  const fold = make('details', {}, make('summary', {}, t('fields')), facts);
  fold.open = copy.open;
  fold.addEventListener('toggle', () => { // one opens all of them
    if (copy?.open === fold.open) return;
    copy.open = fold.open;
    for (const other of track.querySelectorAll('.body details')) other.open = fold.open;
  });
  return [...all, fold];
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
    list.append(...all.slice(there, there + some).map(tx => transaction(tx, position, heading)));
    more.hidden = list.children.length === all.length;
    more.textContent = t('more', { n: all.length - list.children.length });
  };
  more.addEventListener('click', () => add(100));
  add(position < 0 ? 3 : 5);
  const isFew = position < 0 && heading !== 'waiting' && all.length <= 3;
  return [...isFew ? [] : [make('p', { class: 'count' }, t(heading, { n: all.length }))], list,
    ...more.hidden ? [] : [more]];
}

// In a block of others, anything may stand.
const PAYMENT = ['sender', 'recipient', 'amount'];
const isPayment = tx => typeof tx === 'object' && PAYMENT.every(key => typeof tx[key] === 'string');

function transaction(tx, position, heading) {
  if (!isPayment(tx)) return make('li', {}, make('span', {}, shown(tx)));
  if (position >= 0) return make('li', {},
    ...PAYMENT.map(key => input(tx, key, position, t(key))), ...replay(tx, position));
  const name = value => make('bdi', { title: plain(value) }, shown(value));
  const isLit = lit !== null && [tx.sender, tx.recipient].some(it => nameOf(it) === lit);
  const isBack = heading === 'waiting' && node.back.includes(write(tx));
  return make('li', { class: isLit ? 'lit' : isBack ? 'back' : '' },
    make('span', {}, tx.sender === '"0"' ? t('reward') : name(tx.sender), ' → ',
      name(tx.recipient)), make('b', {}, make('bdi', {}, plain(tx.amount))));
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
