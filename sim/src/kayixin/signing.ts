import { createCipheriv, createHash, timingSafeEqual } from 'node:crypto'

type Signed = { readonly appId: string; readonly version: string; readonly timestamp: string; readonly body: string }

/** Lower hex MD5 over number, secret, version, time stamp and the body exactly as it travels. */
export function signatureOf({ appId, version, timestamp, body }: Signed, secret: string): string {
  return createHash('md5')
    .update(appId + secret + version + timestamp + body)
    .digest('hex')
}

export function isSigned(given: string, signed: Signed, secret: string): boolean {
  const expected = Buffer.from(signatureOf(signed, secret))
  const sent = Buffer.from(given.toLowerCase())
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}

/** AES-256-ECB with PKCS7, base64: how cards travel in callbacks, and only there. The secret is the key. */
export function encrypted(text: string, secret: string): string {
  const cipher = createCipheriv('aes-256-ecb', Buffer.from(secret, 'utf8'), null)
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64')
}
