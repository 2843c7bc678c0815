// The data of the page, and what all parts of the script use. All files beside this one are parts of one script, in the order of ReportPage.swift.

async function unpack() {
  if (!self.DecompressionStream) throw new Error('this browser is too old for the page: it has no DecompressionStream');
  const bytes = Uint8Array.from(atob(document.getElementById('data').textContent), letter => letter.charCodeAt(0));
  return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text());
}

const data = await unpack();
const find = id => document.getElementById(id);

// Texts of equal kernels are stored once, with a mark where the name stands.
for (const kernel of data.kernels) {
  for (const part of kernel.texts) part.text = data.texts[part.text].replaceAll('\u0001', kernel.name);
}

// What a step that was timed gives for each kernel, in microseconds of all workers together.
const measured = data.timeline && (() => {
  const sums = new Map();
  for (const stretch of data.timeline.stretches) sums.set(stretch.kernel, (sums.get(stretch.kernel) || 0) + stretch.end - stretch.start);
  return sums;
})();
const kernelTime = kernel => measured ? measured.get(kernel.name) || 0 : kernel.microseconds;
const kernelTimes = data.kernels.reduce((sum, kernel) => sum + kernelTime(kernel), 0);
const kernelShare = kernel => kernelTimes > 0 ? kernelTime(kernel) / kernelTimes : 0;
// Kernels by their time, the costliest first.
const costliest = data.kernels.map((_, number) => number).sort((a, b) => kernelTime(data.kernels[b]) - kernelTime(data.kernels[a]) || a - b);

// The measured time of each node of the step: a kernel's time is divided by the operations that its nodes count.
const sourceTime = new Map();
if (measured) for (const kernel of data.kernels) {
  const sum = kernel.operations.reduce((sum, [, flop]) => sum + flop + 1, 0);
  for (const [source, flop] of kernel.operations) {
    sourceTime.set(source, (sourceTime.get(source) || 0) + kernelTime(kernel) * (flop + 1) / sum);
  }
}

// An element of the page with a text, at the end of another one.
function element(kind, text, parent, kinds) {
  const made = document.createElement(kind);
  if (text) made.textContent = text;
  if (kinds) made.className = kinds;
  parent.append(made);
  return made;
}

function shape(kind, attributes, parent, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', kind);
  for (const name in attributes) made.setAttribute(name, attributes[name]);
  if (text) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

// Three digits, a prefix and a unit.
function scaled(value, unit) {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  let step = 0;
  while (Math.abs(value) >= 999.5 && step < prefixes.length - 1) { value /= 1000; step += 1; }
  return (step === 0 && Number.isInteger(value) ? String(value) : value.toPrecision(3)) + ' ' + prefixes[step] + unit;
}
// Microseconds as a time that can be read.
const duration = time => time >= 999.5e3 ? (time / 1e6).toPrecision(3) + ' s' : time >= 999.5 ? (time / 1e3).toPrecision(3) + ' ms' : time.toPrecision(3) + ' us';
const counted = (count, name) => count + ' ' + name + (count === 1 ? '' : 's');
const percent = share => (100 * share).toFixed(share < 0.0995 ? 1 : 0) + ' %';
