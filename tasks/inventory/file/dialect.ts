/**
 * How the bytes of a CSV file are to be read. Record ends are LF or CRLF and never stand inside a field;
 * a quote inside a quoted field is doubled.
 */
import { z } from 'zod';
import { QUANTITY_NOTATIONS } from '../row/quantity.ts';

export const ENCODINGS = ['utf-8', 'windows-1252', 'utf-16le'] as const;
/** `utf-8` tolerates a byte order mark. */
export type Encoding = (typeof ENCODINGS)[number];

export const COMPRESSIONS = ['none', 'gzip', 'auto'] as const;
/** `auto` looks at the first two bytes. */
export type Compression = (typeof COMPRESSIONS)[number];

export interface Dialect {
  /** One ASCII character. */
  readonly delimiter: string;
  /** One ASCII character, or empty where the file knows no quoting. */
  readonly quote: string;
  readonly encoding: Encoding;
  readonly compression: Compression;
}

/** Letters, digits and the minus sign stand in ids and quantities, so they can separate nothing. */
const MARK = /^[\t !-,./:-@[-`{-~]$/;

/** How quantities are written, as a task param of its own: only some files have any. */
export const quantityShape = { quantity: z.enum(QUANTITY_NOTATIONS).default('integer') };

/** The dialect's task params, to be spread into a task's own. */
export const dialectShape = {
  delimiter: z.string().regex(MARK, 'must be one ASCII punctuation character, a space or a tab').default(','),
  quote: z
    .union([z.literal(''), z.string().regex(MARK, 'must be one ASCII character, or empty')])
    .default('"'),
  encoding: z.enum(ENCODINGS).default('utf-8'),
  // Compressed bytes under the name of a CSV file are a sender's mistake until its DAG file says otherwise.
  compression: z.enum(COMPRESSIONS).default('none'),
};
