import { z } from 'zod';
import { connectionId } from '../../runner/task.ts';
import { statementFile } from './statement_file.ts';

/** The params that say which statement is run, where, and with what values. */
export const statementParams = {
  connection: connectionId(),
  statement: statementFile(),
  /** The values of `$1`, `$2` and so on. They are bound by the server and never become part of the statement. */
  values: z.array(z.json()).default([]).describe('the values of $1, $2 and so on, in this order'),
};
