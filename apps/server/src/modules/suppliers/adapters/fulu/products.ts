import type { FormField } from '@quanshu/contract'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { Answer, ProductPage, SupplierAccount, SupplierProduct } from '../../supplier.ts'
import { toHao } from '../hao.ts'
import { isObject, type Json } from '../json.ts'
import { at, textAt } from '../path.ts'
import { refused, unknown, unsupported } from '../wire.ts'
import { askFulu, platformOf } from './gateway.ts'

/** What a direct order may carry of the buyer's. */
export const ORDER_FIELDS: ReadonlySet<string> = new Set([
  'charge_account',
  'charge_password',
  'charge_game_name',
  'charge_game_region',
  'charge_game_srv',
  'charge_game_role',
  'charge_type',
  'contact_qq',
  'contact_tel',
  'remaining_number',
])
/** Names of a template's inputs that are not simply the order field in another spelling. */
const INPUTS: Readonly<Record<string, string>> = { ContactQQ: 'contact_qq', ContactType: 'contact_tel' }
const OPTIONS_MAX = 100

export async function products(outbound: Outbound, account: SupplierAccount): Promise<Answer<ProductPage>> {
  if (platformOf(account).version === '1.0') return unsupported('list of products')
  const answer = await askFulu(outbound, account, 'fulu.goods.list.get', {})
  if (answer.kind === 'not_found') return refused('product', 'not_found', 'no products')
  if (answer.kind !== 'ok') return answer
  const { result } = answer
  if (!Array.isArray(result)) return unknown('a list of products that is none')
  const items = result.flatMap((item): readonly SupplierProduct[] => {
    const product = productOf(item)
    return product ? [product] : []
  })
  return result.length > 0 && items.length === 0
    ? unknown('products that cannot be read')
    : { kind: 'done', value: { items } }
}

export async function product(
  outbound: Outbound,
  account: SupplierAccount,
  remoteId: string,
): Promise<Answer<SupplierProduct>> {
  if (platformOf(account).version === '1.0') return unsupported('product by its id')
  const answer = await askFulu(outbound, account, 'fulu.goods.info.get', { product_id: remoteId })
  if (answer.kind === 'not_found') return refused('product', 'not_found', 'no such product')
  if (answer.kind !== 'ok') return answer
  const found = productOf(answer.result)
  if (!found) return unknown('a product that cannot be read')
  if (found.remoteId !== remoteId) return unknown('the answer is about another product')
  const template = textAt(answer.result, 'template_id')
  if (found.kind !== 'direct' || !template) return { kind: 'done', value: { ...found, fields: [] } }
  const form = await askFulu(outbound, account, 'fulu.goods.template.get', { template_id: template })
  if (form.kind === 'not_found') return unknown('the product’s form is not found')
  if (form.kind !== 'ok') return form
  const fields = fieldsOf(form.result)
  return fields ? { kind: 'done', value: { ...found, fields } } : unknown('a form that cannot be read')
}

/** Fulu tells whether there is stock, and not how much. */
function productOf(item: Json): SupplierProduct | undefined {
  if (!isObject(item)) return undefined
  const remoteId = textAt(item, 'product_id') ?? ''
  const name = textAt(item, 'product_name')?.trim() ?? ''
  const costHao = toHao(textAt(item, 'purchase_price') ?? '')
  const faceHao = toHao(textAt(item, 'face_value') ?? '')
  if (remoteId === '' || name === '' || costHao === undefined || costHao < 0) return undefined
  return {
    remoteId,
    name: name.slice(0, 200),
    kind: textAt(item, 'product_type')?.includes('卡密') ? 'card' : 'direct',
    faceHao: faceHao === undefined || faceHao < 0 ? null : faceHao,
    costHao,
    currency: 'CNY',
    stock: null,
    minQuantity: 1,
    maxQuantity: null,
    onSale: textAt(item, 'sales_status') === '上架' && textAt(item, 'stock_status') !== '断货',
    fields: null,
  }
}

function fieldsOf(template: Json): readonly FormField[] | undefined {
  const inputs = at(template, 'ElementInfo.Inputs')
  if (!Array.isArray(inputs)) return undefined
  const typed = inputs.flatMap((input: Json) => inputOf(input) ?? [])
  const games = at(template, 'GameTempaltePreviewList')
  return [...typed, ...(Array.isArray(games) && games.length > 0 ? gameFields(games) : [])]
}

function inputOf(input: Json): FormField | undefined {
  const id = textAt(input, 'Id') ?? ''
  const key = INPUTS[id] ?? id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()
  // What we fill in ourselves, and what an order has no place for.
  if (!ORDER_FIELDS.has(key)) return undefined
  return fieldOf(key, textAt(input, 'Name')?.trim() || id, [])
}

function gameFields(games: readonly Json[]): readonly FormField[] {
  const regions = games.flatMap((game) => listAt(game, 'gameList.ChargeRegion'))
  const servers = regions.flatMap((region) => listAt(region, 'ChargeServer'))
  const names = (list: readonly Json[], path: string): readonly string[] => [
    ...new Set(list.map((one) => textAt(one, path)?.trim() ?? '').filter((name) => name !== '')),
  ]
  const fields = [
    fieldOf('charge_game_name', '游戏', names(games, 'ChargeGame')),
    fieldOf('charge_game_region', '大区', names(regions, 'name')),
    fieldOf('charge_game_srv', '服务器', names(servers, 'name')),
  ]
  return fields.filter(({ options = [], type }) => type === 'text' || options.length > 0)
}

const listAt = (value: Json, path: string): readonly Json[] => {
  const list = at(value, path)
  return Array.isArray(list) ? list : []
}

/** More choices than a list can hold are typed in; without any the field does not exist. */
function fieldOf(key: string, labelZh: string, names: readonly string[]): FormField {
  const isList = key.startsWith('charge_game_') && key !== 'charge_game_role' && names.length <= OPTIONS_MAX
  return {
    key,
    labelZh: labelZh.slice(0, 40),
    labelEn: '',
    type: isList ? 'select' : 'text',
    required: true,
    hintZh: '',
    hintEn: '',
    confirmTwice: false,
    ...(isList && {
      options: names.map((name) => ({ value: name.slice(0, 60), labelZh: name.slice(0, 60), labelEn: '' })),
    }),
  }
}
