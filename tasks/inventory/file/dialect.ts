/**
 * The CSV dialect of a file. Records end with LF or CRLF and fields contain no line ends; a quote inside a quoted
 * field is doubled.
 */
import { z } from 'zod';
import { QUANTITY_NOTATIONS } from '../row/quantity.ts';

export const ENCODINGS = ['utf-8', 'windows-1252', 'utf-16le'] as const;
/** `utf-8` accepts a byte order mark. */
export type Encoding = (typeof ENCODINGS)[number];

export const COMPRESSIONS = ['none', 'gzip', 'auto'] as const;
/** `auto` decides by the first two bytes. */
export type Compression = (typeof COMPRESSIONS)[number];

export interface Dialect {
  /** One ASCII character. */
  readonly delimiter: string;
  /** One ASCII character; empty if the file has no quoting. */
  readonly quote: string;
  readonly encoding: Encoding;
  readonly compression: Compression;
}

/**
 * Characters allowed as delimiter or quote: not letters, digits or the minus sign, which occur in ids and quantities.
 */
const MARK = /^[\t !-,./:-@[-`{-~]$/;

/** The notation of quantities, as a separate task param, because not every file has any. */
export const quantityShape = { quantity: z.enum(QUANTITY_NOTATIONS).default('integer') };

/** The dialect's task params, to be spread into a task's own. */
export const dialectShape = {
  delimiter: z.string().regex(MARK, 'must be one ASCII punctuation character, a space or a tab').default(','),
  quote: z
    .union([z.literal(''), z.string().regex(MARK, 'must be one ASCII character, or empty')])
    .default('"'),
  encoding: z.enum(ENCODINGS).default('utf-8'),
  // Compressed bytes under a CSV file's name are a sender's mistake unless the DAG file says otherwise.
  compression: z.enum(COMPRESSIONS).default('none'),
};
