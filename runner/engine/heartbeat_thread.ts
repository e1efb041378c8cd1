/** The heartbeat's thread: see heartbeat.ts. */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createPool } from '../connections/postgres_pool.ts';
import { renewLease } from '../store/worker.ts';
import type { HeartbeatData, HeartbeatMessage } from './heartbeat.ts';

const { databaseUrl, workerId, leaseMs }: HeartbeatData = workerData;

/** Several chances within one lease. */
const heartbeatMs = leaseMs / 5;

const pool = createPool(databaseUrl, {
  applicationName: `stockflow heartbeat ${workerId}`,
  max: 1,
  // A connection that has gone dead must cost one beat, not the lease.
  statementTimeoutMs: leaseMs / 4,
  answerTimeoutMs: leaseMs / 4,
  connectTimeoutMs: leaseMs / 4,
});

function tell(message: HeartbeatMessage): void {
  parentPort?.postMessage(message);
}

let isHeld = true;
while (isHeld) {
  try {
    isHeld = await renewLease(pool, workerId, leaseMs);
  } catch (error) {
    tell({ kind: 'missed', error: String(error) });
  }
  if (isHeld) await pause(heartbeatMs);
}
tell({ kind: 'lost' });
await pool.end();
