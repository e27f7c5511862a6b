// The page itself: its head, what can be done, and how it follows the node.

'use strict';

// ## The head: which node this is, and whether it answers

// Whoever listens to the page hears what changes, and only that.
function say(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}

function drawHead() {
  say('who', node.id ? t('who', { name: ourName(), n: node.chain.length }) : t('title'));
  say('about', node.id ? t('about',
    { ...node, address: location.host, id: shorten(node.id) }) : '');
  say('live', t(node.lost ? 'lost' : 'live'));
  $('live').className = node.lost ? 'lost' : '';
  document.body.classList.toggle('alone', Boolean(node.lost) && !node.etag); // since the beginning
  document.body.classList.toggle('breaking', copy !== null);
  $('alone').hidden = !alone;
  document.title = [location.host, t('title')].filter(Boolean).join(' · ');
  drawPurse();
}

// ## Do: what each form asks for, and the answer in words

const post = (path, value) => ({ path, method: 'POST', body: write(value) });

const REQUESTS = {
  mine: () => ({ path: '/mine', method: 'POST' }),
  async pay({ sender, recipient, amount }) {
    const values = {}; // what is empty is not sent at all
    if (sender.value) values.sender = JSON.stringify(sender.value);
    if (recipient.value) values.recipient = JSON.stringify(recipient.value);
    if (amount.value) values.amount = source(amount.value);
    return post('/transactions/new', purse.key ? await signed(values) : values);
  },
  register: fields => post('/nodes/register', { nodes: [JSON.stringify(fields.node.value)] }),
  resolve: () => ({ path: '/nodes/resolve' }),
};

const ANSWERS = {
  mine: ({ index, proof }, seconds) => t('mined', { index, proof, seconds }),
  pay: () => t('paid'),
  register: ({ total_nodes: all }) =>
    t('registered', { n: all.length, list: all.map(plain).join(t('comma')) }),
  resolve({ new_chain: taken }, _, before, after) {
    if (!taken) return t('kept');
    const kept = common(before.hashes, after.hashes);
    const back = returned(before, after);
    return t('replaced', { from: kept + 1, gone: before.hashes.length - kept,
      came: after.hashes.length - kept }) + ' ' + t(back.length ? 'back' : 'noneBack',
      { list: back.map(tx => `${shown(tx.sender)} → ${shown(tx.recipient)}: ${plain(tx.amount)}`)
        .join(t('comma')) });
  },
};

/** What waits now, and did not before; equal payments are counted. */
function returned(before, after) {
  const waited = before.pending.map(write);
  return after.pending.filter(tx => {
    const i = waited.indexOf(write(tx));
    return i < 0 || !waited.splice(i, 1);
  });
}

for (const form of document.querySelectorAll('#do form')) {
  for (const kind of ['focusin', 'input'])
    form.addEventListener(kind, async () => drawCurl(await REQUESTS[form.id](form.elements)));
  form.addEventListener('submit', event => {
    event.preventDefault();
    act(form);
  });
}

async function act(form) {
  const button = form.querySelector('button:not([type])'), typed = form.id + [...new FormData(form)].join();
  const isTwice = form.id === 'pay' && typed === done.typed && performance.now() < done.at + 1000;
  if (button.disabled || isTwice) return; // Enter, pressed twice, pays once
  button.disabled = true;
  const mines = form.id === 'mine';
  if (mines) node.mining = following = true; // to see the block come
  answer(() => [t('working'), '']);
  await refresh();
  const before = { ...node }, begun = performance.now();
  changed();
  if (mines && node.chain.length) guessAlong();
  try {
    const request = await REQUESTS[form.id](form.elements);
    drawCurl(request);
    const found = await ask(request), seconds = ((performance.now() - begun) / 1000).toFixed(1);
    await refresh();
    const after = { ...node };
    node.kept = form.id === 'resolve' && !found.new_chain;
    node.back = form.id === 'resolve' ? returned(before, after).map(write) : [];
    done = { typed, at: performance.now() };
    answer(() => ['✓ ' + ofNode(plain(found.message)),
      ANSWERS[form.id](found, seconds, before, after)]);
  } catch (error) {
    answer(() => ['✕', wrongWords(error).replace(/^○ /, '')], true);
  }
  if (mines) node.mining = false;
  changed();
  button.disabled = mines && copy !== null;
  if (document.activeElement === document.body) button.focus();
}

function answer(words = said, wrong = words === said && saidWrong) {
  [said, saidWrong] = [words, wrong]; // to be said again in the other language
  const [first, rest] = words();
  $('answer').className = wrong ? 'wrong' : '';
  $('answer').replaceChildren(make('b', {}, first), ' ' + rest);
}

function drawCurl({ path, method, body }) {
  $('curl').textContent = 'curl ' + (method ? '-X POST ' : '')
    + (alone ? 'http://localhost:5000' : location.origin) + path + (body
    ? " -H 'Content-Type: application/json' -d '" + body.replaceAll("'", "'\\''") + "'" : '');
}

function copyButton(button, element) {
  const words = button.textContent;
  button.addEventListener('click', () => {
    getSelection().selectAllChildren(element); // for Ctrl-C, where a page may not copy
    navigator.clipboard?.writeText(element.textContent)
      .then(() => { button.textContent = t('copied'); }, () => {});
  });
  button.addEventListener('blur', () => { button.textContent = words || t('copy'); });
  return button;
}

copyButton($('copy'), $('curl'));

// ## Live: the page follows the node and its neighbours

const refresh = () => turn = turn.then(follow);

async function follow() {
  const before = node.seen;
  try {
    const [found, pool, about] = await Promise.all([fetchChain('', node.etag),
      ask({ path: '/transactions' }, POLL), ask({ path: '/nodes' }, POLL)]);
    if (found) await adopt(found);
    measure(Number(about.guesses ?? 0));
    Object.assign(node, { id: plain(about.id), signed: about.signed === 'true',
      names: Object.fromEntries(Object.entries(about.names ?? {})
        .map(([at, it]) => [at, plain(it)])),
      rule: plain(about.rule), lost: false,
      zeros: Number(about.zeros), pending: pool.transactions, pendingText: write(pool) });
    node.seen = node.etag + node.pendingText + write(about);
    for (const address of neighbours.keys())
      if (!(address in about.neighbours)) neighbours.delete(address); // the node forgot it
    for (const [address, report] of Object.entries(about.neighbours)) {
      if (!neighbours.has(address)) neighbours.set(address, { state: 'asking' });
      neighbours.get(address).report = plain(report);
      visit(address, neighbours.get(address)); // but nobody waits for it
    }
  } catch {
    node.lost = true;
    node.seen = 'lost';
  }
  if (node.seen !== before) changed();
  if (copy?.error && !copy.error.words && !node.lost) check(copy); // it is back
}

// How many guesses the node has made at a proof, and how many a second.
function measure(guesses) {
  const now = performance.now(), more = guesses - node.guesses;
  node.rate = guesses > 0 && more > 0 && node.guesses > 0
    ? Math.round(more / (now - node.measured) * 1000) : guesses > 0 ? node.rate : 0;
  Object.assign(node, { guesses, measured: now });
}

// Our node's chain is valid, so each block's hash is what the next one says,
// and that of the tip is the ETag. What is replaced falls out of the row.
async function adopt({ etag, text }) {
  const { chain } = parse(text);
  const hashes = [...chain.slice(1).map(next => plain(next.previous_hash)), etag.slice(1, -1)];
  fresh = node.etag ? common(hashes, node.hashes) : Infinity;
  if (!copy && !document.hidden) {
    const going = [...ours.cards].filter(([i]) => i >= fresh && i < node.chain.length)
      .map(([, { element }]) => element);
    for (const element of going) element.className = 'going';
    await Promise.allSettled(going.flatMap(e => e.getAnimations()).map(a => a.finished));
    drop(ours, i => i >= fresh);
  }
  const isFirst = !node.etag;
  Object.assign(node, { chain, hashes, etag });
  if (isFirst) setTimeout(goToPlace); // as soon as it is drawn
}

// Our node hashes what a neighbour has, and says what it thinks of it: once
// for each history, however many have it.
async function visit(address, neighbour) {
  if (neighbour.visiting) return;
  neighbour.visiting = true;
  const before = neighbour.state + neighbour.etag;
  try {
    const { etag, text } = await fetchChain('http://' + address, neighbour.etag) ?? neighbour;
    neighbour.comes = etag; // so that nobody throws it away, once it is judged
    if (text && !histories.has(etag)) await judge(etag, text);
    Object.assign(neighbour, { etag, state: 'read' });
  } catch (error) {
    const alive = error.name !== 'TimeoutError' && await fetch('http://' + address,
      { mode: 'no-cors', signal: AbortSignal.timeout(3000) }).catch(() => false);
    Object.assign(neighbour, { etag: '', why: error.message, state: error.unreadable
      ? 'unreadable' : error.name === 'TimeoutError' ? 'slow' : alive ? 'closed' : 'unreachable' });
  }
  neighbour.visiting = false;
  if (neighbour.state + neighbour.etag === before) return;
  const known = new Set([...neighbours.values()].flatMap(({ etag, comes }) => [etag, comes]));
  for (const etag of histories.keys()) if (!known.has(etag)) histories.delete(etag);
  changed();
}

async function judge(etag, text) {
  if (etag === node.etag) return histories.set(etag, { ...node, why: '' });
  try {
    const verdict = await ask({ path: '/chain/validate', method: 'POST', body: text }, POLL);
    histories.set(etag, { chain: parse(text).chain, hashes: verdict.hashes.map(plain),
      why: plain(verdict.reason) });
  } catch (error) {
    throw Object.assign(error, { unreadable: error.ofNode });
  }
}

// Whoever has the chain already is answered 304, without it.
async function fetchChain(base, etag) {
  if (alone) return playedChain(base, etag);
  const response = await fetch(base + '/chain', { cache: 'no-cache',
    headers: base ? {} : POLL, signal: AbortSignal.timeout(5000) });
  const found = response.headers.get('ETag');
  if (found && (found === etag || base && histories.has(found))) {
    if (found === etag) response.body.cancel();
    else await response.arrayBuffer(); // read whole, or the browser asks for it for ever
    return found === etag ? undefined : { etag: found };
  }
  const text = await response.text();
  return { etag: found ?? text, text }; // the tutorial's nodes have no ETag
}

// X-Page: no other site's page can send it. The node does not tell of polls.
const POLL = { 'X-Page': 'poll' };

async function ask({ path, method, body }, headers = { 'X-Page': 'explorer' }) {
  if (alone) return playedAnswer({ path, method, body });
  const response = await fetch(path, { method, body, cache: 'no-cache',
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) } });
  const found = parse(await response.text());
  if (response.ok) return found;
  throw Object.assign(new Error(plain(found.error)), { ofNode: true });
}

// ## It begins

addEventListener('beforeunload', event => {
  if (copy?.touched.size) event.preventDefault(); // the browser asks
});

try { hang(Boolean(localStorage.getItem('wall'))); } catch { /* not kept */ }
$('register').elements.node.value = 'http://localhost:' + (location.port === '5001' ? 5000 : 5001);
drawCurl(REQUESTS.mine());
if (alone) playChains();
speak();
(async () => {
  for (;;) {
    if (!document.hidden) await refresh();
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
})();
