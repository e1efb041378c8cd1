import type { AttemptFact, Drain, Violation } from '../verify/facts.ts';

/** E11: SIGTERM ends a worker in order, within its grace time and the allowance, and its tasks are released. */
export function checkDrains(
  drains: readonly Drain[],
  attempts: readonly AttemptFact[],
): readonly Violation[] {
  return drains.flatMap(({ pid, workerIds, at, graceMs, allowanceMs, tookMs, end }) => {
    const texts: string[] = [];
    if (end !== 0) texts.push(`worker ${pid} ended with ${end}`);
    if (tookMs > graceMs + allowanceMs)
      texts.push(`worker ${pid} took over ${graceMs + allowanceMs} ms to end`);
    const lost = attempts.filter(
      ({ workerId, state, finishedAt }) =>
        workerIds.includes(workerId) &&
        state === 'crashed' &&
        finishedAt !== null &&
        Temporal.Instant.compare(finishedAt, at) > 0,
    );
    for (const { instanceId, attemptNumber } of lost)
      texts.push(
        `worker ${pid} lost attempt ${attemptNumber} of instance ${instanceId} instead of handing it over`,
      );
    return texts.map((text) => ({ invariant: 'E11', text: `SIGTERM: ${text}` }));
  });
}
