/** Converts zod's issues to findings, each with its own path. A union is reduced to the branch that was meant. */
import type { z } from 'zod';
import type { Json } from '../../value/json.ts';
import { didYouMeanOrList } from '../../value/suggest.ts';
import type { DagFileFinding } from '../finding.ts';
import type { KeyPath } from '../key_path.ts';
import { valueAt } from '../yaml/values.ts';
import { exampleAt, keysAt } from './lookup.ts';
import { authorsMessagesOnly, describe, messageOf, wordFor } from './zod_message.ts';

/** A checked value and its schema. */
export interface Checked {
  readonly schema: z.ZodType;
  readonly value: Json;
  /** Returns the scalar as written in the file, to quote it in messages. */
  readonly scalarAt: (path: KeyPath) => string | null;
  /** Returns true if the value at the path cannot be checked yet, because a template will replace it. */
  readonly isTemplated: (path: KeyPath) => boolean;
}

type Issue = z.core.$ZodIssue;

/** Returns every finding of the schema about the value; paths begin at the value. */
export function schemaFindings(checked: Checked): readonly DagFileFinding[] {
  const { error } = checked.schema.safeParse(checked.value, authorsMessagesOnly);
  return error === undefined ? [] : error.issues.flatMap((issue) => findingsOf(issue, [], checked));
}

function findingsOf(issue: Issue, base: KeyPath, checked: Checked): readonly DagFileFinding[] {
  const path = [...base, ...issue.path.filter((step) => typeof step !== 'symbol')];
  if (checked.isTemplated(path)) return [];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, checked));
  const value = valueAt(checked.value, path);
  if (value === undefined && issue.code !== 'custom')
    return [{ path, message: 'is missing, and must be given' }];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return unionFindings(issue, path, checked);
  if (issue.code === 'invalid_key') {
    const name = String(path.at(-1));
    const key = { value: name, scalar: name, example: null };
    return issue.issues.map((inner) => ({ path, at: 'key', message: messageOf(inner, key) }));
  }
  const column: unknown = issue.code === 'custom' ? issue.params?.column : undefined;
  const found = { value: value ?? null, scalar: checked.scalarAt(path) };
  const message = messageOf(issue, { ...found, example: exampleAt(checked.schema, path) });
  return [{ path, message, ...(typeof column === 'number' ? { index: column - 1 } : {}) }];
}

function unknownKey(path: KeyPath, key: string, { schema }: Checked): DagFileFinding {
  return {
    path: [...path, key],
    at: 'key',
    message: `unknown key${didYouMeanOrList(key, keysAt(schema, path))}`,
  };
}

/**
 * Returns the findings of the branch that was meant: among those that accept the kind of the value, the one with the
 * fewest findings.
 */
function unionFindings(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: KeyPath,
  checked: Checked,
): readonly DagFileFinding[] {
  const sameKind = issue.errors.filter((branch) => !branch.some((inner) => isWrongKind(inner)));
  const branches = sameKind.map((branch) => branch.flatMap((inner) => findingsOf(inner, path, checked)));
  const meant = branches.toSorted((a, b) => a.length - b.length)[0];
  if (meant !== undefined) return meant;
  const kinds = issue.errors
    .flat()
    .flatMap((inner) => (inner.code === 'invalid_type' ? [wordFor(inner.expected)] : []));
  const found = describe({ value: valueAt(checked.value, path) ?? null, scalar: checked.scalarAt(path) });
  return [{ path, message: `found ${found}, expected ${[...new Set(kinds)].join(' or ')}` }];
}

function isWrongKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}
