// A copy of the chain, to break and to mend.

'use strict';

// ## Break it: a copy of the chain, which the page hashes and checks

function takeCopy() {
  copy = { number: ++copies, chain: parse(write(node.chain)), original: node.chain,
    hashes: [...node.hashes], turn: 0, touched: new Set(), unchecked: Infinity, at: Infinity,
    error: null, law: '', mended: 0, guesses: 0, renewed: {}, open: false };
  moveTo(0); // to block 2: an edit there is told of by those behind it
  changed();
  track.querySelector(`[aria-label^="${t('block', { index: 2 })} "] li input:last-of-type`)?.focus();
}

function edited(position) {
  copy.touched.add(position);
  copy.unchecked = Math.min(copy.unchecked, position); // and all behind it
  clearTimeout(checkSoon);
  checkSoon = setTimeout(check, 150, copy);
  changed();
}

const isUntouched = () => copy.hashes.every((hash, i) => hash === node.hashes[i]);

// What was edited and put back is as it was.
const isEdited = i => copy.touched.has(i) && write(copy.chain[i]) !== write(copy.original[i] ?? {});

async function check(checked) {
  const turn = ++checked.turn;
  const misread = [...checked.touched].map(i => misreading(checked.chain[i])).find(Boolean);
  try {
    if (misread) throw misread;
    for (const i of checked.touched) checked.hashes[i] = blockHash(checked.chain[i]);
    Object.assign(checked, { unchecked: Infinity, error: null, law: '' });
    seekFlaw(checked, 1);
    if (node.signed && checked.at === Infinity) await askTheLaw(checked);
    if (turn !== checked.turn) return; // it was edited again
    show(checked.at);
  } catch (error) {
    if (turn === checked.turn) checked.error = error;
  }
  changed();
}

// Links and proofs the page can judge. Whether the payments may be, the node
// says.
async function askTheLaw(checked) {
  const verdict = await ask(post('/chain/validate', { chain: checked.chain }));
  if (verdict.valid === 'true') return;
  checked.law = plain(verdict.reason).replace(/^block \d+: /, '');
  checked.at = Number(verdict.block) - 1;
}

/** The first block from here on that does not fit the one before it. */
function seekFlaw(checked, from) {
  const { chain, hashes } = checked;
  checked.at = Infinity;
  for (let i = from; i < chain.length && checked.at === Infinity; i++)
    if (!isLinked(chain, hashes, i) || !proofHash(chain, hashes, i).isGood) checked.at = i;
}

const isLinked = (chain, hashes, i) => plain(chain[i].previous_hash) === hashes[i - 1];

// What a block's fields must hold, so that the node can read them.
const FIELDS = { index: /^-?\d{1,18}$/, proof: /^-?\d{1,18}$/,
  timestamp: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i };

function misreading(block) {
  const name = Object.keys(FIELDS).find(name => !FIELDS[name].test(write(block[name])));
  return name && { words: () => t('misread', { index: plain(block.index), name: t(name),
    what: t(name === 'timestamp' ? 'aNumber' : 'aWholeNumber') }) };
}

/** What went wrong, in the language of the page where it can be. */
const wrongWords = ({ words, ofNode: isOfNode, message }) => words ? words()
  : isOfNode ? t('nodeSays', { message: ofNode(message) }) : t('lost');

// To mine a block again is to write down the hash that the block before it
// has now and, if the proof is no good for that, to seek another. But then
// its own hash is another, and the block after it is the broken one.
async function mend(all) {
  const mended = copy;
  let drawn = 0;
  mended.mending = true;
  try {
    do {
      const i = mended.at;
      await mineAgain(mended, i);
      if (copy !== mended || !mended.mending) break;
      mended.hashes[i] = blockHash(mended.chain[i]); // the others are what they were
      seekFlaw(mended, i + 1);
      show(Math.min(mended.at, mended.chain.length - 1));
      if (!all || performance.now() < drawn + 100) continue; // no eye is faster
      drawn = performance.now();
      changed();
      await new Promise(requestAnimationFrame);
    } while (all && mended.at < Infinity);
    await check(mended); // the whole, once
  } catch (error) {
    mended.error = error;
  }
  mended.mending = false;
  changed();
  if (document.activeElement === document.body) $('reset').focus();
}

/** The link to this block is in sight. */
function show(i) {
  const left = (i - 1) * columnWidth(), here = scroller.scrollLeft;
  if (i < Infinity && (left < here || left + 2 * columnWidth() > here + scroller.clientWidth))
    moveTo(left);
}

async function mineAgain(mended, i) {
  const last = mended.chain[i - 1], block = mended.chain[i], seal = mended.hashes[i - 1];
  let guess = 0;
  if (!validProof(last.proof, block.proof, seal)) {
    while (!validProof(last.proof, guess, seal)) if (++guess % 20000 === 0) {
      say('work', t('mending', { index: plain(block.index), guesses: guess }));
      await new Promise(resolve => setTimeout(resolve)); // the page lives on
      if (copy !== mended || !mended.mending) return;
    }
    block.proof = String(guess);
    mended.guesses += guess + 1;
  }
  block.previous_hash = JSON.stringify(seal);
  mended.renewed[i] = ++mended.mended; // its fields are to be drawn anew
}

function reason({ chain, hashes, at, law }) {
  if (law) return law;
  if (!isLinked(chain, hashes, at)) return t('badLink',
    { found: shown(chain[at].previous_hash), expected: shorten(hashes[at - 1]) });
  const { hex, isGood } = proofHash(chain, hashes, at);
  return isGood ? '' : t('badProof', { found: hex.slice(0, node.zeros + 2),
    expected: '0'.repeat(node.zeros) });
}

$('break').addEventListener('click', () => {
  if (!copy) return takeCopy();
  copy = null;
  changed();
});
$('reset').addEventListener('click', takeCopy);
$('mend').addEventListener('click', () => { if (!copy.mending) mend(false); });
$('mend-all').addEventListener('click', () => {
  if (copy.mending) copy.mending = false; else mend(true);
});

// One more block on the copy: with enough of them, it is the longest chain.
$('extend').addEventListener('click', () => {
  if (copy.mending || copy.at < Infinity || copy.error) return;
  const { chain, hashes } = copy;
  copy.at = chain.length;
  chain.push({ index: String(chain.length + 1), timestamp: String(Date.now() / 1000),
    transactions: [{ sender: '"0"', recipient: '"mallory"', amount: '1' }], proof: '0',
    previous_hash: JSON.stringify(hashes.at(-1)) });
  hashes.push(''); // not known yet
  mend(false);
});

// Would they take this copy, if it were offered to them? A page can't ask:
// but the rule is known. What is valid and longer wins.
const others = () => [[t('ours'), node.chain.length], ...[...grouped().values()]
  .filter(({ chain }) => chain.length).map(it => [named(it.addresses), it.chain.length])];

function drawOffer(isOffered) {
  const all = others();
  part($('offer'), isOffered + copy.chain.length + all.join(), () => !isOffered ? []
    : [make('li', { class: 'count' }, t('offer', { n: copy.chain.length })), ...all.map(
      ([name, length]) => make('li', {}, make('b', {}, name), ' ',
        t(copy.chain.length > length ? 'wouldTake' : 'wouldKeep', { n: length })))]);
}

function drawSandbox() {
  say('break', t(copy ? 'leave' : 'break'));
  $('break').setAttribute('aria-pressed', copy !== null);
  $('sandbox').hidden = !copy;
  track.inert = Boolean(copy?.mending);
  $('mine').querySelector('button').disabled = node.mining || copy !== null;
  if (!copy) return;
  const { error, mending, mended, guesses, at } = copy;
  const flaw = at < Infinity, index = flaw && plain(copy.chain[at].index);
  const wins = !isUntouched() && others().every(([, length]) => length < copy.chain.length);
  $('sandbox').className = flaw || error ? 'broken' : wins ? 'won' : '';
  say('verdict', error ? t('unreadCopy', { why: wrongWords(error) })
    : flaw ? t('broken', { index, reason: reason(copy) })
    : isUntouched() ? t('untouched')
    : wins ? t('allWouldTake')
    : t(mended ? 'rewritten' : 'unheard'));
  drawOffer(!error && !flaw && !isUntouched());
  $('extend').disabled = mending || flaw || error !== null;
  say('work', mended === 0 ? '' : t('work', { mended, guesses })
    + ' ' + (node.rule === 'linked' ? t('dear') : guesses === 0 ? t('free') : ''));
  say('mend', t('mend', { index }));
  $('mend').hidden = $('mend-all').hidden = !flaw || error !== null
    || copy.law !== ''; // no work mends that
  say('mend-all', t(mending ? 'stop' : 'mendAll'));
  $('reset').disabled = mending;
}
