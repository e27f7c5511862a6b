// What is said, and in which language.

'use strict';

// ## What is said, in each language
//
// {name} is filled in; {n|block|blocks} is a number and its noun.

const STRINGS = {
  en: {
    other: '中文', book: 'Book', bookAt: 'README.md', title: 'Blockchain explorer',
    do: 'What you can do', live: '● Live',
    who: '{name} · {n|block|blocks}', fork: 'FORK · {name} {theirs} : {ours} us',
    about: 'This node is at {address}. It has the {rule} rule and {zeros|zero|zeros}. Mining pays {id}.',
    network: 'The network: who holds which chain', speed: '{rate} guesses a second',
    keys: 'm: mine · r: resolve · b: break it · f: full screen · Escape: leave',
    command: 'The same in a terminal', fields: 'index, time, proof, previous hash',
    debt: 'Nobody has checked whether there were so many coins: see chapter 9 of the book.',
    allWouldTake: '✗ Longer than all: everybody would take the forged chain.',
    lost: '○ The node does not answer. Is it running?',
    hello: 'Whatever you do here, a terminal can do, too.',
    mine: 'Mine a block', sender: 'Sender', recipient: 'Recipient', amount: 'Amount',
    pay: 'Pay', neighbour: 'Neighbour', register: 'Add', resolve: 'Resolve', copy: 'Copy',
    copied: 'Copied', working: 'The node works…',
    mined: 'Block {index}, proof {proof}, after {seconds} s.',
    paid: 'It waits in the pool until somebody mines.',
    registered: '{n|neighbour|neighbours}: {list}.',
    kept: 'No neighbour has a longer valid chain.',
    replaced: 'From block {from} on: {gone|block|blocks} out, {came|block|blocks} in.',
    back: 'Back in the pool: {list}.', noneBack: 'Nothing went back to the pool.',
    chain: 'The chain', travel: 'Move along the chain', first: 'First', tip: 'Tip',
    goto: 'Go to block', rows: 'Chains, block by block. Arrow keys, Home and End move.',
    block: 'Block {index}', previous: 'previous hash', hash: 'hash', time: 'time',
    timestamp: 'timestamp', proof: 'proof', index: 'index', reward: 'reward', more: '{n} more',
    transactions: '{n|transaction|transactions}', isFirst: 'genesis', isTip: 'tip',
    next: 'not mined yet', unknown: 'not known yet', seeking: 'mining…',
    waiting: '{n|transaction waits|transactions wait}', pays: 'Whoever mines gets 1.',
    ours: 'this node', yours: 'your copy', same: '= the same chain',
    comma: ', ', point: '. ',
    also: ' and {n|neighbour|neighbours}: {list}', others: '{list} and {n} more',
    ahead: 'ahead: {n|block|blocks} more', behind: 'behind: {n|block|blocks} fewer',
    forked: 'forked after block {at}: since then {theirs|block|blocks}, ours {ours}',
    strangers: 'forked at the start: another genesis block. {theirs|block|blocks}, ours {ours}',
    unreachable: '✕ unreachable', asking: 'being asked…',
    closed: 'answers, but lets no web page read its chain',
    unreadable: '✕ no chain that this node can read: {why}', invalid: '✕ not valid: {why}',
    report: 'At the last resolve: {report}.', alike: '= same', differs: '≠ differs',
    extra: '+ only there', break: 'Break it', leave: 'Leave the copy', reset: 'Reset',
    untouched: 'A copy to break: change any value. The node keeps its own chain.',
    broken: '✕ Broken at block {index}: {reason}',
    badLink: 'its previous hash is {found}, but the block before it hashes to {expected}.',
    badProof: 'its proof gives {found}…, not {expected}…: the work was not done.',
    unheard: '✓ Valid, though edited: no later block tells of it.',
    rewritten: '✓ Valid again: history is rewritten. Other nodes still hold the old one.',
    mend: 'Mine block {index} again', mendAll: 'Mend all', stop: 'Stop',
    mending: 'Mining block {index} again: {guesses|guess|guesses}',
    work: 'Mined again so far: {mended|block|blocks}, {guesses|guess|guesses}.',
    free: 'The classic proof says nothing of what is in a block: rewriting costs nothing.',
    dear: 'The linked proof seals the block before it: each block costs its work again.',
    edited: '✎ edited', holds: '✓ holds', isBroken: '✕ broken', isCut: '✕ cut off',
    unchecked: '? not checked', unreadCopy: '? Not checked: {why}', nodeSays: '{message}',
    misread: 'in block {index}, {name} must be {what}.', aNumber: 'a number',
    aWholeNumber: 'a whole number', slow: 'slow: no answer within 5 s',
    proves: 'A click copies: {command}',
    purse: 'Your purse has {coins}.', purseNext: 'Its next payment is number {next}. Its address:',
    purseMines: 'A node that mines for it:',
    noPurse: 'This node wants signatures. Open its page at http://localhost, or over https: '
      + 'only there a browser signs.',
    again: 'Pay again', extend: 'Mine one more on it',
    offer: 'If this copy of {n|block|blocks} were offered:',
    wouldTake: 'has {n|block|blocks}, and would take it.',
    wouldKeep: 'has {n|block|blocks}, and would keep its own: yours is not longer.',
    startHere: 'Nothing was mined yet. Press “Mine a block”.', story: 'Story',
    earlier: 'Back', later: 'Next', doit: 'Do it', terms: 'Words', steps: [
      'A chain. Each node begins one with a block of its own, the genesis block. This is ours. '
        + 'Start a second node for what comes: jbang Node.java --port 5001',
      'A transaction. Press “Pay”. The node only notes it down: it waits in the block that is not '
        + 'mined yet.',
      'Mine a block. To seal what waits, the node seeks a number that gives a hash with zeros in '
        + 'front. It can only try, from 0 up.',
      'Mine another. Each block names the hash of the one before it: the same colour ties the two '
        + 'together.',
      'Make neighbours. Write the address of the second node, and press “Add”. Now this node can '
        + 'ask that one for its chain.',
      'The neighbour mines more. Open its page, and mine three blocks there. Here, its chain is a '
        + 'row of its own: a fork.',
      'Resolve the conflict. The longest valid chain wins, and the shorter one gives way, though '
        + 'it was valid, too.',
      'Resolve again. Nobody has a longer chain by now, and the node says so.',
      'Cheat. Press “Break it”, and change an amount in an old block. The next block still names '
        + 'the old hash, and turns red.'],
    words: {
      hash: 'A fingerprint of a text: 64 digits. Change one letter, and all of it is another.',
      proof: 'A number that gives a hash with zeros in front. It is hard to find and easy '
        + 'to check.',
      genesis: 'The first block of a chain. It holds nothing, and none comes before it.',
      tip: 'The newest block of a chain.',
      neighbour: 'Another node that this one knows, and asks for its chain.',
      fork: 'Two chains that differ from some block on.',
      resolve: 'To ask all neighbours, and to take the longest valid chain.',
      'classic rule': 'A proof depends on the last proof alone, as in the tutorial.',
      'linked rule': 'A proof depends on the last block’s hash as well, and so on all '
        + 'that it holds.',
      pool: 'The transactions that wait for a block.' },
    wall: 'Wall', owners: 'Who has what', ownersHint: 'Choose a name, and its payments are marked.',
    signing: 'Sign, and verify', signingHint: 'Sign the text. Then change one letter of any '
      + 'field.', publicKey: 'Public key', signature: 'Signature', sign: 'Sign',
    isSigned: '✓ The owner of this key has signed this text.',
    isNotSigned: '✗ No: this key has not signed this text.',
    play: 'A hash to play with', alone: 'This page has no node: it plays one, and three neighbours. Mine, resolve, break it. '
      + 'For a real one: jbang Node.java, and open http://localhost:5000.',
    playHint: 'Change one letter. Marked are the digits that are others now. Then turn the number '
      + 'until the hash begins with zeros: that is mining.', playText: 'Text',
    playNumber: 'Number', playZeros: 'Zeros', dig: 'Mine',
    playGood: '✓ It begins with {zeros|zero|zeros}. {n} of 256 bits changed.',
    playBad: 'It does not begin with {zeros|zero|zeros}. {n} of 256 bits changed.',
    guesses: 'The node has made {n|guess|guesses}, {rate} a second. Above are some of them.',
  },
  zh: {
    other: 'English', book: '书', bookAt: 'zh/README.md', title: '区块链浏览器',
    do: '可以做的事', live: '● 实时',
    who: '{name} · {n} 个区块', fork: '分叉 · {name} {theirs} : {ours} 本节点',
    about: '本节点的地址是 {address}，用的是 {rule} 规则，证明要 {zeros} 个零。挖矿的奖励付给 {id}。',
    network: '网络：哪个节点有哪条链', speed: '每秒猜 {rate} 次',
    keys: 'm：挖矿 · r：解决冲突 · b：弄坏它 · f：全屏 · Escape：离开',
    command: '在命令行里也能做', fields: '页码、时间戳、证明、前一区块的哈希',
    debt: '还没有哪个节点检查过付款人有没有这么多币，见书中第 9 章。',
    allWouldTake: '✗ 比所有的链都长：所有节点都会换上这条伪造的链。',
    lost: '○ 节点没有响应。节点在运行吗？',
    hello: '在这里能做的事，在命令行里都能做。',
    mine: '挖一个区块', sender: '付款人', recipient: '收款人', amount: '金额', pay: '付款',
    neighbour: '邻居节点', register: '添加', resolve: '解决冲突', copy: '复制', copied: '已复制',
    working: '节点正在工作……',
    mined: '区块 {index}，证明 {proof}，用时 {seconds} 秒。',
    paid: '这笔付款在内存池里等待，直到有人挖矿。', registered: '{n} 个邻居：{list}。',
    kept: '没有哪个邻居的有效链比本节点的长。',
    replaced: '从区块 {from} 起：换下 {gone} 个区块，换上 {came} 个。',
    back: '重新等待的付款：{list}。', noneBack: '没有付款要重新等待。',
    chain: '区块链', travel: '沿着链移动', first: '最早', tip: '最新', goto: '转到区块',
    rows: '各条链，区块上下对齐。用方向键、Home、End 移动。', block: '区块 {index}',
    previous: '前一区块的哈希', hash: '哈希', time: '时间', timestamp: '时间戳',
    proof: '证明', index: '页码', reward: '奖励', more: '还有 {n} 笔',
    transactions: '{n} 笔交易', isFirst: '创世区块', isTip: '链顶端', next: '还没挖出',
    unknown: '还不知道', seeking: '挖矿中……', waiting: '{n} 笔交易在等待',
    pays: '谁挖出这个区块，谁就得 1 枚币。', ours: '本节点', yours: '你的副本', same: '= 相同的链',
    comma: '、', point: '。',
    also: '，还有 {n} 个邻居：{list}', others: '{list} 和另外 {n} 个',
    ahead: '领先：多 {n} 个区块', behind: '落后：少 {n} 个区块',
    forked: '区块 {at} 以后分叉：此后 {theirs} 个区块，本节点 {ours} 个',
    strangers: '一开始就分叉：创世区块不同。这条链 {theirs} 个区块，本节点 {ours} 个',
    unreachable: '✕ 连不上', asking: '正在询问……', closed: '有响应，但不让网页读取链',
    unreadable: '✕ 本节点读不懂这条链：{why}', invalid: '✕ 无效：{why}',
    report: '上次解决冲突时：{report}。', alike: '= 相同', differs: '≠ 不同',
    extra: '+ 只有这条链有', break: '弄坏它', leave: '离开副本', reset: '还原',
    untouched: '这份副本可以随意弄坏：每个值都能改。节点自己的链不变。',
    broken: '✕ 断在区块 {index}：{reason}',
    badLink: '里面写的前一区块的哈希是 {found}，可是算出来的是 {expected}。',
    badProof: '用里面的证明求哈希，得到 {found}…，不是 {expected}…：没有付出工作量。',
    unheard: '✓ 改过，却仍然有效：后面没有区块写着原来的哈希。',
    rewritten: '✓ 又有效了：历史改写好了。其他节点手里还是旧的链。',
    mend: '重新挖区块 {index}', mendAll: '全部修复', stop: '停止',
    mending: '正在重新挖区块 {index}：猜了 {guesses} 次',
    work: '到现在重新挖了 {mended} 个区块，猜了 {guesses} 次。',
    free: 'classic 规则的证明和区块内容无关：改写历史不费力气。',
    dear: 'linked 规则的证明保护前面的区块：每个区块都要重新付出工作量。',
    edited: '✎ 已改动', holds: '✓ 成立', isBroken: '✕ 断开', isCut: '✕ 已脱离',
    unchecked: '? 未检查', unreadCopy: '? 未检查：{why}', nodeSays: '节点说：“{message}”',
    misread: '区块 {index} 的{name}必须是{what}。', aNumber: '一个数',
    aWholeNumber: '一个整数', slow: '很慢：5 秒内没有响应',
    purse: '你的钱包有 {coins} 枚币。', purseNext: '下一笔付款是第 {next} 笔。地址：',
    purseMines: '为这个钱包挖矿的节点：',
    noPurse:
      '这个节点只收签过名的付款。请用 http://localhost 或 https 打开这个网页，只有这样浏览器才能签名。',
    again: '再付一次', extend: '接着再挖一个区块', offer: '如果把这份副本（{n} 个区块）发给各个节点：',
    wouldTake: '有 {n} 个区块，会换上你的副本。',
    wouldKeep: '有 {n} 个区块，会保留自己的链：你的副本并不更长。',
    startHere: '还没有挖过矿。请按“挖一个区块”。', story: '故事', earlier: '上一步',
    later: '下一步', doit: '替我做', terms: '术语', steps: [
      '一条链。每个节点都用自己的创世区块开始一条链，这是本节点的。后面还要用到第二个节点，请先启动：'
        + 'jbang Node.java --port 5001',
      '一笔交易。按“付款”。节点只是先记下来，这笔付款要等着进下一个区块。',
      '挖一个区块。要打包等待的交易，节点得找一个数，使哈希以零开头。这个数只能从 0 起一个一个地试。',
      '再挖一个。每个区块都写着前一个区块的哈希，相同的颜色把前后两个区块连在一起。',
      '结为邻居。写上第二个节点的地址，按“添加”。现在本节点可以向那个节点要链了。',
      '邻居挖得更多。打开邻居的网页，在那里挖三个区块。回到这里，邻居的链单独占一行：分叉了。',
      '解决冲突。最长的有效链获胜，短的那条虽然也有效，还是要让位。',
      '再解决一次。现在没有更长的链了，节点也是这么说的。',
      '作弊。按“弄坏它”，改动一个旧区块里的金额。下一个区块还写着原来的哈希，于是变红。'],
    words: {
      哈希: '一段文本的指纹：64 个十六进制字符。改动一个字母，指纹就完全不同。',
      证明: '一个数，使哈希以零开头。难找，容易查。',
      创世区块: '一条链的第一个区块。里面什么也没有，前面也没有区块。',
      链顶端: '一条链最新的区块。', 邻居节点: '本节点认识的另一个节点，可以向那个节点要链。',
      分叉: '两条链，从某个区块起不一样。', 解决冲突: '向所有邻居要链，换上最长的有效链。',
      'classic 规则': '证明只取决于上一个证明，和原教程里一样。',
      'linked 规则': '证明还取决于上一个区块的哈希，也就取决于那个区块的全部内容。',
      内存池: '等着进区块的交易。' },
    wall: '投影', owners: '谁有多少', ownersHint: '选一个名字，就会标出这个名字的付款。',
    signing: '签名和验证', signingHint: '先签名，再任选一栏，改动一个字母。',
    publicKey: '公钥', signature: '签名', sign: '签名',
    isSigned: '✓ 这把密钥的主人给这段文本签过名。', isNotSigned: '✗ 不对：这把密钥没有给这段文本签过名。',
    play: '玩一玩哈希', alone: '这个网页后面没有节点，由网页自己扮演一个节点和三个邻居，可以挖矿、解决冲突、弄坏副本。'
      + '想要真的节点，请运行 jbang Node.java，再打开 http://localhost:5000。',
    playHint: '改动一个字母，变了的十六进制字符都会标出来。再一个一个地试后面的数，直到哈希以零开头：这就是挖矿。',
    playText: '文本', playNumber: '数', playZeros: '零的个数', dig: '挖矿',
    playGood: '✓ 以 {zeros} 个零开头。256 个比特里变了 {n} 个。',
    playBad: '没有以 {zeros} 个零开头。256 个比特里变了 {n} 个。',
    proves: '点一下就复制：{command}', guesses: '节点已经猜了 {n} 次，每秒 {rate} 次。上面是其中的几次。',
  },
};

// What a node answers, and its commonest refusals, for those who read Chinese.
const OF_NODE = [
  [/^New Block Forged$/, '挖出了新区块'],
  [/^Transaction will be added to Block (\d+)$/, '交易会打包进区块 $1'],
  [/^New nodes have been added$/, '添加了邻居节点'],
  [/^Our chain was replaced$/, '换上了更长的链'],
  [/^Our chain is authoritative$/, '保留自己的链'],
  [/^Missing values: (.*)$/, '缺少字段：$1'],
  [/^amount must be a number above 0.*/, '金额必须是大于 0 的数'],
  [/^sender and recipient must be texts.*/, '付款人和收款人必须是 1 到 1000 个字符的字符串'],
  [/^sender must not be "0".*/, '付款人不能是 "0"：新币只能来自挖矿'],
  [/^Error: Please supply a valid list of nodes.*/, '请提供有效的节点列表'],
  [/^"?(.*?)"? is not like http:.*/, '$1 不像一个节点的地址，例如 http://localhost:5001'],
  [/^The payment is not signed.*/, '这笔付款没有签名'],
  [/^The payment has the number (\d+), but the next of \S+ is (\d+).*/,
    '这笔付款的编号是 $1，而这把密钥的下一个编号是 $2'],
  [/^The payment moves (\S+), but \S+ has (\S+?)\.?$/, '这笔付款要付 $1 枚币，可是这把密钥只有 $2 枚'],
  [/^block (\d+): previous_hash is (.*), but the block before it hashes to (\S+)\. Was that.*/,
    '区块 $1 里写的前一区块的哈希是 $2，可是算出来的是 $3'],
  [/^block (\d+): its proof gives (\S+), not (\S+?)\.? Was the work done\?$/,
    '用区块 $1 的证明求哈希，得到 $2，不是 $3'],
  [/^.*searches wait already.*/, '已经有太多请求在等待挖矿，请稍后再试'],
];

function translated(message) {
  const [said, words] = OF_NODE.find(([it]) => it.test(message)) ?? [];
  return language === 'zh' && said ? message.replace(said, words) : message;
}

/** With the node's own words behind it, for those who read them in a terminal. */
function ofNode(message) {
  const words = translated(message);
  return words === message ? message : `${words}（${message}）`;
}

const $ = id => document.getElementById(id);

function t(name, values = {}) {
  return STRINGS[language][name].replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (_, key, one, many) => {
    const value = values[key];
    const text = typeof value === 'number' ? value.toLocaleString(language) : value;
    return one ? text + ' ' + (value === 1 ? one : many) : text;
  });
}

// On a wall stands the network, as large as the wall allows.
function hang(isWall) {
  document.body.classList.toggle('wall', isWall);
  $('wall').setAttribute('aria-pressed', isWall);
  try { localStorage.setItem('wall', isWall ? 'yes' : ''); } catch { /* not kept */ }
}

$('wall').addEventListener('click', () => {
  hang(!document.body.classList.contains('wall'));
  changed();
});

$('language').addEventListener('click', () => {
  language = language === 'en' ? 'zh' : 'en';
  try { localStorage.setItem('language', language); } catch { /* not kept */ }
  speak();
});

function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]'))
    element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll('[data-label]'))
    for (const name of ['aria-label', ...element.localName === 'input' ? ['placeholder'] : []])
      element.setAttribute(name, t(element.dataset.label));
  $('language').textContent = t('other');
  $('book').href = 'docs/' + t('bookAt');
  $('book').hidden = location.protocol === 'file:'; // it is the node that makes pages of it
  answer();
  drawPlay();
  drawTerms();
  drawSigning();
  changed();
}
