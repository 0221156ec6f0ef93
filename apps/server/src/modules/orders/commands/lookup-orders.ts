import { type mallOrderRoutes, type OrderView, orderErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import type { z } from 'zod'
import type { Sealer } from '../../../platform/crypto/index.ts'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Access, grantTickets, queryPasswordHash, type Visitor } from '../access.ts'
import { normaliseContact } from '../model.ts'
import { buyerView } from '../queries/buyer-view.ts'
import { ordersOfContact } from '../queries/find-orders.ts'
import { readViews, type SealedView, type ViewReader } from '../queries/sealed-views.ts'

/**
 * Finds orders for somebody who is not signed in: by number (the state; with its query password the codes too), or by
 * contact and query password. What is missing and what is wrong get one answer, after the same work.
 * @throws orders.lookup_failed
 */
export async function lookupOrders(
  platform: Platform,
  viewOf: ViewReader,
  ctx: Ctx,
  visitor: Visitor,
  input: z.output<typeof mallOrderRoutes.lookup.body>,
  prefix: string,
): Promise<readonly OrderView[]> {
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  const found =
    'no' in input ? await byNumber(viewOf, sealer, ctx, input) : await byContact(platform, sealer, ctx, input)
  if (found.length === 0) throw orderErrors.lookupFailed()
  grantTickets(sealer, visitor, new Map(found.map(({ view, access }) => [view.no, access])))
  const { session } = visitor
  return Promise.all(
    found.map(({ view, access }) => buyerView(platform, ctx.tenantId, view, { access, session }, prefix)),
  )
}

type Found = { readonly view: SealedView; readonly access: Access }

async function byNumber(
  viewOf: ViewReader,
  sealer: Sealer,
  ctx: Ctx,
  { no, queryPassword }: { readonly no: number; readonly queryPassword?: string | undefined },
): Promise<readonly Found[]> {
  const view = await viewOf(ctx.tenantId, no as OrderNo)
  const hash = queryPasswordHash(sealer, view?.contact ?? '', queryPassword ?? '')
  if (!view) return []
  if (queryPassword === undefined) return [{ view, access: 'status' }]
  return view.queryHash === hash.toString('hex') ? [{ view, access: 'codes' }] : []
}

async function byContact(
  platform: Platform,
  sealer: Sealer,
  ctx: Ctx,
  { contact, queryPassword }: { readonly contact: string; readonly queryPassword: string },
): Promise<readonly Found[]> {
  const normal = normaliseContact(contact)
  const hash = queryPasswordHash(sealer, normal, queryPassword)
  const nos = await platform.db.read(ctx, (tx) => ordersOfContact(tx, normal, hash))
  const views = await readViews(platform, ctx.tenantId, nos)
  return [...views]
    .sort((a, b) => (a.placedAt < b.placedAt ? 1 : -1))
    .map((view) => ({ view, access: 'codes' as const }))
}
