import { defineErrors } from './define.ts'

export const supplierErrors = defineErrors('suppliers', {
  adapterUnknown: {
    status: 422,
    zh: '没有「{adapter}」这种供应商接口',
    en: 'There is no supplier interface “{adapter}”',
  },
  nameTaken: {
    status: 409,
    zh: '已有名为「{name}」的供应商，请换一个名称',
    en: 'There is a supplier named “{name}” already; choose another name',
  },
  insecureAddress: {
    status: 422,
    zh: '接口地址必须是公网的 https 地址',
    en: 'The address must be https and on the public internet',
  },
  fieldMissing: { status: 422, zh: '请填写「{field}」', en: 'Enter “{field}”' },
  fieldChoice: {
    status: 422,
    zh: '「{field}」只能是以下之一：{choices}',
    en: '“{field}” must be one of: {choices}',
  },
  refused: {
    status: 409,
    zh: '供应商拒绝了请求：{message}（{code}）',
    en: 'The supplier refused: {message} ({code})',
  },
  unavailable: {
    status: 503,
    zh: '供应商没有响应（{reason}），请稍后再试',
    en: 'The supplier does not answer ({reason}); try again shortly',
  },
  notOffered: {
    status: 409,
    zh: '该供应商的接口不提供此功能',
    en: 'This supplier’s interface does not offer that',
  },
  hasOpenPurchases: {
    status: 409,
    zh: '还有 {count} 笔采购未完结，完结后才能归档',
    en: '{count} purchases are still open; archive the supplier when they have ended',
  },
  productKind: {
    status: 409,
    zh: '「{product}」与规格的类型不符：直充规格只能用直充商品，卡密规格只能用卡密或链接商品',
    en: '“{product}” does not fit the variant: top-ups take top-up products, codes take products that hand over codes or links',
  },
  codesNotByWord: {
    status: 409,
    zh: '卡密不能只凭口头认定到账：请把供应商给的卡密导入库存，再认定为「没有买成」并重试订单，就会从库存发货',
    en: 'Codes cannot arrive by word of mouth: import the codes that the supplier gave you, then settle this as not bought, and the order is delivered from stock',
  },
  fieldUnmapped: {
    status: 422,
    zh: '「{product}」需要「{field}」，请选择由哪个下单信息填写',
    en: '“{product}” asks for “{field}”; choose which answer of the buyer fills it',
  },
  fieldsUnknown: {
    status: 409,
    zh: '还不知道「{product}」要买家填写什么，请先向供应商查询该商品',
    en: 'It is not known yet what “{product}” asks the buyer for; ask the supplier about it first',
  },
  purchaseNotOpen: {
    status: 409,
    zh: '这笔采购已有结果，无需处理',
    en: 'This purchase has ended; there is nothing to settle',
  },
})
