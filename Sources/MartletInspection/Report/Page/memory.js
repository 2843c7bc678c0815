// The memory plan and the schedule. The style of the plan is in a shadow root, so that it does not touch the page.

find('peak').textContent = data.peak || 'No value is kept from one phase to another.';
const plan = find('plan').attachShadow({ mode: 'open' });
plan.innerHTML = '<style>g:focus { outline: none } g:hover .value, g:focus .value { stroke: #d9480f; stroke-width: 2 }</style>' + data.plan;
for (const value of plan.querySelectorAll('g')) {
  const title = value.querySelector('title');
  if (!title) continue;
  const text = title.textContent;
  value.setAttribute('tabindex', '0');
  value.setAttribute('role', 'img');
  value.setAttribute('aria-label', text);
  value.onpointerenter = value.onfocus = () => { find('value').textContent = text; };
}
find('planText').textContent = data.planText;

// The names of kernels in the schedule lead to them.
const kernelNumbers = new Map(data.kernels.map((kernel, number) => [kernel.name, number]));
{
  const place = find('scheduleText');
  for (const text of data.schedule.split('\n')) {
    let at = 0;
    for (const found of text.matchAll(/@([\w.]+)/g)) {
      if (!kernelNumbers.has(found[1])) continue;
      place.append(text.slice(at, found.index));
      element('button', found[0], place, 'link').onclick = () => openKernel(kernelNumbers.get(found[1]));
      at = found.index + found[0].length;
    }
    place.append(text.slice(at) + '\n');
  }
}
