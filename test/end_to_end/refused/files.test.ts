import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { testNight } from '../../support/night/night.ts';
import { FREEZE_TABLES, omsDigest } from '../../support/night/oms.ts';
import { assertFailedOnce, assertRefused } from '../../support/night/refusal.ts';
import { type ResetFile, resetFileName } from '../../support/night/site.ts';
import { startProxy } from '../../support/tcp_proxy.ts';

/** 2025-01-15 in New York: scheduled for 06:00Z, the deadline at 10:00Z; the snapshot is of 04:45Z. */
const night = await testNight({ after });
await night.startWorker();
const { snapshotAt, file, site } = night;
const text = file.toString();
const [header = '', ...rows] = text.trimEnd().split('\n');
const skus = new Set(night.world.activeProducts.map(({ sku }) => sku));

interface Case {
  readonly title: string;
  /** Null for no file. */
  readonly file: Partial<ResetFile> | null;
  readonly by: 'wait_for_reset_file' | 'filter_reset_file';
  readonly says: readonly RegExp[];
}

const CASES: readonly Case[] = [
  {
    title: 'no file at all',
    file: null,
    by: 'wait_for_reset_file',
    says: [
      /no file at .*reset_inventory_\*\.csv for 2025-01-15: nothing is there; the deadline was 2025-01-15T10:00:00Z/,
    ],
  },
  {
    title: "only yesterday's file",
    file: { snapshotAt: snapshotAt.subtract({ hours: 24 }) },
    by: 'wait_for_reset_file',
    says: [/its snapshot 2025-01-14T04:45:00Z is older than 2025-01-14T06:00:00Z/],
  },
  {
    title: 'a file cut in its last row, beside the manifest of the whole',
    file: { content: text.slice(0, -4), manifest: { bytes: file.length } },
    by: 'wait_for_reset_file',
    says: [new RegExp(`it has ${file.length - 4} bytes, and its manifest says ${file.length}`)],
  },
  {
    title: 'a file cut in its last row, without a manifest',
    file: { content: text.slice(0, -4), manifest: null },
    by: 'filter_reset_file',
    says: [/no newline at its end: the last row may be cut/],
  },
  {
    title: 'gzip under the name of a CSV file',
    file: { content: gzipSync(file), manifest: { rows: 1_200 } },
    by: 'filter_reset_file',
    says: [/the file is gzip, and CSV in utf-8 was expected/],
  },
  {
    title: 'HTML under the name of a CSV file',
    file: { content: '<!DOCTYPE html>\n<html><body>Sign in</body></html>\n' },
    by: 'filter_reset_file',
    says: [/the file is HTML, and CSV in utf-8 was expected/],
  },
  { title: 'an empty file', file: { content: '' }, by: 'filter_reset_file', says: [/empty/] },
  {
    title: 'a header and nothing else',
    file: { content: `${header}\n` },
    by: 'filter_reset_file',
    says: [/the file has a header and no rows/],
  },
  {
    title: 'a manifest with another sha256',
    file: { manifest: { sha256: '0'.repeat(64) } },
    by: 'filter_reset_file',
    says: [/sha256 is 0{64} in the manifest and [0-9a-f]{64} in the file/],
  },
  {
    title: 'a manifest with another size',
    file: { manifest: { bytes: file.length + 1 } },
    by: 'wait_for_reset_file',
    says: [new RegExp(`it has ${file.length} bytes, and its manifest says ${file.length + 1}`)],
  },
  {
    title: 'a manifest with another row count',
    file: { manifest: { rows: 1_201 } },
    by: 'filter_reset_file',
    says: [/rows is 1201 in the manifest and 1200 in the file/],
  },
  {
    title: 'a manifest of another snapshot',
    file: { manifest: { snapshot_at: '2025-01-15T03:45:00Z' } },
    by: 'wait_for_reset_file',
    says: [/its snapshot is 2025-01-15T04:45:00Z by its name and 2025-01-15T03:45:00Z by its manifest/],
  },
  {
    title: 'more rejected rows than 0.5 %',
    // Four are bad already; 6 of 1200 would be allowed.
    file: { content: withBadQuantities(3) },
    by: 'filter_reset_file',
    says: [
      /7 of 1200 rows rejected, 0\.58 %; at most 0\.5 % are allowed \(guards\.max_rejected\)/,
      // 490 of the 500 keys have a row, 12 of them two, and 2 rows are too broken to have a quantity.
      /5 of 500 rows of active products rejected, 1 %/,
      /bad_quantity/,
    ],
  },
  {
    title: 'a column that occurs twice in the header',
    file: { content: [header.replace('comments', 'idValue'), ...rows, ''].join('\n') },
    by: 'filter_reset_file',
    says: [/column idValue occurs twice, at 5 and 7/],
  },
  {
    title: 'another delimiter',
    file: { content: text.replaceAll(',', ';') },
    by: 'filter_reset_file',
    says: [/it looks delimited by semicolon, and comma was expected/],
  },
];

for (const { title, file: given, by, says } of CASES) {
  test(`${title}: refused with its figure, and nothing is changed`, async () => {
    await site.clearOutgoing();
    if (given !== null) await site.putReset({ snapshotAt, content: file, ...given });
    await assertRefused(night, { taskId: by, says });
  });
}

test('a file that grows while it is read: refused with both sizes, and nothing is changed', async (t) => {
  const growing = await testNight(t);
  await using proxy = await startProxy({ target: { port: growing.site.port }, delayMs: 5 });
  await growing.startWorker({ STOCKFLOW_CONN_RETAILPRO: growing.site.url({ port: proxy.port }) });
  const content = `${text}${`${rows.find((row) => row.endsWith(','))}\n`.repeat(20_000)}`;
  const path = await growing.site.putReset({ snapshotAt, content });
  const before = await omsDigest(growing.pool, { except: FREEZE_TABLES });
  const runId = await growing.trigger();
  // Nothing but the filter reads so much. It looks at the size again once it has it all, a round trip later.
  await proxy.untilRelayed('to_client', content.length / 2);
  appendFileSync(path, `${rows[0]}\n`);
  const ended = await growing.ended(runId);
  const size = Buffer.byteLength(content);
  const grown = size + Buffer.byteLength(`${rows[0]}\n`);
  assertFailedOnce(ended, 'filter_reset_file', [
    new RegExp(resetFileName(snapshotAt)),
    new RegExp(`${size} bytes of .* at first and ${grown} bytes of `),
  ]);
  assert.deepEqual(await omsDigest(growing.pool, { except: FREEZE_TABLES }), before);
  assert.deepEqual(await growing.site.filesIn('hotwax/reset_inventory'), []);
});

/** Replaces the quantity of the first few good rows of active products by text that is not a number. */
function withBadQuantities(count: number): string {
  let left = count;
  const spoiled = rows.map((row) => {
    const [external, facility, location, type, sku = '', quantity, ...rest] = row.split(',');
    if (left === 0 || !skus.has(sku) || !/^-?\d+$/.test(quantity ?? '') || rest.join() !== '') return row;
    left -= 1;
    return [external, facility, location, type, sku, 'n/a', ...rest].join(',');
  });
  return [header, ...spoiled, ''].join('\n');
}
