// The chain's tools: moving along it.

'use strict';

const COLUMN = 20; // rem: a card, and the link in front of it
const scroller = $('scroller'), track = $('track');
track.style.setProperty('--column', COLUMN + 'rem');

const columnWidth = () => COLUMN * parseFloat(getComputedStyle(document.documentElement).fontSize);
const shownChain = () => copy ? copy.chain : node.chain;
const shownHashes = () => copy ? copy.hashes : node.hashes;
const columns = () => shownChain().length && shownChain().length + (copy ? 0 : 1);

// The tip stands at the right edge, or what is not mined yet if there is room.
function tipAt() {
  const room = scroller.clientWidth > 2 * columnWidth() ? columns() : shownChain().length;
  return Math.max(0, room * columnWidth() + 16 - scroller.clientWidth);
}

// The browser tells of a scroll a moment later, and news may come in between.
function moveTo(left) {
  scroller.scrollLeft = left;
  noteWhere();
}

function noteWhere() {
  following = Math.abs(scroller.scrollLeft - tipAt()) < columnWidth() / 2;
}

$('first').addEventListener('click', () => moveTo(0));
$('tip').addEventListener('click', () => moveTo(tipAt()));
$('travel').addEventListener('submit', event => {
  event.preventDefault();
  moveTo((parseInt($('goto').value, 10) - 1 || 0) * columnWidth());
});
scroller.addEventListener('keydown', event => {
  const here = scroller.scrollLeft, to = { Home: 0, End: tipAt(),
    ArrowLeft: here - columnWidth(), ArrowRight: here + columnWidth() }[event.key];
  if (event.target !== scroller || to === undefined) return;
  event.preventDefault();
  moveTo(to);
});
scroller.addEventListener('scroll', () => {
  noteWhere();
  draw();
});
addEventListener('resize', () => changed());

// ## A link to a place: #block=3

function goToPlace() {
  const [, index] = /^#block=(\d{1,9})$/.exec(location.hash) ?? [];
  if (!index) return;
  moveTo((Number(index) - 1) * columnWidth());
}

addEventListener('hashchange', goToPlace);
