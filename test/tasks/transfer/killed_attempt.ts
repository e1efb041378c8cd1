/**
 * One attempt of a transfer in a process of its own, which kills itself with SIGKILL at a point: after the n-th call of what its
 * context offers, `call:n`, or at a step of publishing, `step:written`. `node killed_attempt.ts JSON`.
 */

import type { TaskContext } from '../../../runner/task.ts';
import { openTaskWorld, type TaskWorld } from '../../../runner/testing.ts';
import transfer from '../../../tasks/transfer.ts';

export interface KilledAttempt {
  readonly env: Readonly<Record<string, string>>;
  readonly params: Parameters<typeof transfer.params.parse>[0];
  readonly dieAt: string;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Dies when the log tells of the step. */
function watchSteps(world: TaskWorld, step: string): void {
  const push = world.logs.push.bind(world.logs);
  world.logs.push = (...lines) => {
    if (lines.some(({ facts }) => facts.step === step)) die();
    return push(...lines);
  };
}

/** Returns the object with methods that die after the n-th call of any of them. */
function counted<T extends object>(object: T, count: { left: number }): T {
  return new Proxy(object, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const result: unknown = await Reflect.apply(method, target, args);
        count.left -= 1;
        if (count.left === 0) die();
        return result;
      };
    },
  });
}

if (import.meta.main) {
  const { env, params, dieAt }: KilledAttempt = JSON.parse(process.argv[2] ?? '{}');
  await using world = await openTaskWorld({ env });
  const [kind, at = ''] = dieAt.split(':');
  if (kind === 'step') watchSteps(world, at);
  const count = { left: kind === 'call' ? Number(at) : 0 };
  const context = world.context(transfer.params.parse(params));
  const own: TaskContext<typeof context.params> = {
    ...context,
    files: counted(context.files, count),
    record: counted({ record: context.record }, count).record,
  };
  await transfer.run(own);
}
