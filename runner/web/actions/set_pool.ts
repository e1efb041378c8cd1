/** Sets how many slots a pool has. */
import { setPool } from '../../engine/operator/set_pool.ts';
import { listPools } from '../../store/worker/pool.ts';
import { NotFound } from '../../view/errors.ts';
import type { Action } from '../action.ts';
import { reasonField, textField } from '../html/form.ts';
import { html } from '../html/html.ts';
import { HttpError } from '../http_error.ts';

export const setPoolAction: Action = {
  path: '/pools/:pool/set',
  role: 'operator',
  async open({ context, params, query }) {
    const pools = await listPools(context.pool);
    const pool = pools.find(({ name }) => name === params.pool);
    if (pool === undefined)
      throw new NotFound({ noun: 'pool', name: params.pool ?? '', known: pools.map(({ name }) => name) });
    const { name, slots, used } = pool;
    return {
      title: `Slots of ${name}`,
      body: html`<p class="crumbs"><a href="/workers#pools">Pools</a></p>
<h1>Slots of <span class="mono-head">${name}</span></h1>
<p class="lead">${used} of ${slots} are in use, over all workers. 0 holds the pool's tasks back; what runs goes on.</p>
<form method="post">${textField({ name: 'slots', label: 'Slots', type: 'number', value: query.get('slots') ?? String(slots), isRequired: true })}
${reasonField(query.get('reason') ?? '', 'optional')}
<div class="ways"><button class="primary">Set the slots of ${name}</button> <a href="/workers#pools">Leave them</a></div></form>`,
    };
  },
  async act({ context, params, query }, by) {
    const { pool: name = '' } = params;
    const text = query.get('slots') ?? '';
    if (!/^\d{1,5}$/.test(text))
      throw new HttpError(
        422,
        `slots is a whole number from 0 on; ${text === '' ? 'it is empty' : `${text} is none`}`,
      );
    const before = await setPool(context.pool, {
      name,
      slots: Number(text),
      by,
      reason: query.get('reason') || null,
    });
    return {
      location: '/workers#pools',
      sentence: `Pool ${name}: ${before === null ? 'new' : `${before} slots before`}, ${text} now.`,
    };
  },
};
