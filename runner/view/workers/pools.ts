import type { PoolRow } from '../../store/worker/pool.ts';
import type { Column } from '../listing.ts';

export const POOL_COLUMNS: readonly Column<PoolRow>[] = [
  { key: 'pool', value: ({ name }) => name },
  { key: 'slots', value: ({ slots }) => slots },
  { key: 'used', value: ({ used }) => used },
  { key: 'held', value: ({ held }) => held },
  { key: 'queued', value: ({ queued }) => queued },
];
