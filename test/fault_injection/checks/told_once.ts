import type { AlertFact, Arrival, CampaignFacts, Violation } from '../verify/facts.ts';

/**
 * E13: each time that a run failed each channel is told once, and of no other run; the success that follows is told once
 * and closes it. The alert is part of the transition, so it is there as soon as the run has ended; it arrives later.
 */
export function checkToldOnce(
  { runs, runEnds, alerts }: Pick<CampaignFacts, 'runs' | 'runEnds' | 'alerts'>,
  channels: readonly string[],
): readonly Violation[] {
  const alertsOf = Map.groupBy(alerts, ({ runId }) => runId);
  const endsOf = Map.groupBy(runEnds, ({ runId }) => runId);
  return runs.flatMap(({ runId, dagId }): readonly Violation[] => {
    const ends = (endsOf.get(runId) ?? []).map(({ state }) => state);
    const own = alertsOf.get(runId) ?? [];
    const failures = ends.filter((state) => state === 'failed').length;
    const recoveries = ends.filter(
      (state, index) => state === 'success' && ends[index - 1] === 'failed',
    ).length;
    return channels.flatMap((channel) => {
      const told = own.filter((alert) => alert.channel === channel);
      const count = (kind: string) => told.filter((alert) => alert.kind === kind).length;
      const open = told.filter(({ kind, isClosed }) => kind === 'failed' && !isClosed).length;
      const isRight =
        count('failed') === failures &&
        count('recovered') === recoveries &&
        open === (ends.at(-1) === 'success' ? 0 : failures);
      if (isRight) return [];
      const text = `run ${runId} of ${dagId} ended ${ends.join(', ')}, and ${channel} is told ${told.map(({ kind }) => kind).join(', ')}; ${open} are open`;
      return [{ invariant: 'E13', text }];
    });
  });
}

/**
 * E13: whatever arrived is told by a transition that was committed; a message that came twice has one key, by which a
 * receiver drops the second; and nobody reads of a recovery before its failure.
 */
export function checkArrivals(
  { runs, alerts }: Pick<CampaignFacts, 'runs' | 'alerts'>,
  arrivals: readonly Arrival[],
): readonly Violation[] {
  const own = new Set(runs.map(({ runId }) => runId));
  const known = new Set(alerts.map(nameOf));
  const arrived = arrivals.flatMap(({ channel, key, alerts: told }, order) =>
    told.map((alert) => ({ ...alert, channel, key, order })).filter(({ runId }) => own.has(runId ?? -1)),
  );
  const firstOf = new Map(arrived.toReversed().map((one) => [nameOf(one), one.order]));
  const failures = Map.groupBy(
    alerts.filter(({ kind }) => kind === 'failed'),
    ({ incident, channel }) => `${incident} at ${channel}`,
  );
  return [
    ...arrived
      .filter((one) => !known.has(nameOf(one)))
      .map((one) => violation(`${nameOf(one)}, ${one.kind} of run ${one.runId}, arrived and was never told`)),
    ...[...Map.groupBy(arrived, nameOf)].flatMap(([name, same]) => {
      const keys = new Set(same.map(({ key }) => key));
      return keys.size > 1 ? [violation(`${name} arrived under ${[...keys].join(' and ')}`)] : [];
    }),
    ...arrived
      .filter(({ kind }) => kind === 'recovered')
      .flatMap((one) => {
        const early = (failures.get(`${one.incident} at ${one.channel}`) ?? [])
          .filter(({ alertId }) => alertId < one.alertId)
          .find((failure) => (firstOf.get(nameOf(failure)) ?? Number.POSITIVE_INFINITY) > one.order);
        return early === undefined
          ? []
          : [violation(`${nameOf(one)} arrived before ${nameOf(early)}, which it closes`)];
      }),
  ];
}

/** E13: once everything has ended, every alert has arrived at each of its channels. */
export function checkAllArrived(
  alerts: readonly AlertFact[],
  arrivals: readonly Arrival[],
): readonly Violation[] {
  const arrived = new Set(
    arrivals.flatMap(({ channel, alerts: told }) => told.map(({ alertId }) => nameOf({ alertId, channel }))),
  );
  return alerts
    .filter((alert) => !arrived.has(nameOf(alert)))
    .map((alert) => violation(`${nameOf(alert)}, ${alert.kind} of run ${alert.runId}, never arrived`));
}

function nameOf({ alertId, channel }: Pick<AlertFact, 'alertId' | 'channel'>): string {
  return `alert ${alertId} to ${channel}`;
}

function violation(text: string): Violation {
  return { invariant: 'E13', text };
}
