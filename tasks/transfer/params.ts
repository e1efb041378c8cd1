import { z } from 'zod';
import { duration, location } from '../../runner/task.ts';

const oneOrMore = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, z.array(schema).min(1)]);

/** Files that are only read. */
const read = oneOrMore(location({ access: 'read', of: 'pattern' })).describe(
  'a file, or the files of one folder with * in the last part; or a list of these',
);

/** Files that are removed. Artifacts are part of the history of their run and stay. */
const removed = oneOrMore(
  location({ access: 'write', of: 'pattern' }).refine((text) => !text.startsWith('artifact:'), {
    error: 'artifacts are part of the history of their run, and are copied only',
  }),
).describe('a file, or the files of one folder with * in the last part; or a list of these');

const NAME = /^([A-Za-z0-9._-]|\{(name|stem|ext|business_date)\})+$/;

const name = z
  .string()
  .regex(NAME, 'is of A-Z a-z 0-9 . _ - and {name} {stem} {ext} {business_date}')
  .describe(
    'the name at the destination: {stem} is the name without its ending, {ext} the ending with its dot',
  );

const olderThan = duration({
  description: "the age by the file's mtime, counted back from the run's scheduled instant",
});

const placed = {
  to: z
    .union([location({ access: 'write', of: 'folder' }), z.literal('artifact:')])
    .describe('the folder; artifact: for the artifacts of this run'),
  overwrite: z
    .boolean()
    .default(false)
    .describe('whether a file of the same name with other content is replaced'),
  older_than: olderThan.nullish(),
};

export const transferParams = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('copy'), from: read, name: name.default('{name}'), ...placed }),
  z.strictObject({ action: z.literal('move'), from: removed, name: name.default('{name}'), ...placed }),
  z.strictObject({
    action: z.literal('archive'),
    from: removed,
    name: name.default('{business_date}_{name}'),
    ...placed,
  }),
  z.strictObject({ action: z.literal('delete'), from: removed, older_than: olderThan.nullish() }),
  z
    .strictObject({
      action: z.literal('prune'),
      from: removed,
      older_than: olderThan.nullish(),
      keep_newest: z
        .int()
        .min(1)
        .nullish()
        .describe('how many of the newest files of each `from` stay in any case'),
    })
    .refine(({ older_than: age, keep_newest: count }) => age != null || count != null, {
      path: ['older_than'],
      error: 'prune needs older_than, keep_newest or both; to remove all, write action: delete',
    }),
]);

export type TransferParams = z.output<typeof transferParams>;
/** The params of an action that puts files somewhere. */
export type PlacingParams = Extract<TransferParams, { readonly to: string }>;
/** The params of an action that only removes files. */
export type RemovingParams = Exclude<TransferParams, PlacingParams>;

export function isPlacing(params: TransferParams): params is PlacingParams {
  return params.action !== 'delete' && params.action !== 'prune';
}

export function patternsOf({ from }: Pick<TransferParams, 'from'>): readonly string[] {
  return typeof from === 'string' ? [from] : from;
}

export function isPattern(location: string): boolean {
  return location.includes('*');
}
