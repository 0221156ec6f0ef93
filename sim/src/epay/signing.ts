import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
} from 'node:crypto'

export type Fields = Readonly<Record<string, string>>
/** Keys as operators show them: base64 without PEM lines. */
export type KeyPair = { readonly publicKey: string; readonly privateKey: string }

export function newKeyPair(): KeyPair {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  }
}

/** `a=1&b=2`: names in order, without `sign`, `sign_type` and what is empty. */
function textToSign(fields: Fields): string {
  const pairs: string[] = []
  for (const name of Object.keys(fields).sort()) {
    const value = fields[name] ?? ''
    if (name === 'sign' || name === 'sign_type' || value.trim() === '') continue
    pairs.push(`${name}=${value}`)
  }
  return pairs.join('&')
}

export function withMd5(fields: Fields, key: string): Record<string, string> {
  const sign = createHash('md5')
    .update(`${textToSign(fields)}${key}`)
    .digest('hex')
  return { ...fields, sign, sign_type: 'MD5' }
}

export function hasMd5(fields: Fields, key: string): boolean {
  return fields.sign === withMd5(fields, key).sign
}

export function withRsa(fields: Fields, privateKey: string): Record<string, string> {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
  const sign = createSign('sha256').update(textToSign(fields)).sign(key, 'base64')
  return { ...fields, sign, sign_type: 'RSA' }
}

export function hasRsa(fields: Fields, publicKey: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  return createVerify('sha256')
    .update(textToSign(fields))
    .verify(key, fields.sign ?? '', 'base64')
}
