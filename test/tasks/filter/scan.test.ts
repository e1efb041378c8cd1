import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { Outbox } from '../../../tasks/filter/outbox.ts';
import { type ScanRequest, scan } from '../../../tasks/filter/scan.ts';
import { Spool } from '../../../tasks/filter/spool.ts';
import { resetColumnsSchema } from '../../../tasks/inventory/columns/param.ts';
import { InvalidFileError } from '../../../tasks/inventory/file/invalid_file.ts';

const HEADER = 'facilityId,idValue,availableQty,comments\n';
const MEGABYTE = 1024 * 1024;

function request(overrides: Partial<ScanRequest>): ScanRequest {
  return {
    setup: {
      dialect: { delimiter: ',', quote: '"', encoding: 'utf-8', compression: 'none' },
      columns: resetColumnsSchema.parse(undefined),
      quantity: 'integer',
      activeIds: ['A1'],
      fileName: 'reset.csv',
    },
    chunks: chunksOf(`${HEADER}S1,A1,5,\n`),
    signal: new AbortController().signal,
    onOutput: async () => {},
    onScanned: () => {},
    ...overrides,
  };
}

async function* chunksOf(...texts: string[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

test('chunks are transferred to the scanning thread, not copied', async () => {
  const chunk = new TextEncoder().encode(`${HEADER}S1,A1,5,\n`);
  await scan(
    request({
      chunks: (async function* () {
        yield chunk;
      })(),
    }),
  );
  assert.equal(chunk.buffer.detached, true);
});

test('output comes in order, and all of it before the scan ends', async () => {
  let output = '';
  const rows = Array.from({ length: 5000 }, (_, row) => `S${row % 70},A1,${row},\n`);
  const result = await scan(
    request({
      chunks: chunksOf(HEADER, ...rows),
      onOutput: async (_, bytes) => {
        await setImmediate();
        output += new TextDecoder().decode(bytes);
      },
    }),
  );
  assert.equal(result.kept, 5000);
  assert.equal(output, HEADER + rows.join(''));
});

test('P8: a writer that stands still stops the reader after some 12 MB', async () => {
  let megabytesRead = 0;
  let row = 0;
  async function* file() {
    yield* chunksOf(HEADER);
    for (; megabytesRead < 64; megabytesRead++) {
      // Quantities differ, so that every row is kept.
      const rows = Array.from({ length: 1024 }, () => `S1,A1,${row++},`.padEnd(1023, 'x'));
      yield* chunksOf(`${rows.join('\n')}\n`);
    }
  }
  const release = Promise.withResolvers<void>();
  const scanning = scan(request({ chunks: file(), onOutput: () => release.promise }));
  while (megabytesRead < 4) await setImmediate();
  // Long enough to read all of it, were it not held back.
  const deadlineMs = performance.now() + 1000;
  while (megabytesRead < 64 && performance.now() < deadlineMs) await setImmediate();
  const whileHeld = megabytesRead;
  release.resolve();
  assert.equal((await scanning).kept, 64 * 1024);
  assert.ok(whileHeld >= 4 && whileHeld <= 16, `${whileHeld} MB were read`);
});

test('P8: between a slow reader and a slow writer 256 MB pass in the memory of a few chunks', async () => {
  const [warmUp, megabytes] = [32, 256];
  let [row, peak, settled] = [0, 0, 0];
  async function* file() {
    yield* chunksOf(HEADER);
    for (let megabyte = 0; megabyte < megabytes; megabyte += 1) {
      const rows = Array.from({ length: 1024 }, () => `S1,A1,${row++},`.padEnd(1023, 'x'));
      yield* chunksOf(`${rows.join('\n')}\n`);
      if (megabyte % 4 === 0) await pause(1);
      const { rss } = process.memoryUsage();
      if (megabyte < warmUp) settled = Math.max(settled, rss);
      else peak = Math.max(peak, rss);
    }
  }
  const result = await scan(request({ chunks: file(), onOutput: () => pause(1) }));
  assert.equal(result.kept, megabytes * 1024);
  const grownMegabytes = (peak - settled) / MEGABYTE;
  assert.ok(grownMegabytes < 96, `${Math.round(grownMegabytes)} MB more than after ${warmUp} MB`);
});

test('P8: the scanner waits for room once 8 MB of output are not taken yet', async () => {
  const { port1, port2 } = new MessageChannel();
  const outbox = new Outbox(port1);
  outbox.add('filtered', new Uint8Array(8 * MEGABYTE));
  await outbox.room();
  outbox.add('rejects', new Uint8Array(MEGABYTE));
  let hasRoom = false;
  const waiting = outbox.room().then(() => {
    hasRoom = true;
  });
  await setImmediate();
  assert.equal(hasRoom, false);
  outbox.taken(MEGABYTE - 1);
  await setImmediate();
  assert.equal(hasRoom, false);
  outbox.taken(1);
  await waiting;
  port1.close();
  port2.close();
});

test('what reading throws ends the scan with that error', async () => {
  const cut = new Error('connection cut');
  async function* file() {
    yield* chunksOf(HEADER);
    throw cut;
  }
  await assert.rejects(scan(request({ chunks: file() })), cut);
});

test('what writing throws ends the scan with that error, and the reading', async () => {
  const full = new Error('disk full');
  let isClosed = false;
  async function* file() {
    try {
      for (let row = 0; ; row++) yield* chunksOf(row === 0 ? HEADER : `S1,A1,${row},\n`.repeat(1000));
    } finally {
      isClosed = true;
    }
  }
  await assert.rejects(scan(request({ chunks: file(), onOutput: () => Promise.reject(full) })), full);
  assert.equal(isClosed, true);
});

test('a refusal of the scanner ends the reading and keeps its class', async () => {
  let isClosed = false;
  async function* file() {
    try {
      for (;;) yield* chunksOf('<html>'.repeat(10_000));
    } finally {
      isClosed = true;
    }
  }
  await assert.rejects(
    scan(request({ chunks: file() })),
    new InvalidFileError('the file is HTML, and CSV in utf-8 was expected'),
  );
  assert.equal(isClosed, true);
});

test('a scan is cancelled by its signal, before it begins and while it waits for the writer', async () => {
  const cancelled = new Error('cancelled');
  await assert.rejects(scan(request({ signal: AbortSignal.abort(cancelled) })), cancelled);
  const abort = new AbortController();
  const scanning = scan(
    request({
      signal: abort.signal,
      onOutput: async () => {
        abort.abort(cancelled);
      },
    }),
  );
  await assert.rejects(scanning, cancelled);
});

test('a spool gives back what was written, more than once, from memory and from disk', async () => {
  for (const memoryBytes of [100, 3, 0]) {
    await using spool = new Spool({ memoryBytes });
    for (const text of ['ab', 'cd', '', 'ef']) await spool.write(new TextEncoder().encode(text));
    for (let time = 0; time < 2; time++) {
      let text = '';
      for await (const chunk of spool.chunks()) text += new TextDecoder().decode(chunk);
      assert.equal(text, 'abcdef');
    }
    assert.equal(spool.bytes, 6);
    assert.equal(spool.sha256(), createHash('sha256').update('abcdef').digest('hex'));
  }
});
