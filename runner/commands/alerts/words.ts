/** The commands that an alert proposes, each with its purpose. */
import type { ToldAlert } from '../../core/alert/message/message.ts';
import { remedyLines } from '../output/remedy_text.ts';

export function alertCommands({ kind, runId, facts }: ToldAlert): readonly string[] {
  if (runId === null) {
    return ['to see what is due: stockflow status', 'to see what keeps it from working: stockflow doctor'];
  }
  switch (kind) {
    case 'recovered':
      return [];
    case 'failed':
    case 'warning': {
      const { taskId = null, remedy = null } = facts ?? {};
      const proposed = taskId === null ? [] : remedyLines(remedy, { runId, taskId });
      return [`to see it in full: stockflow runs show ${runId}`, ...proposed];
    }
    case 'deadline_missed':
    case 'not_started':
    case 'slow':
      return [`to see what it waits for: stockflow runs explain ${runId}`];
  }
}
