import type { Random } from '../../demo/world/random.ts';
import type { Fault } from './campaign/world.ts';
import { blackHole } from './faults/black_hole.ts';
import { clock } from './faults/clock.ts';
import { deadlyTask } from './faults/deadly_task.ts';
import { delivery } from './faults/delivery.ts';
import { drain } from './faults/drain.ts';
import { failpoint } from './faults/failpoint.ts';
import { freeze } from './faults/freeze.ts';
import { kill, killAll } from './faults/kill.ts';
import { lostClaim } from './faults/lost_claim.ts';
import { postgres } from './faults/postgres.ts';
import { receiver } from './faults/receiver.ts';
import { stop } from './faults/stop.ts';
import { forgedJobs, lostJobs } from './faults/wake_up_jobs.ts';

export const FAULTS: readonly Fault[] = [
  kill,
  killAll,
  stop,
  freeze,
  failpoint,
  postgres,
  blackHole,
  lostJobs,
  forgedJobs,
  lostClaim,
  clock,
  drain,
  deadlyTask,
  delivery,
  receiver,
];

export function drawFault(random: Random, faults: readonly Fault[] = FAULTS): Fault {
  let draw = random.integer(
    1,
    faults.reduce((sum, { weight }) => sum + weight, 0),
  );
  for (const fault of faults) {
    draw -= fault.weight;
    if (draw <= 0) return fault;
  }
  return random.pick(faults);
}
