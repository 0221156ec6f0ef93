import { commonErrors, fulfilmentErrors, PASSED_OVER_WORDS, refusalOf } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../../platform/db/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { type Choice, choiceRecord, choose, fieldsOf, type Sources, type Wanted } from '../../../suppliers/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../../model.ts'
import { askSql } from '../../service/ask-sql.ts'

type Need = Wanted & { readonly skuId: number; readonly turn: number }

/** Every source of a stuck line as it stands for it now, best first, and whether it refused it before; none when it is not stuck any more. @throws common.not_found */
export async function sourcesOf(tx: ReadTx, no: OrderNo, lineNo: number) {
  const need = await readNeed(tx, no, lineNo)
  if (isSqlRefusal(need) && need.code !== 'common.not_found') return []
  if (isSqlRefusal(need)) throw commonErrors.notFound()
  const { judged } = choose(await sources(tx, need.skuId), { ...need, refused: [] })
  return judged.map(({ offerId, supplier, product, costHao, stock, passedOver }) => ({
    offerId,
    supplier,
    product,
    costHao,
    stock,
    passedOver,
    refusedBefore: need.refused.includes(offerId),
  }))
}

/**
 * Buys a stuck line from the source that staff name, whether or not it refused it before; never above the loss guard.
 * @throws common.not_found; fulfilment.not_an_exception, purchase_open, never_asked, source_of_another, source_not_now
 */
export async function changeSource(
  { db }: Pick<Platform, 'db'>,
  ctx: Ctx,
  no: OrderNo,
  lineNo: number,
  { offerId, reason, actor }: { readonly offerId: number; readonly reason: string; readonly actor: string },
): Promise<void> {
  const { need, own } = await db.read(ctx, async (tx) => {
    const found = await needOf(tx, no, lineNo)
    return { need: found, own: await sources(tx, found.skuId) }
  })
  const only = own.candidates.filter((candidate) => candidate.offerId === offerId)
  const choice = choose({ ...own, candidates: only }, { ...need, refused: [] })
  const { chosen } = choice
  if (!chosen) throw whyNot(choice.judged[0], ctx.locale)
  await db.write(ctx, async (tx) => {
    const item = {
      orderNo: no,
      lineNo,
      turn: need.turn,
      offerId,
      supplierId: chosen.supplierId,
      productId: chosen.productId,
      quantity: need.quantity,
      ceilingHao: choice.ceilingHao,
      quotedHao: chosen.costHao,
      fields: fieldsOf(chosen, need.form),
      choice: choiceRecord(own.policy, choice),
    }
    await askSql(
      tx,
      sql`fulfilment.change_source(
        ${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, ${JSON.stringify(item)}::jsonb, ${actor}
      )`,
    )
    const { supplier } = chosen
    tx.audit({
      action: 'desk.source',
      objectKind: 'order',
      objectId: no,
      detail: { lineNo, offerId, supplier, reason },
    })
  })
}

function whyNot(judged: Choice['judged'][number] | undefined, locale: Ctx['locale']) {
  if (!judged?.passedOver) return fulfilmentErrors.sourceOfAnother()
  const { zh, en } = PASSED_OVER_WORDS[judged.passedOver]
  return fulfilmentErrors.sourceNotNow({ supplier: judged.supplier, why: locale === 'en' ? en : zh })
}

async function needOf(tx: ReadTx, no: OrderNo, lineNo: number): Promise<Need> {
  const need = await readNeed(tx, no, lineNo)
  if (isSqlRefusal(need)) throw refusalOf(need.code, need.params)
  return need
}

async function readNeed(tx: ReadTx, no: OrderNo, lineNo: number): Promise<Need | SqlRefusal> {
  const { rows } = await sql<{ readonly need: Need | SqlRefusal | null }>`
    select fulfilment.stopped_need(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer) as need
  `.execute(tx.db)
  const need = rows[0]?.need
  if (!need) throw commonErrors.notFound()
  return need
}

async function sources(tx: ReadTx, skuId: number): Promise<Sources> {
  const { rows } = await sql<{ readonly found: readonly Sources[] }>`
    select suppliers.candidates(${tx.ctx.tenantId}::bigint, ${[skuId]}::bigint[]) as found
  `.execute(tx.db)
  const own = rows[0]?.found[0]
  if (!own) throw commonErrors.notFound()
  return own
}
