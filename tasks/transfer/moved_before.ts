import { type TaskContext, TaskError } from '../../runner/task.ts';
import { isPattern, type PlacingParams, patternsOf } from './params.ts';
import type { Placed } from './place_file.ts';
import { placementsOf } from './target.ts';

/**
 * Returns the files that are named without `*` and are no longer at their source, as an earlier attempt has moved them.
 * @throws TaskError if one of them is not at its target either
 */
export async function movedBefore({
  params,
  run,
  files,
}: Pick<TaskContext<PlacingParams>, 'params' | 'run' | 'files'>): Promise<readonly Placed[]> {
  const moved: Placed[] = [];
  for (const location of patternsOf(params).filter((from) => !isPattern(from))) {
    if ((await files.stat(location)) !== null) continue;
    if (params.action === 'copy') throw new TaskError(`there is no file ${location}`);
    const named = { location, name: location.split(/[:/]/).at(-1) ?? '' };
    const [placement] = placementsOf([named], params, run.businessDate);
    const there = placement === undefined ? null : await files.stat(placement.target);
    if (there === null)
      throw new TaskError(
        `there is no file ${location}, and none at ${placement?.target} to which it would go`,
      );
    const { bytes } = there;
    moved.push({ from: location, to: there.location, bytes, sha256: null, result: 'already_there' });
  }
  return moved;
}
