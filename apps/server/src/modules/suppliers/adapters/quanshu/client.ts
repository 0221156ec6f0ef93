import { createHmac, hash, randomUUID } from 'node:crypto'
import { wholesaleText } from '@quanshu/kernel'
import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { Refused, SupplierAccount, Unknown } from '../../supplier.ts'
import { baseOf, isHeaderSafe, refused, send, unknown } from '../wire.ts'

/** How another shop answered: with what was asked for, or with a no of its own that is not proof of anything by itself. */
export type ShopAnswer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'no'; readonly status: number; readonly code: string; readonly message: string }
  | Refused
  | Unknown

const problem = z.object({ code: z.string().regex(/^[a-z_]+\.[a-z_0-9]+$/), detail: z.string().default('') })
const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/

export const secretBytes = (account: SupplierAccount): Buffer | undefined => {
  const [, base64] = SECRET.exec(account.secrets.secret ?? '') ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}

/**
 * One signed call. What is signed begins at `/api/`: the address may have a shop's or a proxy's path in front. A page of some proxy in
 * between is no shop's word, whatever its status, so it is unknown.
 */
export async function askShop<T>(
  outbound: Outbound,
  account: SupplierAccount,
  schema: z.ZodType<T>,
  call: { readonly method: 'GET' | 'POST'; readonly path: string; readonly value?: unknown },
): Promise<ShopAnswer<T>> {
  const { identity } = account
  const key = secretBytes(account)
  if (!key || identity === '' || !isHeaderSafe(identity)) return refused('other', 'not_configured', 'no key or secret')
  const path = `/api/wholesale/v1${call.path}`
  const body = call.method === 'POST' ? JSON.stringify(call.value ?? {}) : undefined
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const nonce = randomUUID()
  const text = wholesaleText({ method: call.method, path, timestamp, nonce, bodyHash: hash('sha256', body ?? '') })
  const sent = await send(outbound, {
    method: call.method,
    url: baseOf(account) + path,
    headers: {
      'x-quanshu-key': identity,
      'x-quanshu-timestamp': timestamp,
      'x-quanshu-nonce': nonce,
      'x-quanshu-signature': createHmac('sha256', key).update(text).digest('hex'),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  })
  if (sent.kind !== 'answer') return sent
  const value = jsonOf(sent.body)
  if (sent.status === 200) {
    const read = schema.safeParse(value)
    return read.success
      ? { kind: 'ok', value: read.data }
      : unknown(`an answer that cannot be read: ${read.error.issues[0]?.path.join('.') ?? ''}`)
  }
  const said = problem.safeParse(value)
  if (!said.success || sent.status < 400) return unknown(`HTTP ${sent.status} without a code`)
  return { kind: 'no', status: sent.status, code: said.data.code, message: said.data.detail }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
