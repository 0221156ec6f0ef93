import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { Answer, LookUpOutcome, SupplierAccount, SupplierAdapter, SupplierProduct } from '../../supplier.ts'
import { toHao } from '../hao.ts'
import { type Json, textOf } from '../json.ts'
import { at, textAt } from '../path.ts'
import { refused, unknown } from '../wire.ts'
import { askReloadly, type ReloadlyAnswer, type Service } from './client.ts'
import { verifyCallback } from './webhook.ts'

/** What both of Reloadly's services have in common. */
export const common = {
  identityName: { zh: 'Client ID', en: 'Client ID' },
  fields: [
    { key: 'clientSecret', name: { zh: 'Client Secret', en: 'Client secret' }, secret: true, required: true },
    {
      key: 'webhookSecret',
      name: { zh: 'Webhook 签名密钥', en: 'Webhook signing secret' },
      hint: { zh: '不填则不接受通知，只靠查询', en: 'Without it no notice is taken, and orders are asked about' },
      secret: true,
      required: false,
    },
    {
      key: 'authUrl',
      name: { zh: '授权地址', en: 'Address for tokens' },
      hint: { zh: '不填为 https://auth.reloadly.com', en: 'https://auth.reloadly.com when empty' },
      secret: false,
      required: false,
    },
    {
      key: 'audience',
      name: { zh: '授权范围（audience）', en: 'Audience' },
      hint: { zh: '不填为上面的接口地址', en: 'The interface’s own address when empty' },
      secret: false,
      required: false,
    },
  ],
  perMinute: 60,
  concurrent: 2,
  // Its own number stands beside ours, and is read where ours is missing.
  callbackNames: 'either',
  verifyCallback,
  acknowledgement: { status: 200, contentType: 'application/json', body: '{"received":true}' },
  rejection: { status: 400, contentType: 'application/json', body: '{"received":false}' },
} satisfies Partial<SupplierAdapter>

export async function balance(
  outbound: Outbound,
  account: SupplierAccount,
  service: Service,
): Promise<Answer<{ readonly hao: number; readonly currency: string }>> {
  const answer = await askReloadly(outbound, account, service, { method: 'GET', path: '/accounts/balance' })
  if (answer.kind === 'not_found') return unknown('the address knows no balance')
  if (answer.kind !== 'ok') return answer
  const hao = toHao(textAt(answer.value, 'balance') ?? '')
  if (hao === undefined) return unknown('a balance that cannot be read')
  return { kind: 'done', value: { hao, currency: textAt(answer.value, 'currencyCode') ?? 'USD' } }
}

/** Whose transaction it is by Reloadly's own number. There are no pieces with numbers of their own. */
export const lookUpIn =
  (service: Service, path: string, cost: { readonly paid: string; readonly currency: string }) =>
  async (
    outbound: Outbound,
    account: SupplierAccount,
    { by, ref }: { readonly by: 'order' | 'piece'; readonly ref: string },
  ): Promise<LookUpOutcome> => {
    if (by === 'piece' || !/^\d{1,20}$/.test(ref)) return { kind: 'not_found' }
    const answer = await askReloadly(outbound, account, service, { method: 'GET', path: `${path}/${ref}` })
    if (answer.kind !== 'ok') return answer
    const { value } = answer
    if (textAt(value, 'transactionId') !== ref) return unknown('the answer is about another transaction')
    const state = STATES[textAt(value, 'status') ?? '']
    if (!state) return unknown(`a state that is not known: ${(textAt(value, 'status') ?? 'none').slice(0, 40)}`)
    return {
      kind: 'done',
      value: {
        no: textAt(value, 'customIdentifier') ?? '',
        remoteNo: ref,
        state,
        costHao: toHao(textAt(value, cost.paid) ?? '') ?? null,
        currency: textAt(value, cost.currency) ?? 'USD',
      },
    }
  }

const STATES: Readonly<Record<string, 'accepted' | 'done' | 'failed'>> = {
  PENDING: 'accepted',
  PROCESSING: 'accepted',
  SUCCESSFUL: 'done',
  FAILED: 'failed',
  REFUNDED: 'failed',
}

/** The transaction under our number, in the reports: they are the only list that knows it. */
export async function transactionOf(
  outbound: Outbound,
  account: SupplierAccount,
  service: Service,
  path: string,
  no: string,
): Promise<ReloadlyAnswer> {
  const answer = await askReloadly(outbound, account, service, {
    method: 'GET',
    path: `${path}?customIdentifier=${encodeURIComponent(no)}&size=2&page=1`,
  })
  if (answer.kind !== 'ok') return answer
  const list = at(answer.value, 'content')
  if (!Array.isArray(list)) return unknown('a report that is none')
  // A server that overlooks the filter would give us somebody else's order.
  const own = list.filter((one: Json) => textAt(one, 'customIdentifier') === no)
  if (own.length > 1) return unknown('more than one transaction under this number')
  const [found] = own
  return found === undefined ? { kind: 'not_found' } : { kind: 'ok', value: found }
}

const PAGE_SIZE = 100

/** What a service sells: pages of it, and one by its id, whose first part is the service's own. `word` is what it calls one. */
export function catalogueOf(
  service: Service,
  of: {
    readonly word: 'product' | 'operator'
    /** What is asked of a list beside its page. */
    readonly more: string
    readonly remoteId: RegExp
    readonly written: string
    readonly productsOf: (one: Json) => readonly SupplierProduct[]
  },
): Required<Pick<SupplierAdapter, 'products' | 'product'>> {
  const { word, more, remoteId: pattern, written, productsOf } = of
  return {
    products: async (outbound, account, cursor) => {
      const page = Number(cursor ?? '1')
      const path = `/${word}s?size=${PAGE_SIZE}&page=${page}${more}`
      const answer = await askReloadly(outbound, account, service, { method: 'GET', path })
      if (answer.kind === 'not_found') return unknown(`the address knows no ${word}s`)
      if (answer.kind !== 'ok') return answer
      const list = at(answer.value, 'content')
      if (!Array.isArray(list)) return unknown(`a list of ${word}s that is none`)
      const next = nextPage(answer.value, page)
      return { kind: 'done', value: { items: list.flatMap((one: Json) => productsOf(one)), ...(next && { next }) } }
    },
    product: async (outbound, account, remoteId) => {
      const [, id = ''] = pattern.exec(remoteId) ?? []
      if (id === '') return refused('product', 'malformed', `an id is written ${written}`)
      const answer = await askReloadly(outbound, account, service, { method: 'GET', path: `/${word}s/${id}` })
      if (answer.kind === 'not_found') return refused('product', 'not_found', `no such ${word}`)
      if (answer.kind !== 'ok') return answer
      const found = productsOf(answer.value).find((product) => product.remoteId === remoteId)
      return found ? { kind: 'done', value: found } : refused('product', 'not_found', `the ${word} has no such amount`)
    },
  }
}

/** Pages are counted from one, told by `last` or `totalPages`. */
function nextPage(value: Json, page: number): string | undefined {
  const isLast = at(value, 'last')
  const pages = Number(textAt(value, 'totalPages') ?? '0')
  const goesOn = typeof isLast === 'boolean' ? !isLast : page < pages
  return goesOn && page < 1_000 ? String(page + 1) : undefined
}

/** The numbers of a list, as they are written. */
export const numbersAt = (value: Json, path: string): readonly string[] => {
  const list = at(value, path)
  return Array.isArray(list) ? list.flatMap((one: Json) => textOf(one) ?? []) : []
}
