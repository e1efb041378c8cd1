import type { TaskContext } from '../../runner/task.ts';
import { type AwaitedNight, selectCandidate } from './candidates.ts';
import { checkCandidate, type FoundFileOutput } from './completeness.ts';

/** The params that both searches use. */
export interface WaitParams {
  readonly from: string;
  readonly stable_for: number;
}

export interface FileSearch {
  readonly file: FoundFileOutput | null;
  /** `name: why not` for each file examined. */
  readonly seen: readonly string[];
}

/** Finds tonight's file by the snapshot in its name. */
export async function findByName(
  { params, files, now, signal }: TaskContext<WaitParams>,
  night: AwaitedNight,
): Promise<FileSearch> {
  const { chosen, refused } = selectCandidate(await files.list(params.from), night);
  if (chosen === null) return { file: null, seen: refused };
  const checked = await checkCandidate(chosen, { files, now, signal, stableForMs: params.stable_for });
  if (checked.file !== null) return { file: checked.file, seen: refused };
  return { file: null, seen: [`${chosen.entry.name}: ${checked.notYet}`, ...refused] };
}
