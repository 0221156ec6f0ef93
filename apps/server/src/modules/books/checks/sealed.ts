import { Refusal, type TenantId } from '@quanshu/kernel'
import type { Sealer, Where } from '../../../platform/crypto/index.ts'
import { totpPlace } from '../../identity/index.ts'
import { PHONE_PURPOSE, phonePlace } from '../../members/index.ts'
import {
  channelSecretPlace,
  channelTokenPlace,
  endpointPreviousPlace,
  endpointSecretPlace,
} from '../../notify/index.ts'
import { redeemCodeAt } from '../../orders/index.ts'
import { gatewaySecretPlace } from '../../payments/index.ts'
import { REDEEM_HASH_PURPOSE } from '../../redeem/index.ts'
import { supplierSecretPlace, workCodesPlace } from '../../suppliers/index.ts'
import { FINGERPRINT_PURPOSE, sealedAt } from '../../vault/index.ts'
import { wholesalePreviousPlace, wholesaleSecretPlace } from '../../wholesale/index.ts'
import { doorNamePlace, offeredCodesPlace } from '../../workspace/index.ts'
import type { Check, House, Place, Violation } from '../model.ts'

type Channel = Parameters<typeof channelSecretPlace>[0]

/** A column of cipher texts. */
type Source = {
  /** As `books.sealed_page` knows it: the table, and of a second column of it also which. */
  readonly table: string
  readonly object: string
  /** `as`: what the cipher text is bound to, where that is not the row's id. */
  readonly where: (id: string | number, as: string) => Where
  /** What the keyed hash beside it was made for; it must be of the same text. */
  readonly purpose?: string
}

/** Every column of cipher texts; sealed.test.ts holds them against the schema. */
export const sources: readonly Source[] = [
  {
    table: 'payments.gateways',
    object: 'gateway',
    where: (id) => gatewaySecretPlace(String(id)),
  },
  { table: 'notify.channels', object: 'channel', where: (id) => channelSecretPlace(String(id) as Channel) },
  { table: 'notify.channels.token', object: 'channel', where: (id) => channelTokenPlace(String(id) as Channel) },
  { table: 'notify.endpoints', object: 'webhook', where: (id) => endpointSecretPlace(Number(id)) },
  { table: 'identity.staff', object: 'staff', where: (id) => totpPlace(Number(id) as never) },
  { table: 'members.members', object: 'member', where: (id) => phonePlace(Number(id)), purpose: PHONE_PURPOSE },
  { table: 'vault.cards', object: 'card', where: (id) => sealedAt(Number(id)), purpose: FINGERPRINT_PURPOSE },
  {
    table: 'redeem.codes',
    object: 'redeem_code',
    where: (id) => redeemCodeAt(Number(id)),
    purpose: REDEEM_HASH_PURPOSE,
  },
  { table: 'notify.endpoints.previous', object: 'webhook', where: (id) => endpointPreviousPlace(Number(id)) },
  { table: 'wholesale.keys', object: 'wholesale_key', where: (id) => wholesaleSecretPlace(Number(id)) },
  { table: 'wholesale.keys.previous', object: 'wholesale_key', where: (id) => wholesalePreviousPlace(Number(id)) },
  { table: 'suppliers.suppliers', object: 'supplier', where: (id) => supplierSecretPlace(Number(id)) },
  { table: 'suppliers.doors.mail', object: 'supplier', where: (id) => doorNamePlace(Number(id), 'mail') },
  { table: 'suppliers.doors.folder', object: 'supplier', where: (id) => doorNamePlace(Number(id), 'folder') },
  { table: 'suppliers.tasks', object: 'supply_task', where: (id) => workCodesPlace(Number(id)) },
  { table: 'suppliers.offered_codes', object: 'offered_codes', where: (_, as) => offeredCodesPlace(as) },
]

type Row = { readonly id: number | string; readonly sealed: string; readonly hash?: string; readonly as?: string }
type Newest = Readonly<Record<string, number>>

/**
 * Every secret opens, and is what its fingerprint says. Incremental: what is newer than the last clean run's newest, and a
 * seventh of the older. What is opened is compared and forgotten; nothing of it is kept or told.
 */
export const sealedCheck: Check = {
  name: 'sealed',
  // About 15 µs a row for opening and fingerprint, on the main thread: 15 ms in one go.
  rows: 1_000,
  rowsMax: 2_000,
  step: async (house, tenantId, { place, rows, scope, memo }) => {
    const at = Number(place?.source ?? 0)
    const source = sources[at]
    if (!source) return { checked: 0, place: null, violations: [] }
    const newest = (place?.newest ?? memo.newest ?? {}) as Newest
    const known = scope.since === null ? null : Number((memo.newest as Newest | undefined)?.[source.table] ?? 0)
    const page = await house.db.call<readonly Row[]>(
      tenantId,
      'books.sealed_page',
      source.table,
      Number(place?.after ?? 0),
      rows,
      known,
      scope.slot,
    )
    const violations = await openAll(house, tenantId, source, page)
    const last = Number(page.at(-1)?.id)
    const isOver = page.length < rows || !Number.isSafeInteger(last)
    const seen = Number.isSafeInteger(last)
      ? { ...newest, [source.table]: Math.max(last, newest[source.table] ?? 0) }
      : newest
    const next: Place = isOver ? { source: at + 1, after: 0, newest: seen } : { source: at, after: last, newest: seen }
    return {
      checked: page.length,
      place: isOver && at + 1 === sources.length ? null : next,
      violations,
      memo: { newest: seen },
    }
  },
}

async function openAll(
  house: House,
  tenantId: TenantId,
  source: Source,
  rows: readonly Row[],
): Promise<readonly Violation[]> {
  if (rows.length === 0) return []
  const sealer = await house.crypto.sealer(tenantId)
  const violations: Violation[] = []
  for (const row of rows) {
    const plain = await opened(
      house,
      sealer,
      tenantId,
      source.where(row.id, row.as ?? ''),
      Buffer.from(row.sealed, 'base64'),
    )
    if (plain === undefined) violations.push(violationOf('cipher_closed', source, row))
    else if (source.purpose !== undefined && row.hash !== undefined) {
      const hash = sealer.fingerprint(source.purpose, plain)
      if (!hash.equals(Buffer.from(row.hash, 'base64')))
        violations.push(violationOf('fingerprint_differs', source, row))
    }
  }
  return violations
}

/** The plain text, or undefined when no key of the shop opens it. */
async function opened(
  { crypto }: House,
  sealer: Sealer,
  tenantId: TenantId,
  where: Where,
  sealed: Buffer,
): Promise<string | undefined> {
  try {
    return sealer.open(where, sealed)
  } catch {
    // Perhaps sealed under a key that is newer than the sealer; the other way looks for new keys first.
    try {
      return await crypto.decrypt(tenantId, where, sealed)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'crypto.unreadable') return undefined
      throw error
    }
  }
}

function violationOf(code: string, source: Source, row: Row): Violation {
  return {
    code,
    // Two columns of one row are two facts.
    key: `${source.object}:${row.id}${source.table.split('.')[2] ? `:${source.table.split('.')[2]}` : ''}`,
    objects: [{ kind: source.object, id: String(row.id) }],
    params: { table: source.table },
  }
}
