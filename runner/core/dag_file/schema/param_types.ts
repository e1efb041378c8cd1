/** Params that task types share with the keys of a DAG file, with the same grammar. */
import * as field from './fields.ts';

export { type LocationUse, location } from './location_param.ts';

/** The annotation of a param that editors display. */
export interface ParamAnnotations {
  readonly description?: string;
}

/** Accepts the id of a connection: `warehouse` for `STOCKFLOW_CONN_WAREHOUSE`. */
export function connectionId({ description = 'the id of a connection' }: ParamAnnotations = {}) {
  return field.connectionId({ description });
}

/** Accepts a duration such as `30s`, `5m`, `1h30m` or `2d`, and gives milliseconds. */
export function duration({ description = 'a duration, such as 30s or 1h30m' }: ParamAnnotations = {}) {
  return field.duration({ description });
}

/** Accepts an IANA time zone such as `America/New_York`. */
export function timezone({ description = 'an IANA time zone' }: ParamAnnotations = {}) {
  return field.timeZone({ description });
}

/** Accepts an ISO 8601 instant with its offset (`2026-03-10T03:00:00Z`), and gives a Temporal.Instant. */
export function instant({ description = 'an ISO 8601 instant with its offset' }: ParamAnnotations = {}) {
  return field.instant({ description });
}
