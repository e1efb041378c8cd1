/** The heartbeat's thread: see heartbeat.ts. */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createPool } from '../../connections/postgres/pool.ts';
import { runningOn } from '../../store/queue/lease.ts';
import { giveUpLease, renewLease } from '../../store/worker/worker.ts';
import { EventLoopWatch } from './event_loop_watch.ts';
import type { HeartbeatData, HeartbeatMessage } from './heartbeat.ts';

const { databaseUrl, workerId, leaseMs, turns, stallMs, stalledProcess }: HeartbeatData = workerData;

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

function notify(message: HeartbeatMessage): void {
  parentPort?.postMessage(message);
}

/** The tasks that cannot go on here, for whoever looks for the one that loops. */
async function stalledTasks(): Promise<string> {
  const running = await runningOn(pool, workerId);
  return running.map(({ taskId, runId }) => `${taskId} of run ${runId}`).join(', ') || 'no task';
}

/** Nothing else reaches a thread that loops: neither its signals' handlers nor an exception. */
function endProcess(reason: string): void {
  try {
    writeSync(
      2,
      `worker ${workerId} ends: ${reason}. Its tasks start elsewhere; start it again, as a supervisor does.\n`,
    );
  } finally {
    // Also where nobody reads its last words.
    process.kill(process.pid, 'SIGKILL');
  }
}

const watch = new EventLoopWatch(stallMs);
let isHeld = true;
let isStalled = false;
while (isHeld && !isStalled) {
  try {
    isHeld = await renewLease(pool, workerId, leaseMs);
    isStalled = watch.standsStill(Atomics.load(turns, 0), performance.now());
    if (isHeld && isStalled) {
      const reason = `its event loop stood still for ${Math.round(stallMs / 1000)} s while it ran ${await stalledTasks()}`;
      await giveUpLease(pool, workerId, reason);
      if (stalledProcess === 'end') endProcess(reason);
    }
  } catch (error) {
    notify({ kind: 'missed', error: String(error) });
  }
  if (isHeld && !isStalled) await pause(heartbeatMs);
}
notify({ kind: 'lost' });
await pool.end();
