import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { defineTask } from '../../../runner/task.ts';

const WAYS = {
  segv: () => process.kill(process.pid, 'SIGSEGV'),
  /** Ends the process as native code does when it gives up; the worker refuses `process.abort` to its tasks. */
  abort: () => process.kill(process.pid, 'SIGABRT'),
  /** Allocates more than the heap limit of the campaign's workers. */
  memory: () => {
    for (const held: number[][] = []; ; ) held.push(new Array<number>(100_000).fill(0.5));
  },
};

/** A task that ends its own process at each attempt, once other tasks run beside it. */
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
