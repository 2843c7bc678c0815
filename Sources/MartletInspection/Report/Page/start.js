// The views, the address, the keys, and the first look.

const tabs = [...document.querySelectorAll('[role=tab]')];
find('title').textContent = data.title + ', ' + data.isa;

function show(name) {
  for (const tab of tabs) tab.setAttribute('aria-selected', String(tab.dataset.view === name));
  for (const section of document.querySelectorAll('section')) section.classList.toggle('shown', section.id === name);
  if (name === 'kernels') for (const text of document.querySelectorAll('#texts pre')) colour(text);
  remember();
}
const viewNow = () => tabs.find(tab => tab.getAttribute('aria-selected') === 'true').dataset.view;

// The address says what is shown: a link leads to it.
function remember() {
  const name = viewNow();
  const place = name === 'graph' ? ['graph', pass.value, chosen || ''] : name === 'kernels' && data.kernels.length ? ['kernels', data.kernels[chooser.value].name, line || ''] : [name];
  history.replaceState(null, '', '#' + place.map(encodeURIComponent).join('/'));
}
function recall() {
  let place;
  try { place = location.hash.slice(1).split('/').map(decodeURIComponent); } catch { return false; }
  if (!tabs.some(tab => tab.dataset.view === place[0] && !tab.hidden)) return false;
  if (place[0] === 'kernels') {
    const number = data.kernels.findIndex(entry => entry.name === place[1]);
    if (number >= 0) { chooser.value = number; drawKernel(); }
  } else if (place[0] === 'graph' && data.graphs[place[1]]) {
    pass.value = place[1];
    drawPass();
    const number = graphNow().boxes.findIndex(box => box.id === place[2]);
    if (number >= 0) chooseBox(number);
    else if (place[2]) {
      const around = () => [...items.values()].find(({ unit, isFrame }) => unit.units && !isFrame && place[2].startsWith(unit.part + '/') && isInside(place[2].slice(2), unit.path));
      for (let item = around(); item && !items.has(place[2]); item = around()) { opened.add(item.unit.id); draw(); }
      if (items.has(place[2])) choose(place[2]); else mark();
    }
  }
  show(place[0]);
  // What is not shown has no place to scroll to.
  if (place[0] === 'kernels' && place[2]) match(Number(place[2]));
  return true;
}

function drawPass() {
  const entry = data.graphs[pass.value];
  find('passName').textContent = (Number(pass.value) + 1) + ' of ' + data.graphs.length + ': after ' + entry.pass + ' (' + entry.note + ')';
  const hadFocus = drawing.contains(document.activeElement), wasWhole = find('minimap').hasAttribute('hidden');
  draw();
  rechoose();
  if (wasWhole) fit();
  if (hadFocus) (itemOf(chosen) || [...items.values()][0]).element.focus({ preventScroll: true });
  if (beside !== 'node') describe();
  search();
}
function redraw() { draw(); mark(); search(); }

for (const tab of tabs) {
  tab.onclick = () => show(tab.dataset.view);
  tab.setAttribute('aria-controls', tab.dataset.view);
  tab.onkeydown = event => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key], visible = tabs.filter(other => !other.hidden);
    if (!by) return;
    event.preventDefault(); event.stopPropagation();
    const next = visible[(visible.indexOf(tab) + by + visible.length) % visible.length];
    next.click(); next.focus();
  };
}
pass.max = data.graphs.length - 1;
pass.value = data.graphs.length - 1;
pass.oninput = () => { drawPass(); remember(); };
find('heat').onchange = redraw;
if (measured) find('heat').querySelector('[value=time]').hidden = false;
find('fit').onclick = fit;
find('open').onclick = () => {
  const openUnit = unit => { if (unit && unit.units) { opened.add(unit.id); unit.units.forEach(openUnit); } };
  for (const line of outline(graphNow())) line.cells.forEach(openUnit);
  redraw();
  fitReadably();
};
find('fold').onclick = () => { opened.clear(); redraw(); fit(); };
find('find').oninput = search;
find('find').onkeydown = event => { if (event.key === 'Enter') nextMatch(); };
find('help').onclick = () => {
  find('keys').hidden = !find('keys').hidden;
  find('help').setAttribute('aria-expanded', String(!find('keys').hidden));
};

function select(target) {
  const made = target.closest('.item');
  if (!made) return;
  const item = items.get(made.id);
  if (item.unit.units) toggle(made.id); else choose(made.id, { isRevealed: false });
}
drawing.addEventListener('click', event => { if (!(held && held.hasMoved)) select(event.target); });
drawing.addEventListener('focusin', event => { const made = event.target.closest('.item'); if (made && made.matches(':focus-visible')) reveal(items.get(made.id)); });

function step(by) {
  const next = Number(pass.value) + by;
  if (next < 0 || next >= data.graphs.length) return;
  pass.value = next;
  pass.oninput();
}
addEventListener('keydown', event => {
  if (event.target !== pass && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
  const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }, isGraph = viewNow() === 'graph';
  const made = event.target.closest && event.target.closest('.item');
  const actions = {
    '/': () => { show('graph'); find('find').focus(); }, '[': () => step(-1), ']': () => step(1),
    d: () => { show('graph'); setBeside('changes'); }, p: () => { show('graph'); details.focus(); }, i: () => { show('kernels'); showInner(); },
  };
  const number = '12345'.indexOf(event.key), tab = event.key.length === 1 && number >= 0 ? tabs[number] : null;
  if (tab && !tab.hidden) show(tab.dataset.view);
  else if (actions[event.key]) { event.preventDefault(); actions[event.key](); }
  else if (!isGraph) return;
  else if (made && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); select(made); }
  else if (event.key === '+') zoom(1 / 1.25);
  else if (event.key === '-') zoom(1.25);
  else if (event.key === '0') fit();
  else if (moves[event.key] && event.target !== pass && !details.contains(event.target)) { event.preventDefault(); move(...moves[event.key]); }
});
// When the window or the panel changes its size, the drawing keeps its scale; where all of it was in sight, it is fitted again.
let size = '';
new ResizeObserver(() => {
  const { w, h } = canvas(), now = w + ' ' + h;
  if (now === size) return;
  const isFirst = size === '', scale = isFirst ? 1 : Number(size.split(' ')[0]) / view.w;
  size = now;
  if (isFirst) return;
  if (find('minimap').hasAttribute('hidden')) { fit(); return; }
  view = { x: view.x + view.w / 2 - w / scale / 2, y: view.y + view.h / 2 - h / scale / 2, w: w / scale, h: h / scale };
  apply();
}).observe(drawing);

// What a link leads to; from here on the address follows what is shown.
const linked = location.hash;
drawPass();
if (data.kernels.length) { chooser.value = costliest[0]; drawKernel(); }
// The costliest node is chosen at first; the group around it stays folded.
{
  const boxes = graphNow().boxes, kind = measured ? 'time' : 'microseconds';
  const first = boxes.map((box, number) => number).sort((a, b) => figure(boxes[b], kind) - figure(boxes[a], kind) || a - b)[0];
  if (first !== undefined) choose(boxes[first].id, { isRevealed: false });
}
fit();
if (linked) { history.replaceState(null, '', linked); recall(); }
addEventListener('hashchange', recall);
dispatchEvent(new Event('shown'));
