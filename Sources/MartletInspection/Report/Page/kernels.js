// The texts of a kernel side by side. A line of one text and what it became in the others are highlighted together.

const chooser = find('kernel'), rowHeight = 17;
let line = null;
const hiddenColumns = new Set(), innerOf = new Map();

for (const number of costliest) {
  const kernel = data.kernels[number];
  element('option', percent(kernelShare(kernel)) + '  ' + kernel.name, chooser).value = number;
}

function openKernel(number) {
  chooser.value = number;
  drawKernel();
  show('kernels');
  const text = document.querySelector('#texts .column:not([hidden]) pre');
  if (text) text.focus({ preventScroll: true });
}

function drawKernel() {
  const entry = data.kernels[chooser.value], texts = find('texts'), columns = find('columns');
  if (!entry) return;
  line = null;
  innerOf.clear();
  const rank = costliest.indexOf(Number(chooser.value)) + 1;
  const time = measured ? duration(kernelTime(entry)) + ' measured in one step, all workers together' : 'about ' + duration(entry.microseconds) + ' by the cost model (--timeline measures)';
  const [head, ...rest] = entry.about.split('\n');
  const place = rest.map(text => {
    const written = text.match(/, ([\w/+-]+\.swift:\d+)$/);
    return written && data.lines[written[1]] ? text + '    ' + data.lines[written[1]] : text;
  });
  find('about').textContent = [
    head, '  time    ' + time + ', ' + percent(kernelShare(entry)) + ' of the step, number ' + rank + ' of ' + data.kernels.length + ' by time',
    ...(entry.loop ? ['  loop    ' + entry.loop] : []), ...place,
  ].join('\n');
  // Columns keep their widths from kernel to kernel.
  const widths = new Map([...texts.querySelectorAll('.column')].map(column => [column.querySelector('h2').textContent, column.style.width]));
  texts.replaceChildren();
  columns.replaceChildren();
  let before = null;
  for (const part of entry.texts) {
    const column = element('div', '', texts, 'column');
    if (widths.get(part.title)) { column.style.flex = 'none'; column.style.width = widths.get(part.title); }
    if (before) {
      const grip = element('div', '', texts, 'grip');
      for (const [name, value] of [['role', 'separator'], ['aria-orientation', 'vertical'], ['aria-label', 'Width of the column before'], ['tabindex', '0']]) grip.setAttribute(name, value);
      texts.insertBefore(grip, column);
      makeGrip(grip, () => [...texts.querySelectorAll('.column:not([hidden])')].filter(other => other.compareDocumentPosition(grip) & Node.DOCUMENT_POSITION_FOLLOWING).pop(), true);
      column.grip = grip;
    }
    before = column;
    element('h2', part.title, column);
    const text = element('pre', '', column);
    text.tabIndex = 0;
    text.setAttribute('aria-label', part.title);
    text.dataset.title = part.title;
    part.text.replace(/\n$/, '').split('\n').forEach((content, number) => {
      const made = element('div', content, text), source = part.lines ? part.lines[number] : number + 1;
      // Lines of one source have one colour everywhere.
      if (source) { made.dataset.source = source; made.style.borderLeftColor = 'hsl(' + source * 47 % 360 + ' 55% 55%)'; }
      if (part.inner && number >= part.inner[0] && number <= part.inner[1]) made.className = 'inner';
    });
    if (part.inner) innerOf.set(text, part.inner);
    text.onclick = event => { const at = event.target.closest('pre div'); if (at) reach(at); };
    text.onkeydown = event => {
      const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
      if (!step) return;
      event.preventDefault();
      const now = text.querySelector('.now'), next = now ? now[step] : text.firstElementChild;
      if (next) { reach(next); next.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
    };
    text.onscroll = () => colour(text);
    new ResizeObserver(() => colour(text)).observe(text);
    const button = element('button', part.title, columns);
    const update = () => {
      const isHidden = hiddenColumns.has(part.title);
      column.hidden = isHidden;
      if (column.grip) column.grip.hidden = isHidden;
      button.setAttribute('aria-pressed', String(!isHidden));
    };
    button.title = 'Show or hide this column';
    button.onclick = () => { if (hiddenColumns.has(part.title)) hiddenColumns.delete(part.title); else hiddenColumns.add(part.title); update(); };
    update();
  }
  find('inner').disabled = innerOf.size === 0;
  marked();
}

// Colours of syntax, for the lines that are in sight: a kernel can have ten thousand.
const grammars = {
  'loop IR': /(\/\/.*)|\b(kernel|for|in|let|var|if|else|while|parallel|vector|unrolled|reduction|read|write|update|global|worker|shard|over|return|select|min|max|barrier)\b|\b([fiu]\d+|bool)\b|(%[\w.$]+|@[\w.]+)|(?<![\w.%$])(-?\d[\w.]*)/g,
  'LLVM IR': /(;.*)|\b(define|declare|internal|ret|br|phi|load|store|getelementptr|inbounds|call|icmp|fcmp|add|sub|mul|fadd|fsub|fmul|fdiv|select|label|align|nuw|nsw|fast|contract|shufflevector|insertelement|extractelement|bitcast|tail|zext|sext|trunc|sitofp|fptosi)\b|\b(i\d+|float|double|ptr|void|half|bfloat|x)\b|(%[\w.$"]+|@[\w.$"]+)|(?<![\w.%$])(-?\d[\w.]*|0x[0-9A-F]+)/g,
  'assembly': /(#.*)|^\s*([a-z][\w.]*)|(\.\w[\w.]*)|(%\w+)|(\$?-?(?:0x)?\d[\da-fx]*)/g,
};
grammars['LLVM IR, optimized'] = grammars['LLVM IR'];
const kindsOfTokens = [null, 'comment', 'keyword', 'type', 'name', 'number'];
function colour(text) {
  const grammar = grammars[text.dataset.title], lines = text.children;
  if (!grammar || text.clientHeight === 0) return;
  const first = Math.max(Math.floor(text.scrollTop / rowHeight) - 20, 0), last = Math.min(first + Math.ceil(text.clientHeight / rowHeight) + 40, lines.length);
  for (let number = first; number < last; number++) {
    const row = lines[number];
    if (row.dataset.coloured) continue;
    row.dataset.coloured = '1';
    const content = row.textContent, made = [];
    let at = 0;
    for (const found of content.matchAll(grammar)) {
      const kind = kindsOfTokens[found.slice(1).findIndex(part => part !== undefined) + 1];
      if (found.index > at) made.push(content.slice(at, found.index));
      const span = document.createElement('span');
      span.className = kind; span.textContent = found[0];
      made.push(span);
      at = found.index + found[0].length;
    }
    if (made.length) row.replaceChildren(...made, content.slice(at));
  }
}

// The line at hand, and what it became in the other texts.
function reach(at) {
  match(Number(at.dataset.source) || null, at.parentElement);
  at.classList.add('now');
  at.setAttribute('aria-current', 'true');
}
function unmark() {
  for (const old of document.querySelectorAll('#texts .match, #texts .now')) { old.classList.remove('match', 'now'); old.removeAttribute('aria-current'); }
}
const showRow = (text, row) => { text.scrollTop = row.offsetTop - text.offsetTop - text.clientHeight / 3; };
function match(source, own) {
  line = source;
  unmark();
  if (source) for (const text of document.querySelectorAll('#texts pre')) {
    const same = text.querySelectorAll('[data-source="' + source + '"]');
    for (const found of same) found.classList.add('match');
    // Where nothing is left of the line, what became of the next one is near.
    const near = same[0] || [...text.children].filter(part => part.dataset.source > source).sort((a, b) => a.dataset.source - b.dataset.source)[0];
    if (near && text !== own) showRow(text, near);
  }
  remember();
}

// The innermost loop of the assembly, and the lines of the other texts that it comes from.
function showInner() {
  const found = [...innerOf][0];
  if (!found) return;
  const [text, [first, last]] = found, sources = new Set();
  unmark();
  for (let number = first; number <= last; number++) {
    const row = text.children[number];
    row.classList.add('match');
    if (row.dataset.source) sources.add(row.dataset.source);
  }
  if (hiddenColumns.delete(text.dataset.title)) { drawKernel(); showInner(); return; }
  showRow(text, text.children[first]);
  for (const other of document.querySelectorAll('#texts pre')) if (other !== text) {
    const same = [...other.children].filter(row => sources.has(row.dataset.source));
    for (const row of same) row.classList.add('match');
    if (same.length) showRow(other, same[0]);
  }
}
find('inner').onclick = showInner;

function marked() {
  const word = find('mark').value;
  for (const part of document.querySelectorAll('#texts pre div')) part.classList.toggle('word', word !== '' && part.textContent.includes(word));
}
chooser.onchange = () => { drawKernel(); remember(); };
find('mark').oninput = marked;
