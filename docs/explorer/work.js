// SHA-256, and what a proof of work is worth.

'use strict';

// ## Proof of work
//
// The browser's own SHA-256 makes each guess wait, and serves only pages of
// this very machine: so here is another, for texts of ASCII. Its constants
// are the 32 bits behind the point of the first primes' square or cube root.

const workOf = (lastProof, proof, lastHash) => sha256(`${BigInt(lastProof)}${BigInt(proof)}`
  + (node.rule === 'linked' ? lastHash : ''));

function validProof(lastProof, proof, lastHash) {
  const words = workOf(lastProof, proof, lastHash);
  const first = words.findIndex(word => word !== 0);
  return first * 32 + Math.clz32(words[first]) >= 4 * node.zeros; // 4 bits make a hex digit
}

const hex = words => [...words].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');

/** The work of a block: what is hashed, and what comes out. */
function proofHash(chain, hashes, i, proof = chain[i].proof) {
  const proofs = [chain[i - 1].proof, proof];
  const found = hex(workOf(...proofs, hashes[i - 1]));
  return { proofs, hex: found, isGood: found.startsWith('0'.repeat(node.zeros)) };
}

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++)
  if (PRIMES.every(prime => n % prime)) PRIMES.push(n);
const bits = root => (root - Math.floor(root)) * 2 ** 32 | 0;
const START = PRIMES.slice(0, 8).map(prime => bits(Math.sqrt(prime)));
const ROUNDS = PRIMES.map(prime => bits(Math.cbrt(prime)));

function sha256(text) {
  const length = (text.length + 8 >> 6) + 1 << 4; // in words, sixteen to a block
  const words = new Int32Array(length), w = new Int32Array(64);
  for (let i = 0; i <= text.length; i++) // then one bit, zeros, and the length
    words[i >> 2] |= (i < text.length ? text.charCodeAt(i) : 0x80) << 24 - i % 4 * 8;
  words[length - 1] = text.length * 8;
  const turned = (x, n) => x >>> n | x << 32 - n;
  const state = Int32Array.from(START);
  for (let block = 0; block < length; block += 16) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = i < 16 ? words[block + i] : w[i - 16] + w[i - 7]
        + (turned(x, 7) ^ turned(x, 18) ^ x >>> 3) + (turned(y, 17) ^ turned(y, 19) ^ y >>> 10);
      const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + (e & f ^ ~e & g)
        + ROUNDS[i] + w[i];
      const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + (a & b ^ a & c ^ b & c);
      [h, g, f, e, d, c, b, a] = [g, f, e, d + one | 0, c, b, a, one + two | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
  }
  return state;
}
