/**
 * Hashes passwords with scrypt, in the PHC string format: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, base64 without padding.
 * The cost is one of those that OWASP's Password Storage Cheat Sheet lists as equal; it takes 32 MiB.
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface ScryptCost {
  /** The logarithm of the number of blocks. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

const COST: ScryptCost = { ln: 15, r: 8, p: 3 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** Passwords are the only factor here: shorter ones can be guessed by those who got hold of the users file. */
export const PASSWORD_MIN_LENGTH = 12;
/** Long enough for any sentence; hashing costs what the password is long. */
export const PASSWORD_MAX_LENGTH = 1024;

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

interface PasswordHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Returns why a password may not be set, or null. */
export function passwordProblem(password: string): string | null {
  if (password.length < PASSWORD_MIN_LENGTH)
    return `the password has ${password.length} characters; use at least ${PASSWORD_MIN_LENGTH}`;
  if (password.length > PASSWORD_MAX_LENGTH)
    return `the password has ${password.length} characters; use at most ${PASSWORD_MAX_LENGTH}`;
  return null;
}

export async function hashPassword(password: string, cost: ScryptCost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await deriveHash(password, { cost, salt }, HASH_BYTES);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(hash)}`;
}

/** Returns whether the password is the one that was hashed; takes as long where it is not, and where the text is no hash. */
export async function isPassword(password: string, hashText: string): Promise<boolean> {
  const known = parseHash(hashText);
  const { cost, salt, hash } = known ?? {
    cost: COST,
    salt: Buffer.alloc(SALT_BYTES),
    hash: Buffer.alloc(HASH_BYTES),
  };
  const found = await deriveHash(password, { cost, salt }, hash.length);
  return timingSafeEqual(found, hash) && known !== null;
}

/** Returns why the text is no usable hash of a password, or null. */
export function hashProblem(text: string): string | null {
  const parsed = parseHash(text);
  if (parsed === null) return 'it is no scrypt hash such as $scrypt$ln=15,r=8,p=3$salt$hash';
  const { ln, r, p } = parsed.cost;
  if (ln < 14 || r < 8)
    return `the cost ln=${ln},r=${r} is too low to protect a password; use at least ln=14,r=8`;
  if (ln > 18 || r > 16 || p > 8)
    return `the cost ln=${ln},r=${r},p=${p} would take this machine's memory or time`;
  if (parsed.salt.length < 8 || parsed.hash.length < 16) return 'its salt or its hash is cut short';
  return null;
}

/** Returns a short text that changes with the hash, and does not give it away. */
export function fingerprintOf(hashText: string): string {
  return createHash('sha256').update(hashText).digest('base64url').slice(0, 22);
}

function parseHash(text: string): PasswordHash | null {
  const found = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    text,
  );
  if (found === null) return null;
  const [, ln, r, p, salt = '', hash = ''] = found;
  return {
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

async function deriveHash(
  password: string,
  { cost: { ln, r, p }, salt }: Pick<PasswordHash, 'cost' | 'salt'>,
  bytes: number,
): Promise<Buffer> {
  const N = 2 ** ln;
  // The same letters come in several encodings, by keyboard and system.
  return await derive(password.normalize('NFKC'), salt, bytes, {
    N,
    r,
    p,
    maxmem: 128 * N * r + 128 * r * p + 2 ** 20,
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
