import type { FileEntry, TaskContext } from '../../runner/task.ts';
import { isPattern } from './params.ts';
import { type Selection, type SelectionRule, selectFiles } from './selection.ts';

/** Lists the files of each `from` and selects among them; a file that two of them match counts once. */
export async function findFiles(
  { files }: Pick<TaskContext<unknown>, 'files'>,
  patterns: readonly string[],
  rule: SelectionRule,
): Promise<Selection> {
  const chosen = new Map<string, FileEntry>();
  const ageless: FileEntry[] = [];
  for (const pattern of patterns) {
    const selection = selectFiles(await entriesOf(files, pattern), rule);
    for (const entry of selection.chosen) chosen.set(entry.location, entry);
    ageless.push(...selection.ageless);
  }
  return { chosen: [...chosen.values()], ageless };
}

async function entriesOf(
  files: TaskContext<unknown>['files'],
  pattern: string,
): Promise<readonly FileEntry[]> {
  if (isPattern(pattern)) return await files.list(pattern);
  const entry = await files.stat(pattern);
  return entry === null ? [] : [entry];
}
