import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { z } from 'zod';
import { rowAccounting } from '../../demo/retailpro/file.ts';
import { type TestNight, testNight } from '../support/night/night.ts';
import { omsDigest } from '../support/night/oms.ts';
import { contentOf, NIGHT_SERVERS, resetFileName } from '../support/night/site.ts';

const ALL_SUCCESS = {
  export_active_products: 'success',
  wait_for_reset_file: 'success',
  filter_reset_file: 'success',
  create_variance_file: 'success',
  reset_inventory: 'success',
  apply_variance: 'success',
  verify_night: 'success',
  archive_reset_files: 'success',
  prune_old_files: 'success',
};
const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5'] as const;
const PUBLISHED_FOLDERS = ['hotwax/reset_inventory', 'hotwax/inventory_variance'];
const manifestSchema = z.looseObject({
  sha256: z.string(),
  bytes: z.number(),
  rows: z.number(),
  snapshot_at: z.string(),
});
const applied = z.looseObject({ already_applied: z.boolean(), keys: z.number(), units: z.number() });

for (const { kind, name, skip } of NIGHT_SERVERS) {
  test(`a night on ${name}`, { skip }, async (t) => {
    const night = await testNight(t, { server: kind });
    await night.startWorker();
    const first = await night.run();

    await t.test('succeeds, and every count is what truly lay on the shelf', async () => {
      const report = await night.report(first);
      assert.deepEqual(first.states, ALL_SUCCESS, JSON.stringify(report.tasks));
      const { truth } = night.world;
      const covered = truth.keys.values().filter(({ standing }) => standing === 'covered');
      const coveredCount = [...covered].length;
      assert.ok(coveredCount > 400, `${coveredCount} keys are covered`);
      for (const invariant of INVARIANTS) {
        const { checked, violations, examples } =
          report.invariants?.[invariant] ?? assert.fail('not checked');
        assert.deepEqual([violations, examples], [0, []], invariant);
        // By the OMS's own rows and by the world's truth.
        if (invariant === 'I1' || invariant === 'I2') assert.equal(checked, 2 * coveredCount, invariant);
      }
      assert.equal(report.night?.reset.keys, truth.reset.keys);
      assert.equal(report.night?.reset.net_units, truth.reset.netUnits);
      assert.equal(report.night?.variance.rows, truth.variance.fileKeys);
      assert.equal(report.night?.variance.keys, truth.variance.appliedKeys);
      assert.equal(report.night?.variance.net_units, truth.variance.appliedUnits);
      assert.equal(report.night?.ambiguous.keys, truth.ambiguousKeys);
    });

    await t.test('accounts for every row of the file', async () => {
      const { rows, kept, dropped, rejected, collapsed } = rowAccounting(night.world, { rows: night.rows });
      const { night: found } = await night.report(first);
      assert.equal(found?.file.rows, rows);
      const { reasons, ...counts } = found?.rows ?? assert.fail('no rows are reported');
      assert.deepEqual(counts, { kept, dropped, rejected, collapsed });
      assert.equal(counts.kept + counts.dropped + counts.rejected + counts.collapsed, 1_200);
      assert.deepEqual([rejected, collapsed], [4, 2]);
      assert.equal(
        Object.values(reasons).reduce((sum, count) => sum + count, 0),
        4,
      );
    });

    await t.test(
      'publishes both files whole, each with a manifest that is right, and leaves nothing else',
      async () => {
        for (const folder of PUBLISHED_FOLDERS) {
          const [csv = '', manifestName, ...more] = await night.site.filesIn(folder);
          assert.match(csv, /^(reset_inventory|inventory_variance)_2025-01-15_[0-9a-f]{12}\.csv$/);
          assert.deepEqual([manifestName, more], [`${csv}.manifest.json`, []]);
          const there = await contentOf(night.site.place(`${folder}/${csv}`));
          const { sha256, bytes, rows, snapshot_at } = await manifestAt(night, `${folder}/${csv}`);
          assert.deepEqual({ sha256, bytes, rows }, there);
          assert.equal(snapshot_at, night.snapshotAt.toString());
          assert.equal(csv.slice(-16, -4), sha256.slice(0, 12));
        }
      },
    );

    await t.test('P4: keeps the checksum of every file that it read or published', async () => {
      const { rows } = await night.pool.query<{
        direction: string;
        path: string;
        sha256: string;
        size_bytes: number;
        rows: number;
      }>(
        `select direction, path, sha256, size_bytes::integer, rows::integer from audit.file
          where run_id = $1 and connection = 'retailpro' and path like '%.csv' order by file_id`,
        [first.run.runId],
      );
      const outgoing = `retailpro/outgoing/${resetFileName(night.snapshotAt)}`;
      const touched = rows.map(({ direction, path }) => `${direction} ${path.replace(/_[0-9a-f]{12}/, '')}`);
      assert.deepEqual(touched.toSorted(), [
        'published hotwax/inventory_variance/inventory_variance_2025-01-15.csv',
        'published hotwax/reset_inventory/reset_inventory_2025-01-15.csv',
        'read hotwax/inventory_variance/inventory_variance_2025-01-15.csv',
        'read hotwax/reset_inventory/reset_inventory_2025-01-15.csv',
        `read ${outgoing}`,
      ]);
      for (const { path, sha256, size_bytes, rows: dataRows } of rows) {
        const there = await contentOf(night.site.place(path));
        assert.deepEqual({ sha256, bytes: size_bytes, rows: dataRows }, there, path);
      }
    });

    await t.test('P6: changes nothing when it is worked again, and says so', async () => {
      // Only the reset finds these; the variance file that was published before it must stay as it is.
      const contradicted = night.world.truth.keys
        .values()
        .filter(({ standing }) => standing === 'contradicted');
      assert.ok(contradicted.some(({ varianceUnits }) => varianceUnits !== 0));
      const before = await omsDigest(night.pool);
      const filesBefore = await night.site.filesIn('hotwax');
      const again = await night.run();
      assert.deepEqual(again.states, ALL_SUCCESS);
      assert.deepEqual(await omsDigest(night.pool), before);
      assert.deepEqual(await night.site.filesIn('hotwax'), filesBefore);
      for (const taskId of ['reset_inventory', 'apply_variance']) {
        const [then, now] = [first, again].map(({ tasks }) =>
          applied.parse(tasks.find((task) => task.taskId === taskId)?.output),
        );
        assert.deepEqual([then?.already_applied, now?.already_applied], [false, true], taskId);
        assert.deepEqual({ ...now, already_applied: false }, then, `${taskId} has another result`);
      }
    });
  });
}

async function manifestAt(night: TestNight, csv: string): Promise<z.output<typeof manifestSchema>> {
  const text = await readFile(night.site.place(`${csv}.manifest.json`), 'utf8');
  return manifestSchema.parse(JSON.parse(text));
}
