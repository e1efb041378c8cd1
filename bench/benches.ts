import type { Bench } from './bench.ts';
import { command } from './command.ts';
import { distance } from './distance.ts';
import { due } from './due.ts';
import { filter } from './filter.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { hop } from './hop.ts';
import { memory } from './memory.ts';
import { plain } from './plain.ts';
import { reset } from './reset.ts';
import { wide } from './wide.ts';

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
