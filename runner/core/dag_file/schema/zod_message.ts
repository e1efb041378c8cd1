/** Writes one zod issue as a sentence: what was found, what was expected and what to do. */
import type { z } from 'zod';
import type { Json } from '../../value/json.ts';
import { didYouMean } from '../../value/suggest.ts';

/** A value of the file. */
export interface Found {
  readonly value: Json;
  /** The scalar as written in the file; null for a list or map. */
  readonly scalar: string | null;
}

type Issue = z.core.$ZodIssue;

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'null',
};

/** The error map to parse with: it leaves messages empty unless the schema's author wrote them. */
export const authorsMessagesOnly = { error: () => '' };

/** Returns the message of an issue. @param found.example a text that is accepted there, or null */
export function messageOf(issue: Issue, found: Found & { readonly example: Json | null }): string {
  if (issue.message !== '') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `found ${describe(found)}, expected ${wordFor(issue.expected)}${advice(issue.expected, found)}`;
    case 'invalid_value':
      return notOneOf(issue.values, found);
    case 'invalid_union':
      return notOneOf('options' in issue ? (issue.options ?? []) : [], found);
    case 'invalid_format':
      return `found ${describe(found)}, expected ${issue.pattern === undefined ? issue.format : `text that matches ${issue.pattern}`}`;
    case 'not_multiple_of':
      return `found ${describe(found)}, expected a multiple of ${issue.divisor}`;
    case 'too_small':
      if (isEmpty(found.value)) return 'is empty: write at least one';
      return `found ${size(found)}, expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `found ${size(found)}, expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    default:
      return `found ${describe(found)}, which is not taken here`;
  }
}

/** Returns the value as quoted in messages: `"lates"`, `007`, `a list`. */
export function describe({ value, scalar }: Found): string {
  if (value === null) return scalar === '' ? 'nothing' : 'null';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  return scalar ?? String(value);
}

/** Returns zod's name of a type in words for users. */
export function wordFor(expected: string): string {
  return WORDS[expected] ?? expected;
}

function notOneOf(values: readonly unknown[], found: Found): string {
  const names = values.map(String);
  const expected = names.length === 1 ? names[0] : `one of ${names.join(', ')}`;
  const nearest = typeof found.value === 'string' ? didYouMean(found.value, names) : '';
  return `found ${describe(found)}${nearest === '' ? ', expected' : `${nearest} It is`} ${expected}`;
}

function advice(
  expected: string,
  { value, scalar, example }: Found & { readonly example: Json | null },
): string {
  const isText = typeof value === 'string';
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return example === null ? `: put quotes around it, "${scalar}"` : ` such as ${JSON.stringify(example)}`;
  }
  if (expected === 'array' && value !== null && typeof value !== 'object') return `: write [${scalar}]`;
  const isQuotedNumber = isText && value.trim() !== '' && Number.isFinite(Number(value));
  if ((expected === 'number' || expected === 'int') && isQuotedNumber) return ': remove the quotes';
  if (expected === 'boolean' && (value === 'true' || value === 'false')) return ': remove the quotes';
  return '';
}

function size(found: Found): string {
  const { value } = found;
  if (typeof value === 'string') return `${value.length} characters`;
  return Array.isArray(value) ? `${value.length} elements` : describe(found);
}

function isEmpty(value: Json): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}
