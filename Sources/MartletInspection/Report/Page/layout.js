// Places boxes on layers so that edges lead downwards and cross little.
//
// Source: K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system structures", 1981: layers, the order within a layer by
// the mean position of neighbours, then positions. Long edges bend through a place of their own on each layer.

const sweeps = 10, horizontalGap = 20, verticalGap = 34;

// `sizes`: [{ w, h }], `edges`: [[from, to]] with from < to. The result has centres, the bends of each edge, and the size of all.
function layered(sizes, edges) {
  const count = sizes.length, layers = new Array(count).fill(0), below = sizes.map(() => []), entering = new Array(count).fill(0);
  for (const [from, to] of edges) { below[from].push(to); entering[to] += 1; }
  for (let vertex = 0; vertex < count; vertex++) for (const next of below[vertex]) layers[next] = Math.max(layers[next], layers[vertex] + 1);
  // What reads nothing stands right above its first reader.
  for (let vertex = 0; vertex < count; vertex++) {
    if (entering[vertex] === 0 && below[vertex].length) layers[vertex] = Math.max(Math.min(...below[vertex].map(next => layers[next])) - 1, 0);
  }
  const place = layers.slice(), widths = sizes.map(size => size.w), up = sizes.map(() => []), down = sizes.map(() => []), chains = [];
  const link = (a, b) => { down[a].push(b); up[b].push(a); };
  for (const [from, to] of edges) {
    const chain = [];
    let last = from;
    for (let layer = layers[from] + 1; layer < layers[to]; layer++) {
      const bend = place.length;
      place.push(layer); widths.push(4); up.push([]); down.push([]);
      link(last, bend); chain.push(bend); last = bend;
    }
    link(last, to);
    chains.push(chain);
  }
  const order = [];
  place.forEach((layer, vertex) => { (order[layer] = order[layer] || []).push(vertex); });
  sorted(order, up, down);
  const xs = positions(order, widths, up, down);
  const ys = [];
  let height = 0;
  for (const row of order) {
    const tallest = Math.max(0, ...row.filter(vertex => vertex < count).map(vertex => sizes[vertex].h));
    ys.push(height + tallest / 2);
    height += tallest + verticalGap;
  }
  const left = Math.min(...xs.map((x, vertex) => x - widths[vertex] / 2));
  const point = vertex => ({ x: xs[vertex] - left, y: ys[place[vertex]] });
  return {
    centres: sizes.map((_, vertex) => point(vertex)), bends: chains.map(chain => chain.map(point)),
    width: Math.max(...xs.map((x, vertex) => x + widths[vertex] / 2)) - left, height: Math.max(height - verticalGap, 0),
  };
}

// Boxes without edges: in lines of about equal length, near a square.
function grid(sizes) {
  const count = Math.ceil(Math.sqrt(sizes.length)), centres = [];
  let width = 0, y = 0;
  for (let first = 0; first < sizes.length; first += count) {
    const line = sizes.slice(first, first + count), height = Math.max(...line.map(size => size.h));
    let x = 0;
    for (const size of line) { centres.push({ x: x + size.w / 2, y: y + height / 2 }); x += size.w + horizontalGap; }
    width = Math.max(width, x - horizontalGap);
    y += height + horizontalGap;
  }
  return { centres, bends: [], width, height: y - horizontalGap };
}

const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;

// Sorts each layer by the mean place of the neighbours above, then below; keeps the order with the fewest crossings.
function sorted(order, up, down) {
  const at = [];
  const number = row => row.forEach((vertex, position) => { at[vertex] = position; });
  order.forEach(number);
  const crossings = () => order.reduce((sum, row) => {
    // Inversions of the lower ends, in the order of the upper ones.
    const ends = row.flatMap(vertex => down[vertex].map(next => at[next]).sort((a, b) => a - b)), seen = [];
    for (const end of ends) {
      let low = 0, high = seen.length;
      while (low < high) { const middle = (low + high) >> 1; if (seen[middle] <= end) low = middle + 1; else high = middle; }
      sum += seen.length - low;
      seen.splice(low, 0, end);
    }
    return sum;
  }, 0);
  let best = order.map(row => row.slice()), fewest = crossings();
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const isDown = sweep % 2 === 0, near = isDown ? up : down;
    for (const row of isDown ? order : order.slice().reverse()) {
      const keys = new Map(row.map(vertex => [vertex, near[vertex].length ? mean(near[vertex].map(other => at[other])) : at[vertex]]));
      row.sort((a, b) => keys.get(a) - keys.get(b) || at[a] - at[b]);
      number(row);
    }
    const now = crossings();
    if (now < fewest) { fewest = now; best = order.map(row => row.slice()); }
  }
  best.forEach((row, layer) => { order[layer] = row; });
}

// Pulls each vertex to the mean of its neighbours as far as its own on the layer allow.
function positions(order, widths, up, down) {
  const xs = [];
  const gap = (a, b) => (widths[a] + widths[b]) / 2 + horizontalGap;
  for (const row of order) row.forEach((vertex, position) => { xs[vertex] = position === 0 ? 0 : xs[row[position - 1]] + gap(row[position - 1], vertex); });
  for (let sweep = 0; sweep < 2 * sweeps; sweep++) {
    const near = sweep % 2 === 0 ? up : down;
    for (const row of sweep % 2 === 0 ? order : order.slice().reverse()) {
      nearest(row, row.map(vertex => near[vertex].length ? mean(near[vertex].map(other => xs[other])) : xs[vertex]), gap, xs);
    }
  }
  return xs;
}

// The places in order that are nearest to the wanted ones in the sense of least squares: neighbours that are too close become one block, which goes to the
// mean of what its members want (pool adjacent violators).
function nearest(row, wanted, gap, xs) {
  const packed = [0], blocks = [];
  for (let position = 1; position < row.length; position++) packed.push(packed[position - 1] + gap(row[position - 1], row[position]));
  row.forEach((_, position) => {
    blocks.push({ start: position, count: 1, mean: wanted[position] - packed[position] });
    while (blocks.length > 1 && blocks[blocks.length - 2].mean > blocks[blocks.length - 1].mean) {
      const last = blocks.pop(), before = blocks.pop(), count = before.count + last.count;
      blocks.push({ start: before.start, count, mean: (before.mean * before.count + last.mean * last.count) / count });
    }
  });
  for (const block of blocks) {
    for (let position = block.start; position < block.start + block.count; position++) xs[row[position]] = block.mean + packed[position];
  }
}
