import { createPublicKey, type KeyObject, sign } from 'node:crypto'

/**
 * A self-signed X.509 certificate (v3, SHA256-RSA), the smallest that tools accept. Node reads certificates and makes
 * none, so the few DER structures are put together here.
 * @param serial hex, 40 digits as WeChat Pay's are
 * @returns PEM
 */
export function selfSigned(options: {
  readonly serial: string
  readonly name: string
  readonly privateKey: KeyObject
  readonly notBeforeMs: number
  readonly notAfterMs: number
}): string {
  const algorithm = sequence(oid('2a864886f70d01010b'), element(0x05))
  const name = sequence(element(0x31, sequence(oid('550403'), element(0x0c, Buffer.from(options.name)))))
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, positive(Buffer.from(options.serial, 'hex'))),
    algorithm,
    name,
    sequence(utcTime(options.notBeforeMs), utcTime(options.notAfterMs)),
    name,
    createPublicKey(options.privateKey).export({ type: 'spki', format: 'der' }),
  )
  const signature = element(0x03, Buffer.from([0]), sign('RSA-SHA256', body, options.privateKey))
  const base64 = sequence(body, algorithm, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`
}

function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag]), length(body.length), body])
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes])
  if (bytes < 0x100) return Buffer.from([0x81, bytes])
  return Buffer.from([0x82, bytes >> 8, bytes & 0xff])
}

/** DER integers are signed: a leading one bit would make the number negative. */
const positive = (bytes: Buffer): Buffer => ((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
const sequence = (...content: readonly Buffer[]): Buffer => element(0x30, ...content)
const oid = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'))
/** `YYMMDDhhmmssZ`; good until 2049. */
const utcTime = (atMs: number): Buffer =>
  element(0x17, Buffer.from(`${new Date(atMs).toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
