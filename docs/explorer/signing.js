// To sign and to verify, with one's own hands: change a letter of the text, of
// the key or of the signature, and the answer is no.

'use strict';

const signing = { keys: null };

const toHex = bytes => Array.from(new Uint8Array(bytes), byte =>
  byte.toString(16).padStart(2, '0')).join('');
const fromHex = text => Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16));
const utf8 = text => new TextEncoder().encode(text);

async function signText() {
  signing.keys ??= await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  $('sign-key').value = toHex(await crypto.subtle.exportKey('raw', signing.keys.publicKey));
  $('sign-signature').value = toHex(await crypto.subtle.sign('Ed25519', signing.keys.privateKey,
    utf8($('sign-text').value)));
  await verifyText();
}

async function verifyText() {
  let good = false;
  try {
    const key = await crypto.subtle.importKey('raw', fromHex($('sign-key').value), 'Ed25519', true,
      ['verify']);
    good = /^[0-9a-f]{128}$/.test($('sign-signature').value) && await crypto.subtle.verify('Ed25519',
      key, fromHex($('sign-signature').value), utf8($('sign-text').value));
  } catch { /* it is no key */ }
  $('signed').className = good ? 'good' : 'bad';
  signing.good = good;
  say('signed', t(good ? 'isSigned' : 'isNotSigned'));
}

function drawSigning() {
  if (!isSecureContext) return say('signed', t('noPurse'));
  if (signing.good !== undefined) say('signed', t(signing.good ? 'isSigned' : 'isNotSigned'));
}

$('sign').addEventListener('click', () => signText().catch(() => say('signed', t('noPurse'))));
for (const id of ['sign-key', 'sign-text', 'sign-signature'])
  $(id).addEventListener('input', verifyText);
