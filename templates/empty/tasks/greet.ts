import { z } from 'zod';
import { defineTask, location } from '../../../runner/task.ts';

/** Publishes a greeting. Repeating it is harmless: the same text is published under the same name. */
export default defineTask({
  type: 'greet',
  description: 'Publishes a greeting',
  params: z.strictObject({
    /** Who is greeted. */
    name: z.string().min(1),
    /** The file to publish, such as `artifact:greeting.txt`. */
    to: location({ access: 'write', of: 'file' }),
  }),
  async run({ params, run, files, log }) {
    const text = `Hello ${params.name}, on ${run.businessDate}\n`;
    const published = await files.publish(params.to, text, { rows: 1 });
    log.info('greeting published', { location: published.location });
    return { location: published.location, bytes: published.bytes };
  },
});
