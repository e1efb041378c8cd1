/** Parses the log lines of a worker: one JSON object a line. */
import { z } from 'zod';
import type { Acknowledged } from '../verify/facts.ts';

/** Matches a deadlock or serialization failure; not by the code 40001 alone, which may occur as an id. */
export const CONFLICT = /deadlock detected|could not serialize access|\b40P01\b/;

const settledLine = z.object({
  message: z.literal('an attempt was settled'),
  runId: z.number(),
  taskInstanceId: z.number(),
  attemptToken: z.number(),
  state: z.string(),
});

export type ReadLine =
  | { readonly kind: 'acknowledged'; readonly attempt: Omit<Acknowledged, 'pid'> }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'other' };

export function readLogLine(line: string): ReadLine {
  if (line.includes('an attempt was settled')) {
    const parsed = settledLine.safeParse(parseOrNull(line));
    if (parsed.success) {
      const { runId, taskInstanceId, attemptToken, state } = parsed.data;
      return {
        kind: 'acknowledged',
        attempt: { runId, instanceId: taskInstanceId, token: attemptToken, state },
      };
    }
  }
  return { kind: CONFLICT.test(line) ? 'conflict' : 'other' };
}

/** Returns null for the last line of a killed process, which may be cut. */
function parseOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
