/** A param of a task type that names files, and says how the task uses them. */
import { z } from 'zod';
import { LocationError, parseLocation, parseLocationPattern } from '../../value/location.ts';

/** `pattern`: the files of one folder, `*` in the last part of the path. */
export interface LocationUse {
  readonly access: 'read' | 'write';
  readonly of: 'file' | 'folder' | 'pattern';
}

/** Where the JSON Schema of a param keeps its `LocationUse`. */
export const LOCATION_MARK = 'x-stockflow-location';

const FORMS = 'must be artifact:name, sftp://connection/path or file:path';

/**
 * A text that is a location: `artifact:name`, `sftp://connection/path` or `file:path`. By the use that it says, `doctor`
 * and `connections test` try before the night what the task will do there.
 */
export function location(use: LocationUse) {
  return z
    .string()
    .regex(/^(artifact:|sftp:\/\/|file:)./, { error: FORMS, abort: true })
    .superRefine((text, context) => {
      const message = whyNot(text, use);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .meta({ [LOCATION_MARK]: use });
}

export function isLocationUse(mark: unknown): mark is LocationUse {
  return typeof mark === 'object' && mark !== null && 'access' in mark && 'of' in mark;
}

function whyNot(text: string, { of }: LocationUse): string | null {
  try {
    if (of === 'pattern') parseLocationPattern(text);
    else if (of === 'file') parseLocation(text);
    else if (text.startsWith('artifact:'))
      return `${JSON.stringify(text)} is not a folder: artifacts have none`;
    else parseLocation(`${text.replace(/\/+$/, '')}/any`); // a folder may be the base directory
    return null;
  } catch (error) {
    if (error instanceof LocationError) return error.message;
    throw error;
  }
}
