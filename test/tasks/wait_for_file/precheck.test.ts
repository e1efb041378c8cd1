import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OldNight, precheckNight } from '../../../tasks/wait_for_file/precheck.ts';

/**
 * The night of 2026-06-10, scheduled for 05:00Z: a snapshot from 2026-06-09T05:00Z to the deadline, 09:00Z, is its
 * own.
 */
const NIGHT: OldNight = {
  businessDate: Temporal.PlainDate.from('2026-06-10'),
  scheduledFor: Temporal.Instant.from('2026-06-10T05:00Z'),
  namePattern: 'reset_{snapshot_at}.csv',
  maxAgeMs: 24 * 3_600_000,
  deadlineAt: Temporal.Instant.from('2026-06-10T09:00Z'),
  applied: null,
  own: null,
  hasSupersedeParams: true,
  workedBefore: [],
};
const applied = (date: string, snapshotAt: string) => ({
  businessDate: Temporal.PlainDate.from(date),
  snapshotAt: Temporal.Instant.from(snapshotAt),
});

/** Returns files with the given stamps in their names. */
function files(...stamps: readonly string[]) {
  return async () =>
    stamps.map((stamp) => {
      const name = `reset_${stamp}.csv`;
      const modifiedAt = Temporal.Instant.from('2026-06-10T04:00Z');
      return { location: `sftp://store/${name}`, name, bytes: 1, modifiedAt };
    });
}
const noListing = () => assert.fail('the files were looked at');
const unreachable = () => Promise.reject(new Error('store: unreachable'));

test('with nothing newer in the counts a night may go ahead, and no file is looked for', async () => {
  assert.equal(await precheckNight(NIGHT, noListing), null);
  const older = { ...NIGHT, applied: applied('2026-06-09', '2026-06-09T04:59:59Z') };
  assert.equal(await precheckNight(older, noListing), null);
});

test('a night whose file is not newer than what is applied is refused, and both snapshots are named', async () => {
  const later = { ...NIGHT, applied: applied('2026-06-11', '2026-06-11T03:45:00Z') };
  assert.deepEqual(await precheckNight(later, files('20260609T034500Z', '20260610T034500Z')), {
    because: 'newer snapshot applied',
    detail:
      'the snapshot 2026-06-10T03:45:00Z of 2026-06-10 is not after the snapshot 2026-06-11T03:45:00Z of 2026-06-11, ' +
      'which is already applied',
  });
});

test('where no snapshot could be new enough, a night is refused without its file, and without the file server', async () => {
  const later = { ...NIGHT, applied: applied('2026-06-10', '2026-06-10T09:00:00Z') };
  for (const list of [files(), unreachable]) {
    const refusal = await precheckNight(later, list);
    assert.match(
      refusal?.detail ?? '',
      /^any snapshot of 2026-06-10, at the latest 2026-06-10T09:00:00Z, is not after/,
    );
  }
});

test('where it depends on the file, the file decides, and a file that may still come is no reason to refuse', async () => {
  const between = { ...NIGHT, applied: applied('2026-06-09', '2026-06-10T03:45:00Z') };
  assert.equal(await precheckNight(between, files('20260610T034501Z')), null);
  assert.equal((await precheckNight(between, files('20260610T034500Z')))?.because, 'newer snapshot applied');
  assert.equal(await precheckNight(between, files()), null);
  await assert.rejects(precheckNight(between, unreachable), /unreachable/);
});

test('a night that comes after a newer one in the plan is refused', async () => {
  const dates = ['2026-06-09', '2026-06-12'].map((text) => Temporal.PlainDate.from(text));
  const refusal = await precheckNight({ ...NIGHT, workedBefore: dates }, noListing);
  assert.equal(refusal?.because, 'newer night comes first');
  assert.match(refusal?.detail ?? '', /^2026-06-12 is to be worked before 2026-06-10/);
  assert.equal(await precheckNight({ ...NIGHT, workedBefore: dates.slice(0, 1) }, noListing), null);
});

test('a night that is applied is refused where another file of it lies there, and goes ahead with its own', async () => {
  const snapshotAt = Temporal.Instant.from('2026-06-10T03:45:00Z');
  const own = {
    revision: 1,
    snapshotAt,
    fileSha256: 'a'.repeat(64),
    appliedAt: snapshotAt.add({ hours: 2 }),
  };
  assert.equal(await precheckNight({ ...NIGHT, own }, files('20260610T034500Z')), null);
  assert.equal(await precheckNight({ ...NIGHT, own }, files()), null);
  const both = files('20260610T034500Z', '20260610T043000Z');
  const refused = {
    because: 'applied from another file',
    detail:
      '2026-06-10 is applied from the snapshot 2026-06-10T03:45:00Z (revision 1), and reset_20260610T043000Z.csv is of ' +
      '2026-06-10T04:30:00Z',
  };
  const params = { supersede: 'true', supersede_reason: null };
  assert.deepEqual(await precheckNight({ ...NIGHT, own }, both), {
    ...refused,
    remedy: { label: 'apply the file on top', params },
  });
  assert.deepEqual(await precheckNight({ ...NIGHT, own, hasSupersedeParams: false }, both), refused);
});
