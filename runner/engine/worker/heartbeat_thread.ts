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

/** The interval of heartbeats in ms: several tries fit into one lease. */
const heartbeatMs = leaseMs / 5;

const pool = createPool(databaseUrl, {
  applicationName: `stockflow heartbeat ${workerId}`,
  max: 1,
  // A dead connection must cost one heartbeat, not the lease.
  statementTimeoutMs: leaseMs / 4,
  answerTimeoutMs: leaseMs / 4,
  connectTimeoutMs: leaseMs / 4,
});

function notify(message: HeartbeatMessage): void {
  parentPort?.postMessage(message);
}

/** Returns the tasks that are blocked here, for the person who looks for the one that loops. */
async function stalledTasks(): Promise<string> {
  const running = await runningOn(pool, workerId);
  return running.map(({ taskId, runId }) => `${taskId} of run ${runId}`).join(', ') || 'no task';
}

/** Kills the process: nothing else reaches a looping thread, neither signal handlers nor an exception. */
function endProcess(reason: string): void {
  try {
    writeSync(
      2,
      `worker ${workerId} ends: ${reason}. Its tasks start elsewhere; start it again, as a supervisor does.\n`,
    );
  } finally {
    // Kill it even if nobody reads its stderr.
    process.kill(process.pid, 'SIGKILL');
  }
}

const watch = new EventLoopWatch(stallMs);
let isHeld = true;
let isStalled = false;
while (isHeld && !isStalled) {
  try {
    isHeld = await renewLease(pool, workerId, leaseMs);
    isStalled = watch.isBlocked(Atomics.load(turns, 0), performance.now());
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
