import { randomBytes, randomUUID } from 'node:crypto'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { type Fault, type FaultInput, type FaultSwitch, faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { verifyTc3 } from './tc3.ts'

/** `value` of a reject is the number's code. `busy` answers an inner error after it has sent. */
const FAULTS = ['reject', 'limit', 'error', 'busy', 'timeout', 'cut', 'malformed', 'receipt.failed'] as const
type FaultKind = (typeof FAULTS)[number]

export type TencentText = {
  readonly serialNo: string
  readonly phone: string
  readonly template: string
  readonly params: readonly string[]
  readonly text: string
  readonly context: string
}
export type TencentSms = {
  readonly url: string
  readonly secretId: string
  readonly secretKey: string
  readonly sdkAppId: string
  readonly signName: string
  readonly templates: Readonly<Record<string, string>>
  readonly control: {
    readonly addFault: (fault: FaultInput<FaultKind>) => Fault<FaultKind>
    readonly clearFaults: () => void
    /** Newest first. */
    readonly inbox: (phone?: string) => readonly TencentText[]
    /** Pushes a receipt for what was sent to this phone. @returns what the receiver answered */
    readonly pushReceipts: (url: string, phone: string) => Promise<{ readonly status: number; readonly body: string }>
  }
  readonly close: () => Promise<void>
}

const APP_ID = '1400006666'
const SIGN_NAME = '权枢'
const TEMPLATES: Readonly<Record<string, string>> = {
  '2100001': '您的验证码为{1}，5分钟内有效，请勿告诉他人。',
  '2100002': '您的订单{1}已发货，查看：{2}',
  '2100003': '您的订单{1}已发货，卡密：{2}，请勿转发。',
}

type State = {
  readonly secretId: string
  readonly secretKey: string
  readonly messages: TencentText[]
  readonly faults: FaultSwitch<FaultKind>
}
type Status = { readonly Code: string; readonly Message: string; readonly SerialNo?: string }

/** A stand-in for Tencent Cloud SMS (2021-01-11, SendSms). */
export async function startTencentSms(options: { readonly host: string; readonly port?: number }): Promise<TencentSms> {
  const state: State = {
    secretId: `AKID${randomBytes(16).toString('hex')}`,
    secretKey: randomBytes(24).toString('base64url'),
    messages: [],
    faults: faultSwitch(FAULTS),
  }
  const app = fastify({ forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post('/', (request, reply) => serve(state, request, reply))
  const url = await listen(app, options.host, options.port)
  const inbox = (phone?: string) => state.messages.filter((one) => phone === undefined || one.phone === phone).reverse()
  return {
    url,
    secretId: state.secretId,
    secretKey: state.secretKey,
    sdkAppId: APP_ID,
    signName: SIGN_NAME,
    templates: TEMPLATES,
    control: {
      addFault: state.faults.add,
      clearFaults: () => state.faults.clear(),
      inbox,
      pushReceipts: async (to, phone) => {
        const receipts = inbox(phone).map(({ serialNo, context }) => {
          const failed = state.faults.take('receipt.failed', { key: phone })
          return {
            user_receive_time: '2026-11-22 09:30:00',
            nationcode: '86',
            mobile: phone,
            report_status: failed ? 'FAIL' : 'SUCCESS',
            errmsg: failed ? (failed.value ?? 'UNDELIV') : 'DELIVRD',
            description: failed ? '用户未收到' : '用户短信送达成功',
            sid: serialNo,
            ext: context,
          }
        })
        const answer = await fetch(to, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(receipts),
        })
        return { status: answer.status, body: await answer.text() }
      },
    },
    close: () => app.close(),
  }
}

async function serve(state: State, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const RequestId = randomUUID()
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const { headers } = request.raw
  // Whatever is wrong, the transport says 200.
  const failed = (Code: string, Message: string) => reply.send({ Response: { Error: { Code, Message }, RequestId } })
  const verdict = verifyTc3(
    { headers, body },
    (id) => (id === state.secretId ? state.secretKey : undefined),
    Date.now(),
  )
  if (!verdict.ok) return failed(verdict.code, verdict.message)
  if (headers['x-tc-action'] !== 'SendSms') return failed('InvalidAction', 'The action is not found.')
  if (headers['x-tc-version'] !== '2021-01-11') return failed('NoSuchVersion', 'The version does not exist.')
  const input = JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>
  const number = String((input.PhoneNumberSet as readonly string[] | undefined)?.[0] ?? '')
  const phone = number.replace(/^\+86/, '')
  const take = (kind: FaultKind) => state.faults.take(kind, { key: phone })
  if (take('error')) return reply.code(500).send('internal error')
  if (take('limit')) return failed('RequestLimitExceeded', '请求的次数超过了频率限制')

  const reject = take('reject')
  const status = reject
    ? { Code: reject.value ?? 'FailedOperation.PhoneNumberInBlacklist', Message: '手机号在黑名单' }
    : send(state, input, phone)
  if (take('busy')) return failed('InternalError.Timeout', 'request downstream timeout')
  const slow = take('timeout')
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 30_000).unref())
  if (take('cut')) {
    reply.hijack()
    reply.raw.socket?.destroy()
    return reply
  }
  if (take('malformed')) return reply.type('text/html').send('<html>502</html>')
  const set = [
    {
      SerialNo: '',
      ...status,
      PhoneNumber: number,
      Fee: status.Code === 'Ok' ? 1 : 0,
      SessionContext: input.SessionContext,
      IsoCode: 'CN',
    },
  ]
  return reply.send({ Response: { SendStatusSet: set, RequestId } })
}

function send(state: State, input: Readonly<Record<string, unknown>>, phone: string): Status {
  if (!/^1[3-9]\d{9}$/.test(phone))
    return { Code: 'InvalidParameterValue.IncorrectPhoneNumber', Message: '手机号格式错误' }
  if (input.SmsSdkAppId !== APP_ID)
    return { Code: 'UnauthorizedOperation.SmsSdkAppIdVerifyFail', Message: 'SmsSdkAppId 校验失败' }
  if (input.SignName !== SIGN_NAME)
    return { Code: 'FailedOperation.SignatureIncorrectOrUnapproved', Message: '签名未审批或格式错误' }
  const template = String(input.TemplateId)
  const pattern = TEMPLATES[template]
  if (pattern === undefined)
    return { Code: 'FailedOperation.TemplateIncorrectOrUnapproved', Message: '模板未审批或内容不匹配' }
  const params = (input.TemplateParamSet ?? []) as readonly string[]
  const wanted = new Set([...pattern.matchAll(/\{(\d+)\}/g)].map(([hole]) => hole)).size
  if (params.length !== wanted)
    return {
      Code: 'FailedOperation.TemplateParamSetNotMatchApprovedTemplate',
      Message: '请求内容与审核通过的模板内容不匹配',
    }
  const serialNo = `5000:${state.messages.length + 1}${Date.now()}`
  const text = `【${SIGN_NAME}】${pattern.replace(/\{(\d+)\}/g, (_hole, n: string) => params[Number(n) - 1] ?? '')}`
  state.messages.push({ serialNo, phone, template, params, text, context: String(input.SessionContext ?? '') })
  return { Code: 'Ok', Message: 'send success', SerialNo: serialNo }
}
