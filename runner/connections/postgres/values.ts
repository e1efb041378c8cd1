/** Converts values between Postgres and TypeScript: instants and dates as Temporal, integers exact or refused. */
import { types } from 'pg';

type Parse = (text: string) => unknown;

const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;
/** The scalar type of each array type. */
const ARRAYS: ReadonlyMap<number, number> = new Map([
  [1016, INT8],
  [1182, DATE],
  [1115, TIMESTAMP],
  [1185, TIMESTAMPTZ],
  [1231, NUMERIC],
]);
const TEXT_ARRAY: number = 1009;

const SCALARS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [INT8, parseSafeInteger],
  [DATE, (text) => parseTemporal('date', text, () => Temporal.PlainDate.from(text))],
  [TIMESTAMP, (text) => parseTemporal('timestamp', text, () => Temporal.PlainDateTime.from(text))],
  [TIMESTAMPTZ, (text) => parseTemporal('timestamptz', text, () => Temporal.Instant.from(text))],
  [NUMERIC, (text) => text],
]);

/**
 * The parsers of values: timestamptz -> Temporal.Instant, date -> Temporal.PlainDate, timestamp ->
 * Temporal.PlainDateTime, int8 -> number (throws RangeError beyond 2^53 - 1), numeric -> string, and arrays of these;
 * json and jsonb are parsed; other types as in pg.
 */
export const POSTGRES_TYPES: typeof types = {
  ...types,
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: never) => unknown {
    if (format === 'binary') return types.getTypeParser(oid, 'binary');
    return scalarParser(oid) ?? arrayParser(oid) ?? types.getTypeParser(oid, 'text');
  },
};

/** Returns a value as pg should send it: Temporal values as text (pg would quote them as JSON), also within lists. */
export function toParameter(value: unknown): unknown {
  // Postgres keeps microseconds and would round up, into the future.
  if (value instanceof Temporal.Instant) return value.toString({ smallestUnit: 'microsecond' });
  if (value instanceof Temporal.ZonedDateTime) return toParameter(value.toInstant());
  if (value instanceof Temporal.PlainDateTime) return value.toString({ smallestUnit: 'microsecond' });
  if (value instanceof Temporal.PlainDate || value instanceof Temporal.PlainTime) return value.toString();
  if (value instanceof Temporal.Duration) return value.toString();
  if (Array.isArray(value)) return value.map(toParameter);
  return value;
}

function scalarParser(oid: number): Parse | undefined {
  return SCALARS.get(oid);
}

function arrayParser(oid: number): Parse | undefined {
  const parse = scalarParser(ARRAYS.get(oid) ?? -1);
  if (parse === undefined) return undefined;
  const split = types.getTypeParser(TEXT_ARRAY, 'text');
  return (text) => parseEach(split(text), parse);
}

function parseEach(value: unknown, parse: Parse): unknown {
  if (Array.isArray(value)) return value.map((element) => parseEach(element, parse));
  return typeof value === 'string' ? parse(value) : null;
}

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`the bigint ${text} is beyond 2^53 - 1 and no exact number; select it as text`);
}

function parseTemporal<T>(type: string, text: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new RangeError(`the ${type} '${text}' has no Temporal value; select it as text`, { cause });
  }
}
