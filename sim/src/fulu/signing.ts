import { createCipheriv, createHash, timingSafeEqual } from 'node:crypto'

/**
 * 福禄 sorts the characters of the text, not its fields, puts the secret behind them and takes the lower hex MD5.
 * Sorted by code point, as PHP, Java and Go do it; JavaScript's own order would differ beyond the basic plane.
 */
export function signatureOf(text: string, secret: string): string {
  const sorted = [...text].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0)).join('')
  return createHash('md5')
    .update(sorted + secret)
    .digest('hex')
}

/**
 * Whether a message carries the signature of all its other fields. It is made again from the parsed message, so spaces
 * between fields do not matter, but how a character was escaped is lost: `/` and 中文 are signed unescaped.
 */
export function isSigned(message: Readonly<Record<string, unknown>>, secret: string): boolean {
  const { sign, ...rest } = message
  const expected = Buffer.from(signatureOf(JSON.stringify(rest), secret))
  const given = Buffer.from(typeof sign === 'string' ? sign : '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** AES-256-ECB with PKCS7, base64: how cards travel. The 32 characters of the secret are the key. */
export function encrypted(text: string, secret: string): string {
  const cipher = createCipheriv('aes-256-ecb', Buffer.from(secret, 'utf8'), null)
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64')
}
