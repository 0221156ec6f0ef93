import type { GatewayField } from '../../gateway.ts'

/** What the open platform shows a merchant, and where. */
export const fields: readonly GatewayField[] = [
  {
    key: 'sellerId',
    name: { zh: '商户 PID', en: 'Seller ID (PID)' },
    hint: { zh: '2088 开头的 16 位数字，账号中心可见', en: '16 digits beginning with 2088' },
    secret: false,
    required: true,
  },
  {
    key: 'privateKey',
    name: { zh: '应用私钥', en: 'App private key' },
    hint: { zh: 'RSA2（2048 位），PKCS#1 或 PKCS#8 均可', en: 'RSA2 (2048 bits), PKCS#1 or PKCS#8' },
    secret: true,
    required: true,
    multiline: true,
  },
  {
    key: 'alipayPublicKey',
    name: { zh: '支付宝公钥', en: 'Alipay’s public key' },
    hint: { zh: '注意不是应用公钥', en: 'Not the app’s public key' },
    secret: false,
    required: true,
    multiline: true,
  },
  {
    key: 'previousAlipayPublicKey',
    name: { zh: '更换前的支付宝公钥', en: 'Alipay’s public key before a replacement' },
    hint: { zh: '更换密钥的两天内保留，期间新旧签名都接受', en: 'Keep it for two days; both are accepted meanwhile' },
    secret: false,
    required: false,
    multiline: true,
  },
]
