/** Run as a process of its own: migrates the database of `argv[2]` by the files in `argv[3]`, prints what it applied. */
import { createPool } from '../../../runner/connections/postgres/connect.ts';
import { migrate } from '../../../runner/store/schema/migrate.ts';

const [, , url = '', directory = ''] = process.argv;
const pool = createPool(url, { applicationName: 'migrator', max: 1 });
const applied = await migrate(pool, { set: 'runner', directory });
console.log(applied.map(({ name }) => name).join(' '));
await pool.end();
