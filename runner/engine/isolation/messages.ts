/** The messages between a worker and the process of an isolated attempt, as JSON. */
import { z } from 'zod';
import { RUN_MODES } from '../../core/dag/run_mode.ts';
import { taskRemedySchema } from '../../core/value/task_remedy.ts';
import type { AttemptInput } from '../attempt/context.ts';
import type { Ending } from '../attempt/ending.ts';

const instant = z.string().transform((text) => Temporal.Instant.from(text));
const jsonObject = z.record(z.string(), z.json());

const claimed = z.object({
  taskInstanceId: z.number(),
  runId: z.number(),
  dagId: z.string(),
  dagVersionId: z.number(),
  runType: z.enum(['scheduled', 'catchup', 'manual', 'backfill']),
  runMode: z.enum(RUN_MODES),
  scheduledFor: instant,
  businessDate: z.string().transform((text) => Temporal.PlainDate.from(text)),
  timeEdges: z.enum(['keep', 'collapse']),
  runParams: jsonObject,
  taskId: z.string(),
  mapIndex: z.number(),
  mapItem: z.json(),
  attemptToken: z.number(),
  pool: z.string(),
  attemptNumber: z.number(),
  failureCount: z.number(),
  crashCount: z.number(),
  deadlineAt: instant.nullable(),
  attemptStartedAt: instant,
  claimedAt: instant,
});

const input: z.ZodType<AttemptInput> = z.object({
  claimed,
  timezone: z.string(),
  given: z.json(),
  upstream: jsonObject,
  warningsTo: z.array(z.string()),
});

/** Messages to the process: its work, and the request to end. */
export const toProcess = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('work'),
    file: z.string(),
    type: z.string(),
    input,
    databaseUrl: z.string(),
    env: z.record(z.string(), z.string()),
    projectDir: z.string(),
    actor: z.object({ actor: z.string(), channel: z.literal('worker') }),
    now: instant,
    /** The span of the attempt in W3C Trace Context; null without traces. */
    traceparent: z.string().nullable(),
    /** The interval at which the process reports that its event loop runs, in ms; null for never. */
    turnEveryMs: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('abort'),
    why: z.enum(['timeout', 'superseded', 'drain', 'stray']),
    message: z.string(),
  }),
]);
/** A message as it is sent: JSON writes the instants as text. */
export type ToProcess = z.output<typeof toProcess>;

const remedy = taskRemedySchema.exactOptional();
const error = z.object({
  errorClass: z.string(),
  errorText: z.string(),
  remedy,
  origin: z.string().exactOptional(),
});
const ending: z.ZodType<Ending> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('returned'), output: z.json() }),
  z.object({ kind: z.literal('skipped'), reason: z.string(), remedy }),
  z.object({ kind: z.literal('deferred'), until: instant, reason: z.string(), remedy }),
  z.object({ kind: z.literal('failed'), error, isFinal: z.boolean(), stack: z.string().nullable() }),
]);

const amounts = z.partialRecord(z.enum(['rowsIn', 'rowsOut', 'bytesIn', 'bytesOut']), z.number());

/** Messages from the process. Other messages that a library sends over the same channel do not match. */
export const fromProcess = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('turn') }),
  z.object({
    kind: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    facts: jsonObject.optional(),
  }),
  z.object({
    kind: z.literal('progress'),
    progress: z.object({
      done: z.number(),
      total: z.number().nullable(),
      unit: z.enum(['bytes', 'rows', 'items']),
    }),
  }),
  z.object({ kind: z.literal('meter'), amounts }),
  z.object({
    kind: z.literal('stray'),
    errorClass: z.string(),
    message: z.string(),
    stack: z.string().nullable(),
  }),
  z.object({ kind: z.literal('ended'), ending }),
]);
export type FromProcess = z.output<typeof fromProcess>;
