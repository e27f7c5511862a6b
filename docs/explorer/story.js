// A story in nine steps, and words that a newcomer lacks.

'use strict';

// ## A story, in nine steps, each with what it points at

const STORY = ['.card', '#pay', '#mine', '#track .link', '#register', '#track > section + section',
  '#resolve', '#shell', '#break'];

function tell(step) {
  told = step < STORY.length ? step : -1;
  if (told >= 0) hang(false); // for it points at what a wall leaves out
  drawStory();
  document.querySelector('[data-pointed]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function drawStory() {
  $('story').hidden = told < 0;
  $('tell').setAttribute('aria-pressed', told >= 0);
  for (const element of document.querySelectorAll('[data-pointed]'))
    element.removeAttribute('data-pointed');
  if (told < 0) return;
  say('caption', `${told + 1}/${STORY.length} · ${STRINGS[language].steps[told]}`);
  $('earlier').disabled = told === 0;
  document.querySelector(STORY[told])?.setAttribute('data-pointed', '');
}

$('tell').addEventListener('click', () => tell(told < 0 ? 0 : STORY.length));
$('earlier').addEventListener('click', () => tell(told - 1));
$('later').addEventListener('click', () => tell(told + 1));

// ## Words that a newcomer lacks

function drawTerms() {
  $('terms').querySelector('dl').replaceChildren(...Object.entries(STRINGS[language].words)
    .flatMap(([word, meaning]) => [make('dt', {}, word), make('dd', {}, meaning)]));
}
