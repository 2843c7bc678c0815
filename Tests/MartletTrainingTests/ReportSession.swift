/// What a user does in the report, as a script that is added to the page. It leaves what it saw in the title of the document: `name value` for each
/// observation, and the errors.
enum ReportSession {
  static let script = #"""
    <script>
    const seen = [], errors = [];
    addEventListener('error', event => errors.push(event.message));
    addEventListener('unhandledrejection', event => errors.push(String(event.reason)));
    const find = id => document.getElementById(id), all = (selector, root = document) => [...root.querySelectorAll(selector)];
    function press(target, key) { target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); }
    function click(target) { target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })); }
    const see = (name, value) => seen.push(name + ' ' + value);
    const items = () => all('#drawing .item');
    const isInside = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    function set(id, value, event = 'input') { find(id).value = value; find(id).dispatchEvent(new Event(event)); }

    function opening() {
      const window = find('drawing').getBoundingClientRect();
      see('fitted', items().every(item => isInside(item.getBoundingClientRect(), window)));
      // Of the font's size a letter box is about 1.2.
      const heights = all('#drawing .item text').map(text => text.getBoundingClientRect().height);
      see('smallest', Math.round(10 * Math.min(...heights)) / 10);
      see('boxes', items().length);
      see('overlaps', items().some((item, number) => items().slice(number + 1).some(other => {
        const a = item.querySelector('rect').getBoundingClientRect(), b = other.querySelector('rect').getBoundingClientRect();
        return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      })));
      see('costliest', all('#drawing .item.chosen').length === 1 && find('details').textContent.includes('FLOP'));
      see('key', all('#key span').length > 3);
      see('width', document.documentElement.scrollWidth <= innerWidth);
    }

    // A newcomer's questions: how many clicks or keys, and whether the answer can be seen.
    function questions() {
      const visible = element => element && element.getBoundingClientRect().height > 0;
      const home = () => press(document.body, '1');
      let count = 0;
      const act = (target, key) => { count += 1; if (key) press(target, key); else click(target); };
      home(); count = 0;
      act(document.querySelector('[data-view=kernels]'));
      see('slowest', count + ' ' + (visible(find('about')) && find('about').textContent.includes('number 1 of') && find('kernel').selectedIndex === 0));
      const line = find('about').textContent.match(/\.swift:\d+/);
      see('line', count + ' ' + (line !== null));
      act(find('inner'));
      const rows = all('#texts pre[data-title=assembly] .match'), frame = document.querySelector('#texts pre[data-title=assembly]').getBoundingClientRect();
      see('inner', count + ' ' + (rows.length > 0 && rows.some(row => isInside({ ...row.getBoundingClientRect().toJSON(), left: frame.left, right: frame.right }, frame))));
      home(); count = 0;
      act(document.querySelector('[data-aside=changes]'));
      see('fuse', count + ' ' + (find('details').textContent.startsWith('What fuse changed') && all('#details .added').length > 0 && all('#details .removed').length > 0));
      home(); count = 0;
      act(document.querySelector('[data-view=memory]'));
      see('peak', count + ' ' + /^The peak is in phase \d+: /.test(find('peak').textContent));
      home();
      click(document.querySelector('[data-aside=node]'));
    }

    function graph() {
      see('reachable', items().every(item => item.tabIndex === 0 && item.getAttribute('aria-label')));
      // A group opens and folds by keyboard.
      const group = items().find(item => item.getAttribute('aria-expanded') === 'false'), id = group.id, before = items().length;
      group.focus();
      press(group, 'Enter');
      const frame = document.getElementById(id);
      see('opens', items().length > before && frame.getAttribute('aria-expanded') === 'true' && document.activeElement === frame);
      press(frame, 'Enter');
      see('folds', items().length === before);
      click(find('open'));
      see('all', items().every(item => item.getAttribute('aria-expanded') !== 'false') && items().length > before);
      // Each box has a panel of its own, parameters and results too.
      const texts = new Set();
      for (const item of items().filter(item => !item.classList.contains('frame')).slice(0, 60)) {
        click(item.querySelector('text'));
        if (find('details').querySelector('h2')) texts.add(item.id);
      }
      see('panels', texts.size === Math.min(60, items().filter(item => !item.classList.contains('frame')).length));
      const parameter = document.querySelector('#drawing .parameter');
      click(parameter);
      see('parameter', find('details').textContent.includes('a parameter: trained') && find('details').textContent.includes('Read by'));
      see('views', all('#drawing .view').length > 0);
      // Keys move and scale; the minimap goes elsewhere.
      const box = () => find('drawing').getAttribute('viewBox'), first = box();
      press(document.body, '+'); press(document.body, '+');
      const scaled = box();
      press(document.body, 'ArrowLeft');
      see('moves', first !== scaled && scaled !== box());
      const map = find('minimap').getBoundingClientRect(), moved = box();
      find('minimap').setPointerCapture = () => {};
      find('minimap').dispatchEvent(new PointerEvent('pointerdown', { clientX: map.left + 10, clientY: map.top + 10, bubbles: true }));
      see('minimap', map.height > 50 && box() !== moved && find('window') !== null);
      press(document.body, '0');
      see('fit', find('minimap').hasAttribute('hidden'));
      click(find('fold'));
      see('folded', items().length === before);
    }

    function passes() {
      press(document.body, '1');
      const pass = find('pass'), last = Number(pass.max);
      // The chosen node stays chosen in every graph that has it.
      set('find', 'conv2d');
      if (find('matches').textContent === 'nothing') set('find', 'matmul');
      press(find('find'), 'Enter');
      const node = find('details').textContent.match(/%\d+ = \w+ of [\w.]+/);
      let kept = 0;
      const counts = new Set();
      for (let number = last; number >= 0; number--) {
        set('pass', number);
        counts.add(find('passName').textContent);
        if (find('details').textContent.includes(node[0])) kept += 1;
      }
      see('kept', kept === last + 1);
      see('passes', counts.size === last + 1 && find('passName').textContent.includes('after traced'));
      // A chosen group, too, is chosen again where it is there again.
      set('pass', last);
      const group = items().find(item => item.getAttribute('aria-expanded') === 'false').id;
      click(document.getElementById(group));
      click(document.getElementById(group));
      const named = find('details').querySelector('h2').textContent;
      for (let number = last; number >= 0; number--) set('pass', number);
      set('pass', last);
      see('group kept', find('details').querySelector('h2').textContent === named && document.getElementById(group).classList.contains('chosen'));
      history.replaceState(null, '', '#%');
      dispatchEvent(new Event('hashchange'));
      see('bad address', items().length > 0);
      set('pass', 0);
      press(document.body, ']');
      see('next', find('passName').textContent.startsWith('2 of'));
      set('pass', last);
      see('changed', all('#drawing .changed circle').length > 0);
      set('pass', 1);
      see('unchanged', all('#drawing .changed').length === 0);
      set('pass', last);
      press(document.body, 'd');
      see('difference', all('#details .added').length > 0);
      click(document.querySelector('[data-aside=text]'));
      see('text', find('details').textContent.includes('graph @'));
      click(document.querySelector('[data-aside=node]'));
      // An exact name of a layer comes before longer names that begin with it.
      see('exact', ['out', 'loss'].some(name => {
        set('find', name);
        press(find('find'), 'Enter');
        return find('details').querySelector('h2').textContent.startsWith(name + ': ') && find('matches').textContent.startsWith('1 of');
      }));
      see('faded', all('#drawing .faded').length > 0);
      // A layer that was fused with others is found where it is now.
      see('fused', ['conv1.1', 'blocks.0.network.2', '3.body.2'].some(name => { set('find', name); return find('matches').textContent !== 'nothing'; }));
      set('find', 'there is no such name');
      see('nothing', find('matches').textContent === 'nothing');
      set('find', '');
      for (const heat of ['microseconds', 'flop', 'bytes', ...(find('heat').querySelector('[value=time]').hidden ? [] : ['time'])]) {
        set('heat', heat, 'change');
        see('heat-' + heat, all('#drawing .hot').length > 3 && items().some(item => item.textContent.includes(' %')));
      }
      set('heat', '', 'change');
      press(document.body, '/');
      see('find', document.activeElement === find('find'));
      find('find').blur();
    }

    function kernels() {
      press(document.body, '2');
      const texts = () => all('#texts pre');
      see('texts', texts().length + ' ' + texts()[0].textContent.startsWith('kernel @'));
      see('colours', all('#texts .keyword').length > 10 && all('#texts .number').length > 10);
      texts()[0].focus();
      const lines = [...texts()[0].children], isEverywhere = number => texts().every(text => text.querySelector('[data-source="' + (number + 1) + '"]'));
      const multiplies = lines.findIndex((line, number) => /fma| [*] /.test(line.textContent) && isEverywhere(number));
      for (let number = 0; number <= multiplies; number++) press(texts()[0], 'ArrowDown');
      const matches = texts().map(text => text.querySelectorAll('.match').length);
      see('matches', multiplies > 0 && matches[0] === 1 && matches.every(count => count > 0));
      see('now', texts()[0].querySelector('.now') === lines[multiplies]);
      see('address', location.hash.endsWith('/' + (multiplies + 1)));
      const back = texts().slice(1).map(text => text.querySelector('.match')).find(Boolean);
      click(back);
      see('back', texts()[0].querySelector('.match') === lines[multiplies]);
      const width = texts()[0].getBoundingClientRect().width, grip = document.querySelector('#texts .grip');
      press(grip, 'ArrowRight');
      see('resized', texts()[0].getBoundingClientRect().width > width + 10);
      const hide = all('#columns button')[1];
      click(hide);
      see('hidden', texts()[1].getBoundingClientRect().height === 0 && hide.getAttribute('aria-pressed') === 'false');
      find('kernel').selectedIndex = 1;
      find('kernel').dispatchEvent(new Event('change'));
      see('stays', texts()[1].getBoundingClientRect().height === 0 && location.hash.startsWith('#kernels/'));
      click(all('#columns button')[1]);
      see('back again', texts()[1].getBoundingClientRect().height > 0);
    }

    function others() {
      for (const tab of all('[role=tab]:not([hidden])')) {
        tab.click();
        see(tab.dataset.view, find(tab.dataset.view).offsetHeight > 100 && location.hash.startsWith('#' + tab.dataset.view));
      }
      const value = find('plan').shadowRoot.querySelector('g[tabindex]');
      value.dispatchEvent(new PointerEvent('pointerenter'));
      see('value', find('value').textContent.includes(' bytes at '));
      press(document.body, '4');
      const link = document.querySelector('#scheduleText .link');
      click(link);
      see('schedule link', find('kernel').selectedOptions[0].textContent.endsWith('  ' + link.textContent.slice(1)) && find('kernels').offsetHeight > 0);
      if (!document.querySelector('[data-view=timeline]').hidden) {
        press(document.body, '5');
        see('lanes', all('#lanes rect').length >= all('#totals tr').length && all('#totals tr').length > 0);
        click(document.querySelector('#lanes rect'));
        see('bar', location.hash.startsWith('#kernels/'));
        press(document.body, '5');
        click(document.querySelector('#totals button'));
        see('linked', find('kernel').selectedOptions[0].textContent.endsWith('  ' + document.querySelector('#totals button').textContent));
      }
    }

    addEventListener('shown', () => {
      for (const part of [opening, questions, graph, passes, kernels, others]) {
        try { part(); } catch (error) { errors.push(part.name + ': ' + error.stack); }
      }
      document.title = 'SEEN ' + seen.join('; ') + '; ERRORS ' + errors.join('; ');
    });
    </script>
    """#
}
