// The wall: the network as a tree, for the last row of a class.

'use strict';

// ## Who holds which tip
//
// A block that several chains share is drawn once. The longest chain takes
// the first lane, and each other one branches off where it differs.

const LANES = 6; // histories

function tips() {
  const groups = grouped(), equal = groups.get(node.etag)?.addresses ?? [];
  groups.delete(node.etag);
  const others = [...groups.values()].filter(it => it.chain.length && !it.why);
  return [{ hashes: node.hashes, names: [ourName(), ...equal.map(nameAt)] },
    ...others.map(it => ({ hashes: it.hashes, names: it.addresses.map(nameAt) }))]
    .sort((a, b) => b.hashes.length - a.hashes.length).slice(0, LANES);
}

// ## Drawn

const WIDTH = 1600, HEIGHT = 600, STEP = 148, BOX = 112, WIDE = 168;
const chips = new Map(); // by name: they move when their node changes its mind

const drawn = (tag, attributes, ...children) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
};

function drawTree() {
  const isWall = document.body.classList.contains('wall');
  $('tree').hidden = !isWall;
  if (!isWall || !node.etag) return;
  say('height', t('block', { index: node.chain.length }));
  say('join', alone ? '' : joining());
  say('miners', minersOf(node.chain));
  const all = tips(), isCrowd = all.flatMap(it => it.names).length > 12;
  const from = Math.max(0, all[0].hashes.length - (isCrowd ? 5 : 7)); // what is seen
  const lane = HEIGHT / all.length, places = new Map();
  all.forEach(({ hashes }, row) => hashes.forEach((hash, i) => {
    if (i >= from && !places.has(hash))
      places.set(hash, { x: (i - from) * STEP + 20, y: (row + .5) * lane, i });
  }));
  part($('blocks'), [language, from, ...all.map(it => it.hashes.slice(from))].join(),
    () => [...all.flatMap(({ hashes }, row) => [...edges(hashes, from, places),
      ...isPassed(all, hashes) && places.has(hashes.at(-1)) ? [stem(places.get(hashes.at(-1)),
        (row + .5) * lane)] : []]),
      ...[...places].map(([hash, place]) => box(hash, place))]);
  moveChips(all, places, lane);
}

// What starts a node that keeps the same rules, and joins this one.
const joining = (more = '') => 'jbang Node.java'
  + (location.hostname === 'localhost' ? ` --port ${Number(location.port) + 1}` : ' --host 0.0.0.0')
  + (node.rule === 'linked' ? ' --rule linked' : '')
  + (node.zeros === 4 ? '' : ` --zeros ${node.zeros}`)
  + (node.signed ? ' --signed' : '') + more + ` --join ${location.origin}`;

// Those whose tip others have built upon wait below it, in a lane of their own.
const isPassed = (all, hashes) => all.some(it => it.hashes !== hashes
  && it.hashes.length > hashes.length && it.hashes[hashes.length - 1] === hashes.at(-1));

function edges(hashes, from, places) {
  return hashes.slice(from + 1).map((hash, i) => {
    const a = places.get(hashes[from + i]), b = places.get(hash), middle = b.x - 18;
    return drawn('path', { class: 'edge',
      d: `M${a.x + BOX} ${a.y}H${middle - 8}C${middle} ${a.y} ${middle - 10} ${b.y} ${b.x} ${b.y}` });
  });
}

const stem = ({ x, y }, to) => drawn('path', { class: 'edge dashed',
  d: `M${x + BOX / 2} ${y}V${to}H${x + BOX / 2 + 30}` });

function box(hash, { x, y, i }) {
  const rect = drawn('rect', { x, y: y - 34, width: BOX, height: 68, rx: 12 });
  colour(rect, hash);
  return drawn('g', { class: 'box' }, rect,
    drawn('text', { x: x + BOX / 2, y: y + 13, 'text-anchor': 'middle' }, String(i + 1)));
}

// A chip for each node, behind the tip that it holds.
function moveChips(all, places, lane) {
  const kept = new Set();
  all.forEach(({ hashes, names }, row) => {
    const place = places.get(hashes.at(-1)) ?? { x: 0, y: 0, i: hashes.length }; // far behind
    const tip = isPassed(all, hashes) ? { ...place, x: place.x - 30, y: (row + .5) * lane } : place;
    const rows = Math.max(1, Math.floor(lane / 48));
    const room = Math.max(1, Math.floor((WIDTH - tip.x - BOX - 20) / WIDE)) * rows;
    names.forEach((name, i) => {
      if (i >= room) return;
      const isMore = i === room - 1 && names.length > room;
      const words = isMore ? '+' + (names.length - i) : name, key = isMore ? words + tip.i : name;
      const used = Math.min(rows, names.length), at = { x: tip.x + BOX + 24
        + Math.floor(i / rows) * WIDE, y: tip.y + (i % rows - (used - 1) / 2) * 48 };
      if (!chips.has(key)) chips.set(key, chip(words, key === ourName()));
      chips.get(key).style.transform = `translate(${at.x}px, ${at.y}px)`;
      kept.add(key);
    });
  });
  for (const [key, element] of chips) if (!kept.has(key)) {
    element.remove();
    chips.delete(key);
  }
}

function chip(words, isOurs) {
  const name = words.replace(/^localhost(?=:)/, '');
  const short = [...name].length > 8 ? '…' + [...name].slice(-7).join('') : name;
  const element = drawn('g', { class: isOurs ? 'chip ours' : 'chip' }, drawn('title', {}, words),
    drawn('rect', { y: -22, width: WIDE - 8, height: 44, rx: 22 }),
    drawn('text', { x: WIDE / 2 - 4, y: 11, 'text-anchor': 'middle' }, short));
  $('chips').append(element);
  return element;
}

// Who has mined how many: the last transaction of each block pays its miner.
function minersOf(chain) {
  const counts = new Map();
  for (const { transactions } of chain.slice(1)) {
    const reward = transactions.at(-1);
    if (reward && isPayment(reward) && reward.sender === '"0"')
      counts.set(reward.recipient, (counts.get(reward.recipient) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, 6)
    .map(([name, n]) => `${shown(name)} ${n}`).join(' · ');
}

// ## Mining, across the screen: the best hash so far, its zeros in front

function drawDigging(hex = '') {
  const zeros = /^0*/.exec(hex)[0].length;
  const speed = node.guesses ? t('speed', { rate: node.rate }) : '';
  part($('digging'), hex + speed, () => hex || speed ? [make('b', { class: 'mono' },
    hex.slice(0, zeros)), make('span', { class: 'mono' }, hex.slice(zeros, 24)), ' ' + speed] : []);
}

// ## A wall to steer: by keys, as a presenter's remote has them

addEventListener('keydown', event => {
  const isTyping = /^(INPUT|TEXTAREA)$/.test(event.target.tagName);
  const isWall = document.body.classList.contains('wall');
  if (event.key === 'Escape' && told >= 0) tell(STORY.length);
  else if (event.key === 'Escape' && isWall) hang(false);
  else if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  else if (told >= 0 && ['PageDown', 'PageUp'].includes(event.key)) {
    event.preventDefault();
    if (event.key === 'PageDown' || told > 0) tell(told + (event.key === 'PageDown' ? 1 : -1));
  } else if (!isWall) return;
  else if (event.key === 'm') act($('mine'));
  else if (event.key === 'r') act($('resolve'));
  else if (event.key === 'f') document.documentElement.requestFullscreen?.().catch(() => {});
  else if (event.key === 'b') {
    hang(false);
    if (!copy) takeCopy();
  } else return;
  changed();
});
