-- The way by which a backfill was requested: workers record its runs under the person and this channel.
alter table stockflow.backfill add column channel text not null default 'cli';
alter table stockflow.backfill add constraint backfill_channel_is_known check (channel in ('cli', 'web'));
comment on column stockflow.backfill.channel is 'How it was requested: cli, or web for the page and the HTTP API';
