/** The nouns of the runner's own events: only the runner says what became of these. */
const RUNNER_NOUNS = [
  'attempt',
  'audit',
  'backfill',
  'dag',
  'event',
  'history',
  'pool',
  'run',
  'schedule',
  'task',
  'worker',
];

/** Why a task may not record an event of this action; null where it may. */
export function actionProblem(action: string): string | null {
  const [, noun] = /^([a-z][a-z0-9_]*)\.[a-z][a-z0-9_]*$/.exec(action) ?? [];
  if (noun === undefined || action.length > 64) {
    return `found ${JSON.stringify(action)}, expected noun.verb in lower case, such as guard.overridden`;
  }
  return RUNNER_NOUNS.includes(noun)
    ? `${action} is the runner's own to say: use another noun than ${noun}`
    : null;
}
