import type { TenantId } from '@quanshu/kernel'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Subscriber } from '../../../platform/events/index.ts'
import { createCrew } from '../../../platform/jobs/index.ts'
import type { Loop, Platform } from '../../../platform/module.ts'
import { type BoughtCard, choiceRecord, choose, fieldsOf, type Sources } from '../../suppliers/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import { openCards } from '../../vault/index.ts'
import type { SupplierDoor } from '../ports.ts'

/** A complaint whose turn it is: from `fulfilment.take_complaints`. */
type Due = {
  readonly tenantId: TenantId
  readonly id: number
  readonly lease: number
  readonly state: 'checking' | 'buying'
  readonly asks: number
  readonly word: string | null
  readonly skuId: number
  readonly refused: readonly number[]
  readonly unitPriceFen: number
  readonly unitPoints: number
  readonly form: Readonly<Record<string, string>>
  readonly buyingSeconds: number | null
  /** How the purchase stands that is to bring the code. */
  readonly purchase: string | null
  /** Who sold the code to us; null: imported, or made by ourselves. */
  readonly source: {
    readonly supplierId: number
    readonly cardId: number
    readonly sealed: string
    readonly no: string | null
  } | null
}

/** Longer than a supplier is waited for. */
const LEASE_SECONDS = 30
const AT_ONCE_MAX = 64
const IDLE_MS = 1_000
/** A supplier that cannot say is asked so often, after these pauses; then it is "unknown". */
const ASK_AGAIN_SECONDS = [2, 10, 30]
/** So long is waited for a source, or for a purchase that has not ended; then a person looks at it. */
const BUYING_SECONDS_MAX = 600
const LOOK_AGAIN_SECONDS = 10
const OPEN_PURCHASE: ReadonlySet<string> = new Set(['planned', 'sending', 'accepted', 'unknown'])

export type ComplaintJudge = { readonly loop: Loop; readonly kick: () => void }

/**
 * Follows complaints until the rule or a person has the word: asks the supplier of the code, lets the rule decide, chooses a
 * source where another code is to be bought. Each is followed by itself, so that a supplier that hangs holds up nobody else.
 */
export function createComplaintJudge(platform: Platform, suppliers: SupplierDoor): ComplaintJudge {
  const { db, log } = platform

  async function follow(due: Due): Promise<void> {
    if (due.state === 'checking') await check(due)
    else await buy(due)
  }

  async function check({ tenantId, id, lease, asks, source }: Due): Promise<void> {
    const says = source ? await ask(tenantId, source) : ({ word: 'nobody', note: '' } as const)
    const pause = ASK_AGAIN_SECONDS[asks]
    if (says.word === 'unclear' && pause !== undefined) {
      await db.call(tenantId, 'fulfilment.defer_complaint', id, lease, pause, says.note || 'no answer')
      return
    }
    const word = says.word === 'unclear' ? 'unknown' : says.word
    await db.call(tenantId, 'fulfilment.judge_complaint', id, lease, word, says.note, await limits(tenantId))
    suppliers.kick()
  }

  async function ask(tenantId: TenantId, { supplierId, cardId, sealed, no }: NonNullable<Due['source']>) {
    if (no === null) return { word: 'nobody', note: '' } as const
    const [parts = []] = await openCards(platform.crypto, tenantId, [
      { id: cardId, sealed: Buffer.from(sealed, 'base64') },
    ])
    const [first = '', second] = parts
    const card: BoughtCard = { number: second === undefined ? '' : first, secret: second ?? first, validTo: null }
    return await suppliers.askCard(tenantId, { supplierId, no, card })
  }

  async function buy(due: Due): Promise<void> {
    const { tenantId, id, lease, skuId, purchase, buyingSeconds } = due
    const isLate = (buyingSeconds ?? 0) > BUYING_SECONDS_MAX
    const givenUp = async (why: 'no_source' | 'supply_unknown') =>
      db.call(tenantId, 'fulfilment.nothing_bought', id, lease, why, await limits(tenantId))
    const later = (seconds = LOOK_AGAIN_SECONDS) =>
      db.call(tenantId, 'fulfilment.defer_complaint', id, lease, seconds, '')
    if (purchase !== null && OPEN_PURCHASE.has(purchase)) {
      await (isLate ? givenUp('supply_unknown') : later())
      return
    }
    const [sources] = await db.callHot<readonly Sources[]>(tenantId, 'suppliers.candidates', [skuId])
    const wanted = { ...due, skuKind: 'card' as const, quantity: 1 }
    const choice = sources && choose(sources, wanted)
    const chosen = choice?.chosen
    if (!choice || choice.verdict === 'stop' || (choice.verdict === 'wait' && isLate)) {
      await givenUp('no_source')
    } else if (choice.verdict === 'wait' || !chosen) {
      await later()
    } else {
      const item = {
        offerId: chosen.offerId,
        supplierId: chosen.supplierId,
        productId: chosen.productId,
        ceilingHao: choice.ceilingHao,
        quotedHao: chosen.costHao,
        fields: fieldsOf(chosen, due.form),
        choice: choiceRecord(sources.policy, choice),
      }
      const answer = await db.call<{ readonly opened: boolean; readonly isFull?: boolean }>(
        tenantId,
        'fulfilment.buy_for_complaint',
        id,
        lease,
        item,
      )
      if (answer.opened) suppliers.kick()
      else if (answer.isFull) await givenUp('no_source')
      // For another code of the line one is on its way.
      else await later(1)
    }
  }

  /** What the shop lets one person, or nobody, give back, and what used codes mean to it. */
  async function limits(tenantId: TenantId) {
    const settings = await db.read(systemCtx(tenantId), readSettings)
    return {
      approvalAboveFen: settings['refunds.approvalAboveFen'],
      approvalAbovePoints: settings['refunds.approvalAbovePoints'],
      // That its buyer marked it as used says nothing against a code that does not work.
      used: 'record_loss',
    }
  }

  return createCrew<Due>({
    name: 'fulfilment.complaints',
    idleMs: IDLE_MS,
    atOnceMax: AT_ONCE_MAX,
    log,
    take: (room) => db.callGlobal<readonly Due[]>('fulfilment.take_complaints', LEASE_SECONDS, room),
    work: follow,
    lost: ({ tenantId, id }) => [{ tenantId, complaint: id }, 'a complaint could not be followed'],
  })
}

const systemCtx = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'complaints' },
  requestId: 'fulfilment.complaints',
  locale: 'zh-CN',
})

/** News of complaints are followed at once and not at the next look. */
export const wakeJudge = (kick: () => void): Subscriber => ({
  name: 'fulfilment.complaint_news',
  types: ['complaint.reported', 'complaint.checking', 'complaint.buying'],
  apply: async () => kick(),
})
