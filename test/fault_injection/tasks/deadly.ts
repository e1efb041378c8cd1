import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { defineTask } from '../../../runner/task.ts';

const WAYS = {
  segv: () => process.kill(process.pid, 'SIGSEGV'),
  /** As native code does that gives up; the worker refuses `process.abort` to its tasks. */
  abort: () => process.kill(process.pid, 'SIGABRT'),
  /** More than the heap of the campaign's workers may hold. */
  memory: () => {
    for (const held: number[][] = []; ; ) held.push(new Array<number>(100_000).fill(0.5));
  },
};

/** Ends the process that it runs in, at each attempt, once others run beside it. */
export default defineTask({
  type: 'deadly',
  description: 'ends its process',
  params: z.strictObject({ way: z.enum(['segv', 'abort', 'memory']) }),
  async run({ params, log, signal }) {
    await pause(200, undefined, { signal });
    log.warn('a task ends its process', { way: params.way });
    WAYS[params.way]();
    return null;
  },
});
