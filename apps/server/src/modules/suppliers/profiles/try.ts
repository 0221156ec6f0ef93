import { type SupplierProfile, supplierProfile, type supplierProfileRoutes, type TrialOutcome } from '@quanshu/contract'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/db/index.ts'
import { explainCallback, verifyCallback } from '../adapters/declarative/callback.ts'
import { dryRun, type ReadSample, readSample } from '../adapters/declarative/trial.ts'
import { haoToText } from '../adapters/hao.ts'
import type { AccountSaid, CallbackVerdict, OrderState, SupplierAccount, SupplierProduct } from '../supplier.ts'
import { profileFaults } from './check.ts'

type Spec = typeof supplierProfileRoutes.trial
type Body = z.output<Spec['body']>
type Trial = z.output<Spec['response']>
type Reading = NonNullable<Trial['reading']>
type CallbackTrial = NonNullable<Trial['callback']>

const PRODUCTS_SHOWN = 20

/** A dry run of a profile with sample values. Nothing is sent and nothing kept; only secrets that were typed in are used. */
export function tryProfile(body: Body, locale: Ctx['locale'], now: Date): Trial {
  const faults = profileFaults(body.source, locale)
  if (faults.length > 0) return { faults: [...faults], request: null, refusal: null, reading: null, callback: null }
  const profile = supplierProfile.parse(JSON.parse(body.source))
  const { baseUrl, identity, settings, secrets, operation } = body
  const account: SupplierAccount = { baseUrl, identity, settings, secrets }
  const { remoteNo, ...given } = body.sample
  const sample = {
    ...given,
    ...(remoteNo !== '' && { remoteNo }),
    at: body.at === undefined ? now : new Date(body.at),
    page: 1,
    pageSize: profile.products?.pageSize ?? 100,
  }
  const built = dryRun(profile, account, operation, sample)
  return {
    faults: [],
    request: built.kind === 'request' ? { ...built, headers: { ...built.headers }, body: built.body ?? null } : null,
    refusal: built.kind === 'refused' ? built.message : null,
    reading: body.answer ? readingOf(readSample(profile, account, operation, sample, body.answer)) : null,
    callback: body.callback ? callbackOf(profile, account, body.callback, sample.at) : null,
  }
}

function readingOf({ of, outcome }: ReadSample): Reading {
  const empty = { cards: [], products: [] }
  switch (outcome.kind) {
    case 'not_found':
      return { outcome: 'not_found', facts: {}, ...empty }
    case 'unknown':
      return { outcome: 'unknown', facts: { reason: outcome.reason }, ...empty }
    case 'refused': {
      const { code, message, about } = outcome
      return { outcome: 'refused', facts: { code, message, about }, ...empty }
    }
    case 'done':
      return 'order' in outcome ? orderReading(outcome.order) : valueReading(of, outcome.value)
  }
}

function orderReading(order: OrderState): Reading {
  const cards = order.state === 'done' || order.state === 'partial' ? order.cards : []
  const facts = {
    remoteNo: order.remoteNo,
    ...('costHao' in order && order.costHao !== null && { cost: haoToText(order.costHao, 4) }),
    ...(order.state === 'done' && order.serial !== undefined && { serial: order.serial }),
    ...(order.state === 'partial' && { arrived: String(order.arrived), message: order.message }),
    ...(order.state === 'failed' && { code: order.code, message: order.message, about: order.about }),
  }
  return { outcome: order.state satisfies TrialOutcome, facts, cards: [...cards], products: [] }
}

function valueReading(of: ReadSample['of'], value: unknown): Reading {
  const done = (facts: Record<string, string>, products: readonly SupplierProduct[] = []): Reading => ({
    outcome: 'done',
    facts,
    cards: [],
    products: products.slice(0, PRODUCTS_SHOWN).map((product) => ({
      remoteId: product.remoteId,
      name: product.name,
      kind: product.kind,
      costHao: product.costHao,
      stock: product.stock,
      onSale: product.onSale,
      fields: (product.fields ?? []).map(({ key, labelZh }) => (key === labelZh ? key : `${key} ${labelZh}`)),
    })),
  })
  if (of === 'balance') {
    const { hao, currency } = value as { readonly hao: number; readonly currency: string }
    return done({ balance: `${haoToText(hao, 4)} ${currency}` })
  }
  if (of === 'products') {
    const page = value as { readonly items: readonly SupplierProduct[]; readonly next?: string }
    return done({ count: String(page.items.length), next: page.next ?? '' }, page.items)
  }
  if (of === 'product') return done({}, [value as SupplierProduct])
  if (of === 'checkAccount') {
    const { ok, nickname, message } = value as AccountSaid
    return done({ account: ok ? 'valid' : 'invalid', nickname, message })
  }
  return done({ cancel: String(value) })
}

function callbackOf(
  profile: SupplierProfile,
  account: SupplierAccount,
  given: NonNullable<Body['callback']>,
  now: Date,
): CallbackTrial {
  const headers = Object.fromEntries(Object.entries(given.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const raw = {
    method: given.method,
    path: `/notify${given.query === '' ? '' : `?${given.query.replace(/^\?/, '')}`}`,
    headers,
    body: Buffer.from(given.body),
  }
  const verdict = verifyCallback(profile, account, raw, now)
  const signed = explainCallback(profile, account, raw) ?? { signedText: '', expected: '', given: '' }
  return {
    accepted: verdict.ok,
    verdict: verdict.ok ? verdict.about : verdict.verdict,
    facts: factsOf(verdict),
    ...signed,
    reply: verdict.ok ? profile.acknowledgement : profile.rejection,
  }
}

function factsOf(verdict: CallbackVerdict): Record<string, string> {
  if (!verdict.ok || verdict.about === 'nothing') return {}
  if (verdict.about === 'product') return { remoteId: verdict.remoteId }
  if (verdict.about === 'order') return { no: verdict.no, claim: verdict.claim }
  return verdict.about === 'remote_order'
    ? { remoteNo: verdict.remoteNo, claim: verdict.claim }
    : { pieceNo: verdict.pieceNo, claim: verdict.claim }
}
