-- People act on the page too. The rows that are there met a narrower rule, so that scanning them would find nothing: the
-- constraint holds for every new row, validated or not.
alter table stockflow.event drop constraint channel_is_known;
alter table stockflow.event add constraint channel_is_known
  check (channel in ('scheduler', 'worker', 'cli', 'files', 'web')) not valid;
comment on column audit.event.channel is 'cli, web, scheduler, worker, or files (a DAG file changed)';

-- A person who has logged in to the page. The role is not here: it is read from the users file at each request. Only a hash
-- of the cookie's value is kept, so that who reads this table cannot become anybody.
create table stockflow.web_session (
  session_sha256        bytea primary key,
  person                text not null,
  -- Of the password's hash at the log-in: a changed password ends the session.
  password_fingerprint  text not null,
  created_at            timestamptz not null,
  -- Written at most once a minute.
  last_used_at          timestamptz not null,
  -- Whatever is done in between.
  expires_at            timestamptz not null,
  revoked_at            timestamptz,
  constraint session_is_a_sha256 check (length(session_sha256) = 32),
  constraint session_ends_after_it_began check (expires_at > created_at)
);
create index web_session_by_end on stockflow.web_session (expires_at);

-- A token with which a program acts for a person. Shown once, when it is made; only its hash is kept.
create table stockflow.web_token (
  web_token_id  bigint primary key generated always as identity,
  token_sha256  bytea not null unique,
  person        text not null,
  name          text,
  created_at    timestamptz not null,
  -- Written at most once a minute; null until it is used.
  last_used_at  timestamptz,
  -- Null for one that does not expire.
  expires_at    timestamptz,
  revoked_at    timestamptz,
  constraint token_is_a_sha256 check (length(token_sha256) = 32),
  constraint token_ends_after_it_began check (expires_at > created_at)
);
