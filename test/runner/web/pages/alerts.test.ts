import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addFailingFeeds } from '../../../support/alerts/failing_feeds.ts';
import { outbox } from '../../../support/alerts/outbox.ts';
import { testWeb } from '../../../support/web/app.ts';

test('the page shows who was told and, as the first page, what cannot be sent, with nothing of a channel', async (t) => {
  const own = await outbox(t);
  const web = await testWeb(t, { pool: own.pool, folders: [] });
  assert.match((await web.get('/alerts')).body, /Nothing was told yet\./);
  await own.tell('b');
  await own.sendDue();
  own.hook.answer((response, { path }) => response.writeHead(500).end(`<script>${path}`));
  await own.tell('a', { kind: 'slow' });
  await own.sendDue();
  const { status, body } = await web.get('/alerts');
  assert.equal(status, 200);
  assert.match(body, /<strong class="mono">hook<\/strong>: 1 alert, since .*answered 500: &lt;script&gt;/);
  const [newest = '', oldest = ''] = body.match(/<tr id="alert-\d+">[\s\S]*?<\/tr>/g) ?? [];
  assert.match(newest, /slow[\s\S]*a slow[\s\S]*not sent in 1 try, next at <time/);
  assert.match(oldest, /b failed[\s\S]*<span class="mono">hook<\/span><\/span> sent <time/);
  const home = (await web.get('/')).body;
  assert.match(home, /<h2 id="alerts-unsent-title">Alerts not sent<\/h2>/);
  assert.match(home, /<a href="\/alerts">alerts<\/a>/);
  assert.match((await web.get('/alerts?dag=c')).body, /Nothing was told of this DAG\./);
  assert.doesNotMatch(body + home, /canary/);
  assert.doesNotMatch(body + home, /Other services not reached/);
  await addFailingFeeds(own.pool);
  for (const path of ['/', '/alerts']) {
    const shown = (await web.get(path)).body;
    assert.match(shown, /<h2 id="feeds-failing-title">Other services not reached<\/h2>/);
    assert.match(
      shown,
      /<strong>heartbeat of a \(oncall_ping\)<\/strong>: 1 ping, since <time.*hc\.example answered 404\. Given up\./,
    );
    assert.match(
      shown,
      /<strong>lineage<\/strong>: 1 run, since <time.*answered 503\. The next try is at <time/,
    );
  }
  const { failing_feeds: failing } = JSON.parse((await web.get('/api/v1/alerts')).body);
  assert.deepEqual(
    failing.map(({ feed, dag_id, count, error }: Record<string, unknown>) => [feed, dag_id, count, error]),
    [
      ['heartbeat', 'a', 1, 'hc.example answered 404'],
      ['lineage', null, 1, 'http://marquez.example:5000 answered 503'],
    ],
  );
});
