/** The heartbeat's thread: see heartbeat.ts. */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createPool } from '../connections/postgres.ts';
import { HEARTBEAT_MS, LEASE_MS, renewLease } from '../store/worker.ts';
import type { HeartbeatData, HeartbeatMessage } from './heartbeat.ts';

const { databaseUrl, workerId }: HeartbeatData = workerData;

const pool = createPool(databaseUrl, {
  applicationName: `stockflow heartbeat ${workerId}`,
  max: 1,
  statementTimeoutMs: LEASE_MS / 2,
  connectTimeoutMs: LEASE_MS / 2,
});

function tell(message: HeartbeatMessage): void {
  parentPort?.postMessage(message);
}

let isHeld = true;
while (isHeld) {
  try {
    isHeld = await renewLease(pool, workerId);
  } catch (error) {
    tell({ kind: 'missed', error: String(error) });
  }
  if (isHeld) await pause(HEARTBEAT_MS);
}
tell({ kind: 'lost' });
await pool.end();
