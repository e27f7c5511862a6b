// A story in nine steps, and words that a newcomer lacks.

'use strict';

// ## A story, in nine steps
//
// Each has what it points at, whether it was done, and what does it, if this
// page can.

const isBehind = () => [...neighbours.values()].some(({ etag }) =>
  (histories.get(etag)?.chain.length ?? 0) > node.chain.length);
const isPaid = () => node.pending.length > 0 || node.chain.some(block =>
  block.transactions.some(tx => tx.sender !== '"0"'));

const STORY = [
  { at: '.card', done: () => node.chain.length > 0 },
  { at: '#pay', done: isPaid, act: () => act($('pay')) },
  { at: '#mine', done: () => node.chain.length > 1, act: () => act($('mine')) },
  { at: '#track .link', done: () => node.chain.length > 2, act: () => act($('mine')) },
  { at: '#register', done: () => neighbours.size > 0, act: () => act($('register')) },
  { at: '#track > section + section', done: isBehind },
  { at: '#resolve', done: () => neighbours.size > 0 && !isBehind(), act: () => act($('resolve')) },
  { at: '#shell', done: () => node.kept, act: () => act($('resolve')) },
  { at: '#break', done: () => copy !== null, act: () => takeCopy() },
];

// What is not there can't be pointed at: then it is what makes it come.
const pointedAt = ({ at }) => document.querySelector(at) ?? $('register');

function tell(step) {
  told = step < STORY.length ? step : -1;
  if (told >= 0) hang(false); // for it points at what a wall leaves out
  if (told >= 0 && copy && told < STORY.length - 1) copy = null;
  changed();
  document.documentElement.style.scrollPaddingBottom = $('story').offsetHeight + 16 + 'px';
  if (told < 0) $('tell').focus();
  else pointedAt(STORY[told]).scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function drawStory() {
  $('story').hidden = told < 0;
  $('tell').setAttribute('aria-pressed', told >= 0);
  for (const element of document.querySelectorAll('[data-pointed]'))
    element.removeAttribute('data-pointed');
  if (told < 0) return;
  const step = STORY[told], isDone = step.done();
  say('caption', `${told + 1}/${STORY.length} · ${STRINGS[language].steps[told]}`
    + (isDone ? ' ✓' : ''));
  $('earlier').disabled = told === 0;
  $('doit').hidden = isDone || !step.act;
  pointedAt(step).setAttribute('data-pointed', '');
}

$('tell').addEventListener('click', () => tell(told < 0 ? 0 : STORY.length));
$('earlier').addEventListener('click', () => tell(told - 1));
$('later').addEventListener('click', () => tell(told + 1));
$('doit').addEventListener('click', () => {
  STORY[told].act();
  $('later').focus();
});

// ## Words that a newcomer lacks

function drawTerms() {
  $('terms').querySelector('dl').replaceChildren(...Object.entries(STRINGS[language].words)
    .flatMap(([word, meaning]) => [make('dt', {}, word), make('dd', {}, meaning)]));
}
