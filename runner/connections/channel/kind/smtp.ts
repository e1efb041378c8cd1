/** A mail, in plain text and in HTML. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { messageHtml } from '../../../core/alert/message/html.ts';
import type { AlertMessage } from '../../../core/alert/message/message.ts';
import { messageText } from '../../../core/alert/message/text.ts';
import { errorFacts } from '../../../core/value/error_text.ts';
import { Secret } from '../../config/secret.ts';
import type { SmtpConfig } from '../config.ts';
import { AFTER_FIX_MS, ChannelError } from '../error.ts';
import { redactChannel } from '../options.ts';
import type { SendOptions, Sent } from '../sending.ts';
import { CONNECT_MS, SEND_MS, withinTime } from '../time_limit.ts';

export async function sendSmtp(
  config: SmtpConfig,
  message: AlertMessage,
  { dedupKey, thread, now, signal }: SendOptions,
): Promise<Sent> {
  const messageId = `<${createHash('sha256').update(dedupKey).digest('hex').slice(0, 40)}@stockflow>`;
  const info = await withTransport(config, signal, (transport) =>
    transport.sendMail({
      from: { name: 'Stockflow', address: config.from },
      to: config.to.map((address) => ({ name: '', address })),
      subject: message.title,
      text: messageText(message),
      html: messageHtml(message),
      messageId,
      date: new Date(now.epochMilliseconds),
      ...(thread === null ? {} : { inReplyTo: thread, references: [thread] }),
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    }),
  );
  const refused = info.rejected.length === 0 ? '' : `; refused: ${info.rejected.join(', ')}`;
  return { thread: thread ?? messageId, answer: redactChannel(`${info.response}${refused}`, config) };
}

/** Connects and logs in, and sends nothing. @throws ChannelError */
export async function verifySmtp(config: SmtpConfig, signal: AbortSignal): Promise<void> {
  await withTransport(config, signal, (transport) => transport.verify());
}

type Transport = ReturnType<typeof smtpTransport>;

interface Access {
  readonly password: Secret | null;
  readonly ca: string | null;
}

async function withTransport<T>(
  config: SmtpConfig,
  signal: AbortSignal,
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const access = {
    password:
      config.passwordFile === null
        ? config.password
        : new Secret((await readSettingFile(config, config.passwordFile)).trim()),
    ca: config.caFile === null ? null : await readSettingFile(config, config.caFile),
  };
  // The library has no way to give up a conversation, so the socket is ours.
  let socket: Socket | null = null;
  try {
    return await withinTime(signal, async () => {
      socket = await connected(config);
      return await work(smtpTransport(config, access, socket));
    });
  } catch (error) {
    throw refusal(config, error, access.password);
  } finally {
    destroy(socket);
  }
}

function destroy(socket: Socket | null): void {
  socket?.destroy();
}

async function connected({ host, port }: SmtpConfig): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, timeout: CONNECT_MS });
  const late = () => socket.destroy(new Error(`no connection within ${CONNECT_MS / 1_000} s`));
  socket.once('connect', resolve).once('error', reject).once('timeout', late);
  await promise;
  socket.setTimeout(0);
  socket.off('timeout', late).off('error', reject);
  return socket;
}

function smtpTransport(config: SmtpConfig, { password, ca }: Access, connection: Socket) {
  const { host, port, encryption, user } = config;
  return createTransport({
    host,
    port,
    secure: encryption === 'tls',
    requireTLS: encryption === 'starttls',
    greetingTimeout: CONNECT_MS,
    socketTimeout: SEND_MS,
    ...(user === null ? {} : { auth: { user, pass: password?.reveal() ?? '' } }),
    ...(ca === null ? {} : { tls: { ca } }),
    getSocket: (_options, callback) => callback(null, { connection }),
    logger: false,
  });
}

async function readSettingFile({ variable }: SmtpConfig, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ChannelError(`a file that ${variable} names cannot be read: ${errorFacts(cause).errorText}`, {
      isRetryable: true,
      cause,
    });
  }
}

const TOO_LARGE = 552;

/** @param password as read from its file */
function refusal(config: SmtpConfig, error: unknown, password: Secret | null): ChannelError {
  if (error instanceof ChannelError) return error;
  const secrets =
    password === null
      ? config.secrets
      : [...config.secrets, password, new Secret(Buffer.from(password.reveal()).toString('base64'))];
  const text = redactChannel(`${config.display}: ${errorFacts(error).errorText}`, { secrets });
  const { code, responseCode } = smtpFacts(error);
  if (code === 'EAUTH' || code === 'ETLS' || code === 'ENOAUTH')
    return new ChannelError(text, { isRetryable: true, retryAfterMs: AFTER_FIX_MS });
  // 4xx, and a broken conversation: soon it may be taken.
  if (responseCode === null || responseCode < 500) return new ChannelError(text, { isRetryable: true });
  // 5xx: an address or a right that a person has to correct, unless the mail is too large.
  return new ChannelError(text, {
    isRetryable: responseCode !== TOO_LARGE,
    retryAfterMs: AFTER_FIX_MS,
    holdsChannel: false,
  });
}

function smtpFacts(error: unknown): { readonly code: string | null; readonly responseCode: number | null } {
  if (!(error instanceof Error)) return { code: null, responseCode: null };
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : null,
    responseCode:
      'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null,
  };
}
