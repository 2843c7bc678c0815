// What is seen of the drawing: a rectangle in its own units; moved by pointer, wheel and keys, and in the minimap.

let view = { x: 0, y: 0, w: 1, h: 1 };
// A letter is at most so much larger than its size in the style.
const largest = 1.35;

function apply() {
  drawing.setAttribute('viewBox', [view.x, view.y, view.w, view.h].join(' '));
  const box = find('window');
  if (box) for (const [name, value] of [['x', view.x], ['y', view.y], ['width', view.w], ['height', view.h]]) box.setAttribute(name, value);
  // Where all is in sight there is nothing to go to. (SVG elements have no property `hidden`.)
  const isWhole = view.x <= extent.x && view.y <= extent.y && view.x + view.w >= extent.x + extent.w && view.y + view.h >= extent.y + extent.h;
  find('minimap').toggleAttribute('hidden', isWhole);
}
const canvas = () => ({ w: drawing.clientWidth || 800, h: drawing.clientHeight || 600 });

// All of the drawing, in the middle of the window.
function fit() {
  const { w, h } = canvas(), margin = 14;
  const scale = Math.min((w - 2 * margin) / extent.w, (h - 2 * margin) / extent.h, largest);
  view = { w: w / scale, h: h / scale };
  view.x = extent.x + extent.w / 2 - view.w / 2;
  view.y = extent.y + extent.h / 2 - view.h / 2;
  apply();
}
// The same; where the letters would be too small, the chosen item or the beginning at a scale that can be read: the minimap shows the rest.
function fitReadably() {
  fit();
  const { w, h } = canvas(), scale = 0.9;
  if (w / view.w >= 0.5) return;
  const item = itemOf(chosen) || { x: extent.x + extent.w / 2, y: extent.y, w: 0, h: h / scale };
  view = { w: w / scale, h: h / scale };
  view.x = item.x + item.w / 2 - view.w / 2;
  view.y = item.y + item.h / 2 - view.h / 2;
  apply();
}
function zoom(factor, px = 0.5, py = 0.5) {
  view.x += view.w * px * (1 - factor); view.y += view.h * py * (1 - factor); view.w *= factor; view.h *= factor;
  apply();
}
function move(dx, dy) { view.x += view.w * dx; view.y += view.h * dy; apply(); }

// Moves the drawing so that an item is in sight.
function reveal(item) {
  const isInside = item.x >= view.x && item.y >= view.y && item.x + item.w <= view.x + view.w && item.y + item.h <= view.y + view.h;
  if (isInside) return;
  view.x = item.x + item.w / 2 - view.w / 2;
  view.y = item.h > view.h ? item.y - 20 : item.y + item.h / 2 - view.h / 2;
  apply();
}

function drawMinimap() {
  const map = find('minimap'), margin = 0.04 * Math.max(extent.w, extent.h);
  map.replaceChildren();
  map.setAttribute('viewBox', [extent.x - margin, extent.y - margin, extent.w + 2 * margin, extent.h + 2 * margin].join(' '));
  for (const item of items.values()) {
    shape('rect', { class: parts[item.unit.part] + (item.isFrame ? ' framed' : ''), x: item.x, y: item.y, width: item.w, height: item.h }, map);
  }
  shape('rect', { id: 'window', class: 'window' }, map);
  apply();
}

drawing.addEventListener('wheel', event => {
  event.preventDefault();
  const box = drawing.getBoundingClientRect();
  zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}, { passive: false });

let held = null;
drawing.addEventListener('pointerdown', event => { if (event.button === 0) held = { x: event.clientX, y: event.clientY, hasMoved: false }; });
addEventListener('pointermove', event => {
  if (held && !event.buttons) held = null;
  if (!held) return;
  const scale = view.w / canvas().w, dx = event.clientX - held.x, dy = event.clientY - held.y;
  if (Math.abs(dx) + Math.abs(dy) > 3) held.hasMoved = true;
  if (!held.hasMoved) return;
  view.x -= dx * scale; view.y -= dy * scale;
  held.x = event.clientX; held.y = event.clientY;
  apply();
});
addEventListener('pointerup', () => { setTimeout(() => { held = null; }, 0); });

function centre(event) {
  const map = find('minimap'), point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  view.x = point.x - view.w / 2; view.y = point.y - view.h / 2;
  apply();
}
find('minimap').addEventListener('pointerdown', event => { find('minimap').setPointerCapture(event.pointerId); centre(event); });
find('minimap').addEventListener('pointermove', event => { if (event.buttons) centre(event); });

// Grips between columns: dragged, or moved by the arrow keys.
function makeGrip(grip, resizedNow, isBefore) {
  let resized;
  const resize = width => {
    resized.style.flex = 'none';
    resized.style.width = Math.max(width, 120) + 'px';
    grip.setAttribute('aria-valuenow', String(Math.round(Math.max(width, 120))));
  };
  grip.setAttribute('aria-valuenow', '0');
  let start = null;
  grip.addEventListener('pointerdown', event => {
    resized = resizedNow();
    if (resized) start = { x: event.clientX, w: resized.getBoundingClientRect().width };
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener('pointermove', event => { if (start) resize(start.w + (event.clientX - start.x) * (isBefore ? 1 : -1)); });
  grip.addEventListener('pointerup', () => { start = null; });
  grip.addEventListener('keydown', event => {
    const step = { ArrowLeft: -24, ArrowRight: 24 }[event.key];
    resized = resizedNow();
    if (!step || !resized) return;
    event.preventDefault(); event.stopPropagation();
    resize(resized.getBoundingClientRect().width + step * (isBefore ? 1 : -1));
  });
}
makeGrip(document.querySelector('[data-resizes]'), () => find('details'), false);
