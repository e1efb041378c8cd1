/** The templates of projects: each folder of `templates/` that holds a `template.json`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PACKAGE_DIR } from '../../manifest.ts';

const FOLDER = 'templates';
/** The file of a template that describes it; no project gets it. */
export const FACTS = 'template.json';

const factsSchema = z.strictObject({
  /** A description of the project, as a part of a sentence. */
  summary: z.string().min(1),
  /** Further files and folders that the project gets: their place in the package, and in the project. */
  copies: z.record(z.string(), z.string()).default({}),
});

export interface Template extends z.output<typeof factsSchema> {
  readonly name: string;
  /** Its folder in the package. */
  readonly folder: string;
}

/** Returns the templates by name. */
export function readTemplates(): readonly Template[] {
  return readdirSync(join(PACKAGE_DIR, FOLDER))
    .filter((name) => existsSync(join(PACKAGE_DIR, FOLDER, name, FACTS)))
    .sort()
    .map((name) => {
      const folder = `${FOLDER}/${name}`;
      const facts = factsSchema.parse(JSON.parse(readFileSync(join(PACKAGE_DIR, folder, FACTS), 'utf8')));
      return { name, folder, ...facts };
    });
}
