/** Params that task types share with the keys of a DAG file: one grammar for both. */
import * as field from './fields.ts';

export { type LocationUse, location } from './location_param.ts';

/** What an editor shows of a param. */
export interface ParamAnnotations {
  readonly description?: string;
}

/** The id of a connection: `warehouse` for `STOCKFLOW_CONN_WAREHOUSE`. */
export function connectionId({ description = 'the id of a connection' }: ParamAnnotations = {}) {
  return field.connectionId({ description });
}

/** `30s`, `5m`, `1h30m`, `2d`, parsed to milliseconds. */
export function duration({ description = 'a duration, such as 30s or 1h30m' }: ParamAnnotations = {}) {
  return field.duration({ description });
}

/** An IANA name such as `America/New_York`. */
export function timezone({ description = 'an IANA time zone' }: ParamAnnotations = {}) {
  return field.timeZone({ description });
}

/** An ISO 8601 instant with its offset (`2026-03-10T03:00:00Z`), parsed to a Temporal.Instant. */
export function instant({ description = 'an ISO 8601 instant with its offset' }: ParamAnnotations = {}) {
  return field.instant({ description });
}
