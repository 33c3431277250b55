// Clicks on the live picture so many times, and takes down when it is there and how far it is behind: see live-picture.sh.
'use strict';
const [, , driver, port, clicks] = process.argv;
const { chromium } = require(driver);

// Runs in the page, before its scripts: the camera's stamp of each picture (SimulatorSei.cs), by its time stamp; with MSE by its place on the video element's clock, which is the sum of what was fed before it.
function watch() {
  const identifier = [...'FastRtspProxySim1'].map(c => c.charCodeAt(0));
  const sent = new Map();
  globalThis.behind = [];
  function stampOf(bytes) {
    for (let at = 0; at + 44 < Math.min(bytes.length, 4096); at++) {
      if (bytes[at] !== identifier[0] || !identifier.every((value, i) => bytes[at + i] === value)) continue;
      let micros = 0;
      for (let i = 27; i < 37; i++) micros = micros * 128 + (bytes[at + i] & 127);
      return micros / 1000;
    }
    return null;
  }
  const note = (stamp, at) => { if (stamp) globalThis.behind.push(performance.timeOrigin + at - stamp); };
  if (!('VideoDecoder' in globalThis)) {
    let Muxer;
    Object.defineProperty(globalThis, 'JMuxer', {
      get: () => Muxer,
      set: Given => {
        Muxer = class extends Given {
          #millis = 0;
          feed(data) {
            const stamp = data.video && stampOf(data.video);
            if (stamp) sent.set(this.#millis, stamp);
            if (data.video) this.#millis += data.duration;
            super.feed(data);
          }
        };
      },
    });
    const { requestVideoFrameCallback } = HTMLVideoElement.prototype;
    HTMLVideoElement.prototype.requestVideoFrameCallback = function (work) {
      return requestVideoFrameCallback.call(this, (now, shown) => { note(sent.get(Math.round(1000 * shown.mediaTime)), shown.presentationTime); work(now, shown); });
    };
    return;
  }
  const { decode } = VideoDecoder.prototype;
  const Chunk = globalThis.EncodedVideoChunk;
  globalThis.EncodedVideoChunk = function (init) {
    const stamp = stampOf(init.data);
    if (stamp) sent.set(init.timestamp, stamp);
    return new Chunk(init);
  };
  const { drawImage } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.drawImage = function (frame, ...rest) {
    drawImage.call(this, frame, ...rest);
    note(sent.get(frame.timestamp), performance.now());
  };
}

function row(name, values) {
  values.sort((a, b) => a - b);
  const at = share => values.length ? values[Math.min(values.length - 1, Math.floor(share * values.length))].toFixed(0) : '-';
  console.log(`${name.padEnd(34)} n ${String(values.length).padStart(5)}   p50 ${at(0.5).padStart(5)}   p95 ${at(0.95).padStart(5)}   max ${at(1).padStart(5)}`);
}

async function measure(browser, host, name) {
  const page = await browser.newPage();
  await page.addInitScript(watch);
  await page.goto(`http://${host}:${port}/#/streams/cam`);
  const first = [], behind = [], buffered = [];
  for (let i = 0; i < Number(clicks); i++) {
    await page.waitForTimeout(Math.random() * 1000);
    await page.click('#play');
    await page.waitForSelector('.picture[data-first-ms]', { timeout: 20000 });
    first.push(Number(await page.getAttribute('.picture', 'data-first-ms')));
    // The past is behind by what it is: what counts comes after it.
    await page.waitForTimeout(700);
    const whole = await page.evaluate(() => globalThis.behind.splice(0).length);
    if (whole === 0) throw new Error(`${name}: no picture of the camera's was known by its time`);
    await page.waitForTimeout(800);
    behind.push(...await page.evaluate(() => globalThis.behind));
    const late = await page.evaluate(() => { const video = document.querySelector('video'); return video && video.buffered.length ? 1000 * (video.buffered.end(video.buffered.length - 1) - video.currentTime) : null; });
    if (late !== null) buffered.push(late);
    await page.click('#stop');
  }
  row(`${name}: first picture`, first);
  row(`${name}: behind the camera`, behind);
  if (buffered.length) row(`${name}: buffered`, buffered);
  await page.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP frp.test 127.0.0.1'] });
  console.log('milliseconds');
  await measure(browser, '127.0.0.1', 'WebCodecs');
  await measure(browser, 'frp.test', 'MSE');
  await browser.close();
})().catch(error => { console.error(error); process.exit(1); });
