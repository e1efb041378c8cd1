/** The kinds of alert, as a DAG file names them in `alerts.on`. */
export const ALERT_KINDS = [
  /** The run ended failed. */
  'failed',
  /** A task was not finished by its deadline. */
  'deadline_missed',
  /** A run was due and not running `start_within` later. */
  'not_started',
  /** The run takes longer than the last ones did. */
  'slow',
  /** A run of which something bad had been told succeeded. */
  'recovered',
  /** A task of the run recorded a warning. */
  'warning',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** The kinds that are told where `on` is left out, and to the channels of STOCKFLOW_ALERTS_TO. */
export const DEFAULT_KINDS = [
  'failed',
  'deadline_missed',
  'not_started',
  'recovered',
] as const satisfies readonly AlertKind[];

/** Who is told of what: one entry of a DAG's `alerts`. */
export interface AlertRule {
  readonly on: readonly AlertKind[];
  /** Ids of connections that are channels. */
  readonly to: readonly string[];
}

/** The time in ms after which a due run that is not running counts as not started, where the DAG gives none. */
export const START_WITHIN_MS = 600_000;
