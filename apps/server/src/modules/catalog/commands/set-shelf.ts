import { catalogErrors, commonErrors, errorMessage } from '@quanshu/contract'
import type { Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { type GoodsState, goodsProblems, goodsStates, type SkuOnShelf } from '../model.ts'
import { readSkus, type SkuFacts, skuDetail } from '../queries/sku-rows.ts'
import { announceChange } from './announce.ts'

type ShelfMove = 'on' | 'off' | 'archived' | 'restored'

/** Restoring puts goods back off the shelf. */
const TARGETS: Readonly<Record<ShelfMove, GoodsState>> = { on: 'on', off: 'off', archived: 'archived', restored: 'off' }

type GoodsFacts = {
  readonly id: number
  readonly title: string
  readonly state: GoodsState
  readonly offAt: Date | null
  readonly readAt: Date
  readonly hasPicture: boolean
  readonly hasGuide: boolean
  readonly hasCategory: boolean
}
type Refused = {
  readonly id: number
  readonly title: string | null
  readonly code: string
  readonly zh: string
  readonly en: string
}

/**
 * Moves goods on or off the shelf, into or out of the archive. Each has its own outcome; goods that are already where
 * they should be count as done. Locks in id order, so that two staff moving the same goods do not lock crosswise.
 */
export async function setShelf(
  tx: Tx,
  ids: readonly number[],
  to: ShelfMove,
): Promise<{ readonly done: number[]; readonly refused: Refused[] }> {
  const goods = new Map((await lockGoods(tx, ids)).map((one) => [one.id, one]))
  const skus = Map.groupBy(await readSkus(tx, [...goods.keys()]), (sku) => sku.goods_id)
  const done: number[] = []
  const moving: number[] = []
  const refused: Refused[] = []
  for (const id of new Set(ids)) {
    const one = goods.get(id)
    const refusal = one ? refusalOf({ ...one, skus: (skus.get(id) ?? []).map(onShelf) }, to) : commonErrors.notFound()
    if (refusal) refused.push(told(id, one?.title ?? null, refusal))
    else done.push(id)
    if (one && !refusal && one.state !== TARGETS[to]) moving.push(id)
  }
  await move(tx, moving, TARGETS[to])
  for (const id of moving) {
    announceChange(tx, {
      action: `goods.${ACTIONS[to]}`,
      objectKind: 'goods',
      objectId: id,
      detail: { title: goods.get(id)?.title },
    })
  }
  return { done, refused }
}

const ACTIONS: Readonly<Record<ShelfMove, string>> = {
  on: 'put_on',
  off: 'take_off',
  archived: 'archive',
  restored: 'restore',
}

async function lockGoods(tx: Tx, ids: readonly number[]): Promise<readonly GoodsFacts[]> {
  const { rows } = await sql<GoodsFacts>`
    select
      g.id,
      g.title,
      g.state,
      g.off_at as "offAt",
      now() as "readAt",
      g.guide <> '' as "hasGuide",
      g.category_id is not null as "hasCategory",
      exists (
        select
        from catalog.goods_pictures gp
        where gp.tenant_id = g.tenant_id
          and gp.goods_id = g.id
      ) as "hasPicture"
    from catalog.goods g
    where g.tenant_id = ${tx.ctx.tenantId}::bigint
      and g.id = any (${ids}::bigint[])
    order by g.id
    for no key update
  `.execute(tx.db)
  return rows
}

type Judged = GoodsFacts & { readonly skus: readonly SkuOnShelf[] }

const onShelf = (sku: SkuFacts): SkuOnShelf => ({ ...skuDetail(sku), available: sku.available })

function refusalOf(goods: Judged, to: ShelfMove): Refusal | undefined {
  const { title, state } = goods
  const target = TARGETS[to]
  if (state === target) return undefined
  if (state === 'archived' && to !== 'restored') return catalogErrors.alreadyArchived({ title })
  // A draft taken off, or a draft or shelved goods "restored": there is nothing to do.
  if (to === 'restored' || (to === 'off' && state === 'draft'))
    return state === 'archived' ? undefined : catalogErrors.notApplicable({ title })
  if (!goodsStates.may(state, target)) return catalogErrors.mustBeOffFirst({ title })
  if (to !== 'on') return undefined
  const blocking = goodsProblems(goods, goods.readAt).filter((problem) => problem.level === 'blocks')
  if (blocking.length === 0) return undefined
  return catalogErrors.cannotGoOn({
    title,
    reasons: blocking.map((problem) => problem.zh).join('、'),
    reasonsEn: blocking.map((problem) => problem.en).join('; '),
  })
}

function told(id: number, title: string | null, { code, params }: Refusal): Refused {
  return { id, title, code, zh: errorMessage(code, params, 'zh-CN'), en: errorMessage(code, params, 'en') }
}

async function move(tx: Tx, ids: readonly number[], state: GoodsState): Promise<void> {
  await sql`
    update catalog.goods
    set state = ${state},
        version = version + 1,
        updated_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = any (${ids}::bigint[])
  `.execute(tx.db)
}
