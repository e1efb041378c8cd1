/** Overrides of guards by an operator, for one run. */
import { z } from 'zod';
import type { Tripped } from './guards.ts';

/** Plausibility bounds, each a param under `guards:`. An operator may know that the figure is right. */
export const OVERRIDABLE_GUARDS = [
  'max_drop',
  'max_row_drop',
  'max_coverage_drop',
  'max_rejected',
  'max_single_change',
  'max_total_change',
] as const;

/**
 * Guards that cannot be overridden, with what each prevents: they stop a wrong file, or a night with nothing to
 * apply, and no reason makes such counts right.
 */
export const NON_OVERRIDABLE: ReadonlyMap<string, string> = new Map([
  ['no_file', 'without a file there is nothing to apply'],
  ['max_age', 'it keeps the file of another night out'],
  ['last_applied', 'it keeps older counts from overwriting newer ones'],
  ['applied_before', 'it keeps a file from being applied for two nights'],
  ['manifest', 'it keeps a damaged or incomplete file out'],
  ['file_moved', 'it keeps out a file that is still being written'],
  ['final_newline', 'it keeps a cut file out'],
  ['content_type', 'it keeps out what is no CSV file'],
  ['file_rows', 'a file without rows says nothing'],
  ['active_list', 'without active products there is nothing to set'],
  ['shared_id', 'it keeps the counts of two products apart'],
  ['filtered_output', 'without a row of an active product there is nothing to set'],
  ['published_sha256', 'it keeps out a file that was changed after it was published'],
]);

export interface GuardOverride {
  readonly guards: ReadonlySet<string>;
  /** The operator's reason; empty if no guard is named. */
  readonly reason: string;
}

/** The `override` param of the tasks with overridable guards; each accepts the names of all of them. */
export const overrideSchema = z
  .strictObject({
    /** Names of guards, separated by commas; empty for none. */
    guards: z.string().default(''),
    /** The reason, recorded in the history. */
    reason: z.string().default(''),
  })
  .superRefine(({ guards, reason }, context) => {
    const names = namesIn(guards);
    const isBlank = reason.trim() === '';
    for (const name of names) {
      const message = nameProblem(name);
      if (message !== null) context.addIssue({ code: 'custom', path: ['guards'], message });
    }
    if (names.length > 0 && isBlank) {
      const message = `is empty: to override ${names.join(', ')} say why, for the history`;
      context.addIssue({ code: 'custom', path: ['reason'], message });
    }
    if (names.length === 0 && !isBlank) {
      const message = `is empty, and there is a reason to override: name ${OVERRIDABLE_GUARDS.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['guards'], message });
    }
  })
  .prefault({})
  .transform(
    ({ guards, reason }): GuardOverride => ({ guards: new Set(namesIn(guards)), reason: reason.trim() }),
  );

/** The condition of an override besides the operator's reason: none, or the approval of a second person. */
export const overrideNeedsSchema = z.enum(['reason', 'approval']).default('reason');
export type OverrideNeeds = z.output<typeof overrideNeedsSchema>;

/** Splits tripped guards into those that stop the night and those that this run overrides. */
export function splitByOverride(
  tripped: readonly Tripped[],
  { guards }: GuardOverride,
): { readonly stopping: readonly Tripped[]; readonly overridden: readonly Tripped[] } {
  return {
    stopping: tripped.filter(({ guard }) => !guards.has(guard)),
    overridden: tripped.filter(({ guard }) => guards.has(guard)),
  };
}

/** The way on for an operator who knows that the figures are right. */
export type GuardAdvice =
  /** Override these guards: those that stopped the task, and those that the run overrides already. */
  | { readonly kind: 'override'; readonly guards: readonly string[]; readonly stopping: readonly string[] }
  /** Raise the bounds of these guards, as the DAG declares no override params. */
  | { readonly kind: 'raise'; readonly guards: readonly string[] };

/**
 * Returns the way on after guards stopped a task; null if a guard that cannot be overridden is among them.
 * @param dag whether the DAG declares the override params that the shipped one has
 */
export function adviceFor(
  stopping: readonly Tripped[],
  { guards }: GuardOverride,
  dag: { readonly hasOverrideParams: boolean },
): GuardAdvice | null {
  const names = [...new Set(stopping.map(({ guard }) => guard))];
  if (!names.every(isOverridable)) return null;
  if (!dag.hasOverrideParams) return { kind: 'raise', guards: names };
  // Guards that the run already overrides must be named again: the new params replace its own.
  return { kind: 'override', guards: [...new Set([...guards, ...names])], stopping: names };
}

function namesIn(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function nameProblem(name: string): string | null {
  if (isOverridable(name)) return null;
  const these = `these can be overridden: ${OVERRIDABLE_GUARDS.join(', ')}`;
  const why = NON_OVERRIDABLE.get(name);
  return why === undefined
    ? `no guard is called ${JSON.stringify(name)}; ${these}`
    : `${name} cannot be overridden, as ${why}: it takes the right file; ${these}`;
}

function isOverridable(name: string): boolean {
  return OVERRIDABLE_GUARDS.some((known) => known === name);
}
