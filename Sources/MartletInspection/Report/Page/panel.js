// What stands beside the drawing: the chosen unit, what the pass changed, or the text of the graph.

const details = find('details');
// The chosen unit: its id in this graph, and the nodes of the step that it was made of, by which it is found in other graphs.
let chosen = null, wanted = null, chosenSources = [], beside = 'node';

function unitName(unit) {
  if (unit.box === undefined) return parts[unit.part] + ' of ' + (unit.path || unit.name);
  const box = graphNow().boxes[unit.box];
  return (box.layer ? box.layer + ': ' : '') + box.name;
}

// Opens the groups around a box until it is drawn itself.
function uncover(number) {
  const id = graphNow().boxes[number].id;
  for (let step = 0; step < 32 && !items.has(id); step++) {
    const item = shownBy[number];
    if (!item || !item.unit.units) return;
    opened.add(item.unit.id);
    draw();
  }
}

// The unit with an id, and the item that shows it: a box in a folded group is shown by the group.
function unitOf(id) {
  if (items.has(id)) return items.get(id).unit;
  const number = graphNow().boxes.findIndex(box => box.id === id);
  return number < 0 ? null : { box: number, id, own: [number], part: graphNow().boxes[number].part };
}
const itemOf = id => { const unit = unitOf(id); return unit && (items.get(id) || shownBy[unit.own[0]]); };

function choose(id, { isRevealed = true } = {}) {
  const unit = unitOf(id);
  if (!unit) return;
  chosen = wanted = id;
  chosenSources = unique(boxesOf(unit).flatMap(box => box.sources || []));
  mark();
  if (isRevealed) reveal(itemOf(id));
  if (beside !== 'node') setBeside('node');
  else describe();
  remember();
}
function chooseBox(number) {
  uncover(number);
  choose(graphNow().boxes[number].id);
  items.get(chosen).element.focus({ preventScroll: true });
}

// Opens or folds a group; its corner stays where it is on the screen.
function toggle(id) {
  const before = items.get(id);
  if (!before || !before.unit.units) return;
  const isOpen = opened.has(id);
  if (isOpen) opened.delete(id); else opened.add(id);
  const scale = { x: (before.x - view.x) / view.w, y: (before.y - view.y) / view.h };
  draw();
  const after = items.get(id);
  view.x = after.x - scale.x * view.w; view.y = after.y - scale.y * view.h;
  apply();
  choose(id, { isRevealed: false });
  after.element.focus({ preventScroll: true });
}

// The chosen unit in the drawing, with all that it reads and all that reads it.
function mark() {
  fade();
  const place = find('chosenEdges'), item = itemOf(chosen);
  for (const other of items.values()) other.element.classList.toggle('chosen', other === item);
  place.replaceChildren();
  if (!item) return;
  const own = new Set(unitOf(chosen).own), seen = new Set();
  for (const [from, to, type] of graphNow().edges) {
    if (own.has(from) === own.has(to)) continue;
    const a = own.has(from) ? item : shownBy[from], b = own.has(to) ? item : shownBy[to], id = a.unit.id + ' ' + b.unit.id;
    if (a === b || seen.has(id)) continue;
    seen.add(id);
    shape('title', {}, shape('path', { class: 'edge chosen', d: path(a, b) }, place), type);
  }
}

function setBeside(what) {
  beside = what;
  // A whole graph is not to be read out.
  details.setAttribute('aria-live', what === 'node' ? 'polite' : 'off');
  for (const button of document.querySelectorAll('[data-aside]')) button.setAttribute('aria-pressed', String(button.dataset.aside === what));
  describe();
}
for (const button of document.querySelectorAll('[data-aside]')) button.onclick = () => setBeside(button.dataset.aside);

function describe() {
  details.replaceChildren();
  details.scrollTop = 0;
  const entry = data.graphs[pass.value];
  if (beside === 'text') { element('pre', entry.text, details); return; }
  if (beside === 'changes') { changes(entry); return; }
  const unit = unitOf(chosen);
  if (unit) { about(unit); return; }
  element('p', chosenSources.length ? 'The chosen node is not in this graph: a pass has removed it.' : 'Choose a box to see what it computes and costs, what each pass did to it, and its kernels.', details, 'dim');
}

function changes(entry) {
  element('h2', 'What ' + entry.pass + ' changed', details);
  if (!entry.difference) { element('p', /^(traced|differentiate)/.test(entry.pass) ? 'The differences begin with the first pass that optimizes the graph.' : 'Nothing.', details, 'dim'); return; }
  const boxes = graphNow().boxes, changed = boxes.map((box, number) => number).filter(number => boxes[number].changed);
  element('p', entry.note + '; ' + changed.length + ' of the nodes are new or read something else: they have an orange dot.', details, 'dim');
  for (const number of changed.slice(0, 30)) link(number, details);
  const text = element('pre', '', details, 'difference');
  for (const line of entry.difference.replace(/\n$/, '').split('\n')) {
    element('div', line, text, line.startsWith('@@') ? 'place' : line[0] === '+' ? 'added' : line[0] === '-' ? 'removed' : '');
  }
}

function link(number, parent) {
  const box = graphNow().boxes[number];
  element('button', (box.layer ? box.layer + ': ' : '') + box.name, parent).onclick = () => chooseBox(number);
}
function kernelButton(number, parent) {
  const kernel = data.kernels[number], share = kernelShare(kernel);
  element('button', '@' + kernel.name + ' ' + percent(share), parent).onclick = () => openKernel(number);
}

function about(unit) {
  const graph = graphNow(), own = boxesOf(unit), inside = new Set(unit.own);
  element('h2', unitName(unit), details);
  const flop = figures(unit, 'flop'), bytes = figures(unit, 'bytes'), time = figures(unit, 'microseconds');
  const facts = [];
  if (unit.box !== undefined) facts.push(...own[0].details);
  else facts.push(counted(own.filter(box => box.id[0] === 'n').length, 'node') + ', ' + counted(own.filter(box => box.kind === 'parameter').length, 'parameter'));
  if (bytes > 0) facts.push(scaled(flop, 'FLOP') + ', ' + scaled(bytes, 'B') + ', about ' + duration(time) + ' by the cost model');
  if (measured && figures(unit, 'time') > 0) facts.push(duration(figures(unit, 'time')) + ' measured, of all workers together');
  element('pre', facts.join('\n'), details);
  const name = own[0].name.replace(/^%/, ''), variable = unit.box !== undefined && own[0].id[0] === 'p' && data.variables[name];
  const kernels = unique([...own.flatMap(box => (box.sources || []).flatMap(source => data.nodes[source].kernels)), ...(variable ? variable.kernels : [])])
    .sort((a, b) => kernelTime(data.kernels[b]) - kernelTime(data.kernels[a]));
  if (kernels.length) {
    element('h3', (kernels.length === 1 ? 'Kernel' : kernels.length + ' kernels') + ', with ' + (measured ? 'the measured' : 'an estimated') + ' share of the step', details);
    for (const number of kernels.slice(0, 12)) kernelButton(number, details);
    if (kernels.length > 12) element('span', 'and ' + (kernels.length - 12) + ' more', details, 'dim');
  }
  const reads = [], readers = [];
  for (const [from, to] of graph.edges) {
    if (inside.has(to) && !inside.has(from)) reads.push(from);
    if (inside.has(from) && !inside.has(to)) readers.push(to);
  }
  for (const [title, list] of [['Reads', unique(reads)], ['Read by', unique(readers)]]) {
    if (!list.length) continue;
    element('h3', title, details);
    for (const number of list.slice(0, 16)) link(number, details);
    if (list.length > 16) element('span', 'and ' + (list.length - 16) + ' more', details, 'dim');
  }
  const sources = unique(own.flatMap(box => box.sources || []));
  const written = unique(sources.map(source => data.nodes[source].at).filter(Boolean));
  if (written.length) {
    element('h3', 'Written at', details);
    element('pre', written.slice(0, 12).map(place => place + (data.lines && data.lines[place] ? '\n    ' + data.lines[place] : '')).join('\n'), details);
  }
  if (variable) element('pre', '\n' + variable.text, details);
  if (unit.box !== undefined) {
    for (const source of sources) element('pre', '\n' + data.nodes[source].text, details);
  } else {
    element('h3', 'Nodes', details);
    for (const number of unit.own.filter(number => graph.boxes[number].id[0] === 'n').sort((a, b) => (graph.boxes[b].microseconds || 0) - (graph.boxes[a].microseconds || 0)).slice(0, 40)) link(number, details);
  }
}

// The unit of a graph that was chosen in another one: that of the first node of the step that both have.
function rechoose() {
  chosen = wanted && unitOf(wanted) && (wanted[0] === 'p' || wanted[0] === 'r' || wanted.includes('/')) ? wanted : null;
  for (const source of chosen ? [] : chosenSources) {
    const box = graphNow().boxes.find(box => box.sources && box.sources.includes(source));
    if (box) { chosen = box.id; break; }
  }
  mark();
  describe();
}

// Finding: exact names first, then beginnings of names, then parts of them.
let matches = [], matchNumber = -1;
function search() {
  const word = find('find').value.trim().toLowerCase().replace(/^[%@]/, '');
  matches = []; matchNumber = -1;
  for (const item of items.values()) item.element.classList.remove('faded');
  if (word === '') { find('matches').textContent = ''; return; }
  const rank = names => Math.min(...names.map(name => name === word ? 0 : name.startsWith(word) ? 1 : name.includes(word) ? 2 : 9));
  graphNow().boxes.forEach((box, number) => {
    const names = [box.name, box.layer || '', ...(box.sources || []).map(source => (data.nodes[source].text.match(/^[^:\n]* of ([\w.]+) :/) || [])[1] || ''), ...box.details.flatMap(line => line.match(/%[\w.]+/g) || [])].map(name => name.toLowerCase().replace(/^[%@]/, ''));
    const own = rank(names);
    // A layer's own nodes come before its parameters and its gradients.
    if (own < 9) matches.push({ rank: own + (box.id[0] === 'n' ? 0 : 0.1) + box.part * 0.2, number });
  });
  matches.sort((a, b) => a.rank - b.rank || a.number - b.number);
  fade();
  find('matches').textContent = matches.length === 0 ? 'nothing' : matches.length + (matches.length === 1 ? ' match' : ' matches');
}
function fade() {
  const found = new Set(matches.map(match => shownBy[match.number])), isFinding = find('find').value.trim() !== '';
  for (const item of items.values()) if (!item.isFrame) item.element.classList.toggle('faded', isFinding && !found.has(item));
}
function nextMatch() {
  if (!matches.length) return;
  matchNumber = (matchNumber + 1) % matches.length;
  const number = matches[matchNumber].number;
  uncover(number);
  choose(graphNow().boxes[number].id);
  find('matches').textContent = (matchNumber + 1) + ' of ' + matches.length;
}
