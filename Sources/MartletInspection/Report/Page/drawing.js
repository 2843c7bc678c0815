// The drawing of a graph: a column for each part of the step, a row for each layer. Forward leads down, backward leads up, and what a layer's gradient and
// update read stands beside it. A group is one box, or a frame around its units.

const drawing = find('drawing'), pass = find('pass');
const letter = 7.25, lineHeight = 15, padding = 7, handle = 22, columnGap = 84, rowGap = 26;
const opened = new Set();
// What is drawn, by id; for each box of the graph the unit that shows it; the size of all.
let items = new Map(), shownBy = [], extent = { x: 0, y: 0, w: 1, h: 1 };

const graphNow = () => data.graphs[pass.value].graph;
const boxesOf = unit => unit.own.map(number => graphNow().boxes[number]);

// The figure of a box that the colours show.
function figure(box, kind) {
  if (kind === 'time') return (box.sources || []).reduce((sum, source) => sum + (sourceTime.get(source) || 0), 0);
  return box[kind] || 0;
}
const figures = (unit, kind) => boxesOf(unit).reduce((sum, box) => sum + figure(box, kind), 0);

// The lines of a unit that is one box in the drawing.
function lines(unit) {
  const graph = graphNow(), heat = find('heat').value, own = boxesOf(unit);
  let made;
  if (unit.box !== undefined) {
    const box = own[0];
    // A layer of one node alone: the rest stands in the panel.
    made = unit.name && unit.name !== box.name ? [unit.name, box.name, ...box.details.slice(0, 1)] : [box.name, ...box.details];
  } else {
    const nodes = own.filter(box => box.id[0] === 'n'), work = nodes.filter(box => box.kind !== 'view'), flop = figures(unit, 'flop');
    made = [unit.name];
    const facts = [];
    if (work.length === 1) facts.push(work[0].name);
    else if (nodes.length) facts.push(counted(nodes.length, 'node'));
    if (flop > 0 && !heat) facts.push(scaled(flop, 'FLOP'));
    if (facts.join(', ').length < 34) facts.splice(0, 2, facts.join(', '));
    made.push(...facts.filter(Boolean));
  }
  if (heat) {
    const all = graph.boxes.reduce((sum, box) => sum + figure(box, heat), 0), value = figures(unit, heat);
    if (value > 0) made.push(percent(value / all) + ', ' + (heat === 'flop' ? scaled(value, 'FLOP') : heat === 'bytes' ? scaled(value, 'B') : duration(value)));
  }
  return made.map(line => line.length > 46 ? line.slice(0, 45) + '…' : line);
}

const isFrame = unit => unit.units && opened.has(unit.id);

// The size of a unit, and within a frame the places of its units from its corner.
function measure(unit) {
  if (!isFrame(unit)) {
    const text = lines(unit);
    return { unit, text, w: Math.max(...text.map(line => line.length)) * letter + 2 * padding + (unit.units ? 18 : 0), h: text.length * lineHeight + 2 * padding };
  }
  const inner = unit.units.map(measure), at = new Map();
  unit.units.forEach((child, position) => child.own.forEach(number => at.set(number, position)));
  const seen = new Set(), edges = [];
  for (const [from, to] of graphNow().edges) {
    const a = at.get(from), b = at.get(to);
    if (a === undefined || b === undefined || a === b) continue;
    // What a part of a group reads of the group's later nodes would lead up: it is drawn where one of its ends is chosen.
    if (a < b && !seen.has(a + ' ' + b)) { seen.add(a + ' ' + b); edges.push([a, b]); }
  }
  const layout = edges.length ? layered(inner, edges) : grid(inner), w = Math.max(layout.width, unit.name.length * letter + 40) + 24;
  return { unit, inner, edges, layout, w, h: layout.height + handle + 20, left: (w - layout.width) / 2 };
}

// Gives a measured unit and all within it their places.
function settle(made, x, y) {
  const item = { unit: made.unit, x, y, w: made.w, h: made.h, text: made.text, isFrame: !!made.inner };
  items.set(made.unit.id, item);
  if (!made.inner) { for (const number of made.unit.own) shownBy[number] = item; return; }
  item.lines = made.edges.map(([a, b], number) => {
    const shift = point => ({ x: x + made.left + point.x, y: y + handle + 4 + point.y });
    const from = made.layout.centres[a], to = made.layout.centres[b];
    return [shift({ x: from.x, y: from.y + made.inner[a].h / 2 }), ...made.layout.bends[number].map(shift), shift({ x: to.x, y: to.y - made.inner[b].h / 2 })];
  });
  made.inner.forEach((child, number) => {
    const centre = made.layout.centres[number];
    settle(child, x + made.left + centre.x - child.w / 2, y + handle + 4 + centre.y - child.h / 2);
  });
}

// Curved between points, vertical at each.
function vertical(points) {
  return points.slice(1).reduce((text, b, number) => {
    const a = points[number], middle = (a.y + b.y) / 2;
    return text + `C${a.x} ${middle} ${b.x} ${middle} ${b.x} ${b.y}`;
  }, `M${points[0].x} ${points[0].y}`);
}

// From one item to another: sideways where one is beside the other, else along the side that faces it.
function path(a, b) {
  const [ax, ay, bx, by] = [a.x + a.w / 2, a.y + a.h / 2, b.x + b.w / 2, b.y + b.h / 2];
  if (a.x + a.w < b.x || b.x + b.w < a.x) {
    const right = a.x + a.w < b.x, x1 = right ? a.x + a.w : a.x, x2 = right ? b.x : b.x + b.w, bend = (x2 - x1) / 2;
    return `M${x1} ${ay}C${x1 + bend} ${ay} ${x2 - bend} ${by} ${x2} ${by}`;
  }
  // What stands between two boxes of one column is passed at the side.
  if (Math.max(a.y - b.y - b.h, b.y - a.y - a.h) > 2 * rowGap + lineHeight) return around(a, b, ax < extent.x + extent.w / 2).line;
  if (a.y + a.h <= b.y) return vertical([{ x: ax, y: a.y + a.h }, { x: bx, y: b.y }]);
  if (b.y + b.h <= a.y) return vertical([{ x: ax, y: a.y }, { x: bx, y: b.y + b.h }]);
  return `M${ax} ${ay}L${bx} ${by}`;
}

// From one row to the next one.
function next(a, b) {
  const isDown = a.y < b.y;
  return vertical([{ x: a.x + a.w / 2, y: isDown ? a.y + a.h : a.y }, { x: b.x + b.w / 2, y: isDown ? b.y : b.y + b.h }]);
}

// An edge that passes rows of its own column: around them, on the outer side.
function around(a, b, isLeft) {
  const x1 = isLeft ? a.x : a.x + a.w, x2 = isLeft ? b.x : b.x + b.w, y1 = a.y + a.h / 2, y2 = b.y + b.h / 2;
  const bend = Math.min(28 + Math.abs(y2 - y1) * 0.12, 90) * (isLeft ? -1 : 1), far = isLeft ? Math.min(x1, x2) + bend : Math.max(x1, x2) + bend;
  return { line: `M${x1} ${y1}C${far} ${y1} ${far} ${y2} ${x2} ${y2}`, far };
}

function draw() {
  const graph = graphNow();
  items = new Map(); shownBy = [];
  drawing.replaceChildren();
  const definitions = shape('defs', {}, drawing);
  for (const id of ['arrow', 'chosenArrow']) {
    const marker = shape('marker', { id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse', markerUnits: 'userSpaceOnUse' }, definitions);
    shape('path', { d: 'M0 0.8L7.5 4L0 7.2z' }, marker);
  }
  const table = outline(graph).map(line => ({ ...line, made: line.cells.map(unit => unit && measure(unit)) }));
  const widths = parts.map((_, part) => Math.max(0, ...table.map(line => line.made[part] ? line.made[part].w : 0)));
  let y = 30;
  const cells = [];
  table.forEach((line, number) => {
    const height = Math.max(...line.made.map(made => made ? made.h : 0));
    let x = 0;
    line.made.forEach((made, part) => {
      if (made) {
        settle(made, x + (widths[part] - made.w) / 2, y + (height - made.h) / 2);
        for (const box of made.unit.own) cells[box] = { row: number, part, item: items.get(made.unit.id) };
      }
      if (widths[part]) x += widths[part] + columnGap;
    });
    y += height + rowGap;
  });
  let x = 0;
  parts.forEach((part, number) => {
    if (!widths[number]) return;
    shape('text', { x: x + widths[number] / 2, y: 10, class: 'column', 'text-anchor': 'middle' }, drawing, part);
    x += widths[number] + columnGap;
  });
  const ground = shape('g', {}, drawing), seen = new Set();
  let left = 0, right = Math.max(x - columnGap, 1);
  for (const [from, to] of graph.edges) {
    const a = cells[from], b = cells[to];
    // What all updates read, as the learning rate, is drawn where it is chosen.
    if (a.item === b.item || a.part === 2 || seen.has(a.item.unit.id + ' ' + b.item.unit.id)) continue;
    seen.add(a.item.unit.id + ' ' + b.item.unit.id);
    const isNext = !table.slice(Math.min(a.row, b.row) + 1, Math.max(a.row, b.row)).some(line => line.cells[a.part]);
    if (a.part !== b.part || isNext) {
      shape('path', { class: a.part === b.part ? 'edge' : 'edge across', d: isNext && a.part === b.part ? next(a.item, b.item) : path(a.item, b.item) }, ground);
      continue;
    }
    const bend = around(a.item, b.item, a.part === 0);
    shape('path', { class: 'edge', d: bend.line }, ground);
    left = Math.min(left, bend.far); right = Math.max(right, bend.far);
  }
  extent = { x: left, y: 0, w: right - left, h: Math.max(y - rowGap, 1) };
  const heat = find('heat').value, visible = [...items.values()].filter(item => !item.isFrame);
  const most = heat ? Math.max(...visible.map(item => figures(item.unit, heat)), 1e-9) : 1;
  for (const item of items.values()) showItem(item, heat, most);
  shape('g', { id: 'chosenEdges' }, drawing);
  drawMinimap();
  key();
}

function showItem(item, heat, most) {
  const { unit, x, y, w, h } = item, own = boxesOf(unit), isChanged = own.some(box => box.changed);
  const kinds = ['item', unit.box === undefined ? item.isFrame ? 'frame' : 'group' : own[0].kind, parts[unit.part]];
  if (isChanged) kinds.push('changed');
  const value = heat && !item.isFrame ? figures(unit, heat) : 0;
  if (value > 0) kinds.push('hot');
  const label = (item.isFrame ? [unit.name] : item.text).join(', ') + ', ' + parts[unit.part] + (unit.units ? item.isFrame ? ', open group' : ', group' : '') + (isChanged ? ', changed by this pass' : '');
  const made = shape('g', { id: unit.id, class: kinds.join(' '), tabindex: 0, role: 'button', 'aria-label': label }, drawing);
  if (unit.units) made.setAttribute('aria-expanded', String(item.isFrame));
  // Red by the root of the share: small shares can still be told apart.
  if (value > 0) made.style.setProperty('--share', (8 + 52 * Math.sqrt(value / most)).toFixed(0) + '%');
  const round = unit.box !== undefined && /^(input|parameter|state|result|view)$/.test(own[0].kind) ? 12 : 4;
  shape('rect', { x, y, width: w, height: h, rx: round }, made);
  if (isChanged) shape('circle', { cx: x, cy: y, r: 5 }, made);
  if (item.isFrame) {
    shape('rect', { class: 'handle', x: x + 2, y: y + 2, width: w - 4, height: handle - 4, rx: 3 }, made);
    shape('text', { x: x + 8, y: y + 16 }, made, '− ' + unit.name);
    for (const line of item.lines) shape('path', { class: 'edge', d: vertical(line) }, made);
  } else {
    item.text.forEach((line, number) => {
      shape('text', { class: number === 0 ? '' : 'detail', x: x + w / 2, y: y + padding + (number + 0.75) * lineHeight, 'text-anchor': 'middle' }, made, line);
    });
    if (unit.units) shape('text', { class: 'detail', x: x + w - 11, y: y + 12 }, made, '+');
  }
  item.element = made;
}

// What the colours say, as far as they occur.
function key() {
  const place = find('key'), heat = find('heat').value, kinds = new Set([...items.values()].flatMap(item => [...item.element.classList]));
  place.replaceChildren();
  const add = (text, fill, line, style) => {
    const made = element('span', '', place), box = element('i', '', made);
    box.style.background = `var(${fill})`; box.style.borderColor = `var(${line})`;
    if (style) box.style.borderStyle = style;
    made.append(text);
  };
  if (heat) {
    const made = element('span', '', place), box = element('i', '', made);
    box.style.cssText = 'width: 70px; border-color: var(--edge); background: linear-gradient(90deg, var(--ground), var(--heat))';
    made.append('share of the ' + find('heat').selectedOptions[0].textContent);
  } else {
    for (const part of parts) if (kinds.has(part)) add(part, '--' + part, '--' + part + '-edge');
  }
  if (kinds.has('input') || kinds.has('result')) add('input, result', '--input', '--input-edge');
  if (kinds.has('parameter') || kinds.has('state')) add('parameter, state', '--parameter', '--parameter-edge');
  if (kinds.has('fusion')) add('fusion: thick line', '--ground', '--ink');
  if (kinds.has('view')) add('view or constant: computes nothing', '--ground', '--line', 'dashed');
  if (kinds.has('changed')) add('changed by this pass', '--changed', '--changed');
  if (kinds.has('group')) add('group (+): select to open', '--ground', '--line');
}
