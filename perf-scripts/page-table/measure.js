// Looks at the page's table while it rests, is scrolled, filtered and sorted: see page-table.sh.
'use strict';
const [, , driver, port, streams, seconds] = process.argv;
const { chromium } = require(driver);

function row(name, values) {
  values.sort((a, b) => a - b);
  const at = share => values.length ? values[Math.min(values.length - 1, Math.floor(share * values.length))].toFixed(1) : '-';
  console.log(`${name.padEnd(34)} n ${String(values.length).padStart(5)}   p50 ${at(0.5).padStart(6)}   p95 ${at(0.95).padStart(6)}   max ${at(1).padStart(6)}`);
}

// Between two frames, while something is done in each of them.
const frames = (page, work, millis) => page.evaluate(([text, millis]) => new Promise(done => {
  const work = new Function('at', text), gaps = [];
  const begun = performance.now();
  let last = begun;
  const next = () => requestAnimationFrame(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    work((now - begun) / millis);
    if (now - begun < millis) next(); else done(gaps.slice(1));
  });
  next();
}), [work, millis]);

(async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction(count => document.getElementById('count')?.textContent === count, streams);
  const millis = 1000 * Number(seconds);
  const inspector = await page.context().newCDPSession(page);
  await inspector.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => Object.fromEntries((await inspector.send('Performance.getMetrics')).metrics.map(one => [one.name, one.value]));
  console.log(`${streams} streams, milliseconds`);
  const watched = async (name, work) => {
    const before = await spent();
    const gaps = await frames(page, work, millis);
    const after = await spent();
    const of = what => (1000 * (after[what] - before[what]) / gaps.length).toFixed(2);
    row(name, gaps);
    console.log(`    of the page's thread, for a frame: scripts ${of('ScriptDuration')}, style ${of('RecalcStyleDuration')}, layout ${of('LayoutDuration')}, all ${of('TaskDuration')}`);
  };
  await watched('frames, at rest', '');
  await watched('frames, scrolling', 'scrollTo(0, (1 - Math.abs(1 - 2 * at)) * document.body.scrollHeight)');

  // By the clock around the event: what is drawn stands in the document when it returns.
  const timed = (name, text) => page.evaluate(([text]) => {
    const work = new Function('i', text), took = [];
    for (let i = 0; i < 40; i++) { const begun = performance.now(); work(i); document.body.getBoundingClientRect(); took.push(performance.now() - begun); }
    return took;
  }, [text]).then(took => row(name, took));
  await timed('redraw: a letter in the filter', "const box = document.querySelector('input[type=search]'); box.value = i % 2 ? '' : 'camera-0'; box.dispatchEvent(new Event('input'));");
  await timed('redraw: a click on a heading', "document.querySelectorAll('thead button')[i % 7].click();");
  await browser.close();
})().catch(error => { console.error(error); process.exit(1); });
