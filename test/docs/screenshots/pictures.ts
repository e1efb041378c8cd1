/** The pages of which docs/web.md has pictures, and the ways in which each is taken. */
import { backfillForm } from './backfill.ts';
import type { PictureWorld } from './world.ts';

export interface Subject extends PictureWorld {
  /** One that has ended. */
  readonly backfillId: number;
}

export interface Shot {
  /** The beginning of the file's name. */
  readonly name: string;
  path(subject: Subject): string;
  /** Seen before anybody has logged in. */
  readonly isStranger?: true;
}

export const SHOTS: readonly Shot[] = [
  { name: 'home', path: () => '/' },
  { name: 'dags', path: () => '/dags' },
  { name: 'dag', path: () => '/dags/inventory_sync' },
  { name: 'run', path: ({ failedRunId }) => `/runs/${failedRunId}` },
  { name: 'task', path: ({ failedRunId }) => `/runs/${failedRunId}/tasks/filter_reset_file` },
  { name: 'override', path: ({ failedRunId }) => `/runs/${failedRunId}/tasks/filter_reset_file/override` },
  { name: 'backfill_plan', path: ({ date }) => `/backfills/new?${backfillForm('inventory_sync', date, 7)}` },
  { name: 'backfill', path: ({ backfillId }) => `/backfills/${backfillId}` },
  { name: 'changes', path: ({ goodRunId }) => `/changes/${goodRunId}` },
  { name: 'item', path: ({ sku }) => `/items/${sku}` },
  { name: 'audit', path: () => '/audit' },
  { name: 'workers', path: () => '/workers' },
  { name: 'login', path: () => '/login', isStranger: true },
];

/** `height` is the most that a picture shows of a longer page. */
export const SIZES = {
  desktop: { width: 1280, height: 1000 },
  phone: { width: 390, height: 1300 },
} as const;
export const SCHEMES = ['light', 'dark'] as const;
