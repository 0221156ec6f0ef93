/** An answer of the gateway that is not a success; `status` is the HTTP status it travels with. */
export class WechatError extends Error {
  readonly status: number
  readonly code: string
  readonly detail: Record<string, unknown> | undefined
  constructor(status: number, code: string, message: string, detail?: Record<string, unknown>) {
    super(message)
    this.status = status
    this.code = code
    this.detail = detail
  }
}

/** Names as the gateway's own complaints use them. */
const NAMES: Readonly<Record<string, string>> = {
  appid: '应用ID',
  mchid: '直连商户号',
  description: '商品描述',
  out_trade_no: '商户订单号',
  time_expire: '交易结束时间',
  notify_url: '通知地址',
  total: '总金额',
  currency: '货币类型',
  openid: '用户标识',
  payer_client_ip: '用户终端IP',
  out_refund_no: '商户退款单号',
  transaction_id: '微信支付订单号',
  refund: '退款金额',
  out_order_no: '商户分账单号',
}

/** One part of a request's body. Everything in it must be asked for: what nobody asked for is refused, as in life. */
export type Fields = {
  readonly text: (name: string, shape: { readonly min: number; readonly max: number; readonly form?: RegExp }) => string
  readonly optionalText: (name: string, max: number) => string | undefined
  readonly integer: (name: string, min: number) => number
  readonly flag: (name: string) => boolean
  readonly part: (name: string) => Fields
  readonly optionalPart: (name: string) => Fields | undefined
  readonly parts: (name: string, max: number) => readonly Fields[]
  /** @throws WechatError when something was sent that nobody asked for */
  readonly done: () => void
}

/** @throws WechatError when the body is not a JSON object */
export function fieldsOf(body: Buffer): Fields {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (isObject(value)) return fields(value, '/body')
  } catch {
    // Falls through to the refusal below.
  }
  throw new WechatError(400, 'PARAM_ERROR', '请求体不是合法的JSON', { location: 'body' })
}

function fields(value: Readonly<Record<string, unknown>>, path: string): Fields {
  const asked = new Set<string>()
  const children: Fields[] = []
  const read = (name: string): unknown => {
    asked.add(name)
    return value[name]
  }
  const child = (inner: unknown, at: string): Fields => {
    if (!isObject(inner)) throw wrong(at, inner, '类型错误，应为对象')
    const made = fields(inner, at)
    children.push(made)
    return made
  }
  const own: Fields = {
    text: (name, shape) => textOf(read(name), `${path}/${name}`, shape),
    optionalText: (name, max) => {
      const found = read(name)
      return found === undefined ? undefined : textOf(found, `${path}/${name}`, { min: 1, max })
    },
    integer: (name, min) => {
      const found = read(name)
      if (typeof found === 'number' && Number.isSafeInteger(found) && found >= min) return found
      throw wrong(`${path}/${name}`, found, `数值规则校验失败，应为不小于 ${min} 的整数`)
    },
    flag: (name) => read(name) === true,
    part: (name) => child(read(name), `${path}/${name}`),
    optionalPart: (name) => {
      const found = read(name)
      return found === undefined ? undefined : child(found, `${path}/${name}`)
    },
    parts: (name, max) => {
      const found = read(name)
      if (!Array.isArray(found) || found.length === 0 || found.length > max) {
        throw wrong(`${path}/${name}`, found, `数组长度应为 1 到 ${max}`)
      }
      return found.map((inner, index) => child(inner, `${path}/${name}/${index}`))
    },
    done: () => {
      const extra = Object.keys(value).filter((name) => !asked.has(name))
      if (extra.length > 0) {
        throw new WechatError(400, 'PARAM_ERROR', '请求中含有未在API文档中定义的参数', {
          location: null,
          value: extra.map((name) => `${path}/${name}`),
        })
      }
      for (const one of children) one.done()
    },
  }
  return own
}

function textOf(
  found: unknown,
  path: string,
  shape: { readonly min: number; readonly max: number; readonly form?: RegExp },
): string {
  if (typeof found !== 'string') throw wrong(path, found, '类型错误，应为字符串')
  const bytes = Buffer.byteLength(found)
  if (bytes < shape.min) throw wrong(path, bytes, `字符串规则校验失败，字节数 ${bytes}，小于最小值 ${shape.min}`)
  if (bytes > shape.max) throw wrong(path, bytes, `字符串规则校验失败，字节数 ${bytes}，大于最大值 ${shape.max}`)
  if (shape.form && !shape.form.test(found)) throw wrong(path, found, '字符串规则校验失败，格式不正确')
  return found
}

function wrong(path: string, value: unknown, issue: string): WechatError {
  const name = path.split('/').at(-1) ?? ''
  return new WechatError(400, 'PARAM_ERROR', `输入源“${path}”映射到值字段“${NAMES[name] ?? name}”${issue}`, {
    location: 'body',
    value: value ?? null,
  })
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
