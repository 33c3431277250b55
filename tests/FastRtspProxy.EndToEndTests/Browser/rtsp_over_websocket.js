// An RTSP player over a WebSocket, for a page of a browser and for node with the library ws: asks for a stream, plays it, and counts what arrives.
async function watch(socket, url, pictures) {
  const waiting = new Map();
  const tracks = new Map();
  const seen = { messages: 0, cut: 0, packets: 0, pictures: 0, gaps: 0, other: 0, protocol: '' };
  let cseq = 0;
  let enough;
  const done = new Promise(resolve => { enough = resolve; });

  // Every message has whole answers and whole frames.
  const take = bytes => {
    seen.messages++;
    let at = 0;
    while (at < bytes.length) {
      if (bytes[at] === 0x24) {
        const length = (bytes[at + 2] << 8) | bytes[at + 3];
        if (at + 4 + length > bytes.length) { seen.cut++; return; }
        frame(bytes[at + 1], bytes.subarray(at + 4, at + 4 + length));
        at += 4 + length;
      } else {
        const text = new TextDecoder().decode(bytes.subarray(at));
        const head = text.slice(0, text.indexOf('\r\n\r\n'));
        const body = Number((/Content-Length: (\d+)/i.exec(head) || [0, 0])[1]);
        if (head.length + 4 + body > text.length) { seen.cut++; return; }
        at += head.length + 4 + body;
        const number = /CSeq: (\d+)/.exec(head)[1];
        waiting.get(number)({ status: Number(head.split(' ')[1]), head, body: text.slice(head.length + 4, head.length + 4 + body) });
      }
    }
  };

  const frame = (channel, packet) => {
    if (channel % 2 === 1) { seen.other++; return; }
    const number = (packet[2] << 8) | packet[3];
    const last = tracks.get(channel);
    if (last !== undefined && number !== ((last + 1) & 0xffff)) { seen.gaps++; }
    tracks.set(channel, number);
    seen.packets++;
    if (channel === 0 && (packet[1] & 0x80) !== 0) { seen.pictures++; }
    if (seen.pictures >= pictures) { enough(); }
  };

  const ended = new Promise((_, reject) => {
    socket.onerror = event => reject(new Error('error ' + (event.message || '')));
    socket.onclose = event => reject(new Error('closed ' + event.code));
  });
  ended.catch(() => {});

  // What is asked is cut in two messages: they are one stream of bytes.
  const ask = (method, target, ...headers) => {
    const number = String(++cseq);
    const text = [`${method} ${target} RTSP/1.0`, `CSeq: ${number}`, ...headers, '', ''].join('\r\n');
    const answer = new Promise(resolve => waiting.set(number, resolve));
    const bytes = new TextEncoder().encode(text);
    socket.send(bytes.slice(0, 7));
    socket.send(bytes.slice(7));
    return Promise.race([answer, ended]);
  };

  const run = async () => {
    await Promise.race([new Promise(resolve => { socket.onopen = resolve; }), ended]);
    seen.protocol = socket.protocol;
    const described = await ask('DESCRIBE', url, 'Accept: application/sdp');
    if (described.status !== 200) { throw new Error('DESCRIBE ' + described.status); }
    const base = /Content-Base: (\S+)/.exec(described.head)[1];
    const controls = [...described.body.matchAll(/m=[^]*?a=control:(\S+)/g)].map(match => match[1]);
    let session = '';
    for (let i = 0; i < controls.length; i++) {
      const target = controls[i].includes('://') ? controls[i] : base + controls[i];
      const setup = await ask(
        'SETUP', target, `Transport: RTP/AVP/TCP;unicast;interleaved=${2 * i}-${2 * i + 1}`, ...(session ? ['Session: ' + session] : []));
      if (setup.status !== 200) { throw new Error('SETUP ' + setup.status); }
      session = /Session: ([^;\r\n]+)/.exec(setup.head)[1];
    }

    const playing = await ask('PLAY', base, 'Session: ' + session);
    if (playing.status !== 200) { throw new Error('PLAY ' + playing.status); }
    await Promise.race([done, ended]);
    await ask('TEARDOWN', base, 'Session: ' + session);
    return seen;
  };

  socket.binaryType = 'arraybuffer';
  socket.onmessage = event => {
    if (typeof event.data === 'string') { seen.cut++; } else { take(new Uint8Array(event.data)); }
  };
  return run();
}

// node rtsp_over_websocket.js SOCKET-URL STREAM-URL PICTURES: one line of JSON, with what was seen, or why nothing was.
if (typeof module !== 'undefined') {
  const WebSocket = require('ws');
  const [at, url, pictures] = process.argv.slice(2);
  const socket = new WebSocket(at, 'rtsp.onvif.org', { rejectUnauthorized: false });
  watch(socket, url, Number(pictures)).catch(error => ({ error: String(error) })).then(seen => {
    socket.onclose = event => console.log(JSON.stringify({ ...seen, closed: event.code }));
    socket.close(3001);
  });
}
