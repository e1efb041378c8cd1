/**
 * Ids of runs and attempts for other systems. They follow from the run alone, so every process computes the same ones and
 * none is stored. The instant of the run's creation, in microseconds, keeps the runs of two installations apart.
 */
import { createHash } from 'node:crypto';
import type { FedAttempt, FedRun } from './change.ts';

type RunKey = Pick<FedRun, 'runId' | 'dagId' | 'createdAt'>;
type AttemptKey = Pick<FedAttempt, 'taskInstanceId' | 'attemptNumber'>;

/** Returns the id of the run's trace, as 32 hex digits. */
export function traceIdOf(run: RunKey): string {
  return hashOf('trace', run).toString('hex', 0, 16);
}

/** Returns the id of the span of a run, or of one of its attempts, as 16 hex digits. */
export function spanIdOf(run: RunKey, attempt: AttemptKey | null): string {
  return hashOf('span', run, attempt).toString('hex', 0, 8);
}

/** Returns the UUID of a run, or of one of its attempts: version 8, whose bits are those of a hash. */
export function uuidOf(run: RunKey, attempt: AttemptKey | null): string {
  const bytes = hashOf('uuid', run, attempt).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function hashOf(use: string, { runId, dagId, createdAt }: RunKey, attempt: AttemptKey | null = null): Buffer {
  const parts = ['stockflow', use, dagId, runId, createdAt.toString()];
  const own = attempt === null ? [] : [attempt.taskInstanceId, attempt.attemptNumber];
  return createHash('sha256')
    .update([...parts, ...own].join('\n'))
    .digest();
}
