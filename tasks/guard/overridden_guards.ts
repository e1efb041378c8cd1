/**
 * The guards that a run overrode, passed on from output to output, so that the batch in the OMS records all of them.
 */
import { z } from 'zod';
import type { Json } from '../../runner/task.ts';

const overriddenGuardSchema = z.strictObject({
  task_id: z.string(),
  guard: z.string(),
  figure: z.string(),
  bound: z.string(),
  /** The guard's message. */
  sentence: z.string(),
  reason: z.string(),
});
export type OverriddenGuard = z.output<typeof overriddenGuardSchema>;

const outputSchema = z.looseObject({ overridden_guards: z.array(overriddenGuardSchema) });

/** Collects the overrides of the upstream tasks, each once. */
export function overriddenUpstream(upstream: Readonly<Record<string, Json>>): readonly OverriddenGuard[] {
  const found = Object.values(upstream)
    .flatMap((output) => (Array.isArray(output) ? output : [output]))
    .flatMap((output) => outputSchema.safeParse(output).data?.overridden_guards ?? []);
  return [...new Map(found.map((guard) => [JSON.stringify(guard), guard])).values()];
}
