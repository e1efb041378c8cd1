import type { Bench } from './bench.ts';
import { command } from './commands/command.ts';
import { help } from './commands/help.ts';
import { due } from './engine/due.ts';
import { history } from './engine/history.ts';
import { hop } from './engine/hop.ts';
import { wide } from './engine/wide.ts';
import { distance } from './filter/distance.ts';
import { filter } from './filter/filter.ts';
import { memory } from './filter/memory.ts';
import { plain } from './filter/plain.ts';
import { reset } from './reset.ts';

/** All claims, in the order in which they are measured and shown. */
export const BENCHES: readonly Bench[] = [
  filter,
  distance,
  memory,
  plain,
  reset,
  hop,
  wide,
  history,
  due,
  help,
  command,
];
