import { Readable } from 'node:stream'
import { commonErrors, mallRedeemRoutes, redeemErrors, redeemRoutes } from '@quanshu/contract'
import { canonicalRedeemCode, isRedeemCode, type OrderNo, Refusal } from '@quanshu/kernel'
import type { Ctx } from '../../platform/db/index.ts'
import { type BoundRoute, callerNetwork, handle, shopUrlOf } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { buyerView } from '../orders/index.ts'
import { createBatch } from './commands/create-batch.ts'
import { exportCodes } from './commands/export-codes.ts'
import { createRedeemer } from './commands/redeem-code.ts'
import { saveLink } from './commands/save-link.ts'
import { setBatchState, setCodeState } from './commands/set-state.ts'
import { makeGood, takeBack } from './commands/take-back.ts'
import { createGuesses } from './guesses.ts'
import { HASH_PURPOSE } from './model.ts'
import { getBatch, listBatches } from './queries/batches.ts'
import { getCode, listCodes, listSold, listUses, searchCode } from './queries/codes.ts'
import { listLinks, readOffer } from './queries/links.ts'
import { faceOf, findCode } from './queries/look.ts'

export const redeemBoundRoutes = (platform: Platform): readonly BoundRoute[] => [
  ...mallRoutes(platform),
  ...deskRoutes(platform),
]

/** A "no such code" leaves this long after its question, whether the database was asked or the check character was enough. */
const NO_AFTER_MS = 100

function mallRoutes(platform: Platform): readonly BoundRoute[] {
  const guesses = createGuesses(() => platform.clock.now().getTime(), platform.config.rateLimitFactor)
  const redeem = createRedeemer(platform)

  /** @throws redeem.locked; redeem.unknown_code, counted and after the same time for whatever reason */
  const find = async (ctx: Ctx, typed: string) => {
    const address = ctx.ip === undefined ? '' : callerNetwork(ctx.ip)
    guesses.refuseLocked(ctx.tenantId, address)
    const answerAt = performance.now() + NO_AFTER_MS
    try {
      const canonical = canonicalRedeemCode(typed)
      if (!isRedeemCode(canonical)) throw redeemErrors.unknownCode()
      const codeHash = await platform.crypto.fingerprint(ctx.tenantId, HASH_PURPOSE, canonical)
      return { codeHash, code: await platform.db.read(ctx, (tx) => findCode(tx, codeHash)) }
    } catch (error) {
      if (error instanceof Refusal) {
        guesses.miss(ctx.tenantId, address)
        await new Promise((resolve) => setTimeout(resolve, answerAt - performance.now()))
      }
      throw error
    }
  }

  return [
    handle(mallRedeemRoutes.look, async ({ ctx, body, session, prefix }) => {
      const { code } = await find(ctx, body.code)
      return faceOf(platform, ctx, code, { session, prefix })
    }),
    handle(mallRedeemRoutes.redeem, async ({ ctx, body, session, prefix, idempotency }) => {
      if (!idempotency) throw commonErrors.idempotencyKeyRequired()
      const found = await find(ctx, body.code)
      const view = await redeem(ctx, { ...found, session, input: body, idempotency })
      return buyerView(platform, ctx.tenantId, view, { access: 'codes', session }, prefix)
    }),
    handle(mallRedeemRoutes.readOffer, ({ ctx, params }) => platform.db.read(ctx, (tx) => readOffer(tx, params.skuId))),
  ]
}

const deskRoutes = (platform: Platform): readonly BoundRoute[] => [
  handle(redeemRoutes.listBatches, ({ ctx, query }) => platform.db.read(ctx, (tx) => listBatches(tx, query))),
  handle(redeemRoutes.createBatch, ({ body, once }) => once((tx) => createBatch(tx, body))),
  handle(redeemRoutes.getBatch, ({ ctx, params }) => platform.db.read(ctx, (tx) => getBatch(tx, params.redeemBatchId))),
  handle(redeemRoutes.setBatchState, ({ ctx, params, body }) =>
    platform.db.write(ctx, (tx) => setBatchState(tx, params.redeemBatchId, body.to, body.reason)),
  ),
  handle(redeemRoutes.exportCodes, async ({ ctx, params, body, prefix, raw }) => {
    const batchId = params.redeemBatchId
    const shopUrl = shopUrlOf(platform.config.publicUrl, raw.headers.host ?? '', prefix)
    return {
      content: Readable.from(await exportCodes(platform, ctx, { batchId, reason: body.reason, shopUrl })),
      contentType: 'text/csv; charset=utf-8',
      fileName: `redeem-${batchId}.csv`,
    }
  }),
  handle(redeemRoutes.listCodes, ({ ctx, params, query }) => listCodes(platform, ctx, params.redeemBatchId, query)),
  handle(redeemRoutes.listUses, ({ ctx, params, query }) => listUses(platform, ctx, params.redeemBatchId, query)),
  handle(redeemRoutes.searchCode, ({ ctx, body }) => searchCode(platform, ctx, body.value)),
  handle(redeemRoutes.setCodeState, async ({ ctx, params, body }) => {
    await platform.db.write(ctx, (tx) => setCodeState(tx, params.redeemCodeId, body.to, body.reason))
    return getCode(platform, ctx, params.redeemCodeId)
  }),
  handle(redeemRoutes.takeBack, async ({ ctx, params, body }) => ({
    ok: true as const,
    ...(await platform.db.write(ctx, (tx) => {
      const { points, lines = [], reason } = body
      const no = params.redeemedNo as OrderNo
      return points === undefined ? takeBack(tx, no, body) : makeGood(tx, no, { reason, lines, points })
    })),
  })),
  handle(redeemRoutes.listLinks, ({ ctx }) => platform.db.read(ctx, listLinks)),
  handle(redeemRoutes.saveLink, ({ ctx, params, body }) =>
    platform.db.write(ctx, (tx) => saveLink(tx, params.skuId, body)),
  ),
  handle(redeemRoutes.listSold, ({ ctx, query }) => listSold(platform, ctx, query)),
]
