import { z } from 'zod';
import { connectionId, DeferTask, defineTask, duration, FailTask, location } from '../runner/task.ts';
import { leftOutTexts } from './files/left_out.ts';
import { namePatternSchema } from './inventory/file/name.ts';
import { supersedeSchema } from './inventory/guard/supersede.ts';
import { newestAppliedReset } from './oms/applied/newest_reset.ts';
import { newestRevision } from './oms/applied/revision.ts';
import { hasAppliedHistory } from './oms/shadow/applied_history.ts';
import { findByContent } from './wait_for_file/find_by_content.ts';
import { findByName } from './wait_for_file/find_by_name.ts';
import { newestSnapshot } from './wait_for_file/newest_snapshot.ts';
import { precheckNight } from './wait_for_file/precheck.ts';
import { hasSupersedeParams, revisionOf } from './wait_for_file/revision.ts';
import { snapshotInSchema } from './wait_for_file/snapshot_in.ts';

/**
 * Finds tonight's file of the external system once it is complete, and never an older one. Checks every
 * `poll_interval` until the task's deadline and once more after it; then fails and reports what it saw.
 */
export default defineTask({
  type: 'wait_for_file',
  description: "Waits until tonight's file of the external system is there and complete",
  params: z.strictObject({
    /** The location to list; its last segment may hold `*`. */
    from: location({ access: 'read', of: 'pattern' }),
    connection: connectionId(),
    external_system_id: z.string().min(1),
    /** Ignored if `snapshot_in` is given. */
    name_pattern: namePatternSchema.default('reset_inventory_{snapshot_at}.csv'),
    /** The column with the time of the count, for files whose name does not carry it. */
    snapshot_in: snapshotInSchema.nullish(),
    /** How long size and mtime of a file without a manifest must be unchanged. */
    stable_for: duration().prefault('30s'),
    poll_interval: duration().prefault('30s'),
    /** How long before the run's `scheduled_for` the snapshot may have been taken. */
    max_age: duration().prefault('24h'),
    /** Whether a newer file may supersede a night that is already applied. */
    supersede: supersedeSchema,
  }),
  worksInShadow: true,
  async run(context) {
    const { params, run, attempt, connections, files, log, now } = context;
    const pool = await connections.postgres(params.connection);
    const { deadlineAt } = attempt;
    const isLastPoll = deadlineAt !== null && Temporal.Instant.compare(now(), deadlineAt) >= 0;
    const hasHistory = await hasAppliedHistory(pool, run.mode);
    const key = { externalSystemId: params.external_system_id, businessDate: run.businessDate.toString() };
    const newest = hasHistory ? await newestAppliedReset(pool, key) : null;
    const night = {
      namePattern: params.name_pattern,
      scheduledFor: run.scheduledFor,
      until: deadlineAt,
      maxAgeMs: params.max_age,
      lastApplied: await newestSnapshot(context, newest?.snapshotAt ?? null),
    };
    const { file, seen } = params.snapshot_in
      ? await findByContent(context, night, params.snapshot_in)
      : await findByName(context, night);
    if (file !== null) {
      log.info('file found', { location: file.location, bytes: file.bytes, snapshotAt: file.snapshot_at });
      const { external_system_id: externalSystemId, supersede } = params;
      const revision = hasHistory
        ? await revisionOf(context, pool, { file, externalSystemId, supersede })
        : 1;
      return { ...file, revision };
    }

    const leftOut = await leftOutTexts(files, params.from);
    const why = `no file at ${params.from} for ${run.businessDate}: ${describe([...seen, ...leftOut])}`;
    if (isLastPoll) throw new FailTask(`${why}; the deadline was ${deadlineAt}`);
    const next = now().add({ milliseconds: params.poll_interval });
    throw new DeferTask(deadlineAt === null ? next : earlier(next, deadlineAt), why);
  },
  async precheck({ params, run, deadlineAt, workedBefore, connections, files }) {
    const { businessDate, scheduledFor } = run;
    const pool = await connections.postgres(params.connection);
    const key = { externalSystemId: params.external_system_id, businessDate: businessDate.toString() };
    const hasHistory = await hasAppliedHistory(pool, run.mode);
    const applied = hasHistory ? await newestAppliedReset(pool, key) : null;
    const own = params.supersede.wanted || !hasHistory ? null : await newestRevision(pool, key);
    const { name_pattern: namePattern, max_age: maxAgeMs } = params;
    const night = {
      businessDate,
      scheduledFor,
      namePattern,
      maxAgeMs,
      deadlineAt,
      applied,
      own,
      hasSupersedeParams: hasSupersedeParams(run.params),
      workedBefore,
    };
    return await precheckNight(night, () => files.list(params.from));
  },
});

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) < 0 ? a : b;
}

function describe(seen: readonly string[]): string {
  if (seen.length === 0) return 'nothing is there';
  const named = seen.slice(0, 10).join('; ');
  return seen.length > 10 ? `${named}; and ${seen.length - 10} more` : named;
}
