import type { SupplierProfile, SupplierProfileOperation } from '@quanshu/contract'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type {
  Answer,
  BoughtCard,
  CallbackNames,
  Capabilities,
  ProductPage,
  SupplierAccount,
  SupplierAdapter,
  SupplierProduct,
} from '../../supplier.ts'
import { toHao } from '../hao.ts'
import type { Json } from '../json.ts'
import { at, textAt } from '../path.ts'
import { asked } from '../settle.ts'
import { refused, send, unknown, unsupported } from '../wire.ts'
import { readAccount } from './account-check.ts'
import { type Understood, understand } from './answers.ts'
import { verifyCallback } from './callback.ts'
import { readProduct } from './catalogue.ts'
import { readAsked, readCardState, readFound, readPlaced } from './orders.ts'
import { buildRequest, type Values } from './request.ts'

/** Pages of a list; a supplier that never ends it is not followed for ever. */
const PAGES_MAX = 1_000

/** The adapter that a profile describes. */
export function declarativeAdapter(profile: SupplierProfile): SupplierAdapter {
  const call = (outbound: Outbound, account: SupplierAccount, operation: SupplierProfileOperation, values: Values) =>
    ask(profile, outbound, account, operation, values)
  return {
    id: profile.id,
    name: { zh: profile.nameZh, en: profile.nameEn },
    baseUrl: profile.baseUrl,
    identityName: { zh: profile.identityZh, en: profile.identityEn },
    fields: profile.settings.map(({ key, nameZh, nameEn, hintZh, hintEn, secret, required, choices }) => ({
      key,
      name: { zh: nameZh, en: nameEn },
      ...(hintZh !== '' && { hint: { zh: hintZh, en: hintEn || hintZh } }),
      secret,
      required,
      ...(choices && { choices }),
    })),
    capabilities: capabilitiesOf(profile),
    perMinute: profile.perMinute,
    concurrent: profile.concurrent,
    notFoundIsFinalAfter: profile.notFoundIsFinalAfter,

    products: async (outbound, account, cursor) => {
      if (!profile.products) return unsupported('list of products')
      const page = Number(cursor ?? '1')
      const values = { page, pageSize: profile.products.pageSize }
      const answer = await call(outbound, account, profile.products, values)
      return answer.kind === 'ok' ? readPage(profile, profile.products, answer.value, page) : plain(answer)
    },

    product: async (outbound, account, remoteId) => {
      if (!profile.product) return unsupported('product by its id')
      const answer = await call(outbound, account, profile.product, { remoteId })
      if (answer.kind !== 'ok') return plain(answer)
      const item = profile.product.root === undefined ? answer.value : at(answer.value, profile.product.root)
      const product = item === undefined ? undefined : readProduct(profile.product.item, item, profile.currency)
      if (!product) return unknown('a product that cannot be read')
      return product.remoteId === remoteId
        ? { kind: 'done', value: product }
        : unknown('the answer is about another product')
    },

    place: async (outbound, account, order) => {
      if (profile.single && order.quantity !== 1)
        return refused('limit', 'one_only', 'this supplier sells one piece an order')
      if (order.kind !== 'direct' && !profile.ask.order.cards) return unsupported('cards')
      const operation = (order.kind === 'direct' ? undefined : profile.placeCards) ?? profile.place
      const answer = await call(outbound, account, operation, order)
      if (answer.kind === 'not_found') return unknown('the order was taken and is not found')
      if (answer.kind !== 'ok') return answer
      return readPlaced(profile, account, operation.order, answer.value, { ...order, remoteNo: null })
    },

    ask: async (outbound, account, order) => {
      const { remoteNo } = order
      const values = { no: order.no, quantity: order.quantity, ...(remoteNo !== null && { remoteNo }) }
      const answer = await call(outbound, account, profile.ask, values)
      if (answer.kind === 'not_found') return answer
      if (answer.kind !== 'ok') return asked(answer)
      return readAsked(profile, account, profile.ask.order, answer.value, order)
    },

    balance: async (outbound, account) => {
      if (!profile.balance) return unsupported('balance')
      const answer = await call(outbound, account, profile.balance, {})
      if (answer.kind !== 'ok') return plain(answer)
      const hao = toHao(textAt(answer.value, profile.balance.at) ?? '', profile.balance.unit)
      if (hao === undefined) return unknown('a balance that cannot be read')
      return { kind: 'done', value: { hao, currency: profile.currency } }
    },

    ...(profile.ask.order.cards?.shape === 'objects' &&
      profile.ask.order.cards.state !== undefined && {
        cardState: async (
          outbound: Outbound,
          account: SupplierAccount,
          { no, card }: { readonly no: string; readonly card: BoughtCard },
        ) => {
          const answer = await call(outbound, account, profile.ask, { no })
          if (answer.kind !== 'ok') return plain(answer)
          return readCardState(profile.ask.order, account, answer.value, { no, card })
        },
      }),
    ...(profile.callback && { callbackNames: namesOf(profile.callback) }),
    ...(canLookUp(profile) && {
      lookUp: async (
        outbound: Outbound,
        account: SupplierAccount,
        { by, ref }: { by: 'order' | 'piece'; ref: string },
      ) => {
        if (by === 'piece') return { kind: 'not_found' as const }
        const answer = await call(outbound, account, profile.ask, { remoteNo: ref })
        return answer.kind === 'ok' ? readFound(profile, account, answer.value, ref) : answer
      },
    }),
    verifyCallback: (account, callback, now) => verifyCallback(profile, account, callback, now),
    acknowledgement: profile.acknowledgement,
    rejection: profile.rejection,
    ...(profile.checkAccount && {
      checkAccount: async (
        outbound: Outbound,
        account: SupplierAccount,
        { remoteId, fields }: { remoteId: string; fields: Readonly<Record<string, string>> },
      ) => {
        if (!profile.checkAccount) return unsupported('account check')
        const answer = await call(outbound, account, profile.checkAccount, { remoteId, fields })
        if (answer.kind === 'not_found') return unknown('asked about an account, and it is not found')
        return answer.kind === 'ok' ? readAccount(profile.checkAccount, answer.value) : answer
      },
    }),
    ...(profile.cancel && {
      cancel: async (outbound: Outbound, account: SupplierAccount, order: { no: string; remoteNo: string | null }) =>
        await cancelled(profile, profile.cancel, (operation) =>
          call(outbound, account, operation, {
            no: order.no,
            ...(order.remoteNo !== null && { remoteNo: order.remoteNo }),
          }),
        ),
    }),
  }
}

const namesOf = ({ no, remoteNo }: NonNullable<SupplierProfile['callback']>): CallbackNames =>
  no === undefined ? 'theirs' : remoteNo === undefined ? 'ours' : 'either'

/** Its question takes the supplier's number, and its answer names ours. */
const canLookUp = ({ callback, ask }: SupplierProfile): boolean =>
  callback?.remoteNo !== undefined && ask.order.no !== undefined && ask.fields.some(({ from }) => from === 'remoteNo')

function capabilitiesOf(profile: SupplierProfile): Capabilities {
  const { place, placeCards, products, product } = profile
  const sent = [...place.fields, ...(placeCards?.fields ?? [])].map(({ from }) => from)
  return {
    products: products !== undefined,
    stock: (products ?? product)?.item.stock !== undefined,
    templates: product?.item.fields !== undefined || products?.item.fields !== undefined,
    cancel: profile.cancel !== undefined,
    callback: profile.callback !== undefined,
    balance: profile.balance !== undefined,
    statement: false,
    priceGuard: sent.includes('ceilingEach') || sent.includes('ceilingTotal'),
    accountCheck: profile.checkAccount !== undefined,
    cardState: profile.ask.order.cards?.shape === 'objects' && profile.ask.order.cards.state !== undefined,
  }
}

async function ask(
  profile: SupplierProfile,
  outbound: Outbound,
  account: SupplierAccount,
  operation: SupplierProfileOperation,
  values: Values,
): Promise<Understood> {
  const request = buildRequest(profile, account, operation, values, new Date())
  if (request.kind === 'refused') return request
  const { method, url, headers, body } = request
  const sent = await send(outbound, { method, url, headers, ...(body !== undefined && { body }) })
  return sent.kind === 'answer' ? understand(profile, account, operation, sent) : sent
}

/** Where "not found" is about a product or an account, it is a plain no. */
const plain = (answer: Exclude<Understood, { kind: 'ok' }>) =>
  answer.kind === 'not_found' ? refused('product', 'not_found', 'the supplier knows no such thing') : answer

/** Products that cannot be read are left out; a page of nothing else is uncertain. */
export function readPage(
  profile: SupplierProfile,
  list: NonNullable<SupplierProfile['products']>,
  value: Json,
  page: number,
): Answer<ProductPage> {
  const found = at(value, list.items)
  if (!Array.isArray(found)) return unknown('a list of products that is none')
  const items = found.flatMap((item): readonly SupplierProduct[] => {
    const product = readProduct(list.item, item, profile.currency)
    return product ? [product] : []
  })
  if (found.length > 0 && items.length === 0) return unknown('products that cannot be read')
  const pages = Number(textAt(value, list.pages) ?? Number.NaN)
  const total = Number(textAt(value, list.total) ?? Number.NaN)
  const isMore = !Number.isNaN(pages)
    ? page < pages
    : !Number.isNaN(total)
      ? page * list.pageSize < total
      : found.length >= list.pageSize
  const goesOn = list.paged && isMore && found.length > 0 && page < PAGES_MAX
  return { kind: 'done', value: { items, ...(goesOn && { next: String(page + 1) }) } }
}

async function cancelled(
  profile: SupplierProfile,
  operation: SupplierProfile['cancel'],
  call: (operation: SupplierProfileOperation) => Promise<Understood>,
): Promise<Answer<'cancelled' | 'too_late'>> {
  if (!operation || !profile.cancel) return unsupported('cancelling')
  const answer = await call(operation)
  if (answer.kind === 'not_found') return unknown('the order is not found')
  if (answer.kind !== 'ok') return answer
  const state = textAt(answer.value, operation.state) ?? ''
  const meaning = Object.hasOwn(operation.states, state) ? operation.states[state] : undefined
  return meaning ? { kind: 'done', value: meaning } : unknown('asked for; the order itself tells how it ends')
}
