import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { FailTask } from '../../../runner/task.ts';
import waitForFile from '../../../tasks/wait_for_file.ts';
import {
  applied,
  DEADLINE,
  deferral,
  FOLDER,
  manifest,
  OLD,
  PARAMS,
  poll,
  pollRaw,
  ROWS,
  TONIGHT,
  world,
} from './poll.ts';

const SHA256 = createHash('sha256').update(ROWS).digest('hex');
const NEWER = `${FOLDER}/reset_inventory_20260310T041500Z.csv`;
const WORD = { wanted: true, reason: 'store 12 recounted' };

test('a night that is worked again finds its own file, with and without `supersede`', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T03:00:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(TONIGHT, ROWS, OLD);
  for (const supersede of [{}, WORD]) {
    const found = await poll(at, { stable_for: '0s', supersede });
    assert.deepEqual([found.location, found.revision], [TONIGHT, 1]);
  }
  assert.deepEqual(at.events, []);
});

test('a newer file of a night that is applied is refused without `supersede`, with both snapshots and the action that applies it', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T03:00:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(TONIGHT, ROWS, OLD);
  await at.files.put(NEWER, ROWS.replace('5', '6'), OLD);
  const run = { params: { supersede: false, supersede_reason: '' } };
  await assert.rejects(
    pollRaw(at, { stable_for: '0s' }, { run, attempt: { deadlineAt: DEADLINE } }),
    (error) => {
      assert.ok(error instanceof FailTask);
      assert.match(
        error.message,
        /^2026-03-10: the night is applied from the snapshot 2026-03-10T03:00:00Z \(sha256 [0-9a-f]{12}\), and/,
      );
      assert.match(
        error.message,
        /reset_inventory_20260310T041500Z\.csv is another file, of the snapshot 2026-03-10T04:15:00Z/,
      );
      assert.match(error.message, /nothing was changed$/);
      const params = { supersede: 'true', supersede_reason: null };
      assert.deepEqual(error.remedy, {
        clear: { label: 'apply the file on top', scope: 'downstream', params },
      });
      return true;
    },
  );
});

test('with `supersede` a run takes the newer file of its night as the next revision, and the reason is in the history', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T03:00:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(NEWER, ROWS.replace('5', '6'), OLD);
  const found = await poll(at, { stable_for: '0s', supersede: WORD });
  assert.deepEqual([found.location, found.revision], [NEWER, 2]);
  assert.equal(at.events.length, 1);
  assert.equal(at.events[0]?.action, 'night.superseded');
  assert.equal(at.events[0]?.reason, 'store 12 recounted');
});

test('a file older than the one applied supersedes nothing, also with `supersede`', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-10', '2026-03-10T04:15:00Z', 'RETAIL_PRO', 'RESET', SHA256);
  await at.files.put(TONIGHT, ROWS.replace('5', '6'), OLD);
  await assert.rejects(
    pollRaw(at, { stable_for: '0s', supersede: WORD }),
    /of the snapshot 2026-03-10T03:00:00Z .*: it is older, and does not supersede it$/,
  );
});

test('`supersede` without a reason is refused, and so is a reason without `supersede`', () => {
  for (const [supersede, path] of [
    [{ wanted: true }, 'reason'],
    [{ reason: 'because' }, 'wanted'],
  ] as const) {
    const { error } = waitForFile.params.safeParse({ ...PARAMS, supersede });
    assert.deepEqual(
      error?.issues.map((issue) => issue.path),
      [['supersede', path]],
    );
  }
});

test('an old night does not take a file of a later night', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await at.files.put(`${FOLDER}/reset_inventory_20260311T030000Z.csv`, ROWS, OLD);
  await assert.rejects(
    pollRaw(at, { stable_for: '0s' }),
    /its snapshot 2026-03-11T03:00:00Z is after 2026-03-10T09:00:00Z, the latest for 2026-03-10T05:00:00Z/,
  );
});

test('an old night whose successor is applied is refused', async () => {
  await using at = await world('2026-03-12T15:00:00Z');
  await applied('2026-03-11', '2026-03-11T03:00:00Z');
  await at.files.put(TONIGHT, ROWS, OLD);
  await assert.rejects(
    pollRaw(at, { stable_for: '0s' }),
    /2026-03-10T03:00:00Z is not after .* 2026-03-11T03:00:00Z/,
  );
});

test('batches of another system, and variances, do not count as applied snapshots', async () => {
  await using at = await world();
  await applied('2026-03-09', '2026-03-10T04:00:00Z', 'OTHER_POS');
  await applied('2026-03-09', '2026-03-10T04:00:00Z', 'RETAIL_PRO', 'VARIANCE');
  await at.files.put(TONIGHT, ROWS, OLD);
  assert.equal((await poll(at, { stable_for: '0s' })).location, TONIGHT);
});

test('while nothing is there it polls after poll_interval, and at the deadline at the latest', async () => {
  await using at = await world('2026-03-10T08:59:00Z');
  assert.equal((await deferral(at)).until.toString(), '2026-03-10T08:59:30Z');
  assert.equal((await deferral(at, { poll_interval: '5m' })).until.toString(), '2026-03-10T09:00:00Z');
});

test('after the deadline it checks once more, and a file that is there then is taken', async () => {
  await using at = await world('2026-03-10T11:00:00Z');
  await at.files.put(TONIGHT, ROWS, OLD);
  assert.equal((await poll(at, { stable_for: '0s' })).location, TONIGHT);
});

test('with nothing there at the deadline it fails, and says what it saw', async () => {
  await using at = await world('2026-03-10T09:00:00Z');
  await assert.rejects(pollRaw(at), (error) => {
    assert.ok(error instanceof FailTask);
    assert.equal(
      error.message,
      `no file at ${PARAMS.from} for 2026-03-10: nothing is there; the deadline was 2026-03-10T09:00:00Z`,
    );
    return true;
  });
  await at.files.put(`${FOLDER}/reset_inventory_latest.csv`, ROWS, OLD);
  await at.files.put(TONIGHT, ROWS, at.clock.now);
  await assert.rejects(
    pollRaw(at),
    /Z.csv: 40 bytes, changed 0 s ago.*; reset_inventory_latest.csv: its name does not fit reset_inventory_\{snapshot_at\}.csv; the deadline was/,
  );
});

test('without a deadline it goes on waiting', async () => {
  await using at = await world('2026-03-11T00:00:00Z');
  const { until } = await deferral(at, {}, { attempt: { deadlineAt: null } });
  assert.equal(until.toString(), '2026-03-11T00:00:30Z');
});

test('a file shorter than its manifest says is not complete', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, OLD);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest({ bytes: 1000 }));
  assert.match((await deferral(at)).message, /it has 40 bytes, and its manifest says 1000/);
});

test('a manifest that is still being written, or names another snapshot, is ignored', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, OLD);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest().slice(0, 30));
  assert.match((await deferral(at)).message, /manifest: not JSON/);
  await at.files.put(`${TONIGHT}.manifest.json`, manifest({ snapshot_at: '2026-03-09T03:00:00Z' }));
  assert.match(
    (await deferral(at)).message,
    /its snapshot is 2026-03-10T03:00:00Z by its name and 2026-03-09T03:00:00Z by its manifest/,
  );
});

test('a wait between two checks ends when the task is cancelled', async () => {
  await using at = await world();
  await at.files.put(TONIGHT, ROWS, OLD);
  const signal = AbortSignal.abort(new Error('cancelled'));
  await assert.rejects(pollRaw(at, {}, { signal }), { name: 'AbortError' });
});
