import type { Blocker } from '../../core/explain/blocker.ts';
import type { TaskExplanation } from '../../core/explain/explain.ts';

export interface ExplainedGroup {
  readonly first: TaskExplanation;
  readonly sentences: readonly string[];
  /** The number of instances, the first included. */
  readonly alike: number;
}

/** Groups the instances of one task that are blocked alike, which are shown once. */
export function groupsOf(
  tasks: readonly TaskExplanation[],
  sentenceOf: (blocker: Blocker) => string,
): readonly ExplainedGroup[] {
  const groups = new Map<string, ExplainedGroup>();
  for (const task of tasks) {
    const sentences = task.blockers.map(sentenceOf);
    const key = JSON.stringify([task.instance.taskId, task.instance.state, sentences]);
    const group = groups.get(key);
    groups.set(
      key,
      group === undefined ? { first: task, sentences, alike: 1 } : { ...group, alike: group.alike + 1 },
    );
  }
  return [...groups.values()];
}
