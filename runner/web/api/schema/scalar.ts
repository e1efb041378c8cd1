/** Schemas of single values. Each makes its own, as the description belongs to the key. */
import { z } from '@hono/zod-openapi';
import { RUN_MODES } from '../../../core/dag/run_mode.ts';
import { RUN_STATES, TASK_STATES } from '../../../core/run/states.ts';

const AN_INSTANT = '2026-01-31T06:00:00Z';

export function instant(description: string) {
  return z.iso.datetime().openapi({ description, examples: [AN_INSTANT] });
}

export function instantOrNull(description: string) {
  return z.iso
    .datetime()
    .nullable()
    .openapi({ description, examples: [AN_INSTANT] });
}

export function date(description: string) {
  return z.iso.date().openapi({ description, examples: ['2026-01-31'] });
}

export function dateOrNull(description: string) {
  return z.iso
    .date()
    .nullable()
    .openapi({ description, examples: ['2026-01-31'] });
}

export function text(description: string) {
  return z.string().openapi({ description });
}

export function textOrNull(description: string) {
  return z.string().nullable().openapi({ description });
}

export function integer(description: string) {
  return z.int().openapi({ description });
}

export function integerOrNull(description: string) {
  return z.int().nullable().openapi({ description });
}

/** A number of milliseconds, which may have a fraction. */
export function milliseconds(description: string) {
  return z.number().openapi({ description: `${description} In milliseconds.` });
}

export function millisecondsOrNull(description: string) {
  return z
    .number()
    .nullable()
    .openapi({ description: `${description} In milliseconds.` });
}

export function flag(description: string) {
  return z.boolean().openapi({ description });
}

/** Any JSON value: what a task returned, or a value of a DAG file. */
export function anyJson(description: string) {
  return z
    .unknown()
    .openapi({ type: ['null', 'boolean', 'number', 'string', 'array', 'object'], description });
}

export function jsonObject(description: string) {
  return z.record(z.string(), anyJson('Any JSON value.')).openapi({ description });
}

export function jsonObjectOrNull(description: string) {
  return z.record(z.string(), anyJson('Any JSON value.')).nullable().openapi({ description });
}

/** A named schema, or null. */
export function orNull(schema: z.ZodType, description: string) {
  return z.union([schema, z.null()]).openapi({ description });
}

export const runState = z.enum(RUN_STATES).openapi('RunState');
export const taskState = z.enum(TASK_STATES).openapi('TaskState');
/** Whether a run acts, or shows what it would have done and changes nothing. */
export const runMode = z.enum(RUN_MODES).openapi('RunMode');
export const runType = z.enum(['scheduled', 'catchup', 'manual', 'backfill']).openapi('RunType');
export const timeEdges = z.enum(['keep', 'collapse']).openapi('TimeEdges', {
  description: '`keep` waits for not_before and delays, `collapse` ignores them.',
});

/** The index of an instance of a mapped task. */
export const mapIndex = () =>
  integerOrNull('The index of an instance of a mapped task, from 0; null for any other task.');
