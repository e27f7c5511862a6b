// Without a node: opened as a file, the page plays one, and three neighbours.
// They keep the article's rule, and each hash and each proof is real.

'use strict';

const alone = location.protocol === 'file:' ? { pending: [], guesses: 0 } : null;

// ## Their chains: the article's three blocks, and what came behind them

function played(chain, timestamp, proof, ...payments) {
  const block = { index: String(chain.length + 1), timestamp,
    transactions: payments.map(([sender, recipient, amount]) => ({ sender: `"${sender}"`,
      recipient: `"${recipient}"`, amount })), proof,
    previous_hash: chain.length ? `"${blockHash(chain.at(-1))}"` : '1' };
  return [...chain, block];
}

function playChains() {
  const author = '8bbcb347e0634905b0cac7955bae152b';
  let chain = played([], '1506280650.770839', '100'); // as they were printed in 2017
  chain = played(chain, '1506280664.717925', '35293', ['0', author, '1']);
  chain = played(chain, '1506280666.1086972', '35089', ['0', author, '1']);
  const behind = chain;
  chain = played(chain, '1506280700.5', '119678', ['alice', 'bob', '5'], ['0', 'ada', '1']);
  const ahead = played(played(chain, '1506280740.5', '146502', ['alice', 'carol', '2'], ['0', 'ada', '1']),
    '1506280770.5', '43538', ['0', 'ada', '1']);
  chain = played(chain, '1506280750.5', '146502', ['bob', 'carol', '1'], ['0', 'you', '1']);
  Object.assign(alone, { chain, peers: { ada: ahead, ben: chain, chloe: behind } });
}

// ## What the node would answer

const etagOf = chain => JSON.stringify(blockHash(chain.at(-1)));

function playedChain(base, etag) {
  const chain = base ? alone.peers[base.replace('http://', '')] : alone.chain;
  if (!chain) throw new TypeError('there is no such neighbour');
  return etagOf(chain) === etag ? undefined : { etag: etagOf(chain), text: write({ chain }) };
}

const refuse = message => { throw Object.assign(new Error(message), { ofNode: true }); };

async function playedAnswer({ path, method, body }) {
  const sent = body ? parse(body) : {};
  switch (`${method ?? 'GET'} ${path}`) {
    case 'GET /transactions': return { transactions: [...alone.pending] };
    case 'GET /nodes': return { id: '"you"', rule: '"classic"', zeros: '4', names: {},
      guesses: String(alone.guesses), neighbours: Object.fromEntries(Object.entries(alone.peers)
        .map(([name, chain]) => [name, `"valid, length ${chain.length}"`])) };
    case 'POST /chain/validate': return { hashes: sent.chain.map(block =>
      JSON.stringify(blockHash(block))), valid: 'true', reason: '""' };
    case 'POST /transactions/new': return playPayment(sent);
    case 'POST /mine': return playMining();
    case 'GET /nodes/resolve': return playResolve();
    default: return refuse('Without a node, these three neighbours are all there are.');
  }
}

function playPayment(payment) {
  const lacks = PAYMENT.filter(name => payment[name] === undefined);
  if (lacks.length) refuse('Missing values: ' + lacks.join(', '));
  if (!(Number(payment.amount) > 0)) refuse('amount must be a number above 0.');
  alone.pending.push(payment);
  return { message: `"Transaction will be added to Block ${alone.chain.length + 1}"` };
}

async function playMining() {
  const chain = alone.chain, last = chain.at(-1);
  let guess = 0;
  while (!validProof(last.proof, guess, '')) if (++guess % 3000 === 0) {
    alone.guesses = guess;
    await new Promise(resolve => setTimeout(resolve)); // the page lives on
  }
  alone.guesses = 0;
  const block = { index: String(chain.length + 1), timestamp: String(Date.now() / 1000),
    transactions: [...alone.pending, { sender: '"0"', recipient: '"you"', amount: '1' }],
    proof: String(guess), previous_hash: etagOf(chain) };
  alone.chain = [...chain, block];
  alone.pending = [];
  return { ...block, message: '"New Block Forged"' };
}

function playResolve() {
  const ours = alone.chain, longest = Object.values(alone.peers)
    .reduce((best, it) => it.length > best.length ? it : best, ours);
  if (longest === ours) return { chain: ours, message: '"Our chain is authoritative"' };
  const payments = chain => chain.flatMap(block => block.transactions)
    .filter(tx => tx.sender !== '"0"');
  const held = payments(longest).map(write);
  alone.pending = [...payments(ours), ...alone.pending].filter(tx => {
    const i = held.indexOf(write(tx));
    return i < 0 || !held.splice(i, 1); // equal ones are counted
  });
  alone.chain = longest;
  return { new_chain: longest, message: '"Our chain was replaced"' };
}
