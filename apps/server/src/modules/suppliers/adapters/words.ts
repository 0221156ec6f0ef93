import type { RefusalAbout } from '@quanshu/contract'

/** A no that may hide a yes: something was done before, is being done, or the supplier does not know itself. */
const UNSURE =
  /重复|已存在|已使用|处理中|稍后|稍候|频繁|超时|繁忙|网络|未知|系统(?:错误|异常|维护)|already|duplicate|timed? ?out|in progress|try again|internal/i
export const isUnsure = (message: string): boolean => UNSURE.test(message)

const ABOUT: readonly (readonly [RegExp, RefusalAbout])[] = [
  [/余额|资金不足|insufficient (?:funds|balance)|balance/i, 'balance'],
  [/库存|无货|缺货|断货|out of stock/i, 'stock'],
  [/价格|限价|成本|price|amount|denomination/i, 'price'],
  [/充值账号|账号|号码|手机|phone|recipient/i, 'account'],
  [/数量|限购|limit|quantity|too many/i, 'limit'],
  [/商品|产品|下架|维护|停售|product|operator/i, 'product'],
]

/** What a refusal is about, by the supplier's own words. */
export const aboutWords = (message: string, otherwise: RefusalAbout): RefusalAbout =>
  ABOUT.find(([words]) => words.test(message))?.[1] ?? otherwise
