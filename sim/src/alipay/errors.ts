/** The gateway's own messages for its codes. */
const MESSAGES: Readonly<Record<string, string>> = {
  '20000': 'Service Currently Unavailable',
  '40001': 'Missing Required Arguments',
  '40002': 'Invalid Arguments',
  '40004': 'Business Failed',
  '40005': 'Call Limited',
}

/** An answer of the gateway that is not a success. */
export class AlipayError extends Error {
  readonly code: string
  readonly subCode: string
  constructor(code: string, subCode: string, subMessage: string) {
    super(subMessage)
    this.code = code
    this.subCode = subCode
  }

  toAnswer(): Record<string, unknown> {
    return { code: this.code, msg: MESSAGES[this.code] ?? '', sub_code: this.subCode, sub_msg: this.message }
  }
}

/** A refusal by the business behind the gateway; most of them are `ACQ.*`. */
export const businessError = (subCode: string, message: string): AlipayError =>
  new AlipayError('40004', subCode, message)
export const invalidParameter = (name: string): AlipayError =>
  businessError('ACQ.INVALID_PARAMETER', `参数有误：${name}`)
