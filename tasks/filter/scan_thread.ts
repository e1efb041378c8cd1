/** The scanning thread: receives chunks, sends kept rows and rejects, and at the end the totals. */
import { createHash } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';
import { decodeText } from '../inventory/scan/bytes/text.ts';
import { FaultFinder } from '../inventory/scan/fault_column.ts';
import { ResetScanner } from '../inventory/scan/reset_scanner.ts';
import { csvContent } from './content_stages.ts';
import { Inbox } from './inbox.ts';
import type { FileScan, FirstReject, ScanSetup } from './messages.ts';
import { Outbox } from './outbox.ts';
import { REJECTS_KEPT_MAX, rejectLine } from './reject_line.ts';

const FIRST_REJECTS = 3;

if (parentPort === null) throw new Error('scan_thread.ts is run as a worker thread only');
await serve(parentPort, workerData);

async function serve(port: MessagePort, setup: ScanSetup): Promise<void> {
  const outbox = new Outbox(port);
  const inbox = new Inbox(port, (bytes) => outbox.taken(bytes));
  try {
    outbox.post({ kind: 'done', scan: await scanFile(inbox, outbox, setup) });
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    outbox.post({ kind: 'refused', why: error.message });
  } finally {
    port.close();
  }
}

async function scanFile(inbox: Inbox, outbox: Outbox, setup: ScanSetup): Promise<FileScan> {
  const { dialect } = setup;
  const hash = createHash('sha256');
  let bytes = 0;
  async function* received(): AsyncGenerator<Uint8Array> {
    for await (const chunk of inbox.chunks()) {
      if (chunk.length === 0) continue;
      const { length } = chunk;
      hash.update(chunk);
      bytes += length;
      yield chunk;
      outbox.flush();
      outbox.post({ kind: 'scanned', bytes: length });
    }
  }

  const encoding = dialect.encoding === 'windows-1252' ? 'windows-1252' : 'utf-8';
  const inFileEncoding = dialect.encoding === 'utf-16le' ? toUtf16 : (row: Uint8Array) => row;
  const keep = (row: Uint8Array) => outbox.add('filtered', inFileEncoding(row));
  const encoder = new TextEncoder();
  const firstRejects: FirstReject[] = [];
  let rejectCount = 0;
  let faults: FaultFinder | undefined;
  const scanner = new ResetScanner(
    { ...setup, ...dialect, encoding },
    {
      header(bytes) {
        const text = decodeText(bytes, encoding);
        faults = new FaultFinder(text, { ...dialect, columns: setup.columns });
        keep(bytes);
      },
      kept: keep,
      rejected(row) {
        rejectCount++;
        if (rejectCount > REJECTS_KEPT_MAX) return;
        const { line, reason } = row;
        const column = faults?.columnOf(row.raw, reason) ?? 1;
        outbox.add('rejects', encoder.encode(rejectLine({ ...row, file: setup.fileName, column })));
        if (firstRejects.length < FIRST_REJECTS) {
          const detail = faults?.detailOf(row.raw, reason) ?? null;
          firstRejects.push({ line, column, reason, detail });
        }
      },
    },
  );
  for await (const chunk of csvContent(received(), dialect)) {
    scanner.push(chunk);
    release(chunk);
    await outbox.room();
  }
  const result = scanner.finish();
  outbox.flush();
  return { ...result, sha256: hash.digest('hex'), bytes, firstRejects };
}

/**
 * Frees a chunk's memory at once; the garbage collector would let some 50 MB pile up. Only for a chunk that is all of
 * its buffer, since decompressed chunks may share one.
 */
function release(chunk: Uint8Array): void {
  const { buffer } = chunk;
  if (buffer instanceof ArrayBuffer && chunk.byteLength === buffer.byteLength) buffer.transfer(0);
}

function toUtf16(utf8: Uint8Array): Uint8Array {
  return Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8), 'utf16le');
}
