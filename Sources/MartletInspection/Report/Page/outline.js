// The boxes of a graph by part of the step, row and layer: what is folded into one box.
//
// A row is a layer of the model, or several of them where the model has many; each part of the step (forward, backward, update) has a column. A unit of the
// outline is a box (`box`) or a group of units (`units`).

const parts = ['forward', 'backward', 'update'];
// So many rows can be read at once. The layers of a block have rows of their own while they are no more; of a model with more layers neighbours share a row.
const mostRows = 12, fewNodes = 3;

const prefix = (path, depth) => path.split('.').slice(0, depth).join('.');
const isInside = (path, group) => path === group || path.startsWith(group + '.');
const unique = values => [...new Set(values)];

// The rows for all passes, from the graph with the fewest boxes: the rows stay where they are when another pass is chosen.
const rows = (() => {
  const paths = data.graphs[data.graphs.length - 1].graph.boxes.filter(box => box.id[0] === 'n' && box.part < 2 && box.group !== '').map(box => box.group);
  const keys = depth => unique(paths.map(path => prefix(path, depth)));
  let depth = 1;
  while (true) {
    const deeper = keys(depth + 1);
    // A layer beside its own parts would be read after and before them; single operations are no rows.
    const isMixed = deeper.some(key => deeper.some(other => other !== key && isInside(other, key)));
    const isSmall = deeper.some(key => !keys(depth).includes(key) && paths.filter(path => isInside(path, key)).length < fewNodes);
    if (deeper.length > mostRows || isMixed || isSmall || deeper.length === keys(depth).length) break;
    depth += 1;
  }
  const found = keys(depth);
  if (found.length <= mostRows) return found.map(key => ({ name: key, keys: [key] }));
  const size = Math.ceil(found.length / mostRows), made = [];
  for (let first = 0; first < found.length; first += size) {
    const own = found.slice(first, first + size);
    made.push({ name: own.length === 1 ? own[0] : own[0] + ' … ' + own[own.length - 1], keys: own });
  }
  return made;
})();
// Nodes of no layer, as the count of the steps.
const otherRow = { name: rows.length ? 'all layers' : 'graph', keys: [] };

function rowOf(path) {
  if (path === '') return otherRow;
  return rows.find(row => row.keys.some(key => isInside(path, key))) || rows.find(row => row.keys.some(key => isInside(key, path))) || otherRow;
}

// The outline of a graph: a list of rows, each with a unit or null for each part.
function outline(graph) {
  const table = new Map([...rows, otherRow].map(row => [row, parts.map(() => [])]));
  graph.boxes.forEach((box, number) => { table.get(rowOf(box.group))[box.part].push(number); });
  return [...table].filter(([, cells]) => cells.some(cell => cell.length)).map(([row, cells]) => ({
    row, cells: cells.map((own, part) => {
      if (own.length === 0) return null;
      // The row's name stays, however few of its layers this part of the step has.
      return { ...group(graph, own, row.keys.length === 1 ? row.keys[0] : '', part, row.name, row.name), name: row.name };
    }),
  }));
}

// A group of boxes of a layer: those of its parts are groups again.
function group(graph, own, path, part, name, id) {
  const units = [], groups = new Map();
  for (const number of own) {
    const box = graph.boxes[number];
    const rest = path === '' ? box.group : isInside(box.group, path) ? box.group.slice(path.length + 1) : '';
    const next = rest.split('.')[0];
    // A parameter belongs to the group that its last component is a name in.
    const isLeaf = next === '' || box.id[0] === 'p' && !rest.includes('.');
    if (isLeaf) { units.push({ box: number }); continue; }
    const inner = path === '' ? next : path + '.' + next;
    if (!groups.has(inner)) { const made = { path: inner, name: next, own: [] }; groups.set(inner, made); units.push(made); }
    groups.get(inner).own.push(number);
  }
  const made = units.map(unit => unit.own ? group(graph, unit.own, unit.path, part, unit.name, unit.path) : { box: unit.box, id: graph.boxes[unit.box].id, own: [unit.box], part });
  // In the order of their nodes: a parameter stands before all nodes, and would bring its group to the front.
  const first = unit => unit.own.find(number => graph.boxes[number].id[0] === 'n') ?? unit.own[0];
  made.sort((a, b) => first(a) - first(b));
  // A group of one box or one group is that one.
  if (made.length === 1) return made[0].units ? { ...made[0], name: name === made[0].path ? name : name + '.' + made[0].name } : { ...made[0], name };
  return { id: part + '/' + id, name, path, part, own, units: made };
}
