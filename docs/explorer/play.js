// A playground that needs no node.

'use strict';

// ## To play with: a text, a number behind it, and their hash
//
// This needs no node. One letter more, and half of all bits are others.

const play = { hex: '', digging: false };

function digest() {
  const bytes = new TextEncoder().encode($('words').value + $('number').value);
  return hex(sha256(String.fromCharCode(...bytes)));
}

function drawPlay(before = play.hex) {
  play.hex = digest();
  const zeros = Number($('zeros').value), good = play.hex.startsWith('0'.repeat(zeros));
  $('digest').replaceChildren(...[...play.hex].map((digit, i) => make(
    before && digit !== before[i] ? 'mark' : 'span',
    i < zeros && digit === '0' ? { class: 'zero' } : {}, digit)));
  drawLamps(before);
  const flipped = [...play.hex].reduce((sum, digit, i) => sum + ones(parseInt(digit, 16)
    ^ parseInt(before[i] ?? digit, 16)), 0);
  say('flipped', t(good ? 'playGood' : 'playBad', { zeros, n: flipped }));
  say('dig', t(play.digging ? 'stop' : 'dig'));
}

// The same hash as 256 lamps, of which those flash that have changed.
function drawLamps(before) {
  const bits = text => [...text].flatMap(digit =>
    [8, 4, 2, 1].map(bit => parseInt(digit, 16) & bit ? 1 : 0));
  const now = bits(play.hex), then = bits(before || play.hex);
  if (!$('lamps').children.length)
    $('lamps').append(...now.map(() => make('i')));
  [...$('lamps').children].forEach((lamp, i) => {
    lamp.className = now[i] ? 'on' : '';
    if (now[i] !== then[i] && !play.digging) lamp.animate(
      [{ outline: '3px solid var(--edit)' }, { outline: '3px solid transparent' }], 1500);
  });
}

const ones = bits => bits ? (bits & 1) + ones(bits >> 1) : 0;

async function dig() {
  play.digging = !play.digging;
  for (let n = play.digging ? Number($('number').value) : 0; play.digging; n++) {
    $('number').value = n + 1;
    if (n % 97 === 0) {
      drawPlay();
      await new Promise(resolve => setTimeout(resolve));
    }
    if (digest().startsWith('0'.repeat(Number($('zeros').value)))) play.digging = false;
  }
  drawPlay();
}

for (const id of ['words', 'number', 'zeros']) $(id).addEventListener('input', () => drawPlay());
$('dig').addEventListener('click', dig);
