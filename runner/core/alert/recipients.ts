import { ALERT_KINDS, type AlertKind, type AlertRule, DEFAULT_KINDS } from './kind.ts';

/** The channels that are told of each kind; a kind of which nobody is told is missing. */
export type Recipients = ReadonlyMap<AlertKind, readonly string[]>;

/**
 * Returns who is told of what: the channels of the DAG's own rules, and those of all DAGs for the usual kinds. A channel
 * that is named twice is told once.
 * @param forAllDags the channels of STOCKFLOW_ALERTS_TO
 */
export function recipientsOf(rules: readonly AlertRule[], forAllDags: readonly string[]): Recipients {
  const all: readonly AlertRule[] = [...rules, { on: DEFAULT_KINDS, to: forAllDags }];
  return new Map(
    ALERT_KINDS.map((kind) => {
      const channels = all.filter(({ on }) => on.includes(kind)).flatMap(({ to }) => to);
      return [kind, [...new Set(channels)]] as const;
    }).filter(([, channels]) => channels.length > 0),
  );
}
