import type { ChangedInstance } from '../../store/run/operator.ts';

/** `first, each[0], each[1] (3 task instances)`; of many only the first few. */
export function changedText(changed: readonly ChangedInstance[]): string {
  const shown = 8;
  const names = changed
    .slice(0, shown)
    .map(({ taskId, mapIndex }) => (mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`));
  if (changed.length > shown) names.push('...');
  return `${names.join(', ')} (${changed.length === 1 ? '1 task instance' : `${changed.length} task instances`})`;
}
