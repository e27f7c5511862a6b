// All that changes while the page is open. It is drawn from here.

'use strict';

// ## What the node and its neighbours have

const node = { chain: [], hashes: [], pending: [], names: {}, back: [], kept: false, guesses: 0, rate: 0 };
const neighbours = new Map(); // address: what it has, or why it has nothing
const histories = new Map(); // tip's ETag: a chain, once for all who have it
let turn = Promise.resolve(); // one question at a time

// ## The copy, to break and to mend

let copy = null; // while there is one
let copies = 0; // that there have been
let checkSoon; // a check that waits until nobody types

// ## What is shown

let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
try { language = localStorage.getItem('language') ?? language; } catch { /* not kept */ }
let following = true; // the tip, until somebody scrolls away from it
const rows = new Map(); // the rows under ours, by what they show
let fresh = Infinity; // our blocks from this position on come in with a movement
let lit = null; // the name whose payments are marked
let told = -1; // the step of the story, or none

// ## What was asked

let done = { typed: '', at: 0 }; // last, and went well
let said = () => ['', t('hello')]; // the answer, in the language of the moment
let saidWrong = false; // it is a refusal
