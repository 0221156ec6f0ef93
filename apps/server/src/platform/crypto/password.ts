import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { commonErrors } from '@quanshu/contract'
import { createGate } from './gate.ts'

/** OWASP password storage cheat sheet: Argon2id with 19 MiB, 2 passes, 1 lane. About 40 ms on one 2024 server core. */
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32

/** Hashing runs on libuv's four threads, which files and DNS need too; two at a time also bounds memory to 40 MB. */
const CONCURRENT_MAX = 2
/** At 40 ms each, more would wait longer than a person does. */
const WAITING_MAX = 100

const gate = createGate({ concurrentMax: CONCURRENT_MAX, waitingMax: WAITING_MAX, refusal: () => commonErrors.busy() })

/** @returns a PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. @throws commonErrors.busy when too many wait */
export async function hashPassword(plain: string, cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await gate(() => derive(plain, salt, HASH_BYTES, cost))
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${phcBase64(salt)}$${phcBase64(hash)}`
}

/** False for a wrong password and for a string that is no Argon2id hash. @throws commonErrors.busy when too many wait */
export async function verifyPassword(plain: string, phc: string): Promise<boolean> {
  const stored = parsePhc(phc)
  if (!stored) return false
  const hash = await gate(() => derive(plain, stored.salt, stored.hash.length, stored.cost))
  return timingSafeEqual(hash, stored.hash)
}

/** Memory in KiB. */
type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number }

function derive(plain: string, nonce: Buffer, tagLength: number, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message: plain.normalize('NFC'), nonce, tagLength, ...cost }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    )
  })
}

/** The bounds keep a planted hash from asking for gigabytes. */
function parsePhc(phc: string): { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer } | undefined {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/.exec(phc)
  if (!match) return undefined
  const [, memory, passes, parallelism, salt = '', hash = ''] = match
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  if (cost.memory < 8 * cost.parallelism || cost.memory > 262_144 || cost.passes < 1 || cost.parallelism < 1)
    return undefined
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

const phcBase64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
