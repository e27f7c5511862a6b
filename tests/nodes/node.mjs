// A node of the tutorial in plain Node.js, nothing installed. The check
// holds it green in every row: `node tests/nodes/node.mjs 5000 linked 4`.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const [, , port = '5000', rule = 'classic', zeros = '4'] = process.argv;
const MOST_BYTES = 64_000_000;

let chain = [], pending = [];
const nodes = new Set();

class Refused extends Error {} // answered by a 400: the client erred

// ## Numbers
//
// JavaScript has one kind, and JSON.parse rounds. So whole numbers are read
// as BigInt, and those with a fraction stay apart from them.

class Fraction {
  constructor(text) { this.value = Number(text); }

  toString() { // as Python writes it
    const x = this.value;
    if (Object.is(x, -0)) return '-0.0';
    const size = Math.abs(x);
    if (x !== 0 && (size < 1e-4 || size >= 1e16)) return x.toExponential()
        .replace(/e([+-])(\d)$/, 'e$10$2');
    return Number.isInteger(x) ? x + '.0' : String(x);
  }
}

// ## JSON, read and written without any loss

const PARTS = [/([{}[\]:,])/, /("(?:[^"\\]|\\.)*"|true|false|null)/,
  /(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/];
const TOKEN = new RegExp(
    `\\s*(?:${PARTS.map(part => part.source).join('|')})\\s*`, 'y');

function parse(text) {
  let at = 0, token;
  const next = () => {
    TOKEN.lastIndex = at;
    token = TOKEN.exec(text);
    if (!token) throw new Refused('The body is no JSON');
    at = TOKEN.lastIndex;
    return token[1];
  };
  const need = good => {
    if (!good) throw new Refused('The body is no JSON');
  };
  const each = (end, item) => { // up to this mark
    for (let mark = next(); mark !== end;) {
      item(mark);
      if ((mark = next()) === ',') need((mark = next()) !== end);
      else need(mark === end);
    }
  };
  const value = mark => {
    if (mark === '{') {
      const map = new Map();
      each('}', () => {
        need(token[2]?.startsWith('"'));
        const key = JSON.parse(token[2]);
        need(next() === ':');
        map.set(key, value(next()));
      });
      return map;
    }
    if (mark === '[') {
      const list = [];
      each(']', first => list.push(value(first)));
      return list;
    }
    need(mark === undefined);
    if (token[2]) return JSON.parse(token[2]);
    return /[.eE]/.test(token[3]) ? new Fraction(token[3]) : BigInt(token[3]);
  };
  const all = value(next());
  need(at === text.length);
  return all;
}

const SHORT = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t',
  '\r': '\\r', '\b': '\\b', '\f': '\\f' };

/** As Python's json.dumps(value, sort_keys=True). */
function canonical(value) {
  if (typeof value === 'string') return '"' + value.replace(
      /["\\]|[^ -~]/g, unit => SHORT[unit] ?? '\\u' + unit.charCodeAt(0)
          .toString(16).padStart(4, '0')) + '"';
  if (Array.isArray(value)) return `[${value.map(canonical).join(', ')}]`;
  if (value instanceof Map) return `{${[...value].sort(byCodePoints)
      .map(([key, it]) => `${canonical(key)}: ${canonical(it)}`).join(', ')}}`;
  return String(value);
}

function byCodePoints([a], [b]) {
  const one = [...a], other = [...b];
  for (let i = 0; i < Math.min(one.length, other.length); i++)
    if (one[i] !== other[i])
      return one[i].codePointAt(0) - other[i].codePointAt(0);
  return one.length - other.length;
}

const object = fields => new Map(Object.entries(fields));

// ## Hashes and proofs

const sha256 = text => createHash('sha256').update(text).digest('hex');
const hash = block => sha256(canonical(block));

function validProof(last, proof) {
  return sha256(`${last.get('proof')}${proof}${rule === 'linked' ? hash(last)
      : ''}`).startsWith('0'.repeat(Number(zeros)));
}

function validChain(blocks) {
  return blocks.every((block, i) => i === 0
      || block.get('previous_hash') === hash(blocks[i - 1])
      && typeof block.get('proof') === 'bigint'
      && validProof(blocks[i - 1], block.get('proof')));
}

// ## The routes

function newBlock(proof, previousHash) {
  const block = object({ index: BigInt(chain.length + 1),
    timestamp: new Fraction(Date.now() / 1000), transactions: pending, proof,
    previous_hash: previousHash });
  pending = [];
  chain.push(block);
  return block;
}

function mine() { // nothing else happens meanwhile: there is one thread
  const last = chain.at(-1);
  let proof = 0n;
  while (!validProof(last, proof)) proof++;
  pending.push(object({ sender: '0', recipient: 'javascript', amount: 1n }));
  return [200, new Map([['message', 'New Block Forged'],
    ...newBlock(proof, hash(last))])];
}

function newTransaction(body) {
  const names = ['sender', 'recipient', 'amount'];
  if (!names.every(name => body.has(name))) throw new Refused('Missing values');
  const [sender, recipient, amount] = names.map(name => body.get(name));
  if (![sender, recipient].every(it => typeof it === 'string' && it !== ''))
    throw new Refused('sender and recipient are texts, and not empty');
  if (sender === '0') throw new Refused('"0" only pays rewards');
  if (!(typeof amount === 'bigint' && amount > 0n
      || amount instanceof Fraction && amount.value > 0))
    throw new Refused('amount is a number above 0');
  pending.push(object({ sender, recipient, amount }));
  return [201, object({ message:
    `Transaction will be added to Block ${chain.length + 1}` })];
}

function register(body) {
  const urls = body.get('nodes');
  if (!Array.isArray(urls) || !urls.every(it => typeof it === 'string'))
    throw new Refused('Error: Please supply a valid list of nodes');
  for (const url of urls) {
    const there = /^(?:https?:\/\/)?([^\/\s]+)\/?$/.exec(url);
    if (!there) throw new Refused(`${url} is no address of a node`);
    nodes.add(there[1]);
  }
  return [201, object({ message: 'New nodes have been added',
    total_nodes: [...nodes] })];
}

/** A neighbour's chain if it is valid; else, or if it is late, none. */
async function chainOf(node) {
  try {
    const answer = await fetch(`http://${node}/chain`,
        { signal: AbortSignal.timeout(10_000) });
    const parts = [];
    let size = 0;
    for await (const part of answer.body) {
      parts.push(part);
      if ((size += part.length) > MOST_BYTES) return [];
    }
    const blocks = parse(Buffer.concat(parts).toString()).get('chain');
    return validChain(blocks) ? blocks : [];
  } catch {
    return [];
  }
}

async function resolve() {
  const chains = await Promise.all([...nodes].map(chainOf));
  const longest = chains.reduce((a, b) => b.length > a.length ? b : a, chain);
  if (longest === chain) return [200, object(
      { message: 'Our chain is authoritative', chain })];
  pending = waiting(longest);
  chain = longest;
  return [200, object({ message: 'Our chain was replaced', new_chain: chain })];
}

/** What ours held or was to hold, and the new chain does not. */
function waiting(longest) {
  const done = new Map();
  for (const tx of longest.flatMap(block => block.get('transactions')))
    done.set(canonical(tx), (done.get(canonical(tx)) ?? 0) + 1);
  return [...chain.flatMap(block => block.get('transactions')), ...pending]
      .filter(tx => {
        const left = (done.get(canonical(tx)) ?? 0) - 1;
        done.set(canonical(tx), left);
        return left < 0 && tx.get('sender') !== '0';
      });
}

// ## HTTP

const routes = { 'GET /chain': () => [200, object({ chain,
    length: BigInt(chain.length) })], 'GET /mine': mine,
  'POST /transactions/new': newTransaction, 'POST /nodes/register': register,
  'GET /nodes/resolve': resolve };

async function answer(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const route = routes[`${request.method} ${request.url}`];
  if (!route) return [404, object({ error: 'There is no such page' })];
  try {
    const body = request.method === 'POST'
      ? parse(Buffer.concat(parts).toString()) : new Map();
    if (!(body instanceof Map)) throw new Refused('The body is no JSON object');
    return await route(body);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return [400, object({ error: e.message })];
  }
}

newBlock(100n, 1n);
const server = createServer(async (request, response) => {
  const [status, body] = await answer(request);
  response.writeHead(status, { 'Content-Type': 'application/json',
    'Access-Control-Allow-Origin': '*' });
  response.end(canonical(body));
});
server.listen(Number(port), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`));
