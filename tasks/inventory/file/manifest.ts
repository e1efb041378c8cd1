/** The `<name>.manifest.json` beside a file: what its writer says it wrote. */
import { z } from 'zod';
import { instantSchema } from './instant.ts';
import { InvalidFileError } from './invalid_file.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** Keys this does not know are let pass, so that a sender may say more. */
export const manifestSchema = z.object({
  sha256: sha256Schema,
  bytes: z.int().nonnegative(),
  /** Data rows, without the header. */
  rows: z.int().nonnegative(),
  snapshot_at: instantSchema,
  /** The snapshot's instant by facility id, where the facilities were counted at different times. */
  facilities: z.record(z.string(), instantSchema).optional(),
});
export type Manifest = z.output<typeof manifestSchema>;

/** Of a file of movements, which has a time in each line and no snapshot. */
export const deltaManifestSchema = manifestSchema.pick({ sha256: true, bytes: true, rows: true });
export type DeltaManifest = z.output<typeof deltaManifestSchema>;

export function manifestName(fileName: string): string {
  return `${fileName}.manifest.json`;
}

/** @throws InvalidFileError that names the key and the value found */
export function parseManifest(text: string): Manifest {
  return parse(text, manifestSchema);
}

/** @throws InvalidFileError that names the key and the value found */
export function parseDeltaManifest(text: string): DeltaManifest {
  return parse(text, deltaManifestSchema);
}

function parse<Output>(text: string, schema: z.ZodType<Output>): Output {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidFileError(`manifest: not JSON (${error.message})`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
  );
  throw new InvalidFileError(`manifest: ${faults.join('; ')}`);
}

/** Every figure in which manifest and file disagree, with both values; empty where they agree. */
export function disagreements(
  manifest: Pick<Manifest, 'sha256' | 'bytes' | 'rows'>,
  file: { readonly sha256: string; readonly bytes: number; readonly rows: number },
): string[] {
  return (['bytes', 'rows', 'sha256'] as const)
    .filter((figure) => manifest[figure] !== file[figure])
    .map((figure) => `${figure} is ${manifest[figure]} in the manifest and ${file[figure]} in the file`);
}
