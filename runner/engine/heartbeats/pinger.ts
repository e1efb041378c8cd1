/** Sends the pings of heartbeats, those of one DAG in their order. */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Environment } from '../../connections/connection_config.ts';
import { PingError, sendPing } from '../../connections/heartbeat/monitor.ts';
import { PING_HORIZON_MS, pingDelayMs } from '../../core/heartbeat/ping.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import {
  type ClaimedPing,
  claimPing,
  dropOutdated,
  endPing,
  nextPing,
  postponePing,
} from '../../store/heartbeat/ping.ts';
import { addHeartbeatJob } from '../../store/queue/job.ts';
import { failpoint } from '../failpoint.ts';

/** Longer than a monitor is waited for. */
const LEASE_MS = 10_000;

export interface PingerOptions {
  readonly pool: Pool;
  readonly env: Environment;
  readonly log: Log;
}

/**
 * Sends what is due for a DAG. It may be called at any time, and by several workers at once.
 * @param signal ends it before the next ping; the one that is being sent ends within seconds
 */
export async function sendDuePings(
  options: PingerOptions,
  dagId: string,
  signal: AbortSignal,
): Promise<void> {
  const { pool, log } = options;
  while (!signal.aborted) {
    const dropped = await dropOutdated(pool, dagId, PING_HORIZON_MS);
    if (dropped > 0) log.warn('pings of a heartbeat were dropped as outdated', { dagId, dropped });
    const ping = await claimPing(pool, dagId, LEASE_MS);
    if (ping === null) break;
    await send(options, ping);
  }
  const nextAt = await nextPing(pool, dagId);
  if (nextAt !== null) await addHeartbeatJob(pool, dagId, nextAt);
}

async function send({ pool, env, log }: PingerOptions, ping: ClaimedPing): Promise<void> {
  const { pingId, dagId, runId, connection, kind, body, attemptCount } = ping;
  failpoint('heartbeat.claimed');
  try {
    await sendPing(connection, env, { kind, body, rid: ridOf(ping) });
    await endPing(pool, pingId, { state: 'sent', errorText: null });
  } catch (error) {
    const { errorText } = errorFacts(error);
    log.warn('a ping of the heartbeat failed', { dagId, runId, kind, connection, error: errorText });
    // A connection that is not set here may be set for another worker.
    if (error instanceof PingError && !error.isRetryable)
      await endPing(pool, pingId, { state: 'failed', errorText });
    else await postponePing(pool, pingId, { errorText, afterMs: pingDelayMs(attemptCount) });
  }
}

/** Returns the UUID that the pings of a run share, by which a monitor measures its duration. */
export function ridOf({ dagId, runId }: Pick<ClaimedPing, 'dagId' | 'runId'>): string | null {
  if (runId === null) return null;
  const hex = createHash('sha256').update(`stockflow/${dagId}/${runId}`).digest('hex');
  // Version 8 (RFC 9562): a UUID of one's own making.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
