import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Asked, addRoute, type RouteParts, type Work } from './answering.ts'
import type { BillOffice, BillType } from './bill.ts'
import type { TradeType } from './books.ts'
import { type Fields, fieldsOf, WechatError } from './fields.ts'
import type { CreateInput, Gateway } from './gateway.ts'
import type { NoticeOffice } from './notices.ts'
import { openField, seal } from './signing.ts'
import type { Splits } from './splits.ts'
import { showPayment, showRefund, showSplit, wireTime } from './views.ts'

type ApiParts = RouteParts & {
  readonly gateway: Gateway
  readonly splits: Splits
  readonly bills: BillOffice
  readonly notices: NoticeOffice
  /** Where cashier pages live, e.g. `http://127.0.0.1:4001`. Known only once the server listens. */
  readonly origin: () => string
}

/** The merchants' side of the gateway: signed calls, byte for byte under the real paths. */
export function addApi(app: FastifyInstance, parts: ApiParts): void {
  const get = (path: string, name: string, work: Work): void => addRoute(app, parts, 'GET', path, name, work)
  const post = (path: string, name: string, work: Work): void => addRoute(app, parts, 'POST', path, name, work)
  const { gateway, splits, bills, faults } = parts

  for (const way of ['native', 'h5', 'jsapi'] as const) {
    post(`/v3/pay/transactions/${way}`, 'create', (asked) => create(parts, way, asked))
  }
  get('/v3/pay/transactions/out-trade-no/:no', 'query', ({ mchid, params, query }) => {
    sameMerchant(mchid, query.mchid)
    const at = { key: params.no ?? '' }
    if (faults.take('query.not_found', at)) throw new WechatError(404, 'ORDER_NOT_EXIST', '订单不存在')
    const { trade, ...payment } = gateway.find(mchid, at.key)
    const lagging = trade && faults.take('query.lagging', at)
    return showPayment(
      lagging || !trade ? { ...payment, state: lagging ? 'NOTPAY' : payment.state } : { ...payment, trade },
    )
  })
  get('/v3/pay/transactions/id/:no', 'query', ({ mchid, params, query }) => {
    sameMerchant(mchid, query.mchid)
    return showPayment(gateway.findTransaction(mchid, params.no ?? ''))
  })
  post('/v3/pay/transactions/out-trade-no/:no/close', 'close', ({ mchid, params, body }) => {
    const fields = fieldsOf(body)
    sameMerchant(mchid, fields.text('mchid', { min: 1, max: 32 }))
    fields.done()
    gateway.close(mchid, params.no ?? '')
    return undefined
  })
  post('/v3/refund/domestic/refunds', 'refund', (asked) => refund(parts, asked))
  get('/v3/refund/domestic/refunds/:no', 'refund_query', ({ mchid, params }) =>
    showRefund(gateway.findRefund(mchid, params.no ?? '')),
  )
  get('/v3/certificates', 'certificates', (asked) => certificates(parts, asked))
  post('/v3/security/echo', 'echo', (asked) => echo(asked))
  get('/v3/bill/tradebill', 'bill', ({ mchid, query }) => {
    const type = query.bill_type ?? 'ALL'
    if (!/^\d{4}-\d\d-\d\d$/.test(query.bill_date ?? '') || !/^(ALL|SUCCESS|REFUND)$/.test(type)) {
      throw new WechatError(400, 'PARAM_ERROR', '参数错误')
    }
    const { hash, token } = bills.order(mchid, query.bill_date ?? '', type as BillType, query.tar_type === 'GZIP')
    const download_url = `${parts.origin()}/v3/billdownload/file?token=${token}`
    return { hash_type: 'SHA1', hash_value: hash, download_url }
  })
  get('/v3/billdownload/file', 'bill_file', ({ mchid, query }) => bills.file(mchid, query.token ?? ''))
  post('/v3/profitsharing/receivers/add', 'receiver', (asked) => addReceiver(parts, asked))
  post('/v3/profitsharing/orders', 'split', (asked) => split(parts, asked))
  post('/v3/profitsharing/orders/unfreeze', 'unfreeze', ({ mchid, body }) => {
    const fields = fieldsOf(body)
    const input = { ...splitHead(fields), receivers: [], unfreeze: true }
    fields.text('description', { min: 1, max: 80 })
    fields.done()
    return showSplit(splits.split(mchid, input))
  })
  get('/v3/profitsharing/orders/:no', 'split_query', ({ mchid, params, query }) =>
    showSplit(splits.find(mchid, params.no ?? '', query.transaction_id ?? '')),
  )
}

const TRADE_TYPES = { native: 'NATIVE', h5: 'MWEB', jsapi: 'JSAPI' } as const satisfies Record<string, TradeType>

async function create(
  parts: ApiParts,
  way: keyof typeof TRADE_TYPES,
  { mchid, body }: Asked,
): Promise<Record<string, unknown>> {
  const fields = fieldsOf(body)
  sameMerchant(mchid, fields.text('mchid', { min: 1, max: 32 }))
  const input = createInput(fields, way)
  fields.done()
  const payment = parts.gateway.create(mchid, input)
  if (parts.faults.take('create.notice_first', { key: payment.outTradeNo })) {
    parts.gateway.pay(payment)
    await parts.notices.announcePayment(payment)
  }
  const origin = parts.origin()
  if (way === 'jsapi') return { prepay_id: payment.prepayId }
  if (way === 'native') return { code_url: `${origin}/qr/${payment.token}` }
  return { h5_url: `${origin}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=${payment.prepayId}&package=${payment.token}` }
}

function createInput(fields: Fields, way: keyof typeof TRADE_TYPES): CreateInput {
  const amount = fields.part('amount')
  const expire = fields.optionalText('time_expire', 64)
  if (expire !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(expire)) {
    throw new WechatError(400, 'PARAM_ERROR', '输入源“/body/time_expire”映射到值字段“交易结束时间”格式不正确')
  }
  const scene = way === 'h5' ? fields.part('scene_info') : fields.optionalPart('scene_info')
  const ip = scene?.text('payer_client_ip', { min: 1, max: 45 })
  if (ip !== undefined && isIP(ip) === 0) {
    throw new WechatError(
      400,
      'PARAM_ERROR',
      '输入源“/body/scene_info/payer_client_ip”映射到值字段“用户终端IP”格式不正确',
    )
  }
  if (way === 'h5') scene?.part('h5_info').text('type', { min: 1, max: 32 })
  return {
    appid: fields.text('appid', { min: 1, max: 32 }),
    outTradeNo: fields.text('out_trade_no', { min: 6, max: 32, form: /^[0-9A-Za-z_\-|*]+$/ }),
    tradeType: TRADE_TYPES[way],
    description: fields.text('description', { min: 1, max: 127 }),
    attach: fields.optionalText('attach', 128) ?? '',
    // Real addresses are https; a stand-in's callers live on this machine. Parameters are refused in both.
    notifyUrl: fields.text('notify_url', { min: 1, max: 255, form: /^https?:\/\/[^?#\s]+$/ }),
    total: amount.integer('total', 1),
    currency: amount.optionalText('currency', 16) ?? 'CNY',
    openid: way === 'jsapi' ? fields.part('payer').text('openid', { min: 1, max: 128 }) : '',
    profitSharing: fields.optionalPart('settle_info')?.flag('profit_sharing') ?? false,
    expiresAtMs: expire === undefined ? undefined : Date.parse(expire),
  }
}

async function refund(parts: ApiParts, { mchid, body }: Asked): Promise<Record<string, unknown>> {
  const fields = fieldsOf(body)
  const amount = fields.part('amount')
  const transactionId = fields.optionalText('transaction_id', 32)
  const input = {
    outRefundNo: fields.text('out_refund_no', { min: 1, max: 64, form: /^[0-9A-Za-z_\-|*@]+$/ }),
    transactionId,
    outTradeNo: fields.optionalText('out_trade_no', 32),
    amount: amount.integer('refund', 1),
    total: amount.integer('total', 1),
    notifyUrl: fields.optionalText('notify_url', 256) ?? '',
  }
  amount.text('currency', { min: 1, max: 16, form: /^CNY$/ })
  fields.optionalText('reason', 80)
  fields.done()
  const made = parts.gateway.refund(mchid, input)
  if (parts.faults.take('refund.notice_first', { key: made.outTradeNo }) && parts.gateway.endRefund(made, 'SUCCESS')) {
    await parts.notices.announceRefund(made)
    return { ...showRefund(made), status: 'PROCESSING' }
  }
  return showRefund(made)
}

function certificates({ books, keys }: ApiParts, { mchid }: Asked): Record<string, unknown> {
  const apiV3Key = books.merchants.get(mchid)?.apiV3Key ?? ''
  const listed = keys.certificates()
  if (listed.length === 0) {
    throw new WechatError(404, 'RESOURCE_NOT_EXISTS', '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥')
  }
  return {
    data: listed.map((key) => ({
      serial_no: key.id,
      effective_time: wireTime(key.notBeforeMs),
      expire_time: wireTime(key.notAfterMs),
      encrypt_certificate: seal(apiV3Key, key.publicPem, 'certificate'),
    })),
  }
}

function echo({ body, key }: Asked): Record<string, unknown> {
  const fields = fieldsOf(body)
  const message = fields.optionalText('echo_message', 1024)
  const encrypted = fields.optionalText('encrypted_echo_message', 2048)
  fields.optionalText('notify_url', 256)
  fields.done()
  const opened = encrypted === undefined ? undefined : openField(key.privateKey, encrypted)
  if (encrypted !== undefined && opened === undefined) throw new WechatError(400, 'PARAM_ERROR', '敏感信息解密失败')
  return { echo_message: message ?? opened }
}

function addReceiver(parts: ApiParts, { mchid, body, key }: Asked): Record<string, unknown> {
  const fields = fieldsOf(body)
  fields.text('appid', { min: 1, max: 32 })
  const type = fields.text('type', { min: 1, max: 32, form: /^(MERCHANT_ID|PERSONAL_OPENID)$/ })
  const account = fields.text('account', { min: 1, max: 64 })
  const sealed = fields.optionalText('name', 10_240)
  const relation = fields.text('relation_type', { min: 1, max: 32 })
  fields.done()
  const name = sealed === undefined ? '' : openField(key.privateKey, sealed)
  if (name === undefined)
    throw new WechatError(400, 'PARAM_ERROR', '敏感信息解密失败，请检查Wechatpay-Serial与加密公钥')
  if (type === 'MERCHANT_ID' && name === '') throw new WechatError(400, 'PARAM_ERROR', '商户类型的分账接收方，名称必填')
  parts.splits.addReceiver(mchid, { type, account, name })
  return { type, account, relation_type: relation, ...(sealed !== undefined && { name: sealed }) }
}

function split(parts: ApiParts, { mchid, body, key }: Asked): Record<string, unknown> {
  const fields = fieldsOf(body)
  fields.text('appid', { min: 1, max: 32 })
  const head = splitHead(fields)
  const receivers = fields.parts('receivers', 50).map((one) => {
    const sealed = one.optionalText('name', 10_240)
    if (sealed !== undefined && openField(key.privateKey, sealed) === undefined) {
      throw new WechatError(400, 'PARAM_ERROR', '敏感信息解密失败，请检查Wechatpay-Serial与加密公钥')
    }
    return {
      type: one.text('type', { min: 1, max: 32, form: /^(MERCHANT_ID|PERSONAL_OPENID)$/ }),
      account: one.text('account', { min: 1, max: 64 }),
      amount: one.integer('amount', 1),
      description: one.text('description', { min: 1, max: 80 }),
    }
  })
  const unfreeze = fields.flag('unfreeze_unsplit')
  fields.done()
  return showSplit(parts.splits.split(mchid, { ...head, receivers, unfreeze }))
}

const splitHead = (fields: Fields): { readonly outOrderNo: string; readonly transactionId: string } => ({
  outOrderNo: fields.text('out_order_no', { min: 1, max: 64, form: /^[0-9A-Za-z_\-|*@]+$/ }),
  transactionId: fields.text('transaction_id', { min: 1, max: 32 }),
})

function sameMerchant(signed: string, named: string | undefined): void {
  if (signed !== named) throw new WechatError(403, 'NO_AUTH', '请求商户号与签名商户号不一致')
}
