import type { Bench } from './bench.ts';
import { filter } from './filter.ts';
import { help } from './help.ts';
import { hop } from './hop.ts';
import { wide } from './wide.ts';

/** All claims, in the order in which they are measured and shown. */
export const BENCHES: readonly Bench[] = [filter, hop, wide, help];
