import type { Pool } from 'pg';
import { FailTask, type JsonObject, type RunWithParams, type TaskContext } from '../../runner/task.ts';
import { decideRevision, type Supersede } from '../inventory/guard/supersede.ts';
import { newestRevision } from '../oms/applied/revision.ts';
import { hashedChunks } from '../oms/csv/hashed_chunks.ts';
import type { FoundFileOutput } from './completeness.ts';

/**
 * Returns the revision of its night that the found file would be. An override to supersede is recorded in the history
 * before this returns.
 *
 * @throws FailTask if the night is applied from another file and this run may not supersede it
 */
export async function revisionOf(
  context: TaskContext<unknown>,
  pool: Pool,
  {
    file,
    externalSystemId,
    supersede,
  }: {
    readonly file: FoundFileOutput;
    readonly externalSystemId: string;
    readonly supersede: Supersede;
  },
): Promise<number> {
  const { run, attempt } = context;
  const businessDate = run.businessDate.toString();
  const applied = await newestRevision(pool, { externalSystemId, businessDate });
  if (applied === null) return 1;
  const snapshotAt = Temporal.Instant.from(file.snapshot_at);
  const sha256 = file.manifest?.sha256 ?? (await sha256Of(context, file.location));
  const decision = decideRevision({ name: file.name, snapshotAt, sha256 }, applied, supersede);
  if (decision.kind === 'refused') {
    const why = `${businessDate}: ${decision.why}`;
    throw decision.canSupersede ? supersedeRefused(why, context) : new FailTask(why);
  }
  if (decision.kind === 'supersedes') {
    await context.record({
      action: 'night.superseded',
      reason: supersede.reason,
      before: {
        revision: applied.revision,
        snapshot_at: `${applied.snapshotAt}`,
        sha256: applied.fileSha256,
      },
      after: { revision: decision.revision, snapshot_at: file.snapshot_at, sha256, name: file.name },
    });
    context.log.info('the night is superseded', { taskId: attempt.taskId, revision: decision.revision });
  }
  return decision.revision;
}

/** Reads the file an extra time; only for a night that is already applied, and if no manifest gives the sha256. */
async function sha256Of({ files }: TaskContext<unknown>, location: string): Promise<string> {
  const { chunks, digest } = hashedChunks(await files.open(location));
  for await (const _ of chunks);
  return digest().sha256;
}

/** The params that apply the found file on top of the one that the night is applied from. */
export const SUPERSEDE_REMEDY: RunWithParams = {
  label: 'apply the file on top',
  params: { supersede: 'true', supersede_reason: null },
};

function supersedeRefused(why: string, { run, attempt }: TaskContext<unknown>): FailTask {
  if (!hasSupersedeParams(run.params)) {
    return new FailTask(
      `${why}; to apply it on top, give ${attempt.taskId} supersede: {wanted, reason} in the DAG's file and trigger the date`,
    );
  }
  return new FailTask(why, { remedy: { clear: { ...SUPERSEDE_REMEDY, scope: 'downstream' } } });
}

/** Returns whether the DAG declares the params that the shipped one has for it. */
export function hasSupersedeParams(params: JsonObject): boolean {
  return Object.hasOwn(params, 'supersede');
}
