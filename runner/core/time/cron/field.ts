/** Parses one field of a cron expression: `*`, values, ranges, steps and lists. */

export class CronError extends Error {
  override name = 'CronError';
  /** The 1-based column of the error in the expression. */
  readonly column: number;
  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

export interface FieldSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The values that the field accepts, as written in errors. */
  readonly takes: string;
  /** The names of values in upper case; the first stands for `min`. */
  readonly names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const MINUTE: FieldSpec = { name: 'minute', min: 0, max: 59, takes: '0-59', names: [] };
export const HOUR: FieldSpec = { name: 'hour', min: 0, max: 23, takes: '0-23', names: [] };
export const DAY_OF_MONTH: FieldSpec = { name: 'day of month', min: 1, max: 31, takes: '1-31', names: [] };
export const MONTH: FieldSpec = { name: 'month', min: 1, max: 12, takes: '1-12 or JAN-DEC', names: MONTHS };
export const DAY_OF_WEEK: FieldSpec = {
  name: 'day of week',
  min: 0,
  max: 7,
  takes: '0-7 (0 and 7 are Sunday) or SUN-SAT',
  names: DAYS,
};

/** A part of the expression and its 1-based column. */
export interface Piece {
  readonly text: string;
  readonly column: number;
}

/** Returns the values of one field, ascending and without duplicates; Sunday is 0. @throws CronError */
export function parseField(field: Piece, spec: FieldSpec): number[] {
  return valuesOf(itemsOf(field), spec);
}

/** Returns the items of a list, each with its own column. */
export function itemsOf(field: Piece): readonly Piece[] {
  let column = field.column;
  return field.text.split(',').map((text) => {
    const item = { text, column };
    column += text.length + 1;
    return item;
  });
}

/** Returns the values of the items, ascending and without duplicates; Sunday is 0. @throws CronError */
export function valuesOf(items: readonly Piece[], spec: FieldSpec): number[] {
  const values = items.flatMap((item) => parseItem(item, spec));
  // 7 is Sunday, and only a day of week can be both 0 and 7.
  const distinct = new Set(spec === DAY_OF_WEEK ? values.map((day) => day % 7) : values);
  return [...distinct].sort((a, b) => a - b);
}

/** Parses an item of a list: `*`, `5`, `9-17`, `MON-FRI`; all but a single value may have a `/step`. */
function parseItem(item: Piece, spec: FieldSpec): number[] {
  const match = /^(?:(\*)|(\w+)(?:(-)(\w+))?)(?:(\/)(\w+))?$/.exec(item.text);
  if (match === null)
    throw new CronError(item.column, `${quoted(item, spec)}: ${adviceFor(item.text, spec)}`);
  const [, star, fromText = '', dash, toText = '', slash, stepText = ''] = match;
  const toColumn = item.column + fromText.length + 1;
  const stepColumn = item.column + item.text.length - stepText.length;

  const last = spec === DAY_OF_WEEK ? 6 : spec.max;
  let from = spec.min;
  let to = last;
  if (!star) {
    from = parseValue({ text: fromText, column: item.column }, spec);
    to = dash ? parseValue({ text: toText, column: toColumn }, spec) : from;
    // Sunday is 7 where it ends a range (MON-SUN) and 0 where it begins one (7-2).
    if (spec === DAY_OF_WEEK && from > 0 && toText.toUpperCase() === 'SUN') to = 7;
    if (spec === DAY_OF_WEEK && from === 7 && to < 7) from = 0;
    if (slash && !dash) {
      const range = `${from}-${last}/${stepText}`;
      throw new CronError(stepColumn, `${quoted(item, spec)}: a step needs a range, write ${range}`);
    }
    if (to < from) {
      const halves = `${from}-${last},${spec.min}-${to}`;
      throw new CronError(item.column, `${quoted(item, spec)}: a range goes upwards, write ${halves}`);
    }
  }
  const step = slash ? parseStep({ text: stepText, column: stepColumn }, spec, { from, to }) : 1;
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

/** Parses a single value by its number or name. @throws CronError */
export function parseValue(piece: Piece, spec: FieldSpec): number {
  const named = spec.names.indexOf(piece.text.toUpperCase());
  if (named >= 0) return named + spec.min;
  if (!/^\d+$/.test(piece.text)) {
    throw new CronError(piece.column, `${quoted(piece, spec)}: ${adviceFor(piece.text, spec)}`);
  }
  const value = Number(piece.text);
  if (value < spec.min || value > spec.max) {
    throw new CronError(piece.column, `${quoted(piece, spec)} is out of range: write ${spec.takes}`);
  }
  return value;
}

function parseStep(
  piece: Piece,
  spec: FieldSpec,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const step = /^\d+$/.test(piece.text) ? Number(piece.text) : 0;
  if (step < 1) throw new CronError(piece.column, `${quoted(piece, spec)}: write a step of 1 or more`);
  // Other cron implementations silently use the first value alone: `*/90` would be hourly, not every 90 minutes.
  if (step > to - from) {
    throw new CronError(
      piece.column,
      `${spec.name} step ${step} leads out of ${from}-${to} at once: write ${from} if that alone is meant`,
    );
  }
  return step;
}

function quoted(piece: Piece, spec: FieldSpec): string {
  return `${spec.name} ${JSON.stringify(piece.text)}`;
}

function adviceFor(text: string, spec: FieldSpec): string {
  if (text === '') return 'a list has a value on each side of every comma';
  if (text === '?') return 'write * for any';
  if (/^(L|LW|L-\d+|\d+W)$/i.test(text)) return `L and W are of the day of month: write ${spec.takes}`;
  if (/#|^\w+L$/i.test(text)) return `# and the L after a day are of the day of week: write ${spec.takes}`;
  const name = spec.names.find((known) => text.toUpperCase().startsWith(known));
  if (name !== undefined && /^[a-z]+$/i.test(text)) return `write ${name}`;
  return `write ${spec.takes}, *, a range a-b, a step */n or a list a,b`;
}
