import MartletCompiler
import MartletTraining
import MartletGraph

/// The page around the data of a report: markup, style and script. It loads nothing. The data are JSON, compressed and in base 64: most of it is
/// text that repeats itself.
enum ReportPage {
  static func html(title: String, data: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>\(title): Martlet</title>
    <style>
    \(style)
    \(GraphDrawing.style)
    </style>
    </head>
    <body>
    \(markup)
    <script type="application/gzip" id="data">\(data)</script>
    <script>
    \(script)
    </script>
    </body>
    </html>

    """
  }

  private static let style = """
    :root { color-scheme: light dark; --ground: #ffffff; --ink: #1a1a1a; --dim: #5a5a5a; --edge: #d0d0d0; --panel: #f6f7f9; --accent: #1f5fa8 }
    @media (prefers-color-scheme: dark) {
    :root { --ground: #16181d; --ink: #e6e6e6; --dim: #a8b0ba; --edge: #343942; --panel: #1e2128; --accent: #6cb2ff } }
    * { box-sizing: border-box }
    body { margin: 0; height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); font: 14px sans-serif }
    header { display: flex; gap: 12px; align-items: center; padding: 8px 14px; border-bottom: 1px solid var(--edge); flex-wrap: wrap }
    h1 { font-size: 16px; margin: 0 12px 0 0 }
    button, input, select { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--edge); border-radius: 5px; padding: 4px 10px }
    button[aria-selected=true] { border-color: var(--accent); color: var(--accent); font-weight: bold }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
    main { flex: 1; min-height: 0; display: flex }
    section { flex: 1; min-width: 0; display: none; flex-direction: column }
    section.shown { display: flex }
    .bar { display: flex; gap: 10px; align-items: center; padding: 6px 14px; border-bottom: 1px solid var(--edge); flex-wrap: wrap }
    .bar input[type=range] { flex: 1; min-width: 160px; padding: 0 }
    .split { flex: 1; min-height: 0; display: flex }
    #drawing { flex: 1; min-width: 0; height: 100%; touch-action: none; cursor: grab; font: 11px ui-monospace, Menlo, Consolas, monospace }
    #drawing g { cursor: pointer } #drawing g:focus { outline: none }
    #drawing g:focus .box, #drawing g.chosen .box { stroke: var(--accent); stroke-width: 4 } #drawing g.found .box { stroke: #d9480f; stroke-width: 4 }
    #drawing .edge.chosen { stroke: var(--accent); stroke-width: 2.5 }
    aside { width: 40%; max-width: 640px; overflow: auto; padding: 12px 14px; border-left: 1px solid var(--edge); background: var(--panel) }
    pre { margin: 0; font: 12px/1.45 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
    .texts { flex: 1; min-height: 0; display: grid; grid-auto-flow: column; grid-auto-columns: minmax(320px, 1fr); overflow-x: auto }
    .texts > div { display: flex; flex-direction: column; min-height: 0; border-right: 1px solid var(--edge) }
    .texts h2 { font-size: 13px; margin: 0; padding: 6px 10px; color: var(--dim); border-bottom: 1px solid var(--edge) }
    .texts pre { flex: 1; overflow: auto; padding: 8px 0; white-space: pre; overflow-wrap: normal; cursor: pointer }
    .texts pre div { border-left: 4px solid transparent; padding: 0 8px; min-height: 1.45em; width: max-content; min-width: 100% }
    .texts div.match { background: color-mix(in srgb, var(--accent) 28%, transparent) } .texts div.now { outline: 1px solid var(--accent); outline-offset: -1px }
    .texts div.word { background: #ffe08a; color: #1a1a1a }
    [hidden] { display: none }
    #lanes rect { stroke: var(--ground); stroke-width: 0.5 } #lanes text { fill: var(--ink); font: 12px sans-serif }
    table { border-collapse: collapse; margin-top: 12px } td, th { padding: 2px 12px; text-align: right; border-bottom: 1px solid var(--edge) }
    td:first-child, th:first-child { text-align: left } td button { text-align: left; border: none; background: none; padding: 2px 0; color: var(--accent) }
    .scroll { flex: 1; overflow: auto; padding: 12px 14px }
    .dim { color: var(--dim) }
    """

  private static let markup = """
    <header>
    <h1 id="title"></h1>
    <nav role="tablist" aria-label="Views">
    <button role="tab" data-view="graph" aria-selected="true">Graph</button>
    <button role="tab" data-view="kernels" aria-selected="false">Kernels</button>
    <button role="tab" data-view="memory" aria-selected="false">Memory</button>
    <button role="tab" data-view="schedule" aria-selected="false">Schedule</button>
    <button role="tab" data-view="timeline" aria-selected="false" hidden>Timeline</button>
    </nav>
    <span class="dim">Tab and Enter choose, + - 0 and the arrows move the drawing, / finds</span>
    </header>
    <main>
    <section id="graph" class="shown" role="tabpanel" aria-label="Graph">
    <div class="bar"><label for="pass">pass</label><input id="pass" type="range" min="0" value="0" aria-describedby="passName">
    <output id="passName"></output><label for="find">find</label><input id="find" type="search" size="16">
    <button id="asText">text</button></div>
    <div class="split"><svg id="drawing" role="group" aria-label="The graph"></svg><aside id="details" aria-live="polite"></aside></div>
    </section>
    <section id="kernels" role="tabpanel" aria-label="Kernels">
    <div class="bar"><label for="kernel">kernel</label><select id="kernel"></select><label for="mark">mark lines with</label>
    <input id="mark" type="search" size="16"><span class="dim">click a line, or reach it by the arrows</span></div>
    <div class="scroll" style="flex: none; max-height: 30%"><pre id="about"></pre></div>
    <div class="texts" id="texts"></div>
    </section>
    <section id="memory" role="tabpanel" aria-label="Memory"><div class="scroll"><div id="plan"></div><pre id="planText"></pre></div></section>
    <section id="schedule" role="tabpanel" aria-label="Schedule"><div class="scroll"><pre id="scheduleText"></pre></div></section>
    <section id="timeline" role="tabpanel" aria-label="Timeline"><div class="scroll"><p id="lanesNote" class="dim"></p>
    <svg id="lanes" width="100%" role="img" aria-label="Kernels by worker and time"></svg>
    <table><thead><tr><th>kernel</th><th>calls</th><th>microseconds</th><th>share</th></tr></thead><tbody id="totals"></tbody></table></div></section>
    </main>
    """

  private static let script = """
    'use strict';
    (async () => {
    async function unpack() {
      if (!self.DecompressionStream) throw new Error('this browser is too old for the page: it has no DecompressionStream');
      const bytes = Uint8Array.from(atob(document.getElementById('data').textContent), letter => letter.charCodeAt(0));
      return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text());
    }
    const data = await unpack();
    const find = id => document.getElementById(id);
    const drawing = find('drawing'), details = find('details'), pass = find('pass');
    let view = null, chosen = null, line = null;
    find('title').textContent = data.title + ', ' + data.isa;

    function show(name) {
      for (const tab of document.querySelectorAll('[role=tab]')) tab.setAttribute('aria-selected', String(tab.dataset.view === name));
      for (const section of document.querySelectorAll('section')) section.classList.toggle('shown', section.id === name);
      if (name === 'graph') fit();
      remember();
    }
    // The address says what is shown: a link leads to it.
    function remember() {
      const name = document.querySelector('[role=tab][aria-selected=true]').dataset.view;
      const parts = name === 'graph' ? ['graph', pass.value, chosen || ''] : name === 'kernels' ? ['kernels', data.kernels[find('kernel').value].name, line || ''] : [name];
      history.replaceState(null, '', '#' + parts.map(encodeURIComponent).join('/'));
    }
    function recall() {
      const parts = location.hash.slice(1).split('/').map(decodeURIComponent);
      if (!find(parts[0]) || find(parts[0]).tagName !== 'SECTION') return;
      if (parts[0] === 'kernels') {
        const number = data.kernels.findIndex(entry => entry.name === parts[1]);
        if (number >= 0) { find('kernel').value = number; kernel(); }
      } else if (parts[0] === 'graph' && data.graphs[parts[1]]) {
        pass.value = parts[1];
        draw();
      }
      show(parts[0]);
      // What is not shown has no place to scroll to.
      if (parts[0] === 'kernels' && parts[2]) match(Number(parts[2]));
      const box = parts[0] === 'graph' && parts[2] && drawing.querySelector('#' + CSS.escape(parts[2]));
      if (box) { box.focus(); choose(box); }
    }
    for (const tab of document.querySelectorAll('[role=tab]')) tab.onclick = () => show(tab.dataset.view);

    // The drawing: what is seen of it is a rectangle in its own units.
    function apply() { drawing.setAttribute('viewBox', [view.x, view.y, view.w, view.h].join(' ')); }
    function fit() {
      const graph = data.graphs[pass.value];
      view = { x: -20, y: -20, w: graph.width + 40, h: graph.height + 40 };
      // Large graphs begin at their first input, at a scale at which they can be read.
      const scale = Math.max(view.w / drawing.clientWidth, view.h / drawing.clientHeight), most = 1.2;
      if (scale > most) {
        view.w = drawing.clientWidth * most; view.h = drawing.clientHeight * most;
        const first = drawing.querySelector('g[id]');
        if (first) { const at = first.getBBox(); view.x = Math.max(at.x + at.width / 2 - view.w / 2, -20); view.y = Math.max(at.y - 60, -20); }
      }
      apply();
    }
    function zoom(factor, px = 0.5, py = 0.5) {
      view.x += view.w * px * (1 - factor); view.y += view.h * py * (1 - factor); view.w *= factor; view.h *= factor;
      apply();
    }
    drawing.addEventListener('wheel', event => {
      event.preventDefault();
      const box = drawing.getBoundingClientRect();
      zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    }, { passive: false });
    let held = null;
    drawing.addEventListener('pointerdown', event => { held = { x: event.clientX, y: event.clientY, moved: false }; });
    addEventListener('pointermove', event => {
      if (!held) return;
      const scale = Math.max(view.w / drawing.clientWidth, view.h / drawing.clientHeight);
      const dx = event.clientX - held.x, dy = event.clientY - held.y;
      if (Math.abs(dx) + Math.abs(dy) > 3) held.moved = true;
      view.x -= dx * scale; view.y -= dy * scale;
      held.x = event.clientX; held.y = event.clientY;
      apply();
    });
    addEventListener('pointerup', () => { setTimeout(() => { held = null; }, 0); });
    drawing.addEventListener('click', event => {
      const box = event.target.closest('g[id]');
      if (box && !(held && held.moved)) choose(box);
    });
    drawing.addEventListener('focusin', event => {
      const box = event.target.closest('g[id]');
      if (!box) return;
      const at = box.getBBox();
      const inside = at.x > view.x && at.y > view.y && at.x + at.width < view.x + view.w && at.y + at.height < view.y + view.h;
      if (!inside) { view.x = at.x + at.width / 2 - view.w / 2; view.y = at.y + at.height / 2 - view.h / 2; apply(); }
    });

    function draw() {
      const graph = data.graphs[pass.value];
      drawing.innerHTML = graph.svg;
      find('passName').textContent = (Number(pass.value) + 1) + ' of ' + data.graphs.length + ': after ' + graph.pass + ' (' + graph.note + ')';
      for (const box of drawing.querySelectorAll('g[id]')) {
        box.setAttribute('tabindex', '0');
        box.setAttribute('role', 'button');
        box.setAttribute('aria-label', [...box.querySelectorAll('text')].map(line => line.textContent).join(', '));
      }
      chosen = null;
      if (view) fit();
      mark();
      describe(null);
    }
    function choose(box) {
      for (const other of drawing.querySelectorAll('.chosen')) other.classList.remove('chosen');
      box.classList.add('chosen');
      chosen = box.id;
      remember();
      for (const line of drawing.querySelectorAll('.edge')) {
        if (line.dataset.from === box.id || line.dataset.to === box.id) line.classList.add('chosen');
      }
      describe(box);
    }
    function element(kind, text, parent) {
      const made = document.createElement(kind);
      made.textContent = text;
      parent.append(made);
      return made;
    }
    function describe(box) {
      details.replaceChildren();
      const graph = data.graphs[pass.value];
      if (!box) {
        element('p', 'Choose a node to see where it came from, what each pass did to it and which kernels compute it.', details).className = 'dim';
        return;
      }
      const sources = graph.sources[box.id] || [];
      element('h2', [...box.querySelectorAll('text')].map(line => line.textContent).join(' '), details);
      const kernels = new Set(sources.flatMap(source => (data.nodes[source] || { kernels: [] }).kernels));
      for (const number of kernels) {
        element('button', data.kernels[number].name, details).onclick = () => { find('kernel').value = number; kernel(); show('kernels'); };
      }
      for (const source of sources) if (data.nodes[source]) element('pre', '\\n' + data.nodes[source].text, details);
    }
    function mark() {
      const word = find('find').value.toLowerCase();
      let first = null;
      for (const box of drawing.querySelectorAll('g[id]')) {
        const hit = word !== '' && box.getAttribute('aria-label').toLowerCase().includes(word);
        box.classList.toggle('found', hit);
        if (hit && !first) first = box;
      }
      return first;
    }
    find('find').oninput = mark;
    find('find').onkeydown = event => { if (event.key === 'Enter') { const first = mark(); if (first) { first.focus(); choose(first); } } };
    find('asText').onclick = () => { details.replaceChildren(); element('pre', data.graphs[pass.value].text, details); };
    pass.max = data.graphs.length - 1;
    pass.value = data.graphs.length - 1;
    pass.oninput = () => { draw(); remember(); };

    addEventListener('keydown', event => {
      const typing = /^(INPUT|SELECT)$/.test(event.target.tagName);
      if (event.key === '/' && !typing) { event.preventDefault(); show('graph'); find('find').focus(); return; }
      if (typing || !find('graph').classList.contains('shown')) return;
      const box = event.target.closest && event.target.closest('g[id]');
      const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
      if (box && (event.key === 'Enter' || event.key === ' ')) { event.preventDefault(); choose(box); }
      else if (event.key === '+') zoom(1 / 1.25);
      else if (event.key === '-') zoom(1.25);
      else if (event.key === '0') fit();
      else if (moves[event.key]) {
        event.preventDefault();
        view.x += view.w * moves[event.key][0]; view.y += view.h * moves[event.key][1];
        apply();
      }
    });

    // Kernels.
    data.kernels.forEach((entry, number) => { element('option', entry.name, find('kernel')).value = number; });
    function kernel() {
      const entry = data.kernels[find('kernel').value];
      line = null;
      find('about').textContent = entry.about;
      find('texts').replaceChildren();
      for (const part of entry.texts) {
        const column = element('div', '', find('texts'));
        element('h2', part.title, column);
        const text = element('pre', '', column);
        text.tabIndex = 0;
        text.setAttribute('aria-label', part.title);
        part.text.replace(/\\n$/, '').split('\\n').forEach((content, number) => {
          const made = element('div', content, text), source = part.lines ? part.lines[number] : number + 1;
          // Lines of one source have one colour everywhere.
          if (source) { made.dataset.source = source; made.style.borderLeftColor = 'hsl(' + source * 47 % 360 + ' 55% 55%)'; }
        });
        text.onclick = event => { const at = event.target.closest('pre div'); if (at) reach(at); };
        text.onkeydown = event => {
          const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
          if (!step) return;
          event.preventDefault();
          const now = text.querySelector('.now');
          const next = now ? now[step] : text.firstElementChild;
          if (next) { reach(next); next.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
        };
      }
      marked();
    }
    // The line at hand, and what it became in the other texts.
    function reach(at) {
      match(Number(at.dataset.source) || null, at.parentElement);
      at.classList.add('now');
      at.setAttribute('aria-current', 'true');
    }
    function match(source, own) {
      line = source;
      for (const old of document.querySelectorAll('#texts .match, #texts .now')) { old.classList.remove('match', 'now'); old.removeAttribute('aria-current'); }
      if (source) for (const text of document.querySelectorAll('#texts pre')) {
        const same = text.querySelectorAll('[data-source="' + source + '"]');
        for (const found of same) found.classList.add('match');
        // Where nothing is left of the line, what became of the next one is near.
        const near = same[0] || [...text.children].filter(part => part.dataset.source > source).sort((a, b) => a.dataset.source - b.dataset.source)[0];
        if (near && text !== own) text.scrollTop = near.offsetTop - text.offsetTop - text.clientHeight / 3;
      }
      remember();
    }
    function marked() {
      const word = find('mark').value;
      for (const part of document.querySelectorAll('#texts pre div')) part.classList.toggle('word', word !== '' && part.textContent.includes(word));
    }
    find('kernel').onchange = () => { kernel(); remember(); };
    find('mark').oninput = marked;

    // The plan keeps its own style to itself.
    find('plan').attachShadow({ mode: 'open' }).innerHTML = data.plan;
    find('planText').textContent = data.planText;
    find('scheduleText').textContent = data.schedule;

    // The timeline of a step, if one was recorded.
    function timeline() {
      const { workers, stretches } = data.timeline;
      document.querySelector('[data-view=timeline]').hidden = false;
      const end = Math.max(...stretches.map(stretch => stretch.end), 1), width = 1300, lane = 46, left = 70;
      const x = time => left + time / end * (width - left - 10);
      const hue = name => [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
      const lanes = find('lanes'), height = workers * lane + 30;
      lanes.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
      const add = (kind, attributes, text, parent) => {
        const made = document.createElementNS('http://www.w3.org/2000/svg', kind);
        for (const key in attributes) made.setAttribute(key, attributes[key]);
        if (text) made.textContent = text;
        parent.append(made);
        return made;
      };
      for (let worker = 0; worker < workers; worker++) add('text', { x: 4, y: worker * lane + 26 }, 'worker ' + worker, lanes);
      const totals = new Map();
      for (const stretch of stretches) {
        const took = stretch.end - stretch.start;
        const box = add('rect', {
          x: x(stretch.start), y: stretch.worker * lane + 4, width: Math.max(x(stretch.end) - x(stretch.start), 0.4), height: lane - 10,
          fill: 'hsl(' + hue(stretch.kernel) + ' 55% 58%)'
        }, '', lanes);
        add('title', {}, stretch.kernel + ': ' + took.toFixed(1) + ' us', box);
        const total = totals.get(stretch.kernel) || { calls: 0, sum: 0 };
        totals.set(stretch.kernel, { calls: total.calls + 1, sum: total.sum + took });
      }
      for (let part = 0; part <= 10; part++) {
        add('text', { x: x(end * part / 10), y: height - 6, 'text-anchor': 'middle' }, (end * part / 10).toFixed(0), lanes);
      }
      const all = [...totals.values()].reduce((sum, total) => sum + total.sum, 0);
      find('lanesNote').textContent = 'One step on random numbers: ' + end.toFixed(0) + ' us, ' + (100 * all / end / workers).toFixed(0) + ' % of the workers\\' time in kernels.';
      for (const [name, total] of [...totals].sort((a, b) => b[1].sum - a[1].sum)) {
        const row = element('tr', '', find('totals'));
        element('button', name, element('td', '', row)).onclick = () => {
          const number = data.kernels.findIndex(entry => entry.name === name);
          if (number >= 0) { find('kernel').value = number; kernel(); show('kernels'); }
        };
        for (const text of [total.calls, total.sum.toFixed(1), (100 * total.sum / all).toFixed(1) + ' %']) element('td', String(text), row);
      }
    }
    if (data.timeline) timeline();
    draw();
    fit();
    kernel();
    recall();
    addEventListener('hashchange', recall);
    dispatchEvent(new Event('shown'));
    })().catch(error => { document.getElementById('title').textContent = String(error.message); throw error; });
    """
}
