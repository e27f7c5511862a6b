// The rows of cards: our chain, and under it each neighbour's.
//
// Of ten thousand blocks only those in sight are in the page. A card stays
// while it is in sight, and a part of it is drawn anew only when what it
// shows has changed: so nobody loses the field that they type in.

'use strict';

const ours = newRow();

function newRow() {
  const title = make('h3'), list = make('ol', { role: 'list' });
  track.append(make('section', {}, title, list));
  return { title, list, cards: new Map() };
}

function changed() {
  drawHead();
  drawSandbox();
  const groups = grouped(), same = groups.get(node.etag)?.addresses ?? [];
  const also = copy || !same.length ? '' : t('also', { n: same.length, list: named(same) });
  part(ours.title, copy + also + node.id,
    () => rowTitle(ourName(), t(copy ? 'yours' : 'ours') + also));
  groups.delete(copy ? '' : node.etag);
  drawGroups(groups);
  drawFork(groups);
  drawOwners();
  drawTree();
  const longest = Math.max(columns(), ...[...rows.values()].map(row => row.chain.length));
  track.style.width = `calc(${longest * COLUMN}rem + 16px)`;
  $('travel').hidden = longest < 10 || track.offsetWidth <= scroller.clientWidth;
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
    if (!groups.has(key))
      groups.set(key, { words, addresses: [], chain: [], hashes: [], ...history });
    groups.get(key).addresses.push(address);
  }
  return new Map([...groups].sort(([, a], [, b]) => b.chain.length - a.chain.length));
}

// A fork is told in the head: who has how many blocks since then.
function drawFork(groups) {
  const forks = [...groups.values()].filter(it => it.chain.length && !it.why
    && it.words !== t('same')).map(it => ({ ...it, at: common(node.hashes, it.hashes) }))
    .filter(({ at, chain }) => at < chain.length && at < node.chain.length
      && Math.max(chain.length, node.chain.length) > 1);
  $('fork').hidden = copy !== null || !forks.length;
  if (!forks.length) return;
  const { at, chain, addresses } = forks[0]; // the longest
  say('fork', t('fork', { name: nameAt(addresses[0]), theirs: chain.length - at,
    ours: node.chain.length - at }) + (forks.length > 1 ? ' +' + (forks.length - 1) : ''));
}

$('fork').addEventListener('click', () => {
  const [row] = rows.values();
  row.list.parentElement.scrollIntoView({ block: 'nearest' });
  moveTo(Math.max(0, (common(node.hashes, row.hashes) - 1) * columnWidth()));
});

function drawGroups(groups) {
  for (const [key, row] of rows) if (!groups.has(key)) {
    row.list.parentElement.remove();
    rows.delete(key);
  }
  let last = ours.list.parentElement;
  for (const [key, { words, addresses, chain, hashes, why }] of groups) {
    if (!rows.has(key)) rows.set(key, newRow());
    const row = Object.assign(rows.get(key), { chain, hashes });
    row.title.className = chain.length > shownChain().length && !why ? 'longest' : '';
    part(row.title, words + named(addresses), () => rowTitle(named(addresses), words));
    if (last.nextSibling !== row.list.parentElement) last.after(row.list.parentElement);
    last = row.list.parentElement;
  }
}

// By the name that mining pays there, if it is one, and nobody else has it.
function nameAt(address) {
  const name = node.names[address] ?? '', all = Object.values(node.names);
  return isName(name) && name !== node.id
    && all.indexOf(name) === all.lastIndexOf(name) ? visible(name) : address;
}

const isName = id => Boolean(id) && !/^[0-9a-f]{32,}$/.test(id);
const ourName = () => isName(node.id) ? visible(node.id) : location.host;

const listed = addresses => addresses.map(nameAt).join(t('comma'));
const named = addresses => addresses.length < 5 ? listed(addresses)
  : t('others', { list: listed(addresses.slice(0, 3)), n: addresses.length - 3 });

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

const rowTitle = (name, words) => [name, make('span', {}, ' · ' + words)];

const stateOf = ({ state, why = '', report }) => t(state, { why: why.replace(/[.。]$/, '') })
  + (report.startsWith('not asked') ? '' : t('point') + t('report', { report }));

function relation({ why, chain, hashes }) {
  if (why) return t('invalid', { why: translated(why).replace(/[.。]$/, '') });
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
