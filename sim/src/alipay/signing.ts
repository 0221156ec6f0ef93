import { createSign, createVerify, generateKeyPair, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto'
import { promisify } from 'node:util'

const KEY_BITS = 2048
const newPair: (bits: number) => Promise<KeyPairKeyObjectResult> = (bits) =>
  promisify(generateKeyPair)('rsa', { modulusLength: bits })

/** Both halves as the open platform's key tool gives them: base64 of DER, without PEM's first and last line. */
export type RsaKeys = {
  /** PKCS#8. */
  readonly privateKey: string
  /** SubjectPublicKeyInfo. */
  readonly publicKey: string
}

export async function newRsaKeys(): Promise<RsaKeys> {
  const { privateKey, publicKey } = await newPair(KEY_BITS)
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  }
}

/**
 * What RSA2 signs: every parameter that has a value, `sign` left out, in the order of their names, as `name=value`
 * joined by `&`. Notices and returns leave out `sign_type` too, requests keep it.
 */
export function signedText(params: Readonly<Record<string, string>>, without: readonly string[] = ['sign']): string {
  return Object.keys(params)
    .filter((name) => !without.includes(name) && params[name] !== '')
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&')
}

/** SHA256withRSA, base64. */
export function rsaSign(text: string, privateKey: KeyObject): string {
  return createSign('RSA-SHA256').update(text, 'utf8').sign(privateKey, 'base64')
}

export function rsaVerify(text: string, signature: string, publicKey: KeyObject): boolean {
  return createVerify('RSA-SHA256').update(text, 'utf8').verify(publicKey, signature, 'base64')
}
