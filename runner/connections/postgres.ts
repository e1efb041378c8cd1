export { createPool, type PoolOptions } from './postgres_pool.ts';
