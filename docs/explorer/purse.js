// Keys and coins: a purse in this page, and who has what.

'use strict';

// ## A purse: the key of whoever looks at this page
//
// A node that is signed takes a payment only with the signature of its payer.
// The key is made here, and this browser keeps it for this page.

const purse = { address: '', key: null, opening: null };

async function openPurse() {
  if (!isSecureContext) return; // there the browser has no crypto.subtle
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem('purse')); } catch { /* not kept */ }
  purse.key = kept ? await crypto.subtle.importKey('jwk', kept, 'Ed25519', true, ['sign'])
    : (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])).privateKey;
  const jwk = await crypto.subtle.exportKey('jwk', purse.key);
  try { localStorage.setItem('purse', JSON.stringify(jwk)); } catch { /* not kept */ }
  purse.address = Array.from(atob(jwk.x.replaceAll('-', '+').replaceAll('_', '/')),
    letter => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  changed();
}

/** The sender becomes KEY.NUMBER.SIGNATURE: what is signed has KEY.NUMBER. */
async function signed(values) {
  const sender = JSON.stringify(purse.address + '.' + (paidSoFar() + 1));
  const text = canonical({ amount: '0', recipient: '""', ...values, sender });
  const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', purse.key,
    new TextEncoder().encode(text)));
  return { ...values, sender: sender.slice(0, -1) + '.' + Array.from(signature, byte =>
    byte.toString(16).padStart(2, '0')).join('') + '"' };
}

const paidSoFar = () => [...node.chain.flatMap(block => block.transactions), ...node.pending]
  .filter(tx => nameOf(tx.sender) === purse.address).length;

function drawPurse() {
  $('purse').hidden = !node.signed;
  $('from').hidden = Boolean(node.signed);
  if (!node.signed) return;
  if (!purse.opening) purse.opening = openPurse().catch(() => { /* an old browser */ });
  part($('purse'), purse.address + node.etag + node.pendingText, () => {
    if (!purse.address) return [t('noPurse')];
    const coins = balances(node.chain).find(([name]) => name === purse.address)?.[1] ?? '0';
    return [make('b', {}, t('purse', { coins })), ' ' + t('purseNext', { next: paidSoFar() + 1 }),
      ...toCopy(purse.address), t('purseMines'), ...toCopy(joining(` --id ${purse.address}`))];
  });
}

// Shown is its beginning, and copied all of it.
function toCopy(text) {
  const code = make('code', { title: text }, text);
  return [code, copyButton(make('button', { type: 'button', class: 'more' }, t('copy')), code)];
}

const byCodePoint = (a, b) => {
  const [some, others] = [[...a], [...b]];
  const at = some.findIndex((letter, i) => letter !== others[i]);
  return at < 0 ? some.length - others.length
    : some[at].codePointAt(0) - (others[at]?.codePointAt(0) ?? -1);
};

/** A block's hash, as every node computes it. */
const blockHash = block => hex(sha256(canonical(block)));

// The text that all nodes hash and sign: keys in order, ASCII, and numbers as Python
// writes them.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(', ')}]`;
  if (typeof value === 'object') return `{${Object.keys(value).sort(byCodePoint).map(name =>
    `${canonical(JSON.stringify(name))}: ${canonical(value[name])}`).join(', ')}}`;
  if (value[0] === '"') return JSON.stringify(JSON.parse(value)).replace(/[^ -~]/g, unit =>
    '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'));
  if (!/[.e]/i.test(value)) return value;
  const number = Number(value), size = Math.abs(number);
  return number && (size < 1e-4 || size >= 1e16)
    ? number.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
    : Object.is(number, -0) ? '-0.0' : Number.isInteger(number) ? number + '.0' : String(number);
}

// ## Who has what
//
// Counted from the chain that is shown, and exactly: in whole numbers of the
// smallest part that an amount has.

function drawOwners() {
  if (!$('owners').open) return;
  part($('balances'), shownHashes().at(-1) + copy?.turn + lit, () => balances(shownChain())
    .slice(0, 100).map(([name, coins]) => {
      const button = make('button', { type: 'button', 'aria-pressed': name === lit, title: name },
        make('bdi', {}, visible(shorten(name))));
      button.addEventListener('click', () => {
        lit = lit === name ? null : name;
        changed();
        buttonOf(name)?.focus();
      });
      return make('li', coins.startsWith('−') ? { class: 'debt', title: t('debt') } : {}, button,
        make('b', { title: coins }, few(coins)));
    }));
}

// Three hundred digits would hide all others.
const few = coins => coins.length < 40 ? coins
  : coins[0].replace(/\d/, '') + Number(coins.replace('−', '')).toPrecision(4)
    .replace(/\.?0*e\+?/, 'e');

$('owners').addEventListener('toggle', () => changed());

const buttonOf = name => [...$('balances').querySelectorAll('button')]
  .find(it => it.title === name);

/** The payer of a signed payment is KEY.NUMBER.SIGNATURE: its name is KEY. */
const nameOf = text => plain(text).replace(/^([0-9a-f]{64})\.\d+\.[0-9a-f]{128}$/, '$1');

function balances(chain) {
  const payments = chain.flatMap(block => block.transactions).filter(isPayment)
    .map(tx => ({ ...tx, amount: decimal(tx.amount) })).filter(tx => tx.amount);
  const places = Math.max(0, ...payments.map(tx => tx.amount.places));
  const coins = new Map();
  const add = (name, amount, sign) => coins.set(name, (coins.get(name) ?? 0n)
    + sign * amount.units * 10n ** BigInt(places - amount.places));
  for (const { sender, recipient, amount } of payments) {
    if (sender !== '"0"') add(nameOf(sender), amount, -1n);
    add(nameOf(recipient), amount, 1n);
  }
  return [...coins].sort(([, a], [, b]) => a < b ? 1 : a > b ? -1 : 0)
    .map(([name, units]) => [name, pointed(units, places)]);
}

/** The number so many units of so many decimal places; nothing, if it is none. */
function decimal(text) {
  const [, sign, whole, part = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i
    .exec(text) ?? [];
  if (whole === undefined) return undefined;
  const places = part.length - Number(exponent);
  const units = BigInt(sign + whole + part) * 10n ** BigInt(Math.max(0, -places));
  return { units, places: Math.max(0, places) };
}

function pointed(units, places) {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const part = digits.slice(digits.length - places).replace(/0+$/, '');
  return (units < 0n ? '−' : '') + digits.slice(0, digits.length - places)
    + (places && part ? '.' + part : '');
}
