// The timeline of a step, if one was recorded.

if (data.timeline) {
  const { workers, stretches } = data.timeline;
  document.querySelector('[data-view=timeline]').hidden = false;
  const end = Math.max(...stretches.map(stretch => stretch.end), 1), width = 1300, lane = 46, left = 70;
  const x = time => left + time / end * (width - left - 10);
  const hue = name => [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const lanes = find('lanes'), height = workers * lane + 30;
  lanes.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
  for (let worker = 0; worker < workers; worker++) shape('text', { x: 4, y: worker * lane + 26 }, lanes, 'worker ' + worker);
  const totals = new Map();
  for (const stretch of stretches) {
    const took = stretch.end - stretch.start;
    const box = shape('rect', {
      x: x(stretch.start), y: stretch.worker * lane + 4, width: Math.max(x(stretch.end) - x(stretch.start), 0.4), height: lane - 10,
      fill: 'hsl(' + hue(stretch.kernel) + ' 55% 58%)',
    }, lanes);
    shape('title', {}, box, stretch.kernel + ': ' + took.toFixed(1) + ' us');
    if (kernelNumbers.has(stretch.kernel)) box.onclick = () => openKernel(kernelNumbers.get(stretch.kernel));
    const total = totals.get(stretch.kernel) || { calls: 0, sum: 0 };
    totals.set(stretch.kernel, { calls: total.calls + 1, sum: total.sum + took });
  }
  for (let part = 0; part <= 10; part++) shape('text', { x: x(end * part / 10), y: height - 6, 'text-anchor': 'middle' }, lanes, (end * part / 10).toFixed(0));
  const all = [...totals.values()].reduce((sum, total) => sum + total.sum, 0);
  find('lanesNote').textContent = 'One step on random numbers: ' + end.toFixed(0) + ' us, ' + (100 * all / end / workers).toFixed(0) + ' % of the workers\' time in kernels.';
  for (const [name, total] of [...totals].sort((a, b) => b[1].sum - a[1].sum)) {
    const row = element('tr', '', find('totals'));
    element('button', name, element('td', '', row), 'link').onclick = () => { if (kernelNumbers.has(name)) openKernel(kernelNumbers.get(name)); };
    for (const text of [total.calls, total.sum.toFixed(1), (100 * total.sum / all).toFixed(1) + ' %']) element('td', String(text), row);
  }
}
